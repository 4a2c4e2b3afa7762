"""What only owners do asks who sits at the browser, when that was shown over ten minutes ago."""

import asyncio
import html
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pyotp
import pytest

from hub.access.sessions import digest_of
from hub.daemon import Hub, Settings
from hub.model import Actor, Credential, Limits, Role, Verb
from hub.view import SetupRequest
from web import security

PASSWORD = "correct horse battery"
OPEN = Limits(stranger_requests_per_second=1e6, requests_per_second=1e6)


@dataclass
class Site:
    """A running hub, and a browser at it that follows no redirect by itself."""

    hub: Hub
    client: aiohttp.ClientSession
    session: str = ""
    secure: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hub.port}"

    @property
    def prefix(self) -> str:
        return "__Host-" if self.secure else ""

    async def sign_in(self, account: str = "anna") -> None:
        self.session = await self.hub.rooms.accounts.open_session(account, "Firefox", "", proved=True)

    def grow_old(self, minutes: float = 11) -> None:
        """As if everybody had signed in so long ago."""
        sessions = self.hub.rooms.accounts.sessions
        for digest, one in sessions._all.items():
            assert one.proved_at is not None
            sessions._all[digest] = replace(one, proved_at=one.proved_at - timedelta(minutes=minutes))

    async def ask(self, method: str, path: str, **more: Any) -> tuple[aiohttp.ClientResponse, str]:
        cookies = {f"{self.prefix}homeostat_session": self.session, **more.pop("cookies", {})}
        headers = {"Origin": self.url, "Accept": "text/html", **more.pop("headers", {})}
        shown = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
        if shown:
            headers["Cookie"] = shown
        async with self.client.request(method, path, headers=headers, allow_redirects=False, **more) as answer:
            return answer, await answer.text()

    async def rest(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {"Cookie": f"homeostat_session={self.session}"}
        headers |= {"Origin": self.url, security.HEADER: security.form_token(self.session)}
        async with self.client.request(method, path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    def given(self, answer: aiohttp.ClientResponse, name: str) -> str:
        found = answer.cookies.get(f"{self.prefix}{name}")
        return found.value if found is not None else ""


@asynccontextmanager
async def running(folder: Path, **settings: Any) -> AsyncIterator[Site]:
    hub = await Hub.start(Settings(folder, port=0, automatic_entries=False, limits=OPEN, **settings))
    try:
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(f"http://127.0.0.1:{hub.port}", cookie_jar=jar) as client:
            yield Site(hub, client)
    finally:
        await hub.stop()


@pytest.fixture(scope="module")
async def moved_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Anna, who owns the hub, and Ben; passwords are hashed slowly, and once is enough."""
    folder = tmp_path_factory.mktemp("moved-in") / "data"
    async with running(folder) as site:
        await site.hub.views.setup(SetupRequest("Anna", PASSWORD, "Home", "UTC", people=[{"name": "Ben"}]), code=None)
        await site.hub.views.system().add_account("Ben", PASSWORD, role=Role.ADULT, person="ben")
    return folder


@pytest.fixture
async def site(tmp_path: Path, moved_in: Path) -> AsyncIterator[Site]:
    shutil.copytree(moved_in, tmp_path / "data")
    async with running(tmp_path / "data") as site:
        await site.sign_in()
        yield site


def fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's first form."""
    form = page.partition("<form")[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    return {html.unescape(name): html.unescape(value) for name, value in found}


async def token_of(site: Site, path: str) -> str:
    return fields((await site.ask("GET", path))[1])["form_token"]


OWNERS = (
    ("POST", "/hub/v1/accounts", {"name": "Zoe", "password": PASSWORD, "role": "guest"}),
    ("PATCH", "/hub/v1/accounts/ben", {"role": "owner"}),
    ("DELETE", "/hub/v1/accounts/ben", None),
    ("POST", "/hub/v1/grants", {"account": "ben", "person": "anna"}),
    ("POST", "/hub/v1/tokens", {"label": "mine"}),
    ("POST", "/hub/v1/exports", {"person": "anna"}),
    ("POST", "/hub/v1/erasures", {"person": "ben"}),
    ("PATCH", "/hub/v1/account/factors", {"owners_need_one": True}),
    ("POST", "/hub/v1/account/factors/codes", None),
    ("POST", "/hub/v1/account/factors/recovery", None),
    ("DELETE", "/hub/v1/accounts/ben/factors", None),
)


async def test_every_act_of_owners_asks_a_stale_session_and_no_program(site: Site) -> None:
    site.grow_old()
    accounts = site.hub.rooms.accounts
    before = (accounts.all, accounts.grants, accounts.tokens)
    for method, path, body in OWNERS:
        status, answer = await site.rest(method, path, body)
        assert (status, answer["error"]["code"]) == (403, "step_up_needed"), path
        assert "confirm" in answer["error"]["hint"].lower()
    assert (accounts.all, accounts.grants, accounts.tokens) == before
    status, listed = await site.rest("GET", "/hub/v1/accounts")
    assert (status, len(listed["accounts"])) == (200, 2), "looking asks nobody"
    _, program = await accounts.create_token("anna", verbs=tuple(Verb))
    for method, path, body in OWNERS:
        if path not in ("/hub/v1/tokens", "/hub/v1/account/factors/codes", "/hub/v1/account/factors/recovery"):
            _, answer = await site.rest(method, path, body, token=program)
            assert answer.get("error", {}).get("code") != "step_up_needed", path


async def test_a_session_is_fresh_again_once_the_password_was_shown_in_rest(site: Site) -> None:
    site.grow_old()
    assert (await site.rest("POST", "/hub/v1/account/confirm", {"password": "wrong horse"}))[0] == 403
    answer, _ = await site.ask("POST", "/hub/v1/account/confirm", json={"password": PASSWORD})
    assert answer.status == 200
    old, site.session = site.session, site.given(answer, "homeostat_session")
    assert site.session not in ("", old)
    assert (await site.rest("POST", "/hub/v1/tokens", {"label": "mine"}))[0] == 201
    site.session = old
    assert (await site.rest("GET", "/hub/v1/me"))[0] == 401


async def test_a_form_is_carried_along_and_done_once_it_is_shown_who_sits_there(site: Site) -> None:
    form_token = await token_of(site, "/settings/tokens")
    site.grow_old()
    typed = {"form_token": form_token, "label": "Anna's <phone> & more", "use": "record", "person": "ben"}
    answer, page = await site.ask("POST", "/settings/tokens", data=typed)
    assert answer.status == 403
    assert "Confirm it’s you" in page
    assert [one.label for one in site.hub.rooms.accounts.tokens] == []
    answer, page = await site.ask("POST", "/confirm", data={**fields(page), "confirm_password": "wrong horse"})
    assert (answer.status, "That password is not right" in page) == (403, True)
    kept = fields(page)
    assert {name: kept[name] for name in ("label", "use", "person")} == {
        name: typed[name] for name in ("label", "use", "person")
    }
    sent = {**kept, "confirm_password": PASSWORD}
    answer, _ = await site.ask("POST", "/confirm", data=sent)
    assert (answer.status, answer.headers["Location"]) == (307, "/settings/tokens")
    renewed = {"homeostat_form": site.given(answer, "homeostat_form")}
    site.session = site.given(answer, "homeostat_session")
    # What a browser does with 307: the same form, to the address that it is told.
    answer, page = await site.ask("POST", answer.headers["Location"], data=sent, cookies=renewed)
    assert (answer.status, "only time it is shown" in page) == (200, True)
    [made] = site.hub.rooms.accounts.tokens
    assert (made.label, made.persons) == (typed["label"], frozenset({"ben"}))


async def test_a_page_that_makes_a_problem_of_it_asks_all_the_same(site: Site) -> None:
    form_token = await token_of(site, "/settings/rights")
    site.grow_old()
    typed = {"form_token": form_token, "name": "Sitter", "role": "guest"}
    answer, page = await site.ask("POST", "/settings/rights/invite", data=typed)
    assert (answer.status, "Confirm it’s you" in page) == (403, True)
    assert fields(page)["confirm_path"] == "/settings/rights/invite"
    assert fields(page)["name"] == "Sitter"
    assert site.hub.rooms.invitations.open == []


async def test_a_fragments_request_waits_for_the_page_and_for_nobody_else(site: Site) -> None:
    form_token = await token_of(site, "/settings/tokens")
    site.grow_old()
    headers = {"HX-Request": "true", "HX-Current-URL": f"{site.url}/settings/tokens?x=1"}
    typed = {"form_token": form_token, "label": "Phone"}
    answer, _ = await site.ask("POST", "/settings/tokens", data=typed, headers=headers)
    target = answer.headers["HX-Redirect"]
    assert target.startswith("/confirm?asked=")
    anna = site.session
    await site.sign_in("ben")
    assert "label" not in fields((await site.ask("GET", target))[1])
    site.session = anna
    found = fields((await site.ask("GET", target))[1])
    assert (found["label"], found["confirm_path"], found["confirm_back"]) == (
        "Phone", "/settings/tokens", "/settings/tokens?x=1",
    )  # fmt: skip
    assert "label" not in fields((await site.ask("GET", target))[1]), "it waits once"


async def test_a_page_that_asks_comes_after(site: Site) -> None:
    site.grow_old()
    answer, page = await site.ask("GET", "/settings/account/codes")
    assert (answer.status, fields(page)["confirm_back"]) == (403, "/settings/account/codes")
    answer, _ = await site.ask("POST", "/confirm", data={**fields(page), "confirm_password": PASSWORD})
    assert (answer.status, answer.headers["Location"]) == (303, "/settings/account/codes")


async def test_a_file_has_to_be_sent_again(site: Site) -> None:
    form_token = await token_of(site, "/settings/tokens")
    site.grow_old()
    form = aiohttp.FormData({"form_token": form_token, "label": "Phone"})
    form.add_field("file", b"x" * 100, filename="x.zip")
    headers = {"Referer": f"{site.url}/settings/tokens"}
    answer, page = await site.ask("POST", "/settings/tokens", data=form, headers=headers)
    assert (answer.status, "choose the file again" in page) == (403, True)
    assert (fields(page)["confirm_path"], fields(page)["confirm_back"]) == ("", "/settings/tokens")


@pytest.mark.parametrize("wish", ["https://evil.example", "//evil.example/x", "/\\evil.example", "javascript:alert(1)"])
async def test_confirming_leads_nowhere_else(wish: str, site: Site) -> None:
    _, page = await site.ask("GET", "/confirm", params={"next": wish})
    assert fields(page)["confirm_back"] == "/settings"
    sent = {**fields(page), "confirm_path": wish, "confirm_back": wish, "confirm_password": PASSWORD}
    answer, _ = await site.ask("POST", "/confirm", data=sent)
    assert (answer.status, answer.headers["Location"]) == (303, "/settings")


async def test_forms_that_were_open_go_on_working_after_the_session_has_another_id(site: Site) -> None:
    before = await token_of(site, "/settings/tokens")
    _, page = await site.ask("GET", "/confirm")
    answer, _ = await site.ask("POST", "/confirm", data={**fields(page), "confirm_password": PASSWORD})
    site.session = site.given(answer, "homeostat_session")
    kept = {"homeostat_form": site.given(answer, "homeostat_form")}
    typed = {"form_token": before, "label": "Phone"}
    assert (await site.ask("POST", "/settings/tokens", data=typed))[0].status == 403
    assert (await site.ask("POST", "/settings/tokens", data=typed, cookies=kept))[0].status == 200


# What owners need


async def test_an_owner_without_a_second_factor_can_only_add_one(site: Site) -> None:
    accounts = site.hub.rooms.accounts
    status, answer = await site.rest("PATCH", "/hub/v1/account/factors", {"owners_need_one": True})
    assert (status, "your own" in answer["error"]["message"]) == (409, True)
    await site.hub.views.system().demand_second(True)
    assert not accounts.session_live(await _actor(site, kind="account"))
    view = await site.hub.views.authenticate(Credential("session", site.session))
    assert view is not None
    assert (view.people(), view.is_owner, view.live()) == ([], False, True)
    answer, _ = await site.ask("GET", "/settings/rights")
    assert (answer.status, answer.headers["Location"]) == (303, "/settings/account")
    status, refused = await site.rest("GET", "/hub/v1/states")
    assert (status, refused["error"]["code"]) == (403, "second_factor_required")
    _, page = await site.ask("GET", "/settings/account")
    assert "Add a passkey or an app first" in page
    _, begun = await site.rest("POST", "/hub/v1/account/factors/codes")
    assert begun["address"].startswith("otpauth://totp/")
    code = pyotp.TOTP(begun["seed"]).now()
    status, held = await site.rest("POST", "/hub/v1/account/factors/codes/confirm", {"code": code})
    assert (status, held["app_since"] is not None) == (200, True)
    assert (await site.rest("GET", "/hub/v1/states"))[0] == 200
    status, refused = await site.rest("DELETE", "/hub/v1/account/factors/codes")
    assert (status, "owners need" in refused["error"]["message"]) == (409, True)
    await site.sign_in("ben")
    assert (await site.rest("GET", "/hub/v1/states"))[0] == 200, "only owners are asked"


async def test_an_owner_takes_away_what_somebody_lost_and_a_token_can_not(site: Site) -> None:
    await site.sign_in("ben")
    _, begun = await site.rest("POST", "/hub/v1/account/factors/codes")
    code = pyotp.TOTP(begun["seed"]).now()
    assert (await site.rest("POST", "/hub/v1/account/factors/codes/confirm", {"code": code}))[0] == 200
    assert (await site.rest("GET", "/hub/v1/accounts/anna/factors"))[0] == 403
    _, narrow = await site.hub.rooms.accounts.create_token("ben", verbs=tuple(Verb))
    for method, path in (("GET", ""), ("DELETE", "/codes"), ("POST", "/recovery")):
        assert (await site.rest(method, f"/hub/v1/account/factors{path}", token=narrow))[0] == 403
    await site.sign_in("anna")
    status, held = await site.rest("DELETE", "/hub/v1/accounts/ben/factors")
    assert (status, held["app_since"]) == (200, None)
    await site.sign_in("ben")
    lines = await site.hub.views.system().audit_lines(50)
    told = {(one.line.account, one.line.action, one.line.detail) for one in lines}
    assert {("ben", "codes.add", ""), ("anna", "factors.reset", "ben")} <= told


async def _actor(site: Site, *, kind: str) -> Actor:
    return Actor("anna", session=digest_of(site.session), kind=kind)


# Cookies


async def test_over_https_the_cookies_names_say_that_no_other_host_set_them(tmp_path: Path, moved_in: Path) -> None:
    shutil.copytree(moved_in, tmp_path / "data")
    async with running(tmp_path / "data", trusted_proxies=("127.0.0.1",)) as site:
        secure = {"X-Forwarded-Proto": "https", "Origin": site.url.replace("http:", "https:")}
        await site.sign_in()
        site.session, session = "", site.session
        answer, page = await site.ask("GET", "/sign-in", headers=secure)
        site.secure = True
        form = {"__Host-homeostat_form": site.given(answer, "homeostat_form")}
        assert form["__Host-homeostat_form"]
        typed = {**fields(page), "account": "anna", "password": PASSWORD}
        answer, _ = await site.ask("POST", "/sign-in", data=typed, headers=secure, cookies=form)
        cookie = answer.cookies["__Host-homeostat_session"]
        assert (answer.status, cookie["secure"], cookie["path"], cookie["domain"]) == (303, True, "/", "")
        site.session = cookie.value
        assert (await site.ask("GET", "/settings", headers=secure))[0].status == 200
        plain = {"homeostat_session": session}
        site.session = ""
        answer, _ = await site.ask("GET", "/settings", headers=secure, cookies=plain)
        assert answer.headers["Location"].startswith("/sign-in"), "a name that any host of the domain can set"


# A flood


@contextmanager
def watched(site: Site) -> Iterator[list[int]]:
    """How many passwords are reckoned at the same time, at each beginning."""
    passwords = site.hub.rooms.accounts.proofs._passwords
    inner, now, seen = passwords._hasher, 0, list[int]()

    class Watching:
        def verify(self, hashed: str, password: str) -> bool:
            nonlocal now
            now += 1
            seen.append(now)
            try:
                return inner.verify(hashed, password)
            finally:
                now -= 1

        def __getattr__(self, name: str) -> Any:
            return getattr(inner, name)

    passwords._hasher = Watching()  # type: ignore[assignment] # passes everything on
    yield seen
    passwords._hasher = inner


def resident() -> int:
    """MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) // 256


async def test_a_hundred_sign_ins_at_once_take_the_memory_of_two(site: Site) -> None:
    await site.hub.views.sign_in("anna", PASSWORD)
    before, peak = resident(), 0

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, resident())
            await asyncio.sleep(0.005)

    watching = asyncio.ensure_future(watch())
    with watched(site) as seen:
        tries = [site.hub.views.sign_in(f"nobody{number}", "wrong horse battery") for number in range(20)]
        tries += [site.hub.views.sign_in("anna", PASSWORD, browser=f"{number}") for number in range(80)]
        await asyncio.gather(*tries, return_exceptions=True)
    watching.cancel()
    assert max(seen) == 2
    assert len(seen) >= 25
    assert peak - before < 2 * 64 + 40, f"{peak - before} MiB"
