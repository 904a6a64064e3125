// Remembers how far a lesson was read, and leads back there. Reading works without it.

const SAVE_AFTER = 4000;
const article = document.querySelector("[data-reading]");

/** How far down the text the reader is, in thousandths: what is at a third of the window's height counts. */
function position() {
  const { top, height } = article.getBoundingClientRect();
  const passed = (window.innerHeight / 3 - top) / height;
  return Math.round(Math.min(Math.max(passed, 0), 1) * 1000);
}

/** Tell the server, also while the page is being left. Where there is no line, nothing is lost but the place. */
function save(reached) {
  const form = new FormData();
  form.set("csrf_token", article.dataset.token);
  form.set("position", String(reached));
  navigator.sendBeacon(article.dataset.reading, form);
}

function rememberPosition() {
  let saved = Number(article.dataset.position);
  let timer = 0;
  const saveIfMoved = () => {
    clearTimeout(timer);
    timer = 0;
    const reached = position();
    if (Math.abs(reached - saved) < 10) return;
    saved = reached;
    save(reached);
  };
  let scrolled = false;
  window.addEventListener("scroll", () => {
    scrolled = true;
    timer ||= setTimeout(saveIfMoved, SAVE_AFTER);
  }, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && scrolled) saveIfMoved();
  });
}

/** Scroll to the very line instead of to the heading above it. */
function resumeExactly() {
  const link = document.querySelector("[data-resume]");
  link?.addEventListener("click", (event) => {
    event.preventDefault();
    const { top, height } = article.getBoundingClientRect();
    const left = (Number(article.dataset.position) / 1000) * height;
    window.scrollTo({ top: window.scrollY + top + left - window.innerHeight / 3 });
    article.setAttribute("tabindex", "-1");
    article.focus({ preventScroll: true });
    link.parentElement.remove();
  });
}

/** Let the keyboard scroll tables that are wider than the page. */
function openWideTables() {
  for (const table of document.querySelectorAll(".reading table")) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
  }
}

if (article) {
  rememberPosition();
  resumeExactly();
}
openWideTables();
