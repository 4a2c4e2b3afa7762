// The events page: rows come in at the top; pausing keeps what comes meanwhile for later.
import { away } from "./away.js";

const LONGEST = 300;
const card = document.querySelector("[data-events]");
const list = document.getElementById("event-list");
const empty = document.getElementById("event-empty");
const button = document.getElementById("pause");
let held = null;

async function show(html) {
  await htmx.swap({ text: html, target: list, sourceElement: list, swap: "afterbegin" });
  while (list.children.length > LONGEST) list.lastElementChild.remove();
  empty.hidden = true;
}

if (card) {
  button.hidden = false;
  const source = new EventSource(card.dataset.events);
  source.addEventListener("error", () => away(true));
  source.addEventListener("open", () => away(false));
  source.addEventListener("message", (event) => {
    if (held === null) return show(event.data);
    held.push(event.data);
    button.querySelector("span").textContent = `Go on (${held.length})`;
  });
  button.addEventListener("click", () => {
    const paused = held === null;
    button.setAttribute("aria-pressed", String(paused));
    if (paused) held = [];
    else {
      const missed = held;
      held = null;
      missed.forEach(show);
    }
    button.querySelector("span").textContent = paused ? "Go on" : "Pause";
  });
  addEventListener("pagehide", () => source.close());
}
for (const select of document.querySelectorAll("[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
