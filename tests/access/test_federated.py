"""Who comes in by an identity server, to which account, and what it can never do."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from yarl import URL

from hub.model import Credential, Role
from hub.view import View
from tests.access.identity_server import CLIENT, SECRET, Server, serving
from tests.web.conftest import House, house, new_hub

__all__ = ["house", "new_hub"]
WORD = "several words of his"


class Browser:
    """A browser's cookies, and a person at the other server who says yes at once."""

    def __init__(self, house: House, server: Server, client: aiohttp.ClientSession) -> None:
        self.house, self.server, self.client = house, server, client

    async def leave(self, action: str = "/sign-in/openid", page: str = "/sign-in", **fields: str) -> str:
        """Press the button; where the hub sends the browser."""
        async with self.client.get(page) as answer:
            token = re.search(r'name="form_token" value="([^"]+)"', await answer.text())
        assert token is not None
        data = {"form_token": token[1], **fields}
        async with self.client.post(action, data=data, headers={"Origin": self.house.url}) as answer:
            text = await answer.text()
        address = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', text)
        return address[1].replace("&amp;", "&") if address is not None else text

    async def come_back(self, address: str, **answer: str) -> tuple[int, str]:
        """Status, and where it goes on or what the page says."""
        query = {**self.server.browse(address), **answer, "again": "1"}
        async with self.client.get("/sign-in/openid/done", params=query, allow_redirects=False) as done:
            return done.status, done.headers.get("Location") or await done.text()

    async def sign_in(self) -> tuple[int, str]:
        return await self.come_back(await self.leave())

    def signed_in(self, session: str) -> None:
        self.client.cookie_jar.update_cookies({"homeostat_session": session}, URL(self.house.url))

    async def who(self) -> str:
        cookie = next((one for one in self.client.cookie_jar if one.key == "homeostat_session"), None)
        view = await self.house.hub.views.authenticate(Credential("session", cookie.value if cookie else ""))
        return view.account.name if view is not None and view.account is not None else ""


@pytest.fixture
async def server(house: House) -> AsyncIterator[Server]:
    async with serving(lambda: house.hub.rooms.clock.now().timestamp()) as found:
        yield found


@pytest.fixture
async def browser(house: House, server: Server) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(
        house.url, cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Accept": "text/html"}
    ) as client:
        yield Browser(house, server, client)


async def set_up(house: House, server: Server, *admit: dict[str, Any]) -> None:
    await house.view.set_openid(
        {"issuer": server.url, "client_id": CLIENT, "client_secret": SECRET, "label": "Linden", "admit": list(admit)}
    )


async def view_of(house: House, name: str) -> View:
    view = await house.hub.views.authenticate(Credential("session", await house.hub.views.sign_in(name, WORD)))
    assert view is not None
    return view


async def test_who_is_listed_gets_an_account_and_one_that_is_there_is_never_taken_over(
    house: House, server: Server, browser: Browser
) -> None:
    await house.view.add_account("Ben", WORD, role=Role.OWNER)
    await house.view.add_person("Bea")
    await set_up(house, server, {"email": "ben@example.org", "role": "adult", "person": "bea"})
    # The server calls them `ben` and knows Ben's address; here they are somebody new all the same.
    server.about = {"email": "ben@example.org", "email_verified": True}
    assert (await browser.sign_in())[0] == 303
    assert await browser.who() == "ben@example.org"
    made = house.hub.rooms.accounts.get("ben@example.org")
    assert (made.role, made.person) == (Role.ADULT, "bea")
    assert not house.hub.rooms.identities.of("ben")
    # No password opens it, and it can't lose its only way in.
    for guess in ("", WORD):
        with pytest.raises(Exception, match="do not go together"):
            await house.hub.views.sign_in("ben@example.org", guess)
    with pytest.raises(Exception, match="nobody could sign in any more"):
        await house.view.unlink_identity(server.url, "u-1", account="ben@example.org")
    # The second time it is the same account, whatever the server says of them by then.
    server.about = {}
    browser.client.cookie_jar.clear()
    await browser.sign_in()
    assert await browser.who() == "ben@example.org"
    assert len(house.hub.rooms.accounts.all) == 3
    lines = [one.line for one in await house.view.audit_lines(3)]
    assert [(one.account, one.action) for one in lines][-1:] == [("ben@example.org", "sign-in")]
    # An account that is removed takes its links along: its name may come back, the identity not with it.
    await house.view.remove_account("ben@example.org")
    await house.view.add_account("ben@example.org", WORD, role=Role.ADULT)
    await set_up(house, server)
    browser.client.cookie_jar.clear()
    status, said = await browser.sign_in()
    assert (status, "nothing here is linked with you" in said) == (403, True)


