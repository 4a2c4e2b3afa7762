"""The bell, the list and its buttons, and how one is told, in a real browser."""

from __future__ import annotations

from typing import Any

from hub.model import Actor, Happened, NoticeState
from hub.notify import Draft
from tests.notify.servers.ntfy import ntfy
from tests.web.conftest import House, OpenPage

ANNA = Actor("anna")


async def tell(house: House, message: str, to: str = "anna", **data: Any) -> str:
    found = await house.hub.rooms.notify.send(ANNA, Draft(message=message, title="", target=[to], data=data))
    return found.notices[0].id


async def test_a_notice_appears_by_itself_and_its_button_comes_back_as_the_event(
    house: House, open_page: OpenPage
) -> None:
    page = await open_page(house, "/notifications")
    await page.get_by_text("Nothing to tell you yet").wait_for()
    with house.hub.rooms.bus.subscribe(Happened) as news:
        buttons = [{"action": "DONE", "title": "Taken"}, {"action": "LATER", "title": "In an hour"}]
        await tell(house, "Time for your tablet", tag="pill", actions=buttons, urgency="important")
        await page.get_by_role("article", name="Time for your tablet").wait_for()
        await page.get_by_role("button", name="Taken").click()
        await page.get_by_text("Your answer is on its way").wait_for()
        events = [await anext(aiter(news)) for _ in range(2)]
    answered = events[-1]
    assert isinstance(answered, Happened)
    assert answered.event_type == "mobile_app_notification_action"
    assert (answered.data["action"], answered.data["tag"], answered.data["person"]) == ("DONE", "pill", "anna")
    await page.get_by_text("All dealt with").wait_for()
    await page.get_by_text("Earlier").click()
    await page.get_by_text("answered: Taken").wait_for()


async def test_a_reply_is_typed_and_a_notice_without_buttons_is_cleared(house: House, open_page: OpenPage) -> None:
    first = await tell(house, "What did Emil eat?", actions=[{"action": "REPLY", "title": "Say what"}])
    second = await tell(house, "The washing is done")
    page = await open_page(house, "/notifications", width=390)
    await page.get_by_placeholder("Say what").fill("Porridge")
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("button", name="Clear: The washing is done").click()
    await page.get_by_text("All dealt with").wait_for()
    shelf = house.hub.rooms.notify.shelf
    assert (shelf.all[first].reply, shelf.all[first].state) == ("Porridge", NoticeState.ANSWERED)
    assert shelf.all[second].state is NoticeState.CLEARED


