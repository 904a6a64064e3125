// Rows of a form (options of a question, sections of a quiz) that move without a round trip to the server.
// Without this script the same buttons send the form and get it back changed.

const NUMBERED = /(options|sections)-\d+/;

/** Give every row its place again: in names, ids, labels and buttons. */
function renumber(rows) {
  const list = [...rows.querySelectorAll(":scope > [data-row]")];
  const least = Number(rows.dataset.least);
  list.forEach((row, index) => {
    const label = rows.dataset.label.replace("{}", index + 1);
    row.querySelector("legend").textContent = label;
    for (const element of row.querySelectorAll("*")) {
      for (const name of ["id", "name", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value && NUMBERED.test(value)) {
          element.setAttribute(name, value.replaceAll(new RegExp(NUMBERED, "g"), `$1-${index}`));
        }
      }
    }
    for (const button of row.querySelectorAll("[data-move]")) {
      button.value = `${button.dataset.move}-${index}`;
      button.setAttribute("aria-label", `${button.textContent.trim()}: ${label}`);
    }
    row.querySelector("[data-move=up]").disabled = index === 0;
    row.querySelector("[data-move=down]").disabled = index === list.length - 1;
    row.querySelector("[data-move=remove]").disabled = list.length <= least;
  });
  rows.closest("form").querySelector("[data-add]").disabled = list.length >= Number(rows.dataset.most);
}

/** Return an empty row made from one that is there. */
function emptyRow(model) {
  const row = model.cloneNode(true);
  for (const control of row.querySelectorAll("input, textarea")) {
    if (control.type === "checkbox") control.checked = false;
    else if (!control.name.endsWith("-points")) control.value = ""; // points are usually the same
    control.removeAttribute("aria-invalid");
  }
  for (const described of row.querySelectorAll("[aria-describedby]")) {
    const kept = described.getAttribute("aria-describedby").split(" ").filter((id) => !id.endsWith("-error"));
    described.setAttribute("aria-describedby", kept.join(" "));
  }
  for (const error of row.querySelectorAll(".nep-error")) error.remove();
  for (const field of row.querySelectorAll(".is-wrong")) field.classList.remove("is-wrong");
  return row;
}

/** Move or remove the row of a pressed button, and keep the focus on something useful. */
function moveRow(rows, button) {
  const row = button.closest("[data-row]");
  const { previousElementSibling: before, nextElementSibling: after } = row;
  const move = button.dataset.move;
  if (move === "up" && before) before.before(row);
  if (move === "down" && after) after.after(row);
  if (move === "remove") {
    const next = after ?? before;
    row.remove();
    next.querySelector("input:not([type=hidden]), textarea").focus();
  }
  renumber(rows);
  if (move !== "remove") (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button).focus();
}

/** Add an empty row at the end. */
function addRow(rows) {
  const row = emptyRow(rows.lastElementChild);
  rows.append(row);
  renumber(rows);
  row.querySelector("textarea, input:not([type=hidden])").focus();
}

/** Where one option is right, ticking one unticks the others; the rule for several is shown when it counts. */
function followKind(form) {
  const rule = form.querySelector("[data-when-kind]");
  const takesOne = () => form.elements.kind?.value === "single_choice";
  const show = () => {
    if (rule) rule.hidden = takesOne();
  };
  form.addEventListener("change", (event) => {
    show();
    const ticked = event.target;
    if (!takesOne() || !ticked.name?.endsWith("-right") || !ticked.checked) return;
    for (const box of form.querySelectorAll("input[name$='-right']")) box.checked = box === ticked;
  });
  show();
}

/** Warn before what was typed is left unsaved. */
function guardTyping(form) {
  let isTyped = Boolean(document.querySelector(".nep-error-summary"));
  form.addEventListener("input", () => (isTyped = true));
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-move], [data-add]")) isTyped = true;
  });
  form.addEventListener("submit", () => (isTyped = false));
  window.addEventListener("beforeunload", (event) => {
    if (isTyped) event.preventDefault();
  });
}

for (const rows of document.querySelectorAll("[data-rows]")) {
  const form = rows.closest("form");
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], [data-add]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.move) moveRow(rows, button);
    else addRow(rows);
  });
  followKind(form);
  guardTyping(form);
}
