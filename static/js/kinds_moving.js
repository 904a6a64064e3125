// Lets the rows of a question be moved: into an order, or into boxes. The selects of the page hold the answer, with this
// script and without it; each change of one is told by a "change" event, and "nep:filled" tells that others changed them.

const EDGE_PX = 72;
const SCROLL_PX = 8;
const GRIP_PX = 28;

const selectOf = (row) => row.querySelector("select");
const isLocked = (row) => selectOf(row).matches(":disabled");

/** Show what is for readers with this script, hide what is for those without. */
function takeOver(root) {
  root.classList.add("is-movable");
  for (const part of root.querySelectorAll("[data-with-script]")) part.hidden = false;
  for (const part of root.querySelectorAll("[data-without-script]")) part.hidden = true;
}

function tell(row) {
  selectOf(row).dispatchEvent(new Event("change", { bubbles: true }));
}

function onFilled(root, draw) {
  (root.closest("fieldset") ?? root).addEventListener("nep:filled", draw);
}

/** Put rows into a list in this order, touching only those that stand elsewhere, so that the focus stays. */
function putInOrder(list, rows) {
  let next = list.firstElementChild;
  for (const row of rows) {
    while (next && !rows.includes(next)) next = next.nextElementSibling;
    if (row === next) next = next.nextElementSibling;
    else list.insertBefore(row, next);
  }
}

/**
 * Call `begin(row)` when a row is dragged: with a mouse anywhere but on its controls, with a finger by its grip. What it
 * returns is told where the pointer is (`move(event)`) and of the end (`end(isDropped)`). Near the edges the page scrolls.
 */
function onDrag(root, begin) {
  root.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("[data-row]");
    const onControl = event.target.closest("button, select, a");
    const byGrip = event.target.closest(".nep-grip");
    if (!row || event.button !== 0 || onControl || isLocked(row) || (event.pointerType !== "mouse" && !byGrip)) return;
    const listening = new AbortController();
    const { signal } = listening;
    const on = (type, act) => document.addEventListener(type, (other) => {
      if (other.pointerId === event.pointerId) act(other);
    }, { signal });
    let last = event;
    let drag = null;
    const follow = () => {
      if (signal.aborted) return;
      if (last.clientY < EDGE_PX) scrollBy({ top: -SCROLL_PX, behavior: "instant" });
      else if (last.clientY > innerHeight - EDGE_PX) scrollBy({ top: SCROLL_PX, behavior: "instant" });
      drag.move(last);
      requestAnimationFrame(follow);
    };
    const end = (isDropped) => {
      listening.abort();
      row.classList.remove("is-dragged");
      row.removeAttribute("style");
      drag?.end(isDropped);
    };
    on("pointermove", (moved) => {
      last = moved;
      if (drag) return;
      // Only now: a mere click must still reach the label that was clicked.
      root.setPointerCapture(moved.pointerId);
      drag = begin(row);
      follow();
    });
    on("pointerup", (moved) => {
      drag?.move(moved);
      end(true);
    });
    on("pointercancel", () => end(false));
    document.addEventListener("keydown", (pressed) => {
      if (pressed.key === "Escape") end(false);
    }, { signal });
  });
}

// ---- An order --------------------------------------------------------------------------------------------------------

