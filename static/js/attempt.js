// The page of an attempt: every change is kept on this device and sent at once. Without it the page's form does the job.

import { canSeal, download } from "./attempt/answer_file.js";
import { countdown, serverClock, stopwatch } from "./attempt/clock.js";
import {
  announce, button, fill, form, isChoice, link, lock, notice, showSaved, showState, texts, withdraw,
} from "./attempt/page.js";
import { startSender } from "./attempt/sender.js";
import { post } from "./attempt/server.js";
import { startSignIn } from "./attempt/sign_in.js";
import { openStore } from "./attempt/store.js";
import { makeMark, startTabs } from "./attempt/tabs.js";

const RETRY_MS = 2_000;
const FILE_AFTER_MS = 30_000;
const { dataset } = form;
const finish = document.getElementById("finish");
const clock = serverClock(Number(dataset.time));
const mine = makeMark();
let timer = null;
let ended = false;

// ---- Saving ------------------------------------------------------------------------------------------------------------

const store = openStore(dataset.person, dataset.attempt, () => notice("notKept", texts.notKept, ...fileActions()));

/** Return what helps when answers can't be sent or kept: a file of them, and where it is handed in. */
function fileActions() {
  if (!canSeal) return [];
  return [
    button(texts.download, () => download(Number(dataset.attempt), sender.saves(), dataset.fileKey)),
    link(texts.handInFile, dataset.fileUrl, true),
  ];
}

let waitingSince = null;
function offerFile() {
  waitingSince ??= performance.now();
  if (canSeal && performance.now() - waitingSince > FILE_AFTER_MS) notice("file", texts.file, ...fileActions());
}

const sender = startSender({
  mine,
  store,
  clock,
  seconds: stopwatch(form),
  on: {
    sending: () => showSaved("saving", texts.saving),
    waiting(count) {
      showSaved("waiting", count === 1 ? texts.waitingOne : fill(texts.waiting, { count }));
      offerFile();
    },
    saved(time) {
      showSaved("saved", fill(texts.saved, { time }));
      withdraw("kept", "notSubmitted", "signedOut", "stranger", "held", "file");
      waitingSince = null;
    },
    item(item, state, time) {
      const words = { waiting: texts.itemWaiting, saved: fill(texts.saved, { time }), "": "" };
      showState(item, words[state]);
    },
    heard(answer) {
      clock.set(answer.time);
      if (answer.seconds_left !== null) timer?.set(answer.seconds_left);
      tabs.heard(answer);
    },
    cut: () => tabs.note("offline"),
    back: () => tabs.note("online"),
    signedOut: () => notice(
      "signedOut", texts.signedOut,
      button(texts.signInHere, signIn.ask), link(texts.signIn, dataset.signInUrl, true),
    ),
    stranger: () => notice("stranger", texts.stranger, link(texts.account, dataset.accountUrl, true)),
    held: (url) => notice("held", texts.held, link(texts.goThere, url, true)),
    refused: () => notice("refused", texts.refused, link(document.title, dataset.pageUrl)),
    tooLate: () => notice("tooLate", texts.tooLate),
    contested(item) {
      // The button of the overview that leads to its page; there the person is asked.
      const way = document.querySelector(`button[data-nav="${item}"]`);
      const number = way?.value.split("-")[1];
      notice(`contested-${item}`, fill(texts.contested, { number }), button(fill(texts.toQuestion, { number }), () => way.click()));
    },
    ended(answer, unsent) {
      ended = true;
      lock();
      withdraw("timeUp");
      if (unsent.length) {
        const text = fill(texts.endedUnsent, { count: unsent.length });
        withdraw("file");
        notice("ended", text, ...fileActions(), link(texts.seeResult, dataset.pageUrl));
        return;
      }
      showSaved("saved", fill(texts.saved, { time: answer.saved_at }));
      notice("ended", texts.ended, link(texts.seeResult, dataset.pageUrl));
      location.assign(dataset.pageUrl);
    },
  },
});

// ---- Windows, events, signing in ----------------------------------------------------------------------------------------

