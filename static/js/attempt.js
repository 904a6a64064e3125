// Saves every answer at once, keeps unsent answers on this device, and counts down. Without it the page's form does the job.

const form = document.getElementById("attempt");
const texts = JSON.parse(document.getElementById("attempt-texts").textContent);
const storageKey = `nep-attempt-${form.dataset.attempt}`;
const RETRY_FIRST_MS = 2_000;
const RETRY_MOST_MS = 30_000;
const SEND_TIMEOUT_MS = 15_000;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
/** Fields as one text, whatever their order; an empty one is the same as none. */
const said = (fields) => JSON.stringify(Object.entries(fields)
  .map(([name, values]) => [name, values.filter((value) => value !== "").sort()])
  .filter(([, values]) => values.length)
  .sort());
const sameFields = (one, other) => said(one) === said(other);
const WRITING_MS = 800;

// ---- What the page shows -------------------------------------------------------------------------------------------

const savedLine = document.querySelector("[data-saved-line]");
const savedText = document.querySelector("[data-saved-text]");
const notices = document.querySelector("[data-notices]");
const announcer = document.querySelector("[data-announcer]");

const fieldsetOf = (item) => form.querySelector(`[data-item="${item}"]`);
const revisionOf = (item) => form.elements[`revision-${item}`];
const controlsOf = (item) => [...fieldsetOf(item).querySelectorAll("input, select, textarea")]
  .filter((control) => control.name.endsWith(`-${item}`) && control !== revisionOf(item));
const isChoice = (control) => control.type === "radio" || control.type === "checkbox";
const nameOf = (control) => control.name.slice(0, control.name.lastIndexOf("-"));

/** Return what the controls of a question hold: every value by the name of its field. */
function fieldsOf(item) {
  const fields = {};
  for (const control of controlsOf(item)) {
    if (isChoice(control) && !control.checked) continue;
    (fields[nameOf(control)] ??= []).push(control.value);
  }
  return fields;
}

function announce(text) {
  announcer.textContent = "";
  requestAnimationFrame(() => { announcer.textContent = text; });
}

function showSaved(state, text) {
  savedLine.classList.toggle("is-saving", state === "saving");
  savedLine.classList.toggle("is-waiting", state === "waiting");
  savedText.textContent = text;
  const drawing = savedLine.querySelector("use");
  const symbol = state === "saved" ? "check-circle-fill" : "hourglass-split";
  drawing.setAttribute("href", drawing.getAttribute("href").replace(/#.*/, `#${symbol}`));
}

function showWaiting() {
  const count = pending.size;
  showSaved("waiting", count === 1 ? texts.waitingOne : fill(texts.waiting, { count }));
}

/** Show a message above the questions, once for each kind; a link or button may follow the words. */
function notice(kind, text, action) {
  withdraw(kind);
  const box = document.createElement("div");
  box.className = "nep-alert nep-alert-warning";
  box.dataset.notice = kind;
  box.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "nep-alert-body";
  const words = document.createElement("p");
  words.textContent = text;
  body.append(words);
  if (action) body.append(action);
  box.append(body);
  notices.append(box);
}

function withdraw(kind) {
  notices.querySelector(`[data-notice="${kind}"]`)?.remove();
}

function link(label, url, newTab) {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.textContent = label;
  if (newTab) anchor.target = "_blank";
  return anchor;
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-secondary btn-sm";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function markAnswered(item) {
  const entry = document.querySelector(`[data-nav="${item}"]`);
  const answered = said(fieldsOf(item)) !== "[]";
  entry.classList.toggle("is-answered", answered);
  entry.querySelector("[data-nav-state]").textContent = answered ? ` ${texts.answered}` : "";
}

function choose(item, fields) {
  const left = Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, [...values]]));
  for (const control of controlsOf(item)) {
    const values = left[nameOf(control)] ?? [];
    if (isChoice(control)) control.checked = values.includes(control.value);
    else control.value = values.shift() ?? "";
  }
  fieldsetOf(item).dispatchEvent(new CustomEvent("nep:filled", { bubbles: true }));
  markAnswered(item);
}

// ---- Answers on their way --------------------------------------------------------------------------------------------

// By item: what was chosen last, and everything that was sent without an answer yet. Should the server hold one of the
// latter, then it is our own answer that arrived although its receipt was lost, and no conflict.
const pending = new Map();
const disputed = new Set();
let sending = false;
let retryTimer = 0;
let retryMs = RETRY_FIRST_MS;
let ended = false;

/** Copy what is unsent to this device, leaving alone what another tab of the same attempt keeps there. */
function keep(item) {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
    const entry = pending.get(item);
    if (entry) kept[item] = { fields: entry.fields, base: revisionOf(item).value, sent: entry.sent };
    else delete kept[item];
    if (Object.keys(kept).length) localStorage.setItem(storageKey, JSON.stringify(kept));
    else localStorage.removeItem(storageKey);
  } catch {
    // Storage may be full or forbidden; then the page itself is what keeps the answers.
  }
}

