"""A metric's page: its curve, its figures, and mending what was recorded."""

import time
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from playwright.async_api import expect

from hub.model import ConfigEntry, Sample
from tests.web.conftest import House, OpenPage

FIVE_MINUTES = 300_000_000


async def test_a_reading_is_corrected_and_taken_back(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "weight", (60 * 24, 64.0), (5, 640.0 / 3))
    page = await open_page(house, "/people/anna/weight?range=month")
    lines = page.locator(".reading-line")
    await expect(lines.first).to_contain_text("213.3")
    await lines.first.locator("summary").click()
    await page.get_by_role("link", name="Correct").first.click()
    await page.get_by_label("Value", exact=True).fill("64,2")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("Corrected")
    await expect(lines.first).to_contain_text("64.2")
    await expect(lines.first).to_contain_text("Corrected")
    await page.get_by_role("button", name="Undo").click()
    await expect(lines.first).to_contain_text("213.3")


async def test_a_reading_is_removed_and_comes_back(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "weight", (60, 64.0), (5, 65.0))
    page = await open_page(house, "/people/anna/weight?range=week", width=390)
    lines = page.locator(".reading-line")
    await expect(lines).to_have_count(2)
    await lines.first.locator("summary").click()
    await page.get_by_role("button", name="Remove").first.click()
    await expect(lines).to_have_count(1)
    await page.get_by_role("button", name="Undo").click()
    await expect(lines).to_have_count(2)
    await expect(lines.first).to_contain_text("65.0")


async def test_what_is_not_a_number_is_refused_in_words(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "weight", (60, 64.0))
    page = await open_page(house, "/people/anna/weight", java_script_enabled=False)
    await page.locator(".reading-line summary").click()
    await page.get_by_role("link", name="Correct").click()
    await page.get_by_label("Value", exact=True).fill("heavy")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("main")).to_contain_text("'heavy' is not a number")
    page_of = await house.view.readings("anna", "weight", datetime(2000, 1, 1, tzinfo=UTC), datetime.now(UTC))
    assert [one.value for one in page_of.readings] == [64.0]


async def test_the_chart_draws_and_is_read_by_keyboard(demo: House, open_page: OpenPage) -> None:
    page = await open_page(demo, "/people/anna/blood_glucose?range=day")
    canvas = page.locator(".plot canvas")
    await expect(canvas).to_be_visible()
    assert (
        await canvas.evaluate(
            "(node) => new Set(node.getContext('2d').getImageData(0, 0, node.width, node.height).data).size"
        )
        > 20
    ), "the canvas is empty"
    readout = page.locator(".readout")
    await page.locator(".plot").focus()
    await page.keyboard.press("End")
    await page.keyboard.press("ArrowLeft")
    before = await readout.inner_text()
    for _ in range(5):
        await page.keyboard.press("ArrowLeft")
    assert await readout.inner_text() != before
    assert "mg/dL" in before


async def test_zooming_out_asks_for_statistics(demo: House, open_page: OpenPage) -> None:
    page = await open_page(demo, "/people/anna/blood_glucose?range=day")
    async with page.expect_response(lambda answer: "/charts/data" in answer.url) as first:
        await page.get_by_role("button", name="Zoom out").click()
    assert (await (await first.value).json())["series"][0]["resolution"] == "raw"
    for _ in range(4):
        await page.get_by_role("button", name="Zoom out").click()
    async with page.expect_response(lambda answer: "/charts/data" in answer.url) as last:
        await page.get_by_role("button", name="Zoom out").click()
    series = (await (await last.value).json())["series"][0]
    assert series["resolution"] == "day"
    assert len(series["low"]) == len(series["times"]) > 10


async def test_behind_every_chart_stands_a_table(demo: House, open_page: OpenPage) -> None:
    page = await open_page(demo, "/people/ben/steps?range=week", java_script_enabled=False)
    await page.get_by_text("Show as a table").click()
    rows = page.locator(".chart-table tbody tr, .table tbody tr")
    assert 5 <= await rows.count() <= 8
    await expect(rows.first).to_contain_text("steps")


async def test_a_year_of_five_minute_readings_appears_at_once(house: House) -> None:
    await house.measure("anna", "blood_glucose", (1, 100))
    entity = house.view.entity("sensor.anna_blood_glucose")
    now = int(datetime.now(UTC).timestamp() * 1e6) // FIVE_MINUTES * FIVE_MINUTES
    count = 365 * 288
    rows = [
        (entity.series, now - number * FIVE_MINUTES, 90.0 + number % 97, None, now, 0) for number in range(1, count)
    ]
    for start in range(0, count, 10_000):
        await house.hub.rooms.recorder.write(rows[start : start + 10_000])
    end = datetime.now(UTC)
    query = {"series": "anna/blood_glucose", "start": (end - timedelta(days=365)).isoformat(), "end": end.isoformat()}
    async with aiohttp.ClientSession(cookies=house.cookies) as session:
        # The first answer mends the statistics of all that was just written.
        async with session.get(f"{house.url}/charts/data", params=query) as answer:
            body = await answer.json()
        took = []
        for _ in range(8):
            begun = time.perf_counter()
            async with session.get(f"{house.url}/charts/data", params=query) as answer:
                await answer.read()
            took.append(time.perf_counter() - begun)
    assert body["series"][0]["resolution"] == "day"
    assert 364 <= len(body["series"][0]["times"]) <= 367
    assert min(took) < 0.2, f"a year took {min(took) * 1000:.0f} ms"


