// The bell: its count follows the hub, a new notice is shown and read out once, and the open list loads itself anew.
const bells = document.querySelectorAll("[data-bell]");
let stream = null;
let last = null;

function draw(count) {
  for (const bell of bells) {
    const badge = bell.querySelector(".bell-count");
    badge.textContent = count > 99 ? "99+" : String(count);
    badge.hidden = count === 0;
    bell.dataset.bell = "live";
    bell.querySelector("[data-bell-words]").textContent = count ? `, ${count} new` : "";
  }
  navigator.setAppBadge?.(count).catch(() => {});
}

function toast(told) {
  const toasts = document.getElementById("toasts");
  if (!toasts || location.pathname === "/notifications") return;
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.toast = "";
  const words = document.createElement("p");
  const title = document.createElement("strong");
  title.textContent = told.title;
  words.append(title, told.title && told.message ? " " : "", told.message);
  const link = document.createElement("a");
  link.className = "button";
  link.href = "/notifications";
  link.textContent = "Show";
  box.append(words, link);
  toasts.append(box);
}

function listen() {
  if (stream || document.hidden || !bells.length) return;
  stream = new EventSource("/notifications/live");
  stream.addEventListener("bell", (event) => {
    const news = JSON.parse(event.data);
    draw(news.count);
    if (last !== null && news.told && news.told.id !== last) toast(news.told);
    last = news.told?.id ?? last ?? "";
    document.dispatchEvent(new CustomEvent("homeostat:notices"));
    document.querySelector("#notices")?.dispatchEvent(new CustomEvent("homeostat:notices"));
  });
  stream.addEventListener("ended", () => rest());
}

// A hidden page holds no connection: a browser has few of them.
function rest() {
  stream?.close();
  stream = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
window.addEventListener("pagehide", rest);
listen();
