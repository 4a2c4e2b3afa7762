"""Blueprints in the browser: brought after a look, filled in with the keyboard, used, changed, renewed, removed."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

from hub.automation.shelf import Fetcher
from hub.model import Happened
from tests.automation.shelf.street import NIGHT, Street, street
from tests.support.browser import accessibility_faults
from tests.web.conftest import House, OpenPage

AT = "/automations/blueprints"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "blueprints"
MEAL = """\
blueprint:
  name: Lunch call
  description: |
    Reminds **somebody** to eat. <script>alert(1)</script> [More](https://example.org)
  domain: automation
  input:
    weight:
      name: Scale
      description: Which scale is *yours*.
      selector: {entity: {filter: [{domain: sensor}]}}
    limit:
      name: Limit
      default: 50
      selector: {number: {min: 10, max: 100, unit_of_measurement: kg}}
    more:
      name: When and how
      collapsed: true
      input:
        at: {name: Time, default: "12:30:00", selector: {time: {}}}
        kind: {name: Kind, default: soft, selector: {select: {options: [soft, loud], mode: dropdown}}}
        text: {name: Message, default: "It is {{ now().hour }}", selector: {template: {}}}
        then: {name: Then, default: [], selector: {action: {}}}
triggers:
  - {trigger: numeric_state, entity_id: !input weight, below: !input limit}
  - {trigger: time, at: !input at}
actions:
  - {event: nudge, event_data: {kind: !input kind, text: !input text}}
  - !input then
"""


@asynccontextmanager
async def on_the_street(house: House) -> AsyncIterator[Street]:
    """The web as this house reaches it: a server beside it that answers for all of it."""
    async with street() as there:
        house.hub.rooms.shelf._http = Fetcher(frozenset({there.door}), there.moved, patience=5)
        yield there


@pytest.fixture
async def shelf(house: House) -> House:
    """A house with a scale and a blueprint for it."""
    await house.measure("anna", "weight", (5, 62.0))
    await house.measure("anna", "heart_rate", (5, 61.0))
    await house.view.keep_blueprint(MEAL, "anna/meal.yaml")
    return house


async def test_an_empty_shelf_teaches_and_a_pasted_one_is_looked_at_before_it_is_kept(
    house: House, open_page: OpenPage
) -> None:
    page = await open_page(house, f"{AT}/import", width=390)
    await page.get_by_label("Text").fill("blueprint: {name: N, domain: automation}\ntriggers: [")
    await page.get_by_role("button", name="Look at it").nth(2).click()
    await expect(page.get_by_text("Line 2")).to_be_visible()
    await page.goto(f"{house.url}{AT}/import")
    await page.get_by_label("Text").fill(MEAL)
    await page.get_by_role("button", name="Look at it").nth(2).click()
    await expect(page.get_by_role("heading", name="Lunch call")).to_be_visible()
    await expect(page.locator(".prose strong")).to_have_text("somebody")
    assert await page.locator("main script").count() == 0
    assert house.view.preview_blueprint(MEAL).replaces is False
    await page.get_by_label("Keep it as").fill("../meal.yaml")
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_role("alert")).to_contain_text("leads out of the folder")
    await page.get_by_label("Keep it as").fill("anna/meal.yaml")
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_text("Lunch call is kept.")).to_be_visible()
    assert house.view.blueprint("anna/meal.yaml").text == MEAL


async def test_a_blueprint_is_filled_in_by_keyboard_and_used(shelf: House, open_page: OpenPage) -> None:
    page = await open_page(shelf, f"{AT}/anna/meal.yaml")
    assert not await accessibility_faults(page)
    await expect(page.locator("[data-section=more]")).not_to_have_attribute("open", "")
    await page.get_by_role("button", name="Use it").click()
    await expect(page.locator("[data-field='in.weight'] .field-error")).to_have_text("This is needed.")
    search = page.get_by_role("combobox", name="Search for an entity")
    await search.focus()
    await search.press_sequentially("weig")
    await expect(page.locator(".combo-one")).to_have_count(1)
    await search.press("Enter")
    await expect(page.locator("[data-field='in.weight'] .picked b")).to_have_text("Anna weight")
    limit = page.get_by_role("spinbutton", name="Limit")
    await limit.fill("500")
    await limit.press("Tab")
    await expect(page.locator("[data-field='in.limit'] .field-error")).to_have_text("This lies between 10 and 100 kg.")
    await limit.fill("60")
    await page.locator("[data-section=more] summary").click()
    then = page.get_by_label("Then", exact=True)
    await then.fill("- event: done\n  event_datum: {}\n")
    await expect(page.locator("[data-field='in.then'] .checked")).to_contain_text("Line 2")
    await then.fill("- event: eaten\n")
    await expect(page.locator("[data-field='in.then'] .checked")).to_contain_text("can be read")
    await page.get_by_label("Message").fill("{{ 6 * 7 }} bites")
    await expect(page.locator("[data-field='in.text'] .checked code")).to_have_text("42 bites")
    await expect(page.locator("[data-field='in.limit'] .field-error")).to_be_hidden()
    await page.get_by_role("button", name="Use it").click()
    await page.wait_for_url(f"{shelf.url}/automations/lunch_call")
    kept = shelf.view.automation("lunch_call")
    given = {"weight": "sensor.anna_weight", "limit": 60, "text": "{{ 6 * 7 }} bites", "then": [{"event": "eaten"}]}
    assert kept.body == {"alias": "Lunch call", "use_blueprint": {"path": "anna/meal.yaml", "input": given}}
    with shelf.hub.rooms.bus.subscribe(Happened, limit=50, name="test") as heard:
        await shelf.measure("anna", "weight", (0, 58.0))
        names = []
        async for event in heard:
            assert isinstance(event, Happened)
            names.append((event.event_type, dict(event.data)))
            if event.event_type == "eaten":
                break
    assert ("nudge", {"kind": "soft", "text": "42 bites"}) in names


async def test_an_automation_of_a_blueprint_is_changed_by_the_same_form(shelf: House, open_page: OpenPage) -> None:
    body = {"alias": "Lunch", "use_blueprint": {"path": "anna/meal.yaml", "input": {
        "weight": "sensor.anna_weight", "at": "{{ states('input_datetime.x') }}", "gone": [1]}}}  # fmt: skip
    await shelf.view.add_automation(body)
    page = await open_page(shelf, "/automations/lunch/inputs", theme="dark", width=390)
    await expect(page.get_by_label("Time")).to_have_value("'{{ states(''input_datetime.x'') }}'")
    await page.get_by_label("Time").fill("07:15")
    await page.get_by_label("Kind").select_option("loud")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url(f"{shelf.url}/automations/lunch")
    changed = shelf.view.automation("lunch").body["use_blueprint"]["input"]
    assert changed == {"weight": "sensor.anna_weight", "at": "07:15", "kind": "loud", "gone": [1]}


async def test_a_form_without_script_does_the_same(shelf: House, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{AT}/anna/meal.yaml") as answer:
        token = (await answer.text()).partition('name="form_token" value="')[2].partition('"')[0]
    form = {"form_token": token, "alias": "By hand", "in.weight.add": "sensor.anna_weight", "in.limit": "55",
            "in.at": "12:30", "in.kind": "soft", "in.text": "x", "in.then": ""}  # fmt: skip
    here = {"Origin": shelf.url}
    async with client.post(f"{AT}/anna/meal.yaml", data=form, allow_redirects=False, headers=here) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/automations/by_hand")
    kept = shelf.view.automation("by_hand")
    assert kept.body["use_blueprint"]["input"] == {"weight": "sensor.anna_weight", "limit": 55, "text": "x"}
    assert not kept.enabled


async def test_what_the_whole_says_stands_at_the_input_that_it_comes_from(shelf: House, open_page: OpenPage) -> None:
    page = await open_page(shelf, f"{AT}/anna/meal.yaml")
    await shelf.view.keep_blueprint(MEAL.replace("selector: {time: {}}", "selector: {text: {}}"), "anna/meal.yaml",
                                    replace=True)  # fmt: skip
    await page.reload()
    await page.get_by_role("combobox", name="Search for an entity").fill("sensor.anna_weight")
    await page.locator("[data-section=more] summary").click()
    await page.get_by_label("Time").fill("25:99")
    await page.get_by_role("button", name="Use it").click()
    await expect(page.locator("[data-field='in.at'] .field-error")).to_be_visible()
    await expect(page.locator("[data-field='in.at'] .field-error")).to_contain_text("25:99")
    assert shelf.view.automations() == []


async def test_one_that_is_used_stays_and_one_that_is_not_goes(shelf: House, open_page: OpenPage) -> None:
    body = {"alias": "Lunch", "use_blueprint": {"path": "anna/meal.yaml", "input": {"weight": "sensor.anna_weight"}}}
    await shelf.view.add_automation(body)
    page = await open_page(shelf, f"{AT}/anna/meal.yaml")
    await expect(page.get_by_role("link", name="Lunch")).to_be_visible()
    await expect(page.get_by_role("button", name="Remove this blueprint")).to_have_count(0)
    await shelf.view.remove_automation("lunch")
    await page.reload()
    await page.get_by_role("button", name="Remove this blueprint").click()
    await expect(page.get_by_text("Lunch call is removed.")).to_be_visible()


async def test_the_catalogue_is_searched_while_one_types(shelf: House, open_page: OpenPage) -> None:
    await shelf.view.keep_blueprint(NIGHT, "anna/night.yaml")
    page = await open_page(shelf, AT)
    await expect(page.get_by_role("heading", name="Night light")).to_be_visible()
    await page.get_by_role("searchbox").press_sequentially("lunch")
    await expect(page.get_by_role("heading", name="Night light")).to_have_count(0)
    await expect(page.get_by_role("heading", name="Lunch call")).to_be_visible()
    assert not await accessibility_faults(page)


async def test_one_is_imported_by_its_address_and_what_can_not_be_had_is_told(
    house: House, open_page: OpenPage
) -> None:
    async with on_the_street(house) as there:
        page = await open_page(house, f"{AT}/import", width=390)
        for url, said in (
            ("https://example.org/page.yaml", "sends a web page, not a blueprint"),
            ("http://192.168.1.1/x.yaml", "lies in your own network"),
            ("https://example.org/house.yaml", "lies in your own network"),
        ):
            await page.get_by_label("Address").fill(url)
            async with page.expect_navigation():
                await page.get_by_role("button", name="Look at it").first.click()
            await expect(page.get_by_role("alert")).to_contain_text(said)
            await expect(page.get_by_label("Address")).to_have_value(url)
        await page.get_by_label("Address").fill("https://community.home-assistant.io/t/night-light/77012")
        await page.get_by_role("button", name="Look at it").first.click()
        await expect(
            page.get_by_role("link", name="https://community.home-assistant.io/t/night-light/77012")
        ).to_be_visible()
        assert house.view.blueprints() == [one for one in house.view.blueprints() if one.origin == "shipped"]
        await page.get_by_role("button", name="Keep it").click()
        await expect(page.get_by_text("Night light is kept.")).to_be_visible()
        assert there.asked[-1] == "/community.home-assistant.io/t/77012.json"


async def test_newer_ones_are_looked_for_at_once_seen_in_the_catalogue_and_kept_with_the_inputs(
    house: House, open_page: OpenPage
) -> None:
    async with on_the_street(house) as there:
        await house.view.keep_blueprint(NIGHT, "anna/night.yaml", "https://example.org/night.yaml")
        await house.view.keep_blueprint(MEAL, "anna/meal.yaml", "https://example.org/gone.yaml")
        given = {"motion": "binary_sensor.hall", "lamp": {"entity_id": "light.hall"}, "glow": 40}
        body = {"alias": "Hall", "use_blueprint": {"path": "anna/night.yaml", "input": given}}
        await house.view.add_automation(body)
        page = await open_page(house, AT)
        await expect(page.get_by_text("A newer one is there")).to_have_count(0)
        there.text = NIGHT.replace("default: 10", "default: 25")
        await page.get_by_role("button", name="Look for newer ones").click()
        await expect(page.locator("a.item", has_text="Lunch call")).to_contain_text("has nothing at this address")
        assert not await accessibility_faults(page)
        await page.goto(f"{house.url}{AT}")
        await expect(page.locator(".blueprint-card", has_text="A newer one is there")).to_have_count(1)
        await page.goto(f"{house.url}{AT}/anna/night.yaml/update")
        await expect(page.get_by_text("How bright: changed")).to_be_visible()
        await expect(page.locator(".diff-new")).to_have_text("+      default: 25\n")
        assert not await accessibility_faults(page)
        await page.get_by_role("button", name="Renew it").click()
        await expect(page.get_by_text("Your inputs stayed.")).to_be_visible()
        assert house.view.automation("hall").body["use_blueprint"]["input"] == given
        assert "default: 25" in house.view.blueprint("anna/night.yaml").text
        await page.goto(f"{house.url}{AT}")
        await expect(page.get_by_text("A newer one is there")).to_have_count(0)


async def test_one_of_ours_shows_its_fortnight(demo: House, open_page: OpenPage) -> None:
    page = await open_page(demo, f"{AT}/homeostat/glucose_low.yaml", theme="dark", width=390)
    picture = page.get_by_role("img", name="A lane for each of fourteen days")
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [880, 486]
    assert not await accessibility_faults(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_file_of_ten_megabytes_is_refused_and_nothing_is_kept(
    house: House, client: aiohttp.ClientSession
) -> None:
    async with client.get(f"{AT}/import") as answer:
        token = (await answer.text()).partition('name="form_token" value="')[2].partition('"')[0]
    form = aiohttp.FormData({"form_token": token})
    form.add_field("file", io.BytesIO(b"#" * 10_000_000), filename="huge.yaml")
    async with client.post(f"{AT}/preview", data=form, headers={"Origin": house.url}) as answer:
        assert answer.status == 413
        assert "Nothing was kept" in await answer.text()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection of other people's blueprints is not here")
async def test_the_form_of_every_blueprint_of_others_can_be_opened_and_read_back(
    house: House, client: aiohttp.ClientSession
) -> None:
    """With all that is needed left open the page says so, and nothing else is wrong: defaults are taken as they are."""
    for file in sorted(CORPUS.glob("*.yaml")):
        item = await house.view.keep_blueprint(file.read_text("utf-8-sig"), f"others/{file.name}")
        async with client.get(f"{AT}/{item.path}") as answer:
            page = await answer.text()
            assert answer.status == 200, file.name
        assert item.blueprint is not None
        assert page.count("data-field=") >= len(item.blueprint.inputs)
        # Where YAML stands in for a field, the default can't be shown by it; that is for odd ones.
        assert page.count("the usual field can’t show") <= 3, file.name
