// Signing in again without leaving the page: the fields of the ordinary sign-in, sent to it with a token of its own.

import { post } from "./server.js";

const HTML = { Accept: "text/html" };
const parsed = async (response) => new DOMParser().parseFromString(await response.text(), "text/html");

/** `onDone(path)` hears where the sign-in has led. */
export function startSignIn(dialog, texts, onDone) {
  const form = dialog.querySelector("form");
  const complaint = dialog.querySelector("[data-complaint]");

  const complain = (text) => {
    complaint.textContent = text;
    complaint.hidden = !text;
    complaint.setAttribute("role", text ? "alert" : "none");
  };

  async function tryIt() {
    const before = await fetch(form.action, { headers: HTML });
    if (before.redirected) return finish(before); // Signed in meanwhile, in another tab.
    const token = (await parsed(before)).querySelector("[name=csrf_token]").value;
    const fields = { csrf_token: token, name: form.elements.name.value, password: form.elements.password.value };
    const answer = await post(form.action, fields, HTML);
    if (answer.redirected) return finish(answer);
    const page = await parsed(answer);
    const faults = [...page.querySelectorAll(".nep-error-summary li")].map((line) => line.textContent.trim());
    complain(faults.join(" ") || texts.signInFailed);
    form.elements.password.value = "";
    form.elements.password.focus();
  }

  function finish(answer) {
    form.elements.password.value = "";
    complain("");
    dialog.close();
    onDone(new URL(answer.url).pathname);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [send] = form.querySelectorAll("[type=submit]");
    send.disabled = true;
    try {
      await tryIt();
    } catch {
      complain(texts.signInOffline);
    }
    send.disabled = false;
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  return { ask: () => dialog.showModal() };
}
