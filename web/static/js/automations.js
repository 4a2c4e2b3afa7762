// The list's filters act at once; the editor warns before what was typed is lost, and moves cards by keyboard.
document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-submit-any]");
  if (select) select.form.requestSubmit();
});

const typed = () => document.querySelector("[data-guard]")?.dataset.guard === "changed";

document.addEventListener("input", (event) => {
  const guard = event.target.closest("[data-guard]");
  if (guard) guard.dataset.guard = "changed";
});

// Another span tries it again at once; dates are chosen first.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-past] input[name=days]") || event.target.value === "other") return;
  event.target.closest("[data-past]").querySelector("button[value=try]").click();
});

let leaving = false;
addEventListener("beforeunload", (event) => {
  if (typed() && !leaving) event.preventDefault();
});
document.addEventListener("click", (event) => {
  // Saving leaves the page on purpose.
  const button = event.target.closest("button[name=op]");
  leaving = button?.value === "save";
});

// What is chosen from comes into sight as soon as it opens.
let picking = "";
document.addEventListener("htmx:after:swap", () => {
  const pick = document.querySelector("#editor .pick");
  const now = pick?.querySelector("[name=picking]").value ?? "";
  if (pick && now !== picking) pick.scrollIntoView({ block: "start" });
  picking = now;
});

// What is unfolded stays so when the form comes back.
document.addEventListener("submit", (event) => {
  const kept = event.target.querySelector?.("[data-open]");
  if (!kept) return;
  const open = event.target.querySelectorAll("[data-part]:has(> .part-fold[open])");
  kept.value = [...open].map((card) => card.dataset.part).join(",");
}, true);

// Alt and an arrow moves the card that one is in; its own buttons do the same.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const card = event.target.closest("[data-part]");
  const button = card?.querySelector(`:scope > .part-acts [data-move-part=${event.key === "ArrowUp" ? "up" : "down"}]`);
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
});

// Escape closes what is chosen from.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.target.closest?.("#editor .pick")?.querySelector("button[value=unpick]").click();
});

// Enter in a field would press the first button of the form; it searches or does nothing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-guard] input:not([type=checkbox], [type=radio])")) return;
  event.preventDefault();
});
