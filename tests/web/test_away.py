"""When the hub is away the page says so, keeps what was typed, and goes on by itself."""

from playwright.async_api import expect

from tests.web.conftest import House, OpenPage


async def test_a_sheet_waits_for_the_hub_and_a_form_keeps_what_was_typed(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/journal", width=390)
    await page.locator("a[data-sheet]:visible").first.click()
    await page.locator("#sheet").get_by_role("link", name="Note").click()
    await page.get_by_label("Text").fill("She laughed")
    await page.context.set_offline(True)
    await page.evaluate("htmx.ajax('GET', '/journal', {target: '#toasts', swap: 'none'})")
    await expect(page.get_by_text("The hub is not answering")).to_be_visible()
    await page.get_by_role("button", name="Log it").click()
    await expect(page.get_by_text("What you typed stays here")).to_be_visible()
    await expect(page.get_by_label("Text")).to_have_value("She laughed")
    await page.context.set_offline(False)
    await page.evaluate("htmx.ajax('GET', '/journal', {target: '#toasts', swap: 'none'})")
    await expect(page.locator(".offline")).to_have_count(0)
    await page.get_by_role("button", name="Log it").click()
    await expect(page.get_by_text("Logged: Note.")).to_be_visible()


async def test_no_empty_sheet_opens_while_the_hub_is_away(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/", width=390)
    await page.context.set_offline(True)
    await page.locator("a[data-sheet]:visible").first.click()
    await expect(page.get_by_text("The hub is not answering")).to_be_visible()
    await expect(page.locator("#sheet")).to_be_hidden()
    await page.context.set_offline(False)
    await page.locator("a[data-sheet]:visible").first.click()
    await expect(page.locator("#sheet")).to_be_visible()
    await expect(page.locator(".offline")).to_have_count(0)