const tabs = startTabs({
  mine,
  attempt: dataset.attempt,
  async tell(event) {
    const response = await post(dataset.eventsUrl, { csrf_token: form.elements.csrf_token.value, ...event });
    return response.ok && !response.redirected;
  },
  onElsewhere: () => notice("elsewhere", texts.elsewhere, button(texts.goOnHere, goOnHere)),
});

async function goOnHere() {
  withdraw("elsewhere");
  await tabs.open();
  await sender.refresh();
  sender.sendNow();
}

const signIn = startSignIn(document.getElementById("sign-in"), texts, async (path) => {
  withdraw("signedOut");
  const state = await sender.renew();
  if (!state) return;
  await tabs.note("sign_in");
  sender.sendNow();
});

// ---- The end -----------------------------------------------------------------------------------------------------------

async function timeIsUp() {
  notice("timeUp", texts.timeUp);
  lock();
  await sender.sendNow();
  handIn();
}

/** Hand in as soon as the server has what was given in time; a page that is lost to a dead network would help nobody. */
async function handIn() {
  if (ended) return;
  try {
    const state = await sender.renew();
    if (state?.seconds_left > 0) {
      // Minutes were given back meanwhile.
      lock(false);
      withdraw("timeUp");
      return;
    }
    if (state && (sender.isClear() || await sender.send() || state.phase === "over" || state.phase === "finished")) {
      ended = true;
      finish.submit();
      return;
    }
  } catch {
    notice("timeUp", texts.timeUpOffline);
  }
  setTimeout(handIn, RETRY_MS);
}

function startTimer(box) {
  const text = box.querySelector("[data-timer-text]");
  const toggle = button(texts.hide, () => {
    text.hidden = !text.hidden;
    toggle.textContent = text.hidden ? texts.show : texts.hide;
  });
  toggle.className = "btn btn-quiet btn-sm";
  box.after(toggle);
  const show = (left, before) => {
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    text.textContent = fill(texts.left, { time });
    box.classList.toggle("is-soon", left <= 300 && left > 60);
    box.classList.toggle("is-last", left <= 60);
    if (before > 300 && left <= 300) announce(texts.fiveMinutes);
    if (before > 60 && left <= 60) announce(texts.oneMinute);
  };
  return countdown(Number(box.dataset.secondsLeft), show, timeIsUp);
}

// ---- Begin -------------------------------------------------------------------------------------------------------------

const itemOf = (target) => {
  const item = target.closest("[data-item]")?.dataset.item;
  return item && target.name?.endsWith(`-${item}`) ? item : null;
};

form.querySelector("[data-save-button]")?.remove();
form.addEventListener("change", ({ target }) => {
  if (itemOf(target)) sender.change(itemOf(target));
});
form.addEventListener("input", ({ target }) => {
  if (itemOf(target) && !isChoice(target) && target.tagName !== "SELECT") sender.change(itemOf(target), true);
});
form.addEventListener("focusout", ({ target }) => {
  if (itemOf(target)) sender.rest(itemOf(target));
});
form.addEventListener("submit", async (event) => {
  const { submitter } = event;
  // Another page may be opened, perhaps to decide there; handing in waits for every decision.
  const about = { anywhere: submitter?.value === "confirm" };
  if (sender.isClear() && !sender.hasDisputes(about)) return;
  event.preventDefault();
  if (!await sender.sendNow()) notice("notSubmitted", texts.notSubmitted);
  else if (sender.hasDisputes(about)) notice("notSubmitted", texts.decideFirst);
  else form.requestSubmit(submitter);
});

/** Try at once: the network is back, or the person, perhaps signed in again in another tab. */
function tryNow() {
  if (!sender.isClear()) sender.sendNow();
  tabs.flush();
}
window.addEventListener("online", tryNow);
window.addEventListener("pagehide", () => sender.sendNow());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) tryNow();
});
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) goOnHere();
});
window.addEventListener("beforeunload", (event) => {
  if (!sender.isClear() && !ended) event.preventDefault();
});

const isNews = await sender.resume();
if (isNews) notice("kept", texts.kept);
tabs.open();
if (isNews) tabs.note("resume");
const timerBox = document.querySelector("[data-timer]");
if (timerBox) timer = startTimer(timerBox);
