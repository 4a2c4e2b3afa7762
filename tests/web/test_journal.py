"""The journal: one thumb to log, everything can be taken back."""

from playwright.async_api import expect

from hub.model import JournalDraft
from tests.web.conftest import House, OpenPage


async def test_a_nappy_is_logged_from_today_and_taken_back(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/", width=390)
    await page.locator("#card-emil").get_by_role("link", name="Nappy").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_text("Wet", exact=True).click()
    await sheet.get_by_role("button", name="Log it").click()
    await expect(page.get_by_role("status")).to_contain_text("Logged: Wet nappy.")
    assert page.url == f"{house.url}/", "one comes back to where one was"
    await expect(page.locator("#card-emil")).to_contain_text("1 nappy since midnight")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("status")).to_contain_text("Taken back")
    await expect(page.locator("#card-emil")).not_to_contain_text("nappy since midnight")


async def test_a_meal_is_logged_changed_and_undone_without_script(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/journal", java_script_enabled=False)
    await page.get_by_role("link", name="Log something").first.click()
    await page.get_by_role("link", name="Meal").click()
    await page.get_by_label("What").fill("Lentil soup")
    await page.get_by_role("button", name="Log it").click()
    await page.get_by_role("link", name="Lentil soup").click()
    await page.get_by_role("link", name="Change").click()
    await page.get_by_label("What").fill("Tomato soup")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tomato soup")
    await expect(page.locator("main")).to_contain_text("Changed by Anna")
    await page.locator("main").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Lentil soup")
    await page.get_by_role("button", name="Remove").click()
    await expect(page.locator("main")).to_contain_text("The journal is empty")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("main")).to_contain_text("Lentil soup")


async def test_what_cannot_be_is_told_at_its_field(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/journal/new?kind=workout&person=anna", java_script_enabled=False)
    await page.fill("#w-start", "2026-01-02T10:00")
    await page.fill("#w-end", "2026-01-02T09:00")
    await page.get_by_role("button", name="Log it").click()
    await expect(page.locator("#e-end")).to_contain_text("before the start")
    await page.fill("#w-end", "")
    await page.fill("#w-start", "2999-01-01T10:00")
    await page.get_by_role("button", name="Log it").click()
    await expect(page.get_by_role("alert")).to_contain_text("future")
    entries, _ = await house.view.journal(["anna"])
    assert entries == []


async def test_times_are_the_persons_own(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/journal/new?kind=note&person=anna", timezone_id="America/New_York")
    await page.fill("#w-start", "2026-01-15T08:30")
    await page.get_by_label("Title").fill("hello")
    await page.get_by_role("button", name="Log it").click()
    entries, _ = await house.view.journal(["anna"])
    assert entries[0].start.isoformat() == "2026-01-15T07:30:00+00:00"


async def test_somebody_elses_change_is_not_overwritten(house: House, open_page: OpenPage) -> None:
    entry = await house.log("anna", "note", 30, title="first")
    page = await open_page(house, f"/journal/{entry}/edit", java_script_enabled=False)
    now = await house.view.journal_entry(entry)
    await house.view.change_journal(entry, JournalDraft(now.kind, now.start, now.end, {"title": "second"}))
    await page.get_by_label("Title").fill("third")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("changed this entry meanwhile")
    assert (await house.view.journal_entry(entry)).data["title"] == "second"


async def test_the_list_is_filtered_and_paged(house: House, open_page: OpenPage) -> None:
    for number in range(45):
        await house.log("anna", "note", 60 * number + 5, title=f"note {number}")
    await house.log("emil", "nappy", 10, wet=True)
    page = await open_page(house, "/journal")
    await expect(page.locator(".timeline > li")).to_have_count(40)
    await page.get_by_role("link", name="Earlier").click()
    await expect(page.locator(".timeline > li")).to_have_count(6)
    await page.goto(f"{house.url}/journal?person=emil")
    await expect(page.locator(".timeline > li")).to_have_count(1)
    await page.goto(f"{house.url}/journal?person=emil&kind=meal")
    await expect(page.locator("main")).to_contain_text("Nothing here")
