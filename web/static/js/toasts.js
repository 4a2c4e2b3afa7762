// Toasts stay long enough to be read and undone, and never leave while they are pointed at.
const STAY = 8000;

function leave(toast) {
  toast.classList.add("leaving");
  setTimeout(() => toast.remove(), 160);
}

function watch(toast) {
  let timer = setTimeout(() => leave(toast), STAY);
  const hold = () => clearTimeout(timer);
  const release = () => { timer = setTimeout(() => leave(toast), STAY / 2); };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
}

const toasts = document.getElementById("toasts");
if (toasts) {
  toasts.querySelectorAll("[data-toast]").forEach(watch);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) watch(node);
    }
  }).observe(toasts, { childList: true });
  toasts.addEventListener("click", (event) => {
    const toast = event.target.closest("[data-close]")?.closest("[data-toast]");
    if (toast) leave(toast);
  });
}