async def test_a_disabled_account_and_a_stranger_stay_outside(house: House, server: Server, browser: Browser) -> None:
    await set_up(house, server)
    await house.view.add_account("Ben", WORD, role=Role.ADULT)
    await house.view.link_identity("ben", server.url, "u-1")
    await house.view.change_account("ben", disabled=True)
    status, said = await browser.sign_in()
    assert (status, "is disabled" in said, await browser.who()) == (403, True, "")
    [line] = await house.view.audit_lines(1, account="ben", action="sign-in")
    assert (line.line.outcome, line.line.detail) == ("refused", "disabled, by Linden")
    await house.view.change_account("ben", disabled=False)
    server.claims = {"sub": "U-1"}
    status, said = await browser.sign_in()
    assert (status, "nothing here is linked" in said, await browser.who()) == (403, True, "")
    # The same subject of another server is somebody else.
    server.claims = {}
    await house.view.unlink_identity(server.url, "u-1", account="ben")
    await house.view.link_identity("ben", "https://id.example.org", "u-1")
    assert (await browser.sign_in())[0] == 403


async def test_an_answer_that_somebody_else_began_signs_nobody_in(
    house: House, server: Server, browser: Browser
) -> None:
    """A page of a stranger brings a victim's browser an answer of the stranger's own."""
    await set_up(house, server)
    await house.view.add_account("Mallory", WORD, role=Role.GUEST)
    await house.view.link_identity("mallory", server.url, "u-1")
    address = await browser.leave()
    async with aiohttp.ClientSession(
        house.url, cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Accept": "text/html"}
    ) as client:
        victim = Browser(house, server, client)
        assert (await victim.come_back(address))[0] == 403
        await victim.leave()
        assert (await victim.come_back(address))[0] == 403
        assert await victim.who() == ""
    # Nor does a form of another site begin anything.
    async with browser.client.post(
        "/sign-in/openid", data={"next": "/"}, headers={"Origin": "https://evil.example.org"}
    ) as answer:
        assert answer.status == 403


async def test_where_to_go_after_is_a_page_of_ours(house: House, server: Server, browser: Browser) -> None:
    await set_up(house, server)
    await house.view.link_identity("anna", server.url, "u-1")
    for wish in ("https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "javascript:alert(1)"):
        assert await browser.come_back(await browser.leave(next=wish)) == (303, "/")
        browser.client.cookie_jar.clear()
    assert (await browser.come_back(await browser.leave(next="/journal?person=emil")))[1] == "/journal?person=emil"


async def test_linking_wants_who_sits_there_and_an_identity_that_is_nobody_elses(
    house: House, server: Server, browser: Browser
) -> None:
    await set_up(house, server)
    await house.view.add_account("Ben", WORD, role=Role.ADULT)
    session = await house.hub.views.sign_in("ben", WORD)
    browser.signed_in(session)
    link = {"action": "/settings/account/identity/link", "page": "/settings/account"}
    address = await browser.leave(**link)
    assert (await browser.come_back(address))[0] == 303
    assert [one.subject for one in house.hub.rooms.identities.of("ben")] == ["u-1"]
    # Another account's identity can't be linked.
    await house.view.link_identity("anna", server.url, "u-2")
    server.claims = {"sub": "u-2"}
    status, said = await browser.come_back(await browser.leave(**link))
    assert (status, "belongs to another account" in said) == (403, True)
    # Signed out meanwhile, nothing is linked.
    server.claims = {"sub": "u-3"}
    address = await browser.leave(**link)
    await house.hub.views.sign_out(session)
    status, said = await browser.come_back(address)
    assert (status, "not signed in any more" in said) == (403, True)
    assert [one.subject for one in house.hub.rooms.identities.of("ben")] == ["u-1"]
    # Who stepped away is asked again first: a link is a way in for good.
    stale = await view_of(house, "ben")
    sessions = house.hub.rooms.accounts.sessions
    digest = stale.actor.session or ""
    sessions._all[digest] = replace(sessions._all[digest], proved_at=None)
    with pytest.raises(Exception, match="still you"):
        stale.link_ready()
    with pytest.raises(Exception, match="still you"):
        await stale.unlink_identity(server.url, "u-1")


async def test_showing_again_who_sits_there_wants_the_same_person_asked_just_now(
    house: House, server: Server, browser: Browser
) -> None:
    await set_up(house, server)
    await house.view.link_identity("anna", server.url, "u-1")
    session, sessions = house.session, house.hub.rooms.accounts.sessions
    browser.signed_in(session)
    [one] = sessions.of("anna")
    sessions._all[one.digest] = replace(one, proved_at=None)
    prove = {"action": "/confirm/openid", "page": "/confirm?next=/settings/rights", "next": "/settings/rights"}
    async with browser.client.get(prove["page"]) as answer:
        assert "Confirm with Linden" in await answer.text()
    now = house.hub.rooms.clock.now().timestamp()
    for lie, said in (({}, "ask you anew"), ({"auth_time": now, "sub": "u-2"}, "as somebody else")):
        server.claims = lie
        status, text = await browser.come_back(await browser.leave(**prove))
        assert (status, said in text) == (403, True)
        assert not any(sessions.fresh(each.digest) for each in sessions.of("anna"))
    server.claims = {"auth_time": now}
    assert await browser.come_back(await browser.leave(**prove)) == (303, "/settings/rights")
    [one] = sessions.of("anna")
    assert sessions.fresh(one.digest)
    assert (await browser.who(), await house.hub.views.authenticate(Credential("session", session))) == ("anna", None)
