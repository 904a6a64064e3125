// How many questions a section may draw from, asked anew whenever its bank, topic or difficulty changes.
// Without this script a button sends the form and gets it back counted.

/** Return the address that counts what a row asks for. `url` has 0 in the bank's place. */
function addressFor(row, url) {
  const value = (name) => row.querySelector(`select[name$="-${name}"]`)?.value ?? "";
  const query = new URLSearchParams({ topic: value("topic"), difficulty: value("difficulty") });
  return `${url.replace("/0/", `/${value("bank_id")}/`)}?${query}`;
}

/** Write down how many questions there are, unless the row asks for others by then. */
async function count(row, url) {
  const asked = addressFor(row, url);
  const line = row.querySelector("[data-there]");
  try {
    const response = await fetch(asked, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.status);
    const { text } = await response.json();
    if (addressFor(row, url) === asked) line.textContent = text;
  } catch {
    line.textContent = ""; // an old number would be wrong; publishing counts again
  }
}

for (const rows of document.querySelectorAll("[data-there-url]")) {
  const url = rows.dataset.thereUrl;
  rows.addEventListener("change", (event) => {
    if (event.target.matches("select")) count(event.target.closest("[data-row]"), url);
  });
  rows.closest("form").querySelector("[data-add]").addEventListener("click", () => {
    // The row is added by the listener of the form, which comes after this one.
    setTimeout(() => {
      const row = rows.lastElementChild;
      for (const select of row.querySelectorAll("select:not([name$=-bank_id])")) select.value = ""; // any
      count(row, url);
    });
  });
}