function keptAnswers() {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? "{}");
  } catch {
    return {};
  }
}

function forgetAll() {
  pending.clear();
  try {
    localStorage.removeItem(storageKey);
  } catch {
    // Nothing was kept where nothing can be.
  }
}

/** Take up answers that an earlier visit could not send. */
function resume() {
  for (const [item, entry] of Object.entries(keptAnswers())) {
    if (!fieldsetOf(item) || !entry.fields) continue;
    if (sameFields(entry.fields, fieldsOf(item))) {
      keep(item);
      continue;
    }
    pending.set(item, { fields: entry.fields, sent: entry.sent ?? [] });
    revisionOf(item).value = entry.base;
    choose(item, entry.fields);
  }
  if (pending.size === 0) return;
  notice("kept", texts.kept);
  send();
}

function answerChanged(item) {
  markAnswered(item);
  if (ended || disputed.has(item)) return;
  const sent = pending.get(item)?.sent ?? [];
  pending.set(item, { fields: fieldsOf(item), sent });
  keep(item);
  send();
}

/** Send everything that waits, one request at a time; resolve to whether nothing is left. */
async function send() {
  if (sending || ended || pending.size === 0) return pending.size === 0;
  sending = true;
  clearTimeout(retryTimer);
  showSaved("saving", texts.saving);
  const batch = new Map([...pending].map(([item, entry]) => [item, entry.fields]));
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  for (const [item, fields] of batch) {
    body.append(`revision-${item}`, revisionOf(item).value);
    for (const [name, values] of Object.entries(fields)) {
      for (const value of values) body.append(`${name}-${item}`, value);
    }
    const entry = pending.get(item);
    if (!entry.sent.some((earlier) => sameFields(earlier, fields))) entry.sent.push(fields);
    keep(item);
  }
  let settled = false;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      keepalive: true,
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    settled = await received(response, batch);
  } catch {
    // No network, or no answer in time.
  }
  sending = false;
  if (!settled && !ended) {
    retryTimer = setTimeout(send, retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_MOST_MS);
    if (pending.size) showWaiting();
    return false;
  }
  retryMs = RETRY_FIRST_MS;
  return pending.size === 0 ? true : send();
}

/** Take in what the server answered; return whether it dealt with the batch. */
async function received(response, batch) {
  if (response.status === 401) return askToSignIn();
  if (response.status === 400) return renewToken();
  if (response.status === 404 || response.status === 413 || response.status === 422) {
    notice("refused", texts.refused, link(document.title, form.dataset.pageUrl));
    for (const item of batch.keys()) settle(item);
    return true;
  }
  if (response.status !== 200 && response.status !== 409) return false;
  const answer = await response.json();
  withdraw("signedOut");
  if (answer.phase !== "open" && answer.phase !== "late") {
    endNow(answer);
    return true;
  }
  const conflicts = new Set(answer.conflicts.map(String));
  for (const [item, stored] of Object.entries(answer.answers)) {
    if (conflicts.has(item)) contest(item, stored);
    else accept(item, stored, batch.get(item));
  }
  if (pending.size === 0) {
    showSaved("saved", fill(texts.saved, { time: answer.saved_at }));
    withdraw("kept");
    withdraw("notSubmitted");
  }
  return true;
}

function accept(item, stored, sentFields) {
  revisionOf(item).value = stored.revision;
  const entry = pending.get(item);
  if (entry && sameFields(entry.fields, sentFields)) settle(item);
  else if (entry) {
    entry.sent = [];
    keep(item);
  }
}

function settle(item) {
  pending.delete(item);
  keep(item);
}

/** The server holds another answer: our own whose receipt was lost, or one from another window. */
function contest(item, stored) {
  const entry = pending.get(item);
  revisionOf(item).value = stored.revision;
  if (entry?.sent.some((sent) => sameFields(sent, stored.fields))) {
    entry.sent = [];
    keep(item);
    return;
  }
  settle(item);
  disputed.add(item);
  const box = document.createElement("div");
  box.className = "nep-alert nep-alert-warning";
  box.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "nep-alert-body";
  const words = document.createElement("p");
  words.textContent = texts.conflict;
  const decide = (fields) => {
    box.remove();
    disputed.delete(item);
    choose(item, fields);
    fieldsetOf(item).focus();
    if (sameFields(fields, stored.fields)) return;
    answerChanged(item);
  };
  const row = document.createElement("p");
  row.className = "nep-actions";
  row.append(button(named(texts.keepStored, item, stored.fields), () => decide(stored.fields)));
  row.append(button(texts.keepMine, () => decide(fieldsOf(item))));
  body.append(words, row);
  box.append(body);
  fieldsetOf(item).append(box);
}

