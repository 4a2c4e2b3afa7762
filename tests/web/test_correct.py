"""A reading is corrected where it stands: mistakes are told at the field, and one comes back to the same view."""

from playwright.async_api import expect

from tests.web.conftest import House, OpenPage


async def test_a_correction_that_cannot_be_is_told_at_its_field(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "weight", (60 * 24 * 9, 64.0))
    page = await open_page(house, "/people/anna/weight?range=month")
    await page.get_by_label("Change the reading").first.click()
    await page.get_by_role("link", name="Correct").click()
    value = page.get_by_role("textbox", name="Value")
    for text, told in (("heavy", "is not a number"), ("6400", "possible is 0.2 to 700 kg")):
        await value.fill(text)
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("#value-error")).to_contain_text(told)
        await expect(value).to_have_value(text)
    await value.fill("64,5")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Corrected the reading")).to_be_visible()
    assert page.url.endswith("/people/anna/weight?range=month")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".reading-line").first).to_contain_text("64.0")


async def test_readings_of_one_minute_show_their_seconds(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "heart_rate", (3.0, 60), (2.75, 61), (2.5, 62), (2.25, 63))
    page = await open_page(house, "/people/anna/heart_rate")
    times = [text.split("\n")[0] for text in await page.locator(".reading-line > div:first-child").all_inner_texts()]
    assert len(set(times)) == 4
    assert all(text.count(":") == 2 for text in times)
