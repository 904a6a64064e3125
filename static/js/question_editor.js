// Rows of a form (options of a question, sections of a quiz) that move without a round trip to the server. Lists may
// stand inside rows of other lists. Without this script the same buttons send the form and get it back changed.

const NAMED = ["id", "name", "for", "aria-describedby", "value", "data-rows", "data-add"];

/** What the fields of a list are called, such as "options" or "parts-0-options". */
const nameOf = (list) => list.dataset.rows || "sections";
const rowsOf = (list) => [...list.querySelectorAll(":scope > [data-row]")];
const buttonOf = (row, move) => row.querySelector(`:scope > [data-row-buttons] [data-move=${move}]`);
const addButton = (list) => list.closest("form").querySelector(`[data-add="${list.dataset.rows}"]`);

/** Give every row its place again: in names, ids, labels and buttons. */
function renumber(list) {
  const numbered = new RegExp(`(^|[\\s@])${nameOf(list)}-\\d+(?=-)`, "g");
  const rows = rowsOf(list);
  rows.forEach((row, index) => {
    const label = list.dataset.label.replace("{}", index + 1);
    row.querySelector(":scope > legend").textContent = label;
    for (const element of row.querySelectorAll("*")) {
      for (const attribute of NAMED) {
        const value = element.getAttribute(attribute);
        if (value && (attribute !== "value" || element.name === "wish")) {
          element.setAttribute(attribute, value.replaceAll(numbered, `$1${nameOf(list)}-${index}`));
        }
      }
    }
    for (const move of ["up", "down", "remove"]) {
      const button = buttonOf(row, move);
      button.value = `${move}-${index}${list.dataset.rows ? `@${list.dataset.rows}` : ""}`;
      button.setAttribute("aria-label", `${button.textContent.trim()}: ${label}`);
    }
    buttonOf(row, "up").disabled = index === 0;
    buttonOf(row, "down").disabled = index === rows.length - 1;
    buttonOf(row, "remove").disabled = rows.length <= Number(list.dataset.least);
  });
  const add = addButton(list);
  if (add) add.disabled = rows.length >= Number(list.dataset.most);
}

/** Return an empty row made from one that is there. */
function emptyRow(model) {
  const row = model.cloneNode(true);
  for (const control of row.querySelectorAll("input, textarea")) {
    if (control.type === "checkbox") control.checked = false;
    else if (!control.name.endsWith("-points")) control.value = ""; // points are usually the same
    control.removeAttribute("aria-invalid");
  }
  for (const choice of row.querySelectorAll("select[data-group]")) choice.selectedIndex = 0;
  for (const described of row.querySelectorAll("[aria-describedby]")) {
    const kept = described.getAttribute("aria-describedby").split(" ").filter((id) => !id.endsWith("-error"));
    described.setAttribute("aria-describedby", kept.join(" "));
  }
  for (const error of row.querySelectorAll(".nep-error")) error.remove();
  for (const field of row.querySelectorAll(".is-wrong")) field.classList.remove("is-wrong");
  return row;
}

const firstField = (row) => row.querySelector("textarea, input:not([type=hidden])");

/** Move or remove the row of a pressed button, and keep the focus on something useful. */
function moveRow(list, button) {
  const row = button.closest("[data-row]");
  const { previousElementSibling: before, nextElementSibling: after } = row;
  const move = button.dataset.move;
  if (move === "up" && before) before.before(row);
  if (move === "down" && after) after.after(row);
  if (move === "remove") {
    const next = after ?? before;
    row.remove();
    (next ? firstField(next) : addButton(list))?.focus();
  }
  renumber(list);
  if (move !== "remove") (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button).focus();
}

/** Add an empty row at the end. */
function addRow(list) {
  const row = emptyRow(list.lastElementChild);
  list.append(row);
  renumber(list);
  firstField(row).focus();
}

/** Where one option is right, ticking one unticks the others; the rule for several is shown when it counts. */
function followKind(content) {
  const mine = (selector) => [...content.querySelectorAll(selector)].filter((one) => one.closest("[data-content]") === content);
  const takesOne = () => mine("input[name$=kind]:checked")[0]?.value === "single_choice";
  const show = () => {
    for (const rule of mine("[data-when-kind]")) rule.hidden = takesOne();
  };
  content.addEventListener("change", ({ target }) => {
    show();
    if (!takesOne() || !target.name?.endsWith("-right") || !target.checked) return;
    for (const box of mine("input[name$='-right']")) box.checked = box === target;
  });
  show();
}

/** Offer the groups of a question to its lines by the names that they have now. */
function followGroups(root) {
  const names = root.querySelector("[data-rows$=targets]");
  const before = new WeakMap();
  const fields = () => [...names.querySelectorAll("input[name$='-text']")];
  const offer = () => {
    const renamed = new Map(fields().map((field) => [`=${before.get(field) ?? ""}`, `=${field.value.trim()}`]));
    for (const choice of root.querySelectorAll("select[data-group]")) {
      const chosen = renamed.get(choice.value) ?? choice.value;
      const [first, last] = [choice.options[0], choice.options[choice.options.length - 1]];
      const groups = fields().filter((field) => field.value.trim());
      choice.replaceChildren(first, ...groups.map((one) => new Option(one.value.trim(), `=${one.value.trim()}`)), last);
      choice.value = chosen;
      if (choice.selectedIndex < 0) choice.selectedIndex = 0;
    }
    for (const field of fields()) {
      before.set(field, field.value.trim());
      field.closest("[data-row]").querySelector("input[name$='-was']").value = field.value.trim();
    }
  };
  for (const field of fields()) before.set(field, field.value.trim());
  for (const part of root.querySelectorAll("[data-without-script]")) part.hidden = true;
  root.addEventListener("change", ({ target }) => fields().includes(target) && offer());
  // An empty name may be on its way to another one, and the lines of its group go along.
  root.addEventListener("input", ({ target }) => fields().includes(target) && target.value.trim() && offer());
  root.addEventListener("click", (event) => event.target.closest("[data-move], [data-add]") && setTimeout(offer));
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

function followRows(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], [data-add]");
    if (!button) return;
    const list = button.dataset.move
      ? button.closest("[data-row]").parentElement
      : form.querySelector(`[data-rows="${button.dataset.add}"]`);
    if (!button.dataset.move && !rowsOf(list).length) return; // only the server knows what an empty row looks like
    event.preventDefault();
    if (button.dataset.move) moveRow(list, button);
    else addRow(list);
  });
}

const form = document.querySelector("[data-rows], [data-content]")?.closest("form");
if (form) {
  followRows(form);
  guardTyping(form);
  for (const content of form.querySelectorAll("[data-content]")) followKind(content);
  for (const root of form.querySelectorAll("[data-groups]")) followGroups(root);
}
