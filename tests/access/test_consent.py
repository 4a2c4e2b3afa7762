"""Whom a right is about says yes or takes it back; who is refused learns why, and can ask."""

from dataclasses import replace

import aiohttp
import pytest
from playwright.async_api import expect

from hub.errors import Conflict, Forbidden, NotAllowed, NotFound, TooManyTries
from hub.model import Credential, Role, Verb
from hub.view import View
from tests.web.conftest import House, OpenPage, house, new_hub, open_page

__all__ = ["house", "new_hub", "open_page"]
WORD = "several words of theirs"


async def comes(house: House, name: str, role: Role, person: str | None = None) -> House:
    """Somebody with an account, signed in."""
    await house.view.add_account(name, WORD, role=role, person=person)
    return House(house.hub, await house.hub.views.sign_in(name.lower(), WORD))


async def seen_by(house: House) -> View:
    view = await house.hub.views.authenticate(Credential("session", house.session))
    assert view is not None
    return view


async def give(owner: View, account: str, person: str, *subjects: str) -> str:
    draft = owner.draft_grant(person, [Verb.VIEW], subjects=subjects or None)
    return (await owner.give(replace(draft, account=account))).id


async def test_a_right_about_an_adult_is_shown_to_them_and_their_ok_is_kept(house: House, open_page: OpenPage) -> None:
    await house.view.add_person("Olivia")
    olivia = await comes(house, "Olivia", Role.ADULT, "olivia")
    await comes(house, "Carl", Role.COACH)
    anna = await seen_by(house)
    grant = await give(anna, "carl", "olivia", "weight")
    page = await open_page(olivia, "/", width=390)
    await expect(page.get_by_text("Anna let Carl see your weight.")).to_be_visible()
    await page.get_by_role("link", name="Look").click()
    await expect(page.get_by_text("waits for your OK")).to_be_visible()
    await page.get_by_role("button", name="OK: Carl sees weight").click()
    await expect(page.get_by_text("you agreed on")).to_be_visible()
    [consent] = house.hub.rooms.consents.of(next(one for one in house.hub.rooms.accounts.grants if one.id == grant))
    assert (consent.person, consent.by, consent.agreed) == ("olivia", "olivia", True)
    [line] = await house.view.audit_lines(1, action="consent")
    assert (line.line.account, line.line.person, line.line.detail) == ("olivia", "olivia", "carl view of weight")
    owners = await open_page(house, "/people/olivia/who-sees")
    await expect(owners.get_by_text("olivia agreed on")).to_be_visible()
    await page.goto(f"{olivia.url}/")
    await expect(page.get_by_text("Anna let Carl see your weight.")).to_have_count(0)


async def test_a_right_that_waits_gives_nothing_before_the_yes_and_ends_with_one_click(house: House) -> None:
    await house.view.add_person("Olivia")
    olivia = await seen_by(await comes(house, "Olivia", Role.ADULT, "olivia"))
    carl = await seen_by(await comes(house, "Carl", Role.COACH))
    anna = await seen_by(house)
    before = await give(anna, "carl", "olivia", "weight")
    assert carl.allowed(Verb.VIEW, "olivia", "weight")
    await anna.set_consent_waits(True)
    # Nobody had agreed to the one given before, either.
    assert not carl.allowed(Verb.VIEW, "olivia", "weight")
    for_all = await give(anna, "carl", "*", "steps")
    child = await give(anna, "carl", "emil")
    own = await give(anna, "carl", "anna", "steps")
    assert carl.allowed(Verb.VIEW, "emil")
    assert carl.allowed(Verb.VIEW, "anna", "steps")
    assert not carl.allowed(Verb.VIEW, "olivia", "steps")
    assert [one.id for one in olivia.asked_of_me()] == [before, for_all]
    await olivia.agree(before)
    assert carl.allowed(Verb.VIEW, "olivia", "weight")
    for others in (child, own, "nothing"):
        with pytest.raises(NotFound):
            await olivia.agree(others)
    await olivia.withdraw(for_all)
    await olivia.withdraw(before)
    assert not carl.allowed(Verb.VIEW, "olivia", "weight")
    await house.hub.rooms.consents.load()
    assert anna.consent_waits


async def test_a_child_who_gets_an_account_owns_her_data_and_takes_back_what_was_given(
    house: House, open_page: OpenPage
) -> None:
    await house.measure("emil", "weight", (3, 7.4))
    await comes(house, "Carl", Role.COACH)
    anna = await seen_by(house)
    await give(anna, "carl", "emil", "weight")
    owners = await open_page(house, "/people/emil/who-sees")
    await expect(owners.get_by_text("anna agreed for Emil on")).to_be_visible()
    await owners.goto(f"{house.url}/settings/rights?person=emil#invite")
    await expect(owners.get_by_text("They own their data from then on")).to_be_visible()
    await owners.get_by_label("Name", exact=True).fill("Emil")
    await expect(owners.get_by_label("Are they one of the people here?")).to_have_value("emil")
    await owners.get_by_role("button", name="Make the link").click()
    link = await owners.get_by_label("Link", exact=True).input_value()
    page = await open_page(house, link.removeprefix(house.url), signed_in=False)
    await page.get_by_label("Password").fill(WORD)
    await page.get_by_label("Once more").fill(WORD)
    await page.get_by_role("button", name="Go in").click()
    await page.goto(f"{house.url}/people/emil/who-sees")
    await expect(page.get_by_text("anna agreed for Emil on")).to_be_visible()
    await page.get_by_role("button", name="Withdraw from Carl").click()
    await expect(page.get_by_text("Sees weight")).to_have_count(0)
    assert not house.hub.rooms.accounts.grants


