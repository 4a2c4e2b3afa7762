"""Invitations, the matrix, who sees whom, sessions and the trail, in a browser and with its cookies."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from playwright.async_api import expect

from hub.model import Grant, Role, Verb
from tests.web.conftest import PASSWORD, House, OpenPage

SITTERS = "a sitter's own password"


async def grant(house: House, account: str, person: str, seconds: float | None = None, **more: frozenset[str]) -> Grant:
    until = house.hub.rooms.clock.now() + timedelta(seconds=seconds) if seconds is not None else None
    verbs = frozenset({Verb.VIEW, Verb.RECORD})
    given = Grant(f"g-{account}-{person}", account, person, verbs, more.get("subjects"), until, "anna")
    await house.hub.rooms.accounts.grant(given)
    return given


async def signed_in(house: House, name: str, role: Role, person: str | None = None) -> House:
    """The same house, seen by another account."""
    await house.view.add_account(name, SITTERS, role=role, person=person)
    return House(house.hub, await house.hub.views.sign_in(name.lower(), SITTERS))


async def test_a_sitter_is_invited_chooses_a_password_and_sees_the_child_alone(
    house: House, open_page: OpenPage
) -> None:
    await house.measure("emil", "body_temperature", (3, 36.9))
    page = await open_page(house, "/settings/rights?for=sitter")
    await page.get_by_role("checkbox", name="Emil").check()
    await page.get_by_role("button", name="Make the link").click()
    link = await page.get_by_label("Link", exact=True).input_value()
    await expect(page.get_by_text("not yet accepted")).to_be_visible()

    sitter = await open_page(house, link.removeprefix(house.url), signed_in=False, width=390)
    await sitter.get_by_label("Password").fill(SITTERS)
    await sitter.get_by_label("Once more").fill(SITTERS)
    await sitter.get_by_role("button", name="Go in").click()
    await expect(sitter.get_by_role("heading", name="Emil")).to_be_visible()
    await expect(sitter.get_by_text("Anna", exact=True)).to_have_count(0)
    await sitter.goto(link)
    await expect(sitter.get_by_text("This invitation is over")).to_be_visible()

    await page.goto(f"{house.url}/settings/rights")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Sitter"))
    await expect(row).to_contain_text(re.compile(r"Sees and logs everything\s+until 03:00"))


async def test_a_coach_of_no_metric_is_not_a_coach_of_all(house: House, open_page: OpenPage) -> None:
    await house.measure("emil", "weight", (3, 7.4))
    page = await open_page(house, "/settings/rights?for=coach")
    await page.get_by_role("checkbox", name="Emil").check()
    await page.get_by_role("button", name="Make the link").click()
    await expect(page.get_by_text("choose the metrics")).to_be_visible()
    assert house.hub.rooms.invitations.open == []
    await page.goto(f"{house.url}/settings/rights?for=coach")
    await page.get_by_role("checkbox", name="Emil").check()
    await page.get_by_role("checkbox", name="Weight").check()
    await page.get_by_role("button", name="Make the link").click()
    [invitation] = house.hub.rooms.invitations.open
    assert [set(one.subjects or ()) for one in invitation.grants] == [{"weight"}, {"journal:note"}]


async def test_a_right_that_ends_while_the_page_is_open_takes_the_page_along(house: House, open_page: OpenPage) -> None:
    await house.measure("emil", "body_temperature", (3, 36.9))
    sitter = await signed_in(house, "Sitter", Role.GUEST)
    await grant(house, "sitter", "emil")
    page = await open_page(sitter, "/people/emil")
    await expect(page.get_by_text("36.9").first).to_be_visible()
    # It ends once the page is open, however long that took.
    await grant(house, "sitter", "emil", 2)
    await expect(page.get_by_text("36.9")).to_have_count(0, timeout=12_000)


async def test_who_sees_my_data_is_told_and_withdrawn_with_one_click(house: House, open_page: OpenPage) -> None:
    await house.view.add_account("Cleo", SITTERS, role=Role.COACH)
    await house.view.add_person("Ben")
    ben = await signed_in(house, "Ben", Role.ADULT, "ben")
    await house.measure("ben", "weight", (3, 70))
    given = await grant(house, "cleo", "ben", subjects=frozenset({"weight"}))
    page = await open_page(ben, "/people/ben")
    await expect(page.get_by_text(re.compile("Anna, Cleo and Ben|Anna, Ben and Cleo"))).to_be_visible()
    await page.get_by_role("link", name="Who can see this?").click()
    await expect(page.get_by_text("Sees and logs weight")).to_be_visible()
    await page.get_by_role("button", name="Withdraw from Cleo").click()
    await expect(page.get_by_text("Sees and logs weight")).to_have_count(0)
    assert given not in house.hub.rooms.accounts.grants
    lines = await house.view.audit_tail(1)
    assert (lines[0].line.account, lines[0].line.action, lines[0].line.person) == ("ben", "grant.remove", "ben")


async def test_who_sees_another_is_not_told(house: House) -> None:
    await house.view.add_person("Ben")
    ben = await signed_in(house, "Ben", Role.ADULT, "ben")
    given = await grant(house, "ben", "emil")
    async with aiohttp.ClientSession(ben.url, cookies=ben.cookies) as client:
        for path in ("/people/emil/who-sees", "/settings/rights", "/settings/rights/anna", "/settings/audit"):
            async with client.get(path, headers={"Accept": "text/html"}) as answer:
                assert answer.status == 403, path
        async with client.get("/people/emil") as answer:
            assert "Who can see this" not in await answer.text()
        for path in ("/hub/v1/accounts", "/hub/v1/audit", "/hub/v1/audit/verify", "/hub/v1/people/anna/audience"):
            async with client.get(path) as answer:
                assert answer.status in (403, 404), path
        async with client.get("/hub/v1/grants") as answer:
            assert [one["id"] for one in (await answer.json())["grants"]] == [given.id]


@asynccontextmanager
async def stream(house: House, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
    async with aiohttp.ClientSession(house.url, cookies=house.cookies) as client, client.get(path) as answer:
        assert answer.status == 200
        await answer.content.readany()
        yield answer


@pytest.mark.parametrize("path", ["/live/values", "/hub/v1/live", "/hub/v1/ws"])
@pytest.mark.parametrize("how", ["session", "disable", "remove"])
async def test_a_quiet_stream_ends_within_a_second_of_what_it_rests_on(house: House, path: str, how: str) -> None:
    other = await signed_in(house, "Ben", Role.ADULT)
    [session] = house.hub.rooms.accounts.sessions.of("ben")

    async def revoke() -> None:
        if how == "session":
            await house.view.end_session(session.id)
        elif how == "disable":
            await house.view.change_account("ben", disabled=True)
        else:
            await house.view.remove_account("ben")

    if path.endswith("ws"):
        async with (
            aiohttp.ClientSession(other.url, cookies=other.cookies) as client,
            client.ws_connect(path, headers={"Origin": other.url}) as opened,
        ):
            await revoke()
            async with asyncio.timeout(1):
                assert (await opened.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        return
    async with stream(other, path) as answer:
        await revoke()
        async with asyncio.timeout(1):
            rest = await answer.content.read()
    assert ("event: rights" in rest.decode()) == (path == "/live/values")


@pytest.mark.parametrize("how", ["withdraw", "role", "end"])
async def test_an_open_page_hears_within_a_second_that_its_rights_are_others(house: House, how: str) -> None:
    other = await signed_in(house, "Ben", Role.ADULT)
    given = await grant(house, "ben", "emil")
    async with stream(other, "/live/values?person=emil") as answer:
        if how == "withdraw":
            await house.view.withdraw(given.id)
        elif how == "role":
            await house.view.change_account("ben", role=Role.GUEST)
        else:
            # The same right, with an end: it changes nothing until it comes.
            await grant(house, "ben", "emil", 1)
        async with asyncio.timeout(2 if how == "end" else 1):
            assert b"event: rights" in await answer.content.read()


async def test_my_browsers_are_listed_and_the_others_signed_out(house: House, open_page: OpenPage) -> None:
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1"
    lost = await house.hub.views.sign_in("anna", PASSWORD, agent)
    page = await open_page(house, "/settings/sessions")
    await expect(page.get_by_text("Safari on iPhone")).to_be_visible()
    await expect(page.get_by_text("This one")).to_have_count(1)
    await page.get_by_role("button", name="Sign out all others").click()
    await expect(page.get_by_text("Safari on iPhone")).to_have_count(0)
    async with (
        aiohttp.ClientSession(house.url, cookies={"homeostat_session": lost}) as client,
        client.get("/hub/v1/me") as answer,
    ):
        assert answer.status == 401


async def test_a_browser_that_signed_in_before_is_not_held_up_by_guesses_from_elsewhere(house: House) -> None:
    async def try_in(client: aiohttp.ClientSession, password: str) -> int:
        async with client.get("/sign-in") as answer:
            token = re.search(r'name="form_token" value="([^"]+)"', await answer.text())
        assert token is not None
        data = {"account": "anna", "password": password, "form_token": token[1]}
        headers = {"Origin": house.url, "X-Forwarded-For": f"10.0.0.{len(seen)}"}
        async with client.post("/sign-in", data=data, headers=headers, allow_redirects=False) as answer:
            seen.append(answer.status)
            return answer.status

    seen: list[int] = []
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(house.url, cookie_jar=jar) as known:
        assert await try_in(known, PASSWORD) == 303
        jar.clear(lambda cookie: cookie.key == "homeostat_session")
        async with aiohttp.ClientSession(house.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as stranger:
            for _ in range(5):
                assert await try_in(stranger, "a wrong guess") == 403
            # Neither another forwarded address nor the right password helps a stranger now.
            assert await try_in(stranger, PASSWORD) == 429
        assert await try_in(known, PASSWORD) == 303


async def test_the_trail_tells_of_signing_in_and_names_nobody_who_is_not(house: House, open_page: OpenPage) -> None:
    for name in ("anna", "my-secret-typed-into-the-name"):
        with pytest.raises(Exception, match="do not go together"):
            await house.hub.views.sign_in(name, "wrong")
    lines = [one.line for one in await house.view.audit_lines(10, action="sign-in")]
    assert [(one.account, one.outcome) for one in lines] == [
        ("nobody", "refused"),
        ("anna", "refused"),
        ("anna", "done"),
    ]
    page = await open_page(house, "/settings/audit?action=sign-")
    await expect(page.get_by_text("The trail is whole")).to_be_visible()
    assert "my-secret" not in await page.content()
    await page.get_by_label("By whom").select_option("anna")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_text("nobody", exact=False)).to_have_count(0)


async def test_who_can_see_this_stands_at_every_metric_entity_entry_and_device(
    house: House, open_page: OpenPage
) -> None:
    await house.measure("emil", "weight", (3, 7.4))
    entry = await house.log("emil", "feeding", 20, method="bottle")
    [entity] = house.view.entities("emil")
    page = await open_page(house, "/people/emil")
    for path, title in (
        ("/people/emil", "Who sees Emil"),
        ("/people/emil/weight", "Who sees weight of Emil"),
        (f"/entities/{entity.id}", "Who sees weight of Emil"),
        (f"/journal/{entry}", "Who sees feeding of Emil"),
        ("/journal?person=emil&kind=feeding", "Who sees feeding of Emil"),
    ):
        await page.goto(house.url + path)
        await page.get_by_role("link", name="Who can see this?").click()
        await expect(page.get_by_role("heading", name=title)).to_be_visible()
        await expect(page.get_by_role("heading", name="Anna")).to_be_visible()
    async with aiohttp.ClientSession(house.url, cookies=house.cookies) as client:
        for query in ("metric=nothing", "kind=nothing", "entity=nothing"):
            async with client.get(f"/people/emil/who-sees?{query}") as answer:
                assert answer.status == 404, query
