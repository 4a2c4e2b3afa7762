// The service worker: shows what the hub pushes, and carries buttons back, also when no page is open.
const PLAIN = { title: "Homeostat", message: "There is something to read in Homeostat." };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => event.waitUntil(take(event.data)));
self.addEventListener("notificationclick", (event) => event.waitUntil(clicked(event)));
self.addEventListener("notificationclose", (event) => event.waitUntil(answer(event.notification.data, { state: "cleared" })));

async function take(data) {
  let told = PLAIN;
  try {
    told = data?.json() ?? PLAIN;
  } catch {
    // Every push must show something; a browser takes the right away otherwise.
  }
  await self.registration.showNotification(told.title, {
    body: told.message,
    tag: told.tag,
    renotify: Boolean(told.tag) && told.urgency !== "info",
    requireInteraction: Boolean(told.stays),
    silent: Boolean(told.silent),
    timestamp: told.at,
    icon: told.icon,
    badge: told.icon,
    data: told,
    actions: (told.actions ?? []).slice(0, self.Notification?.maxActions ?? 2),
  });
  await answer(told, { state: "delivered" });
}

async function clicked(event) {
  const told = event.notification.data ?? {};
  event.notification.close();
  const button = (told.buttons ?? []).find((one) => one.action === event.action);
  if (button && button.action !== "URI" && !button.reply) {
    await answer(told, { action: button.action, reply: event.reply ?? "" });
    return;
  }
  await answer(told, { state: "seen" });
  const path = button?.uri || (button?.reply ? "/notifications" : told.uri || "/notifications");
  const target = new URL(path, self.location.origin);
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find((one) => new URL(one.url).origin === self.location.origin);
  if (open && target.origin === self.location.origin) {
    await open.focus();
    await open.navigate(target.href).catch(() => self.clients.openWindow(target.href));
  } else {
    await self.clients.openWindow(target.href);
  }
}

// With the notice's own token, so that it works signed out, too. Offline it is tried again for a minute.
async function answer(told, body) {
  if (!told?.token) return;
  const send = () => fetch("/notifications/by-token", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token: told.token, ...body }),
  });
  for (const wait of [2000, 8000, 20000, 0]) {
    try {
      await send();
      return;
    } catch {
      if (wait) await new Promise((done) => setTimeout(done, wait));
    }
  }
}
