"""Web push in a real browser: switched on, told while no page is open, answered by a button, switched off.

The push service is the tests' own. Chromium speaks with its maker's alone, so the page's subscription is handed to it
here, and what arrives at the service is handed to the service worker as the browser does with a push that came.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from playwright.async_api import BrowserContext, Page, Worker

from hub.model import Actor, Happened, NoticeState
from hub.notify import Draft
from integrations.notify_webpush.sealing import b64
from tests.notify.servers.push import PushService, push_service
from tests.web.conftest import House, OpenPage

ANNA = Actor("anna")
SUBSCRIBES = """
(() => {
  const unsubscribe = () => window.leaveService();
  const subscription = (told) => ({ endpoint: told.endpoint, toJSON: () => told, unsubscribe });
  PushManager.prototype.subscribe = async function (options) {
    if (!options.userVisibleOnly) throw new Error("every push shows something");
    const key = [...new Uint8Array(options.applicationServerKey)];
    const told = await window.subscribeAtService(key);
    return subscription(told);
  };
  PushManager.prototype.getSubscription = async () => {
    const told = await window.knownAtService();
    return told && subscription(told);
  };
})();
"""


class Phone:
    """One browser with its page, its service worker, and a place at the push service."""

    def __init__(self, page: Page, service: PushService) -> None:
        self.page, self.service = page, service
        self.told: dict[str, Any] | None = None

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    async def prepare(self, url: str) -> None:
        """The owner of the phone says yes to being told."""
        await self.context.grant_permissions(["notifications"], origin=url)

        async def subscribe(key: list[int]) -> dict[str, Any]:
            self.told = self.service.subscribe("phone", b64(bytes(key)))
            return self.told

        async def leave() -> None:
            self.told = None
            self.service.browsers.pop("phone", None)

        async def known() -> dict[str, Any] | None:
            return self.told

        await self.page.expose_function("subscribeAtService", subscribe)
        await self.page.expose_function("leaveService", leave)
        await self.page.expose_function("knownAtService", known)
        await self.page.add_init_script(SUBSCRIBES)

    async def worker(self) -> Worker:
        found = self.context.service_workers
        return found[0] if found else await self.context.wait_for_event("serviceworker")

    async def arrives(self, number: int) -> None:
        """The push service hands its newest message on."""
        assert self.service.browsers["phone"].got, "nothing arrived at the push service"
        body = json.dumps(self.service.browsers["phone"].got[number])
        session = await self.context.new_cdp_session(self.page)
        seen: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def registered(event: dict[str, Any]) -> None:
            for one in event["registrations"]:
                if not seen.done():
                    seen.set_result(one["registrationId"])

        session.on("ServiceWorker.workerRegistrationUpdated", registered)
        await session.send("ServiceWorker.enable")
        origin = "/".join(self.page.url.split("/")[:3])
        told = {"origin": origin, "registrationId": await seen, "data": body}
        await session.send("ServiceWorker.deliverPushMessage", told)
        await session.detach()

    async def shown(self) -> list[dict[str, Any]]:
        worker = await self.worker()
        found: list[dict[str, Any]] = await worker.evaluate(
            "async () => (await self.registration.getNotifications()).map((one) => ({title: one.title, body: one.body, "
            "tag: one.tag, actions: one.actions.map((each) => each.title), stays: one.requireInteraction}))"
        )
        return found

    async def press(self, action: str) -> None:
        """A button of the newest one shown."""
        await (await self.worker()).evaluate(
            "async (action) => { const all = await self.registration.getNotifications(); "
            "self.dispatchEvent(new NotificationEvent('notificationclick', {notification: all.at(-1), action})); }",
            action,
        )


async def until(true: Any, what: str) -> None:
    for _ in range(500):
        found = true()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(what)


async def test_a_push_is_shown_while_no_page_is_open_and_its_button_comes_back(
    house: House, open_page: OpenPage
) -> None:
    async with push_service() as service:
        options = {"contact": "anna@example.org", "own_services": [service.url]}
        await house.hub.rooms.supervisor.add("notify_webpush", options, person="household")
        page = await open_page(house, "/settings/notifications", width=390)
        phone = Phone(page, service)
        await phone.prepare(house.url)
        await page.reload()
        await page.get_by_text("This browser is not told yet.").wait_for()
        await page.get_by_role("button", name="Switch on", exact=True).last.click()
        await page.get_by_text("This browser is told, also while the page is closed.").wait_for()
        await page.get_by_text("since ").wait_for()
        # Closed, and signed out: what comes now comes to the service worker alone.
        await page.goto("about:blank")
        await page.goto(f"{house.url}/robots.txt")
        await page.context.clear_cookies()
        with house.hub.rooms.bus.subscribe(Happened) as news:
            buttons = [{"action": "TAKEN", "title": "Taken"}, {"action": "LATER", "title": "In an hour"}]
            data = {"actions": buttons, "tag": "pill", "urgency": "critical"}
            draft = Draft(message="Time for your tablet", title="Medication", target=["anna"], data=data)
            sent = (await house.hub.rooms.notify.send(ANNA, draft)).notices[0]
            await until(lambda: service.browsers["phone"].got, "nothing arrived at the push service")
            await phone.arrives(-1)
            await until(phone.shown, "nothing was shown")
            (shown,) = await phone.shown()
            assert (shown["title"], shown["body"], shown["tag"]) == ("Medication", "Time for your tablet", "pill")
            assert shown["actions"] == ["Taken", "In an hour"]
            assert shown["stays"]
            shelf = house.hub.rooms.notify.shelf
            await until(lambda: shelf.all[sent.id].state is NoticeState.DELIVERED, "it does not say that it was shown")
            await phone.press("LATER")
            stream = aiter(news)
            answered = await asyncio.wait_for(anext(stream), 10)
            while isinstance(answered, Happened) and answered.event_type != "mobile_app_notification_action":
                answered = await asyncio.wait_for(anext(stream), 10)
        assert isinstance(answered, Happened)
        assert (answered.data["action"], answered.data["tag"], answered.data["person"]) == ("LATER", "pill", "anna")
        assert await phone.shown() == []


async def test_a_browser_that_is_switched_off_is_told_nothing_more(house: House, open_page: OpenPage) -> None:
    async with push_service() as service:
        options = {"contact": "anna@example.org", "own_services": [service.url]}
        await house.hub.rooms.supervisor.add("notify_webpush", options, person="household")
        page = await open_page(house, "/settings/notifications")
        phone = Phone(page, service)
        await phone.prepare(house.url)
        await page.reload()
        await page.get_by_role("button", name="Switch on", exact=True).last.click()
        await page.get_by_text("This browser is told").wait_for()
        await page.locator("[data-push-off]").click()
        await page.get_by_text("This browser is not told yet.").wait_for()
        assert house.hub.rooms.notify.browsers.of_account("anna") == []
        assert (service.browsers, phone.told) == ({}, None)
