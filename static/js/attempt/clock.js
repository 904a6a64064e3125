// The server's time, counted on from its last answer by a clock that nobody can set; and the time that is left.

const arrived = performance.getEntriesByType("navigation")[0]?.responseStart || 0;

/** Follow the server's clock from the moment when the page came. */
export function serverClock(time) {
  let anchor = { time, at: arrived };
  return {
    now: () => Math.round(anchor.time + performance.now() - anchor.at),
    set(fresh) { anchor = { time: fresh, at: performance.now() }; },
  };
}

/** Count down; `onTick(seconds, secondsBefore)` twice a second, `onEnd()` once. */
export function countdown(secondsLeft, onTick, onEnd) {
  let ends = arrived + secondsLeft * 1000;
  let before = secondsLeft;
  let ended = false;
  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    onTick(left, before);
    before = left;
    if (left > 0) ended = false;
    else if (!ended) {
      ended = true;
      onEnd();
    }
  };
  setInterval(tick, 500);
  tick();
  return { set(seconds) { ends = performance.now() + seconds * 1000; } };
}

/** Count the seconds in which a question is in use: it has the focus, the page is seen, and somebody is there. */
export function stopwatch(form, idleMs = 60_000) {
  const seconds = new Map();
  for (const box of form.querySelectorAll("[data-item]")) seconds.set(box.dataset.item, Number(box.dataset.seconds) || 0);
  let current = null;
  let active = performance.now();
  const note = (event) => {
    active = performance.now();
    current = event.target.closest?.("[data-item]")?.dataset.item ?? current;
  };
  for (const type of ["focusin", "pointerdown", "keydown", "input"]) form.addEventListener(type, note);
  setInterval(() => {
    if (current && !document.hidden && performance.now() - active < idleMs) seconds.set(current, seconds.get(current) + 1);
  }, 1000);
  return (item) => seconds.get(item) ?? 0;
}