async def test_the_bell_counts_on_every_page_and_a_new_notice_is_read_out(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/journal", width=390)
    bell = page.locator(".bell-phone")
    assert await bell.inner_text() == "Notifications"
    # The stream has told how it stands before anything new comes.
    await page.locator(".bell-phone[data-bell=live]").wait_for()
    await tell(house, "Dinner is ready")
    await page.get_by_role("status").get_by_text("Dinner is ready").wait_for()
    await bell.locator(".bell-count:not([hidden])").wait_for()
    await page.keyboard.press("Tab")
    await bell.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("article", name="Dinner is ready").wait_for()
    # Looked at, it counts no more.
    await page.reload()
    assert await bell.inner_text() == "Notifications"


async def test_who_is_told_next_stands_there_until_somebody_confirms(house: House, open_page: OpenPage) -> None:
    low = await tell(house, "Emil is low", escalate={"after": 600, "to": ["notify.emil"]}, urgency="critical")
    page = await open_page(house, "/notifications", width=390)
    await page.get_by_text("Emil is told next if nobody confirms").wait_for()
    assert await page.get_by_role("button", name="Clear: Emil is low").count() == 0
    await page.get_by_role("button", name="I’ve got it").click()
    await page.get_by_text("All dealt with").wait_for()
    kept = house.hub.rooms.notify.shelf.all[low]
    assert (kept.state, kept.dealt_by, kept.escalation) == (NoticeState.CONFIRMED, "anna", None)


async def test_what_is_in_a_notice_is_text_and_no_page(house: House, open_page: OpenPage) -> None:
    await tell(house, "<img src=x onerror=alert(1)>", actions=[{"action": "<b>", "title": "<script>alert(1)</script>"}])
    page = await open_page(house, "/notifications")
    await page.get_by_role("button", name="<script>alert(1)</script>").wait_for()
    assert await page.locator("main img").count() == 0


async def test_quiet_hours_are_set_and_wrong_ones_told(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/settings/notifications", width=390)
    await page.locator("#s0").fill("22:00")
    await page.locator("#e0").fill("06:30")
    await page.locator("label.chip:has(input[name=day0][value='5'])").click()
    await page.get_by_role("button", name="Save").first.click()
    await page.get_by_text("Kept.").wait_for()
    (span,) = house.hub.rooms.notify.wishes.of("anna").quiet.spans
    assert (span.start, span.end, span.days) == ("22:00", "06:30", (0, 1, 2, 3, 4, 6))
    # A row is always left for one more, and none is lost.
    for number in range(1, 6):
        await page.locator(f"#s{number}").fill(f"1{number}:00")
        await page.locator(f"#e{number}").fill(f"1{number}:30")
        await page.get_by_role("button", name="Save").first.click()
        await page.locator(f"#s{number + 1}").wait_for()
    assert [one.start for one in house.hub.rooms.notify.wishes.of("anna").quiet.spans][::5] == ["22:00", "15:00"]
    await page.locator("#e0").fill("22:00")
    await page.get_by_role("button", name="Save").first.click()
    await page.get_by_text("begins and ends at different times").wait_for()


async def test_a_test_message_tells_its_result_in_words(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/settings/notifications")
    await page.get_by_role("button", name="Send a test by In Homeostat").click()
    await page.get_by_text("It is in your list, under the bell.").wait_for()


async def test_a_way_is_added_for_somebody_and_tried_at_once(house: House, open_page: OpenPage) -> None:
    async with ntfy() as server:
        page = await open_page(house, "/settings/notifications?who=emil", width=390)
        await page.get_by_text("Add a way").click()
        await page.get_by_role("link", name="ntfy").click()
        assert await page.get_by_label("Who is told this way?").input_value() == "emil"
        await page.get_by_label("Server").fill(server.url)
        await page.get_by_label("Topic", exact=True).fill("for-emil")
        await page.get_by_role("button", name="Add", exact=True).click()
        await page.get_by_text("ntfy is added. Try it here.").wait_for()
        await page.get_by_role("button", name="Send a test by ntfy").click()
        await page.get_by_text("It was handed over.").wait_for()
        assert [one["topic"] for one in server.published] == ["for-emil"]
        await page.get_by_role("button", name="Switch off ntfy").click()
        await page.get_by_role("button", name="Switch on ntfy").wait_for()
        await tell(house, "Nobody hears this", "emil")
        assert len(server.published) == 1


async def test_the_order_of_carers_is_set_and_holds(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/settings/notifications")
    await page.get_by_text("About Emil").click()
    await page.locator("#c-emil-0").select_option("anna")
    await page.locator("form:has(#c-emil-0)").get_by_role("button", name="Save").click()
    await page.get_by_text("that is the order").wait_for()
    assert house.hub.rooms.notify.wishes.house.carers == {"emil": ("anna",)}


async def test_a_link_answers_nothing_before_somebody_presses(house: House, open_page: OpenPage) -> None:
    told = await tell(house, "Did you lock the door?", confirm="Locked")
    token = house.hub.rooms.notify.channels.token(told)
    page = await open_page(house, f"/notifications/by-token/{token}", signed_in=False)
    assert house.hub.rooms.notify.shelf.all[told].open
    await page.get_by_role("button", name="Locked").click()
    await page.get_by_text("Your answer was taken").wait_for()
    assert house.hub.rooms.notify.shelf.all[told].state is NoticeState.CONFIRMED
    await page.goto(f"{house.url}/notifications/by-token/{token}")
    await page.get_by_text("dealt with this already").wait_for()
    await page.goto(f"{house.url}/notifications/by-token/{told}.00000000000000000000000000000000")
    await page.get_by_text("dealt with this already").wait_for()
