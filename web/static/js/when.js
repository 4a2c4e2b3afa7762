// "10 min ago" fills in the time; forms opened in a sheet come back to the page they were opened from.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ago]");
  if (!button) return;
  const field = document.getElementById(button.closest("[data-ago-for]").dataset.agoFor);
  const at = new Date(Date.parse(field.dataset.base) - button.dataset.ago * 60000);
  field.value = new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
});

function prepare(root) {
  for (const group of root.querySelectorAll("[data-ago-for]")) {
    const field = document.getElementById(group.dataset.agoFor);
    // The field was filled with the present by the hub, in the person's zone: the buttons count back from there.
    field.dataset.base = field.value;
    group.hidden = false;
  }
  const here = location.pathname + location.search;
  if (root.closest?.("dialog")) for (const back of root.querySelectorAll("[data-here]")) back.value = here;
}

prepare(document);
document.addEventListener("homeostat:sheet", (event) => prepare(event.target));
