// What is still on this device and not in the system, told outside the page of the attempt: before handing in, where it
// leads back to the questions, and on the result, where a file of it can be handed in.

import { canSeal, download } from "./answer_file.js";
import { batchesOf, bodyOf, sameFields } from "./answers.js";
import { post } from "./server.js";
import { openStore } from "./store.js";

const box = document.querySelector("[data-left]");
const { dataset } = box;
const store = openStore(dataset.person, dataset.attempt, () => {});
let left = [];

function show() {
  const items = new Set(left.map(({ item }) => item));
  const title = box.querySelector(".nep-alert-title");
  title.textContent = (items.size === 1 ? dataset.textOne : dataset.textMany).replace("{count}", items.size);
  for (const line of box.querySelectorAll("[data-left-item]")) line.hidden = !items.has(line.dataset.leftItem);
  box.hidden = !left.length;
}

/** Forget what the system holds after all, such as an answer whose receipt was lost; without network nothing is known. */
async function forgetWhatArrived() {
  const latest = [...new Map(left.map((entry) => [entry.item, entry])).values()];
  const token = document.querySelector("[name=csrf_token]").value;
  try {
    const { answers } = await (await post(dataset.saveUrl, bodyOf(latest, { csrf_token: token }))).json();
    const arrived = new Set(latest
      .filter(({ item, fields }) => sameFields(answers[item].fields, fields))
      .map(({ item }) => item));
    await Promise.all(left.filter(({ item }) => arrived.has(item)).map(store.forget));
    left = left.filter(({ item }) => !arrived.has(item));
  } catch {
    // Then all of it is shown.
  }
}

async function look() {
  left = await store.kept();
  if (left.length && dataset.saveUrl) await forgetWhatArrived();
  show();
}

/** Hold up handing in as long as something is left; `[data-left-anyway]` hands in without it. */
function holdUp(form) {
  let isSure = false;
  form.addEventListener("submit", async (event) => {
    if (isSure) return;
    event.preventDefault();
    event.stopPropagation();
    await look();
    isSure = !left.length || event.submitter?.matches("[data-left-anyway]");
    if (isSure) form.requestSubmit(event.submitter);
    else box.focus();
  });
}

const file = box.querySelector("[data-left-file]");
if (file) file.hidden = !canSeal;
file?.addEventListener("click", () => {
  const saves = batchesOf(left).map((batch) => bodyOf(batch).toString());
  download(Number(dataset.attempt), saves, dataset.fileKey);
});
document.getElementById("forget-left")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  await Promise.all(left.map(store.forget));
  box.querySelector("dialog").close();
  await look();
  document.getElementById("main").focus();
});
const held = document.getElementById("hand-in");
if (held) holdUp(held);
window.addEventListener("pageshow", look);
