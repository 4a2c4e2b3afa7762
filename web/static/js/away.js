// One note for the whole page while the hub doesn't answer; it leaves by itself.
let note = null;

export function away(is) {
  if (!is) {
    note?.remove();
    note = null;
  } else if (!note) {
    note = document.createElement("p");
    note.className = "offline";
    note.setAttribute("role", "status");
    note.textContent = "The hub is not answering. Trying again…";
    document.body.append(note);
  }
}

// What is sent now would be lost with the page: it stays in its form.
document.addEventListener("submit", (event) => {
  if (!note || event.target.method !== "post") return;
  event.preventDefault();
  note.textContent = "The hub is not answering. What you typed stays here; send it again when this line is gone.";
}, true);
document.addEventListener("htmx:error", (event) => {
  if (event.detail?.error instanceof TypeError) away(true);
});
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail?.ctx?.response) away(false);
});
