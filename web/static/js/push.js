// The switch of this browser under Settings, Notifications.
const box = document.querySelector("[data-push]");
const said = box?.querySelector("[data-push-said]");
const on = box?.querySelector("[data-push-on]");
const off = box?.querySelector("[data-push-off]");

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

function say(text) {
  said.textContent = text;
}

function why() {
  if (!window.isSecureContext) return "This browser allows it over HTTPS only. Settings, Network has the way there.";
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    return "This browser can’t. On an iPhone or iPad, add Homeostat to the home screen first and open it from there.";
  }
  if (Notification.permission === "denied") {
    return "You once said no to this. Allow notifications for this address in the browser’s own settings, then reload.";
  }
  return "";
}

async function worker() {
  await window.homeostat.worker();
  return navigator.serviceWorker.ready;
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.problem ?? "The hub did not take it. Reload the page and try again.");
  return told;
}

async function show() {
  const problem = why();
  if (problem) {
    say(problem);
    return;
  }
  const known = await navigator.serviceWorker.getRegistration("/");
  const mine = await known?.pushManager.getSubscription();
  on.hidden = Boolean(mine);
  off.hidden = !mine;
  say(mine ? "This browser is told, also while the page is closed." : "This browser is not told yet.");
}

async function switchOn() {
  on.disabled = true;
  try {
    const { key } = await (await fetch(box.dataset.push, { headers: { Accept: "application/json" } })).json();
    if (await Notification.requestPermission() !== "granted") {
      say("The browser was not allowed to show anything, so nothing was changed.");
      return;
    }
    const registered = await worker();
    const before = await registered.pushManager.getSubscription();
    await before?.unsubscribe();
    const subscription = await registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    await post("/settings/notifications/browser", subscription.toJSON());
    location.reload();
  } catch (error) {
    say(error.message);
  } finally {
    on.disabled = false;
  }
}

async function switchOff() {
  const registered = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registered?.pushManager.getSubscription();
  if (subscription) {
    await post("/settings/notifications/browser/off", { endpoint: subscription.endpoint }).catch(() => {});
    await subscription.unsubscribe();
  }
  location.reload();
}

if (box) {
  on.addEventListener("click", switchOn);
  off.addEventListener("click", switchOff);
  show().catch((error) => say(error.message));
}
