// Buttons that copy a field. Over plain http browsers lend no clipboard, so the field's selection is copied there.
const SAID = 2000;

async function copied(field) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch {
      // Refused: the older way may still do.
    }
  }
  field.focus();
  field.select();
  return document.execCommand("copy");
}

function prepare() {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const done = await copied(document.getElementById(button.dataset.copy));
  const words = button.querySelector("span");
  words.textContent = done ? "Copied" : "Press Ctrl+C";
  if (done) button.focus();
  setTimeout(() => { words.textContent = "Copy"; }, SAID);
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("input[data-select]")) event.target.select();
});
prepare();
