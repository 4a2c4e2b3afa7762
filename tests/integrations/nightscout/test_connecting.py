"""The page that connects an app: what it shows works when it is typed into the app."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from hub.model import Verb
from integrations.nightscout.surface.apps import APPS, Given, xdrip_code
from tests.integrations.nightscout.conftest import Site
from tests.integrations.nightscout.test_entries import minutes_ago, sgv
from tests.support.house import PASSWORD

PATH = "/nightscout/connect"


@pytest.fixture
async def owner(site: Site) -> Site:
    """Anna's browser."""
    session = await site.hub.views.sign_in("anna", PASSWORD)
    browser = site.as_("")
    browser.headers = {"Cookie": f"homeostat_session={session}", "Origin": site.base, "Accept": "text/html"}
    return browser


async def submit(owner: Site, **typed: str) -> tuple[int, str]:
    page = await (await owner.call("GET", PATH)).text()
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None
    form = {"person": "ben", "app": "xdrip", "address": "http://192.0.2.7:8480", **typed}
    response = await owner.call("POST", PATH, data={"form_token": found[1], **form})
    return response.status, await response.text()


def fields(page: str) -> dict[str, str]:
    """Label -> what stands in the box below it."""
    found = re.findall(r'<label class="field-label" for="n-\d+">([^<]+)</label>\s*.*?value="([^"]*)" readonly', page)
    return {name: html.unescape(text) for name, text in found}


async def test_the_page_asks_whose_which_app_and_under_which_address(owner: Site) -> None:
    response = await owner.call("GET", PATH)
    page = await response.text()
    assert response.status == 200
    for words in ("Whose glucose is it?", ">Anna<", ">Ben<", "xDrip+", "AAPS", "Loop", "Sugarmate", "Nightguard"):
        assert words in page, words
    assert f'value="{owner.base}"' in page or "http://" in page
    entry = await (await owner.call("GET", "/integrations/nightscout_server")).text()
    assert f'href="{PATH}"' in entry


async def test_what_is_shown_for_xdrip_uploads_for_that_person_alone(owner: Site, site: Site) -> None:
    status, page = await submit(owner, app="xdrip", person="ben", address="http://192.0.2.7:8480/")
    assert status == 200
    assert "<svg" in page
    parts = urlsplit(fields(page)["Base URL"])
    assert (parts.hostname, parts.port, parts.path) == ("192.0.2.7", 8480, "/api/v1/")
    assert parts.username
    phone = site.as_(parts.username)
    await phone.post("/api/v1/entries", [sgv(minutes_ago(2), 111)])
    assert [one["sgv"] for one in await phone.get("/api/v1/entries.json")] == [111]
    assert await site.get("/api/v1/entries.json") == [], "Anna has it, too"
    assert [one.label for one in site.hub.rooms.accounts.tokens if one.persons == frozenset({"ben"})] == ["xDrip+, Ben"]


async def test_an_app_that_shows_gets_a_token_that_changes_nothing(owner: Site, site: Site) -> None:
    _, page = await submit(owner, app="nightguard")
    address = fields(page)["Address"]
    token = address.partition("?token=")[2]
    watch = site.as_("")
    assert await watch.get(f"/api/v1/entries.json?token={token}") == []
    refused = await site.as_(token).call("POST", "/api/v1/entries", json=[sgv(minutes_ago(2))])
    assert refused.status == 401
    assert "insists on https" in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"address": "ftp://hub"}, "An address looks like"),
        ({"address": "http://a@b"}, "An address looks like"),
        ({"person": "nobody"}, "Choose whose app it is"),
        ({"app": "unheard of"}, "Choose whose app it is"),
    ],
)
async def test_what_cannot_be_is_said_and_makes_no_token(
    owner: Site, site: Site, typed: dict[str, str], words: str
) -> None:
    before = len(site.hub.rooms.accounts.tokens)
    status, page = await submit(owner, **typed)
    assert (status, words in page) == (422, True)
    assert len(site.hub.rooms.accounts.tokens) == before


async def test_strangers_and_forged_forms_get_nothing(owner: Site, site: Site) -> None:
    stranger = await site.as_("").call("GET", PATH, headers={"Accept": "text/html"}, allow_redirects=False)
    assert (stranger.status, stranger.headers["Location"]) == (303, f"/sign-in?next={PATH}")
    form = {"person": "ben", "app": "xdrip", "address": "http://192.0.2.7"}
    assert (await owner.call("POST", PATH, data=form)).status == 403
    token = await site.hub.rooms.accounts.create_token("anna", verbs=tuple(Verb))
    program = site.as_("")
    program.headers = {"Authorization": f"Bearer {token[1]}"}
    response = await program.call("POST", PATH, data=form)
    assert "a token cannot make tokens" in await response.text()


async def test_a_typed_address_does_not_become_markup(owner: Site) -> None:
    _, page = await submit(owner, address='http://x/"><script>alert(1)</script>')
    assert "<script>alert" not in page


def test_the_code_is_what_xdrip_reads() -> None:
    told: Any = orjson.loads(xdrip_code(Given("https://hub.example.org", "s3cret-_x")))
    assert told == {"rest": {"endpoint": ["https://s3cret-_x@hub.example.org/api/v1/"]}}


def test_every_app_has_something_to_type_and_steps_that_name_no_field_it_lacks() -> None:
    given = Given("https://hub.example.org", "token")
    for app in APPS:
        assert app.steps, app.name
        assert any("token" in text for _, text in app.fields(given)), app.name
