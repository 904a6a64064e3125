// Keeps a mark that is being typed in this tab, so that a session that ran out, a stale page or a slip loses nothing.
// It is dropped with the tab; the key holds marker, answer, step and round, so nobody finds what somebody else typed.

const form = document.getElementById("marking");
const note = document.getElementById("marking-kept");
const key = note.dataset.key;
const fields = [...form.elements].filter((field) => field.name && !["csrf_token", "round", "answer_step", "wish"].includes(field.name));

/** Write down what stands in the form. */
function keep() {
  const typed = fields.map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]);
  try {
    sessionStorage.setItem(key, JSON.stringify(typed));
  } catch {
    // Without storage the page works as it does without this script.
  }
}

/** Return what was written down, or nothing. */
function kept() {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  } catch {
    return new Map();
  }
}

/** Put back what was typed before, unless the server shows the form with something in it. */
function putBack() {
  const isEmpty = fields.every((field) => (field.type === "checkbox" ? !field.checked : !field.value));
  const typed = kept();
  if (!isEmpty) return;
  for (const field of fields) {
    if (!typed.has(field.name)) continue;
    if (field.type === "checkbox") field.checked = typed.get(field.name);
    else field.value = typed.get(field.name);
  }
  note.hidden = !fields.some((field) => (field.type === "checkbox" ? field.checked : field.value));
}

putBack();
form.addEventListener("input", keep);
