// What every page gets on top of plain HTML. Nothing here is needed to read or to send a page.

/** Give the focus to the summary of errors, so that it is read first. */
function focusFirst() {
  document.querySelector("[data-autofocus]")?.focus();
}

/** Lead from the summary of errors into the field itself, with its label in sight. */
function followErrorLinks() {
  document.querySelector(".nep-error-summary")?.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const control = field.matches("fieldset") ? field.querySelector("input, select, textarea") : field;
    (field.closest(".nep-field") ?? field).scrollIntoView({ block: "start" });
    control?.focus({ preventScroll: true });
  });
}

/** Let messages of the last action be put away. */
function addCloseButtons() {
  for (const flash of document.querySelectorAll("[data-dismissible]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "nep-close";
    button.setAttribute("aria-label", flash.dataset.dismissible);
    const picture = flash.querySelector("svg").cloneNode(true);
    const use = picture.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#x-lg"));
    button.append(picture);
    button.addEventListener("click", () => {
      flash.remove();
      document.getElementById("main")?.focus();
    });
    flash.append(button);
  }
}

/** Ask in a dialog instead of in the page, before what can't be undone. */
function turnConfirmsIntoDialogs() {
  document.querySelectorAll("details[data-confirm]").forEach((details, index) => {
    const summary = details.querySelector("summary");
    const panel = details.querySelector(".nep-confirm-panel");
    const title = panel.querySelector(".nep-confirm-title");
    const dialog = document.createElement("dialog");
    dialog.className = "nep-dialog";
    title.id ||= `confirm-title-${index}`;
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.append(panel);
    details.after(dialog);
    summary.setAttribute("aria-haspopup", "dialog");
    const cancel = panel.querySelector("[data-cancel]");
    cancel.hidden = false;
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => summary.focus());
    summary.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
      cancel.focus();
    });
  });
}

/** Send a form once: a second click or a slow line must not repeat the work. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  // The page may come back from the browser's memory: then the form must work again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once][data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });
}

/** Close open menus on Escape and on a click elsewhere. */
function closeMenus() {
  const open = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
}

/** Send the form of a select as soon as another choice is made. */
function submitOnChange() {
  for (const control of document.querySelectorAll("[data-submit-on-change]")) {
    control.addEventListener("change", () => control.form.requestSubmit());
  }
}

focusFirst();
followErrorLinks();
addCloseButtons();
turnConfirmsIntoDialogs();
sendOnce();
closeMenus();
submitOnChange();
