// Links marked data-sheet open in a sheet instead of a page; without this script they are ordinary links.
const sheet = document.getElementById("sheet");

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (!link || !sheet || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  await htmx.ajax("GET", link.href, { target: "#sheet", swap: "innerHTML", source: link });
  // Nothing came: the hub is away, and a note says so.
  if (!sheet.firstElementChild) return;
  if (!sheet.open) sheet.showModal();
  sheet.firstElementChild?.dispatchEvent(new Event("homeostat:sheet", { bubbles: true }));
  const first = ["[autofocus]", "input:not([type=hidden]), select, textarea", "a, button:not([data-close])"];
  first.map((wish) => sheet.querySelector(wish)).find(Boolean)?.focus();
});

if (sheet) {
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet || event.target.closest("[data-close]")) sheet.close();
  });
  sheet.addEventListener("close", () => sheet.replaceChildren());
}
