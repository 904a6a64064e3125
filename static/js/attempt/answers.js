// Answers on their way: what they say, and the bodies of the requests that bring them.

/** Return fields as one text, whatever their order; an empty one is the same as none. */
const said = (fields) => JSON.stringify(Object.entries(fields)
  .map(([name, values]) => [name, values.filter((value) => value !== "").sort()])
  .filter(([, values]) => values.length)
  .sort());
export const saysNothing = (fields) => said(fields) === "[]";
export const sameFields = (one, other) => said(one) === said(other);

/** Return answers to several questions, one for each, as the body of a save; see quizzes/attempt_forms.py. */
export function bodyOf(batch, head = {}) {
  const body = new URLSearchParams(head);
  for (const { item, writer, sequence, base, fields, given, seconds } of batch) {
    const marks = writer ? { revision: base, writer, sequence, given, seconds } : { revision: base };
    for (const [name, value] of Object.entries(marks)) body.append(`${name}-${item}`, value);
    for (const [name, values] of Object.entries(fields)) {
      for (const value of values) body.append(`${name}-${item}`, value);
    }
  }
  return body;
}

/** Return entries, the oldest first, as batches in which each question comes once. */
export function batchesOf(entries) {
  const batches = [];
  const rounds = new Map();
  for (const entry of entries) {
    const round = rounds.get(entry.item) ?? 0;
    rounds.set(entry.item, round + 1);
    (batches[round] ??= []).push(entry);
  }
  return batches;
}