async def test_the_owner_says_which_source_speaks_first(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "steps", (50, 100), source="ring")
    await house.measure("anna", "steps", (40, 90), source="watch")
    page = await open_page(house, "/people/anna/steps?range=week")
    order = page.locator(".sources .item-title")
    first, second = await order.all_inner_texts()
    await page.get_by_role("button", name="Put first").click()
    await expect(page.get_by_role("status")).to_contain_text("speaks first")
    assert await order.all_inner_texts() == [second, first]


async def test_late_readings_are_marked(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "heart_rate", (120, 60), (100, 61), (0, 62))
    page = await open_page(house, "/people/anna/heart_rate")
    lines = page.locator(".reading-line")
    await expect(lines.nth(0)).not_to_contain_text("Late")
    await expect(lines.nth(1)).to_contain_text("Late")
    await expect(page.locator(".chart-hint")).to_contain_text("arrived late")


async def test_history_that_was_brought_in_is_not_marked_as_late(house: House, open_page: OpenPage) -> None:
    now = house.hub.rooms.clock.now()
    samples = [Sample("heart_rate", 60 + m, now - timedelta(minutes=m), imported=True) for m in (120, 100, 0)]
    await house.hub.rooms.intake.accept(ConfigEntry("watch", "watch", "Watch", "anna"), samples)
    page = await open_page(house, "/people/anna/heart_rate")
    await expect(page.locator(".reading-line")).to_have_count(3)
    await expect(page.locator(".reading-line").first.locator("xpath=..")).not_to_contain_text("Late")
    await expect(page.locator(".chart-hint", has_text="arrived late")).to_have_count(0)


async def test_an_absurd_window_is_refused(house: House) -> None:
    await house.measure("anna", "heart_rate", (1, 60))
    async with aiohttp.ClientSession(cookies=house.cookies) as session:
        for start, end in (("x", "y"), ("2026-01-02", "2026-01-01"), ("-9e99", "0"), ("1e400", "2")):
            query = {"series": "anna/heart_rate", "start": start, "end": end}
            async with session.get(f"{house.url}/charts/data", params=query) as answer:
                assert answer.status == 422
                assert (await answer.json())["error"]


async def test_what_happened_stands_where_it_happened(demo: House, open_page: OpenPage) -> None:
    for width in (390, 1280):
        page = await open_page(demo, "/people/anna/heart_rate?range=day", width=width)
        await page.wait_for_timeout(300)
        away = await page.evaluate(
            """() => {
                const data = JSON.parse(document.querySelector("script[type='application/json']").textContent);
                const plot = document.querySelector(".u-over").getBoundingClientRect();
                const marks = [...document.querySelectorAll(".event-mark, .event-span")];
                return data.events.map((event, index) => {
                    const share = (event.start - data.start) / (data.end - data.start);
                    const box = marks[index].getBoundingClientRect();
                    const at = marks[index].classList.contains("event-mark") ? box.left + box.width / 2 : box.left;
                    return Math.abs(at - Math.max(plot.left, plot.left + share * plot.width));
                });
            }"""
        )
        assert len(away) > 3
        assert max(away) < 4, away


LIGHT_INK = """() => {
  const canvas = document.querySelector(".plot canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let light = 0, ink = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 200) continue;
    ink += 1;
    if (data[at] + data[at + 1] + data[at + 2] > 480) light += 1;
  }
  return ink ? light / ink : -1;
}"""
"""Share of what is drawn that is lighter than paper bears."""


async def test_a_chart_is_printed_in_light_colours_whatever_it_is_read_in(house: House, open_page: OpenPage) -> None:
    await house.measure("anna", "heart_rate", *((minute, 60 + minute % 7) for minute in range(1, 200, 3)))
    printed = {}
    for theme in ("light", "dark", "night"):
        page = await open_page(house, "/people/anna/heart_rate", theme=theme)
        await expect(page.locator("[data-chart].drawn").first).to_be_visible()
        await page.emulate_media(media="print")
        await page.wait_for_timeout(300)
        printed[theme] = await page.evaluate(LIGHT_INK)
        await page.emulate_media(media="screen")
        await page.wait_for_timeout(300)
        assert await page.evaluate("document.documentElement.dataset.theme") == theme
        if theme != "light":
            read = await page.evaluate(LIGHT_INK)
            assert abs(read - printed["light"]) > 0.03, "it is read in its own colours again"
    assert printed["dark"] == pytest.approx(printed["light"], abs=0.01)
    assert printed["night"] == pytest.approx(printed["light"], abs=0.01)
