// Shows the lesson below the text while it is being written. Without it the Preview button does the same.

const WAIT = 800;
const text = document.querySelector("[data-preview-of]");
const panel = document.querySelector("[data-preview]");
const form = text.form;
let timer = 0;
let latest = 0;

/** Ask the server, which alone makes HTML of the text, and show its answer unless a newer one is on its way. */
async function refresh() {
  const asked = ++latest;
  const response = await fetch(text.dataset.previewOf, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (!response?.ok || asked !== latest) return;
  const { html } = await response.json();
  panel.querySelector(".reading").innerHTML = html;
  panel.hidden = !html;
}

/** Ask before a text that was not sent is left. */
function guardUnsaved() {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => changed && event.preventDefault());
}

const refreshSoon = () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, WAIT);
};
text.addEventListener("input", refreshSoon);
for (const choice of form.querySelectorAll("[name=text_format]")) choice.addEventListener("change", refreshSoon);
guardUnsaved();
if (text.value) refresh();
