// Keeps answers that the server has not confirmed on this device, bound to person and attempt. Every change is written to
// the disk (IndexedDB, strict durability) before it is sent; where nothing can be kept, the page's memory has to do.

const DATABASE = "nep-answers";
const TABLE = "waiting";

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function openDatabase() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(TABLE, { keyPath: ["person", "attempt", "item", "writer"] });
  };
  return done(request);
}

/**
 * Open what is kept of one person's attempt. `onTrouble` is called when the device refuses to keep something.
 * An entry: {person, attempt, item, writer, sequence, base, fields, given, seconds}; one for each item and writer.
 */
export function openStore(person, attempt, onTrouble) {
  const opened = Promise.resolve().then(openDatabase);
  opened.catch(onTrouble);
  // By item and writer: the turn that is being written; the next one hangs on it.
  const busy = new Map();

  // The window of that writer may have kept a newer change meanwhile; that one stays.
  const keepNow = (store, entry, stored) => {
    if (!stored || stored.sequence <= entry.sequence) store.put(entry);
  };
  const forgetNow = (store, entry, stored) => {
    if (stored && stored.sequence <= entry.sequence) store.delete(keyOf(entry));
  };
  const keyOf = (entry) => [person, attempt, entry.item, entry.writer];

  async function write({ act, entry }) {
    const change = (await opened).transaction(TABLE, "readwrite", { durability: "strict" });
    const ended = new Promise((resolve, reject) => {
      change.oncomplete = resolve;
      change.onabort = () => reject(change.error);
    });
    const store = change.objectStore(TABLE);
    act(store, { ...entry, person, attempt }, await done(store.get(keyOf(entry))));
    return ended;
  }

  /** One write at a time for each answer; of those that pile up meanwhile only the last is written. */
  async function settle(act, entry) {
    const name = `${entry.item} ${entry.writer}`;
    let turn = { act, entry };
    if (busy.has(name)) {
      busy.get(name).next = turn;
      return;
    }
    while (turn) {
      busy.set(name, turn);
      try {
        await write(turn);
      } catch (error) {
        onTrouble(error);
      }
      turn = turn.next;
    }
    busy.delete(name);
  }

  return {
    keep: (entry) => settle(keepNow, entry),
    forget: (entry) => settle(forgetNow, entry),
    /** Return what earlier visits left, the oldest change first. */
    async kept() {
      try {
        const table = (await opened).transaction(TABLE).objectStore(TABLE);
        const all = await done(table.getAll(IDBKeyRange.bound([person, attempt], [person, attempt, []])));
        return all.sort((one, other) => one.given - other.given);
      } catch {
        return [];
      }
    },
  };
}
