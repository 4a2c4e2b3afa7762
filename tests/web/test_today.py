"""Today: what matters now, in words, and moving by itself."""

import asyncio

from playwright.async_api import Page, expect

from tests.web.conftest import House, OpenPage


async def live(page: Page) -> None:
    """Wait until the page's stream is open."""
    for _ in range(600):
        if await page.evaluate("document.querySelector('[data-live]')?._htmx?.sse?.status === 200"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the live stream did not open within half a minute")


async def test_a_new_reading_moves_the_card_without_a_reload(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "heart_rate", (3, 62))
    page = await open_page(house, "/", width=390)
    value = page.locator('[data-entity="sensor.anna_heart_rate"] .value')
    await expect(value).to_have_text("62bpm")
    await live(page)
    await house.measure("anna", "heart_rate", (0, 71))
    await expect(value).to_have_text("71bpm", timeout=3_000)
    await house.measure("anna", "heart_rate", (60, 140))
    await house.measure("anna", "heart_rate", (-0.01, 72))
    await expect(value).to_have_text("72bpm", timeout=3_000)


async def test_the_first_reading_of_a_metric_shows_by_itself(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/", width=390)
    await expect(page.locator("#card-anna")).to_contain_text("Nothing measured yet.")
    await live(page)
    await house.measure("anna", "weight", (0, 68.4))
    await expect(page.locator('[data-entity="sensor.anna_weight"] .value')).to_have_text("68.4kg", timeout=3_000)


async def test_old_values_look_old(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "heart_rate", (200, 62))
    page = await open_page(house, "/")
    reading = page.locator('[data-entity="sensor.anna_heart_rate"]')
    await expect(reading).to_contain_class("stale")
    await expect(reading).to_contain_text("3\u202fh ago")


async def test_a_baby_is_told_by_feedings_and_sleep(house: House, open_page: OpenPage) -> None:
    for hours in range(3, 40, 3):
        await house.log("emil", "feeding", hours * 60, 15, method="bottle", amount=120)
    await house.log("emil", "feeding", 70, 12, method="left_breast")
    await house.log("emil", "sleep", 50)
    page = await open_page(house, "/", width=390)
    card = page.locator("#card-emil")
    await expect(card).to_contain_text("7 months")
    await expect(card.locator(".headline")).to_contain_text("Asleep for 50\u202fmin.")
    await expect(card).to_contain_text("Fed 1\u202fh 10\u202fmin ago. Emil usually goes about 3\u202fh.")
    await card.get_by_role("button", name="Awake").click()
    await expect(page.get_by_role("status")).to_contain_text("Ended after 50")
    await expect(card.locator(".headline")).to_contain_text("Fed 1")


async def test_last_night_is_compared_with_this_persons_own_nights(house: House, open_page: OpenPage) -> None:
    nights = [(24 * 60 * day + 600, 460.0 + day % 3) for day in range(1, 20)]
    await house.measure("anna", "sleep_duration", *nights, (60, 400))
    page = await open_page(house, "/")
    await expect(page.locator("#card-anna .words")).to_contain_text("6\u202fh 40\u202fmin asleep, well short of usual.")


async def test_an_empty_house_says_what_to_do(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/")
    card = page.locator("#card-anna")
    await expect(card).to_contain_text("Nothing measured yet.")
    await expect(card.get_by_role("link", name="Add a source")).to_be_visible()


async def test_glucose_out_of_range_comes_first(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "interstitial_glucose", *[(minutes, 58 + minutes) for minutes in range(0, 90, 5)])
    page = await open_page(house, "/")
    headline = page.locator("#card-anna .headline")
    await expect(headline).to_contain_text("Glucose 58\u202fmg/dL, below the range and falling.")


async def test_what_somebody_else_logs_changes_the_card_in_place(house: House, open_page: OpenPage) -> None:
    await house.measure("emil", "body_temperature", (30, 36.8))
    page = await open_page(house, "/", width=390)
    card = page.locator("#card-emil")
    await live(page)
    await card.get_by_role("link", name="Nappy").focus()
    await house.log("emil", "feeding", 4, 3, method="bottle", amount=90)
    await expect(card.locator(".headline")).to_contain_text("Fed 4", timeout=4_000)
    focused = await page.evaluate("document.activeElement.textContent.trim()")
    assert focused == "Nappy", "the thumb's place was lost"
    assert await page.locator("article.person").count() == 2


async def test_a_stream_ends_with_the_session(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "heart_rate", (3, 62))
    page = await open_page(house, "/")
    await live(page)
    await house.hub.views.sign_out(house.session)
    await house.measure("anna", "heart_rate", (0, 199))
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(page.get_by_text("199")).to_have_count(0)
