// Asking the server: JSON, within a time.

const TIMEOUT_MS = 15_000;
const JSON_ONLY = { Accept: "application/json" };

export const get = (url) => fetch(url, { headers: JSON_ONLY, signal: AbortSignal.timeout(TIMEOUT_MS) });

/** Post fields; a small body is sent on even when the page is closed meanwhile. */
export function post(url, fields, headers = JSON_ONLY) {
  const body = new URLSearchParams(fields).toString();
  return fetch(url, {
    method: "POST",
    body,
    headers: { ...headers, "Content-Type": "application/x-www-form-urlencoded" },
    keepalive: body.length < 60_000,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