function makeOrdering(root) {
  const list = root.querySelector("ol");
  const said = root.querySelector("[data-said]");
  const rows = () => [...list.children];

  /** Show the rows by their places; those without one follow as they stood. */
  const draw = () => {
    const before = rows();
    const placeOf = (row) => Number(selectOf(row).value) || before.length + 1;
    putInOrder(list, [...before].sort((one, other) => placeOf(one) - placeOf(other)));
    const after = rows();
    for (const [index, row] of after.entries()) {
      row.querySelector("[data-place]").textContent = selectOf(row).value || "–";
      row.querySelector('[data-move="-1"]').setAttribute("aria-disabled", index === 0);
      row.querySelector('[data-move="1"]').setAttribute("aria-disabled", index === after.length - 1);
    }
    const isOrdered = after.every((row, index) => selectOf(row).value === String(index + 1));
    root.querySelector("[data-unordered]").hidden = isOrdered;
  };

  /** Take the order that is shown as the answer, and say where a row is now. */
  const settle = (row) => {
    const after = rows();
    for (const [index, one] of after.entries()) selectOf(one).value = String(index + 1);
    draw();
    tell(row);
    said.textContent = root.dataset.moved
      .replace("{place}", after.indexOf(row) + 1)
      .replace("{count}", after.length);
  };

  const step = (row, by) => {
    const neighbour = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!neighbour) return;
    // The neighbour is what moves in the document: the button that was pressed keeps the focus.
    if (by < 0) row.after(neighbour);
    else row.before(neighbour);
    settle(row);
  };

  takeOver(root);
  for (const row of rows()) selectOf(row).hidden = true;
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("keep" in button.dataset) {
      settle(list.firstElementChild);
      list.querySelector("[data-move]").focus();
    } else step(button.closest("[data-row]"), Number(button.dataset.move));
  });
  onDrag(root, (row) => {
    const before = rows();
    row.classList.add("is-dragged");
    return {
      move(event) {
        const middleOf = (one) => one.getBoundingClientRect().top + one.offsetHeight / 2;
        const below = rows().find((one) => one !== row && event.clientY < middleOf(one));
        if (row.nextElementSibling !== (below ?? null)) list.insertBefore(row, below ?? null);
      },
      end(isDropped) {
        if (!isDropped) putInOrder(list, before);
        else if (rows().some((one, index) => one !== before[index])) settle(row);
      },
    };
  });
  onFilled(root, draw);
  draw();
}

// ---- Boxes -----------------------------------------------------------------------------------------------------------

function makeBoxes(root) {
  const rows = [...root.querySelectorAll("[data-row]")];
  const drops = [...root.querySelectorAll("[data-drop]")];
  let byKeyboard = false;

  /** Put every row into the box that its select names. */
  const draw = () => {
    const focused = document.activeElement;
    for (const drop of drops) {
      putInOrder(drop.querySelector("[data-box]"), rows.filter((row) => selectOf(row).value === drop.dataset.drop));
    }
    if (root.contains(focused)) focused.focus({ preventScroll: true });
  };

  takeOver(root);
  root.addEventListener("keydown", () => { byKeyboard = true; });
  root.addEventListener("pointerdown", () => { byKeyboard = false; });
  // Arrow keys walk through the choices, changing the select at each: the row moves when the person has moved on.
  root.addEventListener("change", () => {
    if (!byKeyboard) draw();
  });
  root.addEventListener("focusout", () => queueMicrotask(draw));
  onDrag(root, (row) => {
    const fullHeight = row.offsetHeight;
    row.classList.add("is-dragged");
    const { left, top, width, height } = row.getBoundingClientRect();
    // Its place stays as high as it was, or the boxes would move away under the pointer.
    row.style.marginBottom = `calc(0.625rem + ${fullHeight - height}px)`;
    const scrolled = scrollY;
    let over = null;
    const mark = (drop) => {
      over?.classList.remove("is-over");
      over = drop;
      over?.classList.add("is-over");
    };
    return {
      move(event) {
        // The grip stays under the pointer, and the row inside the window.
        const x = Math.min(event.clientX - GRIP_PX, document.documentElement.clientWidth - width) - left;
        const y = event.clientY - height / 2 - top + scrollY - scrolled;
        row.style.transform = `translate(${x}px, ${y}px)`;
        const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-drop]");
        mark(under && root.contains(under) ? under : null);
      },
      end(isDropped) {
        const target = over;
        mark(null);
        if (!isDropped || !target || target.dataset.drop === selectOf(row).value) return;
        selectOf(row).value = target.dataset.drop;
        draw();
        tell(row);
      },
    };
  });
  onFilled(root, draw);
  draw();
}

for (const root of document.querySelectorAll("[data-ordering]")) makeOrdering(root);
for (const root of document.querySelectorAll("[data-categorise]")) makeBoxes(root);
