// Brings answers to the server in the order in which they were given. Every change is numbered by its writer (a visit to
// the page) and kept on this device until the server has answered it; what earlier visits left is sent first, as theirs.

import { batchesOf, bodyOf, sameFields } from "./answers.js";
import { ask, fieldsOf, fillIn, form, markAnswered, questionOf, revisionOf } from "./page.js";
import { get, post } from "./server.js";

const RETRY_FIRST_MS = 2_000;
const RETRY_MOST_MS = 30_000;
const WRITING_MS = 800;
const WRITING_MOST_MS = 5_000;
const BATCH_BYTES = 150_000;
const RENEW_APART_MS = 10_000;

/**
 * `on` hears: sending(), waiting(count), saved(time), item(item, "waiting" | "saved" | "", time), heard(answer), cut(), back(),
 * signedOut(), stranger(), held(url), refused(), tooLate(), contested(item) of a question on another page, ended(answer, left).
 */
export function startSender({ mine, store, clock, seconds, on }) {
  // By item: the changes that the server has not answered, oldest first; one at most for each writer.
  const queues = new Map();
  // By item: the revision of what this page has shown.
  const known = new Map();
  const disputed = new Set();
  const resting = new Map();
  let count = 0;
  let sending = null;
  let most = Infinity;
  let ended = false;
  let cut = false;
  let renewed = -RENEW_APART_MS;
  let retryTimer = 0;
  let retryMs = RETRY_FIRST_MS;

  const revision = (item) => known.get(item) ?? Number(revisionOf(item)?.value ?? 0);
  const learn = (item, now) => {
    known.set(item, now);
    if (revisionOf(item)) revisionOf(item).value = now;
  };
  const waiting = () => [...queues.keys()].filter((item) => !disputed.has(item));
  const isClear = () => waiting().length === 0;

  function add(entry) {
    const queue = queues.get(entry.item) ?? [];
    const place = queue.findIndex((earlier) => earlier.writer === entry.writer);
    if (place < 0) queue.push(entry);
    else queue[place] = entry;
    queues.set(entry.item, queue);
    store.keep(entry);
    on.item(entry.item, "waiting");
  }

  function drop(entry) {
    const rest = (queues.get(entry.item) ?? []).filter(
      (other) => other.writer !== entry.writer || other.sequence > entry.sequence,
    );
    if (rest.length) queues.set(entry.item, rest);
    else queues.delete(entry.item);
    store.forget(entry);
    return rest;
  }

  /** Take in what a question says now; text that is being written waits for the hand to rest. */
  function change(item, writing = false) {
    const own = queues.get(item)?.find((entry) => entry.writer === mine);
    count += 1;
    add({
      item, writer: mine, sequence: count, base: own?.base ?? revision(item), fields: fieldsOf(item), given: clock.now(),
      seconds: seconds(item),
    });
    markAnswered(item);
    const since = resting.get(item)?.since ?? performance.now();
    clearTimeout(resting.get(item)?.timer);
    resting.delete(item);
    if (writing && performance.now() - since < WRITING_MOST_MS) {
      resting.set(item, { since, timer: setTimeout(() => rest(item), WRITING_MS) });
    } else {
      send();
    }
  }

  /** Send what was being written: the hand rests, or has gone elsewhere. */
  function rest(item) {
    if (!resting.has(item)) return;
    clearTimeout(resting.get(item).timer);
    resting.delete(item);
    send();
  }

  function nextBatch() {
    const batch = [];
    let bytes = 0;
    for (const item of waiting()) {
      if (resting.has(item)) continue;
      const [entry] = queues.get(item);
      bytes += JSON.stringify(entry.fields).length * 3;
      if (batch.length && (bytes > BATCH_BYTES || batch.length >= most)) break;
      batch.push(entry);
    }
    return batch;
  }

  /** Send everything that waits, one request at a time; resolve to whether nothing is left. */
  async function send() {
    clearTimeout(retryTimer);
    sending ??= sendAll().finally(() => { sending = null; });
    await sending;
    return isClear();
  }

  async function sendAll() {
    for (let batch = nextBatch(); batch.length && !ended; batch = nextBatch()) {
      on.sending();
      if (!await dealtWith(batch)) {
        retryTimer = setTimeout(send, retryMs);
        retryMs = Math.min(retryMs * 2, RETRY_MOST_MS);
        if (!ended) on.waiting(waiting().length);
        return;
      }
      retryMs = RETRY_FIRST_MS;
    }
    most = Infinity;
  }

  async function dealtWith(batch) {
    try {
      const response = await post(form.action, bodyOf(batch, { csrf_token: form.elements.csrf_token.value }));
      if (cut) on.back();
      cut = false;
      return await received(response, batch);
    } catch {
      // No network, or no answer in time.
      if (!cut) on.cut();
      cut = true;
      return false;
    }
  }

  /** Take in what the server answered; return whether it dealt with the batch. */
  async function received(response, batch) {
    if (response.redirected) {
      on.held(response.url);
      return false;
    }
    if (response.status === 401) on.signedOut();
    if (response.status === 400) await renew();
    if ([413, 422].includes(response.status) || (response.status === 404 && await renew())) {
      if (batch.length === 1) refuse(batch[0]);
      most = 1;
      return true;
    }
    if (response.status !== 200 && response.status !== 409) return false;
    const answer = await response.json();
    if (!answer.answers) return false;
    on.heard(answer);
    if (answer.phase === "over" || answer.phase === "finished") {
      end(answer);
      return true;
    }
    for (const entry of batch) take(entry, answer);
    if (isClear()) on.saved(answer.saved_at);
    return true;
  }

  function take(entry, answer) {
    const stored = answer.answers[entry.item];
    if (answer.refused.includes(Number(entry.item))) {
      drop(entry);
      on.item(entry.item, "");
      on.tooLate();
    } else if (answer.conflicts.includes(Number(entry.item))) {
      contest(entry.item, stored);
    } else {
      accept(entry, stored, answer.saved_at);
    }
  }

  function accept(entry, stored, time) {
    const { item } = entry;
    learn(item, stored.revision);
    // What is stored is this answer, unless a later one of the same writer had overtaken it.
    const isThis = stored.sequence === entry.sequence || sameFields(stored.fields, entry.fields);
    const left = drop(entry);
    if (isThis) for (const later of left) add({ ...later, base: stored.revision });
    if (left.length) return;
    if (!isThis) fillIn(item, stored.fields);
    on.item(item, "saved", time);
  }

  /** The server holds an answer that this page had not seen: the person decides. */
  function contest(item, stored) {
    disputed.add(item);
    on.item(item, "");
    if (!questionOf(item)) {
      on.contested(item);
      return;
    }
    ask(item, stored.fields, (fields) => {
      disputed.delete(item);
      learn(item, stored.revision);
      for (const entry of queues.get(item)) drop(entry);
      if (!sameFields(fields, stored.fields)) change(item);
    });
  }

  /** What the server will never take is no longer sent; the page still shows it. */
  function refuse(entry) {
    drop(entry);
    on.item(entry.item, "");
    on.refused();
  }

  function end(answer) {
    ended = true;
    for (const queue of [...queues.values()]) {
      for (const entry of queue) {
        const stored = answer.answers[entry.item];
        if (stored && sameFields(stored.fields, entry.fields)) drop(entry);
      }
    }
    on.ended(answer, [...queues.keys()]);
  }

  /** Take a fresh token for the forms, as after signing in again; return where the attempt stands, or null. */
  async function renew() {
    const response = await get(form.dataset.stateUrl);
    if (response.redirected) on.held(response.url);
    if (response.status === 401) on.signedOut();
    if (response.status === 404) on.stranger();
    if (!response.ok || response.redirected) return null;
    const state = await response.json();
    for (const input of document.querySelectorAll("[name=csrf_token]")) input.value = state.csrf_token;
    if (performance.now() - renewed > RENEW_APART_MS) retryMs = 100;
    renewed = performance.now();
    on.heard(state);
    return state;
  }

  /** Show what the server holds, wherever this page has nothing newer. */
  async function refresh() {
    const state = await renew();
    for (const [item, stored] of Object.entries(state?.answers ?? {})) {
      if (queues.has(item)) continue;
      if (stored.revision !== revision(item)) fillIn(item, stored.fields);
      learn(item, stored.revision);
    }
    return state;
  }

  /** Take up what earlier visits could not send; return whether there was anything that the server does not show. */
  async function resume() {
    const left = (await store.kept()).filter((entry) => entry.writer !== mine);
    const isNews = left.some(({ item, fields }) => !questionOf(item) || !sameFields(fields, fieldsOf(item)));
    for (const entry of left) {
      add(entry);
      fillIn(entry.item, entry.fields);
    }
    if (left.length) send();
    return isNews;
  }

  return {
    change, rest, send, renew, refresh, resume, isClear,
    sendNow() {
      retryMs = RETRY_FIRST_MS;
      for (const item of [...resting.keys()]) rest(item);
      return send();
    },
    /** Tell whether the person has to decide about a question: on this page, or on any. */
    hasDisputes: ({ anywhere }) => [...disputed].some((item) => anywhere || questionOf(item)),
    /** Return the bodies of saves that would bring everything to the server: what waits, in order, and what it has. */
    saves() {
      const sent = [...form.querySelectorAll("[data-item]")].map((box) => box.dataset.item)
        .filter((item) => !queues.has(item))
        .map((item) => ({ item, base: revision(item), fields: fieldsOf(item) }));
      return batchesOf([...sent, ...[...queues.values()].flat()]).map((batch) => bodyOf(batch).toString());
    },
  };
}
