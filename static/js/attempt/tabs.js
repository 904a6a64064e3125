// Which of several windows of an attempt goes on: the one that was opened last, until another is told to.

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const MOST_UNTOLD = 20;

/** Return a fresh mark of this visit to the page: its name as a writer of answers. */
export function makeMark() {
  return [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => LETTERS[byte % LETTERS.length]).join("");
}

/** `tell({kind, page, seconds_ago})` brings an event to the server; `onElsewhere()` hears that another window was opened. */
export function startTabs({ mine, attempt, tell, onElsewhere }) {
  const channel = new BroadcastChannel(`nep-attempt-${attempt}`);
  const untold = [];
  let telling = false;
  // Whether the server has heard that this page is open; before that its word about others is old.
  let isKnown = false;

  channel.addEventListener("message", ({ data }) => {
    if (data !== mine) giveWay();
  });

  function giveWay() {
    isKnown = false;
    note("other_page");
    onElsewhere();
  }

  /** Write an event down and tell the server, now or when it can be reached again. */
  function note(kind) {
    if (untold.length < MOST_UNTOLD) untold.push({ kind, at: performance.now() });
    return flush();
  }

  async function flush() {
    if (telling) return;
    telling = true;
    try {
      while (untold.length) {
        const { kind, at } = untold[0];
        const seconds = Math.round((performance.now() - at) / 1000);
        if (!await tell({ kind, page: mine, seconds_ago: seconds })) break;
        untold.shift();
        if (kind === "open") isKnown = true;
      }
    } catch {
      // No network: they are told later.
    }
    telling = false;
  }

  return {
    note, flush,
    /** Go on here; windows on this device hear it at once, those elsewhere with their next answer. */
    open() {
      channel.postMessage(mine);
      return note("open");
    },
    heard({ page }) {
      if (isKnown && page && page !== mine) giveWay();
    },
  };
}
