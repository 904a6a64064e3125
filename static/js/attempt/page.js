// What the page of an attempt shows: the controls of its questions, the line that says what is saved, notices.

import { saysNothing } from "./answers.js";

export const form = document.getElementById("attempt");
export const texts = JSON.parse(document.getElementById("attempt-texts").textContent);
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

// ---- The controls of a question ----------------------------------------------------------------------------------------

export const questionOf = (item) => form.querySelector(`[data-item="${item}"]`);
export const revisionOf = (item) => form.elements[`revision-${item}`];
export const isChoice = (control) => control.type === "radio" || control.type === "checkbox";
const nameOf = (control) => control.name.slice(0, control.name.lastIndexOf("-"));
const controlsOf = (item) => [...questionOf(item).querySelectorAll("input, select, textarea")]
  .filter((control) => control.name.endsWith(`-${item}`) && control !== revisionOf(item));

/** Return what the controls of a question hold: every value by the name of its field. */
export function fieldsOf(item) {
  const fields = {};
  for (const control of controlsOf(item)) {
    if (isChoice(control) && !control.checked) continue;
    (fields[nameOf(control)] ??= []).push(control.value);
  }
  return fields;
}

/** Put an answer into the controls of its question; scripts of kinds hear of it by "nep:filled". */
export function fillIn(item, fields) {
  if (!questionOf(item)) return;
  const left = Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, [...values]]));
  for (const control of controlsOf(item)) {
    const values = left[nameOf(control)] ?? [];
    if (isChoice(control)) control.checked = values.includes(control.value);
    else control.value = values.shift() ?? "";
  }
  questionOf(item).dispatchEvent(new CustomEvent("nep:filled", { bubbles: true }));
  markAnswered(item);
}

/** Return what an answer says, in the words of the options that it names. */
function inWords(item, fields) {
  return controlsOf(item)
    .filter((control) => isChoice(control) && (fields[nameOf(control)] ?? []).includes(control.value))
    .map((control) => control.closest("label").textContent.trim())
    .join("; ");
}

// ---- How far a question is ---------------------------------------------------------------------------------------------

export function markAnswered(item) {
  const entry = document.querySelector(`[data-nav="${item}"]`);
  if (!entry) return;
  const answered = !saysNothing(fieldsOf(item));
  entry.classList.toggle("is-answered", answered);
  entry.querySelector("[data-nav-state]").textContent = answered ? ` ${texts.answered}` : "";
}

/** Say below a question whether its answer has reached the server. */
export function showState(item, text) {
  const line = questionOf(item)?.querySelector("[data-item-state]");
  if (!line) return;
  line.textContent = text;
  line.hidden = !text;
}

// ---- What is said above the questions ----------------------------------------------------------------------------------

const savedLine = document.querySelector("[data-saved-line]");
const savedText = document.querySelector("[data-saved-text]");
const notices = document.querySelector("[data-notices]");
const announcer = document.querySelector("[data-announcer]");

export function announce(text) {
  announcer.textContent = "";
  requestAnimationFrame(() => { announcer.textContent = text; });
}

/** Show how far saving is: "saved", "saving" or "waiting". */
export function showSaved(state, text) {
  savedLine.classList.toggle("is-saving", state === "saving");
  savedLine.classList.toggle("is-waiting", state === "waiting");
  savedText.textContent = text;
  const drawing = savedLine.querySelector("use");
  const symbol = state === "saved" ? "check-circle-fill" : "hourglass-split";
  drawing.setAttribute("href", drawing.getAttribute("href").replace(/#.*/, `#${symbol}`));
}

export function link(label, url, newTab) {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.textContent = label;
  if (newTab) anchor.target = "_blank";
  return anchor;
}

export function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-secondary btn-sm";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function alertBox(text, actions) {
  const box = document.createElement("div");
  box.className = "nep-alert nep-alert-warning";
  box.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "nep-alert-body";
  const words = document.createElement("p");
  words.textContent = text;
  body.append(words);
  if (actions.length) {
    const row = document.createElement("p");
    row.className = "nep-actions";
    row.append(...actions);
    body.append(row);
  }
  box.append(body);
  return box;
}

/** Show a message above the questions, once for each kind; links or buttons may follow the words. */
export function notice(kind, text, ...actions) {
  const before = notices.querySelector(`[data-notice="${kind}"]`);
  if (before?.dataset.text === text) return;
  before?.remove();
  const box = alertBox(text, actions);
  box.dataset.notice = kind;
  box.dataset.text = text;
  notices.append(box);
}

export function withdraw(...kinds) {
  for (const kind of kinds) notices.querySelector(`[data-notice="${kind}"]`)?.remove();
}

/** Ask below a question which of two answers counts; `decide(fields)` hears it. */
export function ask(item, stored, decide) {
  const answerWith = (fields) => () => {
    box.remove();
    fillIn(item, fields);
    questionOf(item).focus();
    decide(fields);
  };
  const words = inWords(item, stored);
  const theirs = words ? `${texts.keepStored}: ${words}` : texts.keepStored;
  const box = alertBox(texts.conflict, [
    button(theirs, answerWith(stored)),
    button(texts.keepMine, () => answerWith(fieldsOf(item))()),
  ]);
  box.dataset.dispute = item;
  questionOf(item).append(box);
}

/** Let nothing be changed any more, or again. */
export function lock(on = true) {
  for (const box of form.querySelectorAll("[data-item]")) box.disabled = on;
  for (const send of form.querySelectorAll("[type=submit]")) send.disabled = on;
}