async def test_a_refusal_says_what_is_missing_and_asking_gets_it_with_one_click(
    house: House, open_page: OpenPage
) -> None:
    await house.measure("emil", "weight", (3, 7.4))
    carl = await comes(house, "Carl", Role.COACH)
    anna = await seen_by(house)
    await give(anna, "carl", "emil", "heart_rate")
    page = await open_page(carl, "/people/emil/weight")
    await expect(page.get_by_text("The right to see Emil’s weight, if there is any.")).to_be_visible()
    await expect(page.get_by_text("The owner of this hub")).to_be_visible()
    await page.get_by_role("button", name="Ask for it").click()
    await expect(page.get_by_text("Asked. The owner sees it")).to_be_visible()
    await page.goto(f"{house.url}/people/emil/weight")
    await expect(page.get_by_text("You have asked for it")).to_be_visible()
    owners = await open_page(house, "/")
    await expect(owners.get_by_text("Somebody asks for a right")).to_be_visible()
    await owners.goto(f"{house.url}/settings/rights")
    await expect(owners.get_by_text("Carl would like to see weight of Emil")).to_be_visible()
    await owners.get_by_role("button", name="Give it").click()
    await expect(owners.get_by_text("Given: carl may do so now")).to_be_visible()
    await page.goto(f"{house.url}/people/emil/weight")
    await expect(page.get_by_role("heading", name="Weight")).to_be_visible()


async def test_why_tells_nothing_of_what_there_is_and_asking_is_held_down(house: House) -> None:
    await house.measure("emil", "weight", (3, 7.4))
    await house.view.add_person("Zoe")
    carl = await comes(house, "Carl", Role.COACH)
    view, anna = await seen_by(carl), await seen_by(house)
    await give(anna, "carl", "emil", "heart_rate")
    async with aiohttp.ClientSession(carl.url, cookies=carl.cookies, headers={"Accept": "application/json"}) as client:
        said = []
        for metric in ("weight", "blood_glucose"):
            query = {"person": "emil", "metric": metric, "start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}
            async with client.get("/hub/v1/readings", params=query) as answer:
                assert answer.status == 403
                error = (await answer.json())["error"]
                assert error["why"] == {
                    "verb": "view", "person": "emil", "subject": metric, "givers": [], "asked": False,
                }  # fmt: skip
                said.append(str(error).replace(metric, "it"))
        # Weight is measured, glucose is not: the two refusals are the same.
        assert said[0] == said[1]
    # Of somebody not known to them there is nothing to ask, whether they are there or not.
    assert view.why(NotAllowed("", "view", "zoe", "")) is view.why(NotAllowed("", "view", "nobody", "")) is None
    assert view.why(NotAllowed("", "manage", "emil", "")) is None
    assert view.why(NotAllowed("", "view", "emil", "no_metric")) is None
    assert view.why(Forbidden("")) is None
    for person in ("zoe", "nobody"):
        with pytest.raises(NotFound, match=f"there is no person '{person}'"):
            await view.ask(Verb.VIEW, person)
    with pytest.raises(NotFound, match="there is no metric"):
        await view.ask(Verb.VIEW, "emil", "sensor.emil_weight")
    keys = [one.key for one in view.metrics() if one.key != "heart_rate"]
    for metric in (keys[0], *keys[:5]):
        await view.ask(Verb.VIEW, "emil", metric)
    assert len(view.wishes()) == 5
    with pytest.raises(Conflict, match="asked for 5 things already"):
        await view.ask(Verb.VIEW, "emil", keys[6])
    for wish in view.wishes():
        await anna.dismiss_wish(wish.id)
    for metric in keys[6:11]:
        await view.ask(Verb.VIEW, "emil", metric)
    await anna.dismiss_wish(view.wishes()[0].id)
    with pytest.raises(TooManyTries):
        await view.ask(Verb.VIEW, "emil", keys[12])
    # Programs do not ask.
    _, token = await house.hub.rooms.accounts.create_token("carl")
    async with (
        aiohttp.ClientSession(carl.url, headers={"Authorization": f"Bearer {token}"}) as client,
        client.get("/hub/v1/states", params={"person": "emil"}) as answer,
    ):
        assert "why" not in await answer.text()