function named(label, item, fields) {
  const words = controlsOf(item)
    .filter((control) => isChoice(control) && (fields[nameOf(control)] ?? []).includes(control.value))
    .map((control) => control.closest("label").textContent.trim());
  return words.length ? `${label}: ${words.join("; ")}` : label;
}

/** The session has ended: the answers stay here until the person has signed in again, in another tab. */
function askToSignIn() {
  notice("signedOut", texts.signedOut, link(texts.signIn, form.dataset.signInUrl, true));
  return false;
}

/** The page's token is no longer valid, as after signing in again: take a new one and try again. */
async function renewToken() {
  const response = await fetch(form.dataset.stateUrl, { headers: { Accept: "application/json" } });
  if (response.status === 401) return askToSignIn();
  if (!response.ok) return false;
  const state = await response.json();
  for (const input of document.querySelectorAll("#attempt [name=csrf_token], #finish [name=csrf_token]")) {
    input.value = state.csrf_token;
  }
  withdraw("signedOut");
  retryMs = 100;
  return false;
}

function endNow(answer) {
  ended = true;
  forgetAll();
  for (const input of form.querySelectorAll("input, select, textarea, button")) input.disabled = true;
  showSaved("saved", fill(texts.saved, { time: answer.saved_at }));
  notice("ended", texts.ended, link(texts.seeResult, form.dataset.pageUrl));
  location.assign(form.dataset.pageUrl);
}

// ---- The clock ---------------------------------------------------------------------------------------------------------

const timer = document.querySelector("[data-timer]");

function startTimer() {
  const text = timer.querySelector("[data-timer-text]");
  const total = Number(timer.dataset.secondsLeft);
  // Counted from when the page came, by a clock that nobody can set.
  const begun = performance.now();
  let before = total;
  const toggle = button(texts.hide, () => {
    text.hidden = !text.hidden;
    toggle.textContent = text.hidden ? texts.show : texts.hide;
  });
  toggle.className = "btn btn-quiet btn-sm";
  timer.after(toggle);

  const tick = () => {
    const left = Math.max(0, Math.ceil(total - (performance.now() - begun) / 1000));
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    text.textContent = fill(texts.left, { time });
    timer.classList.toggle("is-soon", left <= 300 && left > 60);
    timer.classList.toggle("is-last", left <= 60);
    if (before > 300 && left <= 300) announce(texts.fiveMinutes);
    if (before > 60 && left <= 60) announce(texts.oneMinute);
    before = left;
    if (left === 0) {
      clearInterval(ticking);
      timeIsUp();
    }
  };
  const ticking = setInterval(tick, 500);
  tick();
}

async function timeIsUp() {
  notice("timeUp", texts.timeUp);
  await send();
  handIn();
}

/** Hand in as soon as the server can be reached; a page that is lost to a dead network would help nobody. */
async function handIn() {
  if (ended) return;
  try {
    const response = await fetch(form.dataset.stateUrl, {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    if (response.status === 401) askToSignIn();
    if (response.ok) {
      const state = await response.json();
      const finish = document.getElementById("finish");
      finish.elements.csrf_token.value = state.csrf_token;
      ended = true;
      forgetAll();
      finish.submit();
      return;
    }
  } catch {
    notice("timeUp", texts.timeUpOffline);
  }
  setTimeout(handIn, RETRY_FIRST_MS);
}

// ---- Begin -------------------------------------------------------------------------------------------------------------

form.querySelector("[data-save-button]").hidden = true;
const writing = new Map();

/** Take in what was typed or chosen; text that is being written waits for the hand to rest. */
function onChange(event, rest) {
  const item = event.target.closest("[data-item]")?.dataset.item;
  if (!item || !event.target.name?.endsWith(`-${item}`)) return;
  clearTimeout(writing.get(item));
  writing.delete(item);
  if (rest) writing.set(item, setTimeout(() => { writing.delete(item); answerChanged(item); }, rest));
  else answerChanged(item);
}
form.addEventListener("change", (event) => onChange(event, 0));
form.addEventListener("input", (event) => {
  if (!isChoice(event.target) && event.target.tagName !== "SELECT") onChange(event, WRITING_MS);
});
form.addEventListener("focusout", (event) => {
  if (writing.has(event.target.closest("[data-item]")?.dataset.item)) onChange(event, 0);
});
form.addEventListener("submit", async (event) => {
  if (pending.size === 0 && !sending) return;
  event.preventDefault();
  const { submitter } = event;
  for (let turn = 0; sending && turn < 50; turn += 1) await new Promise((wake) => setTimeout(wake, 100));
  if (await send()) form.requestSubmit(submitter);
  else notice("notSubmitted", texts.notSubmitted);
});
window.addEventListener("online", () => {
  retryMs = RETRY_FIRST_MS;
  send();
});
// Back from another tab, perhaps signed in again: try at once.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) send();
});
window.addEventListener("beforeunload", (event) => {
  if (pending.size && !ended) event.preventDefault();
});
resume();
if (timer) startTimer();
