"""S8: five hundred scripts in whatever somebody may name; no page runs one, asks anybody, or holds an element of it."""

from __future__ import annotations

import asyncio
import html
import http.client
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Browser

from hub.daemon import Hub
from tests.attacks.evil_house import evil_house, rename
from tests.attacks.watch import Watch, watching
from tests.attacks.xss import PAYLOADS
from tests.support.house import PASSWORD, house
from tests.support.mosquitto import Mosquitto
from tests.support.thorough import thorough
from web import security

TEXTS = [text for text, _ in PAYLOADS]
WHOLE = os.environ.get("ATTACKS") == "whole"
"""The full product of payloads and pages, some hours; `script/bench attacks` runs it."""
PLACES = (
    "/", "/people/anna", "/people/household", "/people/anna/who-sees", "/people/anna/heart_rate", "/journal",
    "/journal?kind=note&person=anna", "/journal/new", "/journal/new?kind=note", "/explore", "/more", "/welcome/sources",
    "/integrations", "/integrations/devices", "/integrations/mqtt", "/integrations/failing",
    "/integrations/add/failing", "/events", "/settings", "/settings/people", "/settings/people/anna",
    "/settings/household", "/settings/account", "/settings/rights", "/settings/rights/anna", "/settings/sessions",
    "/settings/privacy", "/settings/audit", "/settings/tokens", "/settings/database", "/settings/about",
)  # fmt: skip
ECHOES = (
    "/no/{}", "/{}", "/people/{}", "/people/anna/{}", "/entities/{}", "/journal/{}", "/journal?kind={}",
    "/journal?person={}", "/journal?before={}", "/journal/new?kind={}", "/journal/new?kind=note&back={}",
    "/integrations?q={}", "/integrations/{}", "/integrations/add/{}", "/people/anna/heart_rate?range={}",
    "/explore?with={}", "/invite/{}", "/sign-in?next={}", "/settings/rights/{}", "/settings/audit?account={}",
    "/events?kind={}", "/webhook/{}", "/hub/v1/states/{}", "/static/x/{}", "/charts/data?entity={}",
    "/settings/people/{}",
)  # fmt: skip


@pytest.fixture(scope="module")
async def evil(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Hub, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("evil")
    broker = Mosquitto(folder / "broker")
    broker.start()
    try:
        async with evil_house(folder / "data", broker, TEXTS) as hub:
            session = await hub.views.sign_in("anna", PASSWORD)
            yield hub, {"homeostat_session": session}
    finally:
        broker.stop()


def home(hub: Hub) -> str:
    return f"http://127.0.0.1:{hub.port}"


def test_the_list_is_as_long_as_promised_and_of_every_kind() -> None:
    assert len(TEXTS) >= 500
    assert len({category for _, category in PAYLOADS}) >= 13


async def every_page(hub: Hub, watch: Watch) -> None:
    for place in PLACES:
        await watch.open(place)
    cursor = "/journal?kind=note"
    for _ in range(len(TEXTS) // 40 + 1):
        await watch.open(cursor)
        more = await watch.page.query_selector("a[href*='before=']")
        if more is None:
            break
        cursor = str(await more.get_attribute("href"))
    ids = sorted(one for one in hub.rooms.entities.all if one.startswith("sensor.s"))
    for entity in ids if WHOLE else ids[::40]:
        await watch.open(f"/entities/{entity}")


async def test_names_from_devices_journal_tokens_and_sign_ins_run_nowhere(
    evil: tuple[Hub, dict[str, str]], browser: Browser
) -> None:
    hub, cookies = evil
    async with watching(browser, home(hub), cookies) as watch:
        await every_page(hub, watch)
        assert watch.found == []
        # It is no proof when they were not there: nearly all of them were read as what they are.
        shown = [one for one in TEXTS if " ".join(one.split())[:40] in " ".join(watch.read.split())]
        assert len(shown) >= 480, sorted(set(TEXTS) - set(shown))[:40]


@thorough
async def test_names_of_people_and_of_the_household_run_nowhere(
    evil: tuple[Hub, dict[str, str]], browser: Browser
) -> None:
    hub, cookies = evil
    people = len(hub.rooms.people.all) + 1
    rounds = range(0, len(TEXTS), people if WHOLE else people * 12)
    async with watching(browser, home(hub), cookies) as watch:
        for start in rounds:
            names = [one for one in TEXTS[start : start + people] if one.strip()]
            await rename(hub, names)
            for place in PLACES if WHOLE else ("/", "/people/anna", "/journal", "/settings/people", "/explore"):
                await watch.open(place)
        assert watch.found == []


async def test_what_arrives_while_a_page_is_open_runs_nowhere(
    evil: tuple[Hub, dict[str, str]], browser: Browser
) -> None:
    hub, cookies = evil
    from hub.model import JournalDraft

    async with watching(browser, home(hub), cookies) as events, watching(browser, home(hub), cookies) as today:
        await events.open("/events")
        await today.open("/")
        for payload in TEXTS:
            draft = JournalDraft("note", hub.rooms.clock.now(), data={"title": payload[:150], "text": payload})
            await hub.views.system().add_journal("anna", draft)
        await events.page.wait_for_timeout(1500)
        await events.look()
        await today.look()
        assert events.found == today.found == []
        assert sum(one[:40] in events.read for one in TEXTS) > 20


def raw(hub: Hub, path: str, cookies: dict[str, str], agent: str = "x") -> tuple[int, Mapping[str, str], str]:
    line = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=20)
    try:
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        line.request("GET", path, headers={"Cookie": cookie, "Accept": "text/html", "User-Agent": agent})
        answer = line.getresponse()
        return answer.status, dict(answer.headers), answer.read().decode(errors="replace")
    finally:
        line.close()


def unescaped(text: str, payload: str) -> bool:
    """Whether the payload's markup stands in a page as markup."""
    marks = re.findall(r"<[a-zA-Z/!?][^>]*(?:pwn|evil)[^>]*>?|<script[^>]*>[^<]*pwn", payload)
    return any(one in text and html.escape(one) != one for one in marks)


@thorough
async def test_addresses_and_queries_are_told_as_text(evil: tuple[Hub, dict[str, str]], browser: Browser) -> None:
    hub, cookies = evil
    paths = [ECHOES[number % len(ECHOES)].format(quote(one, safe="")) for number, one in enumerate(TEXTS)]
    if WHOLE:
        paths = [echo.format(quote(one, safe="")) for echo in ECHOES for one in TEXTS]
    through = []
    for number, path in enumerate(paths):
        _, headers, text = await asyncio.to_thread(raw, hub, path, cookies)
        if headers.get("Content-Type", "").startswith("text/html") and unescaped(text, TEXTS[number % len(TEXTS)]):
            through.append(path)
    assert through == []
    async with watching(browser, home(hub), cookies) as watch:
        for path in paths if WHOLE else paths[::9]:
            await watch.page.goto(home(hub) + path, wait_until="load")
            await watch.look()
        assert watch.found == []


async def test_one_template_that_trusts_is_caught(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: a note that is written into the page as it came."""
    from hub.model import JournalDraft
    from web import render

    templates = tmp_path / "templates"
    shutil.copytree(render.FOLDER, templates)
    line = templates / "journal" / "line.html"
    trusting = line.read_text().replace("{{ line.entry.note }}", "{{ line.entry.note | safe }}")
    assert trusting != line.read_text()
    line.write_text(trusting)
    monkeypatch.setattr(render, "FOLDER", templates)
    async with house(tmp_path / "data", serve=True) as hub:
        cookies = {"homeostat_session": await hub.views.sign_in("anna", PASSWORD)}
        caught = 0
        sample = [one for one in TEXTS if "<" in one and "onerror" in one][:5]
        async with watching(browser, home(hub), cookies) as watch:
            for payload in sample:
                watch.found.clear()
                draft = JournalDraft("note", hub.rooms.clock.now(), data={"title": "x", "text": "x"}, note=payload)
                made = await hub.views.system().add_journal("anna", draft)
                await watch.open("/journal")
                caught += bool(watch.found)
                await hub.views.system().remove_journal(made.id)
        assert caught == len(sample)


# The policy


def policy() -> dict[str, list[str]]:
    parts = [one.split() for one in security.HEADERS["Content-Security-Policy"].split(";")]
    return {one[0]: one[1:] for one in parts if one}


def test_the_policy_allows_nothing_but_our_own_files_and_one_door() -> None:
    rules = policy()
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == rules["connect-src"] == rules["style-src"] == ["'self'"]
    assert rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
    assert rules["form-action"] == ["'self'"]
    assert rules["require-trusted-types-for"] == ["'script'"]
    assert rules["trusted-types"] == ["homeostat"]
    everything = " ".join(word for rule in rules.values() for word in rule)
    assert not re.search(r"unsafe|\*|https?:|strict-dynamic|blob:", everything)
    assert [name for name, rule in rules.items() if "data:" in rule] == ["img-src"]


KINDS = (
    "/", "/sign-in", "/no/such", "/healthz", "/hub/v1/openapi.json", "/hub/v1/states", "/webhook/x",
    "/manifest.webmanifest", "/static/x/js/app.js", "/static/x/no", "/metrics",
)  # fmt: skip


async def test_every_kind_of_answer_carries_the_policy(evil: tuple[Hub, dict[str, str]]) -> None:
    hub, cookies = evil
    for path in KINDS:
        _, headers, _ = await asyncio.to_thread(raw, hub, path, cookies)
        assert headers["Content-Security-Policy"] == security.HEADERS["Content-Security-Policy"], path


DOORS = {
    "text into the page": "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
    "a script's address": "document.createElement('script').src = '/static/x/js/app.js'",
    "a script's text": "document.createElement('script').text = '1'",
    "text as code": "setTimeout('1')",
    "a document of text": "new DOMParser().parseFromString('<b>x</b>', 'text/html')",
    "a policy of one's own": "trustedTypes.createPolicy('evil', {createHTML: (text) => text})",
    "ours once more": "trustedTypes.createPolicy('homeostat', {createHTML: (text) => text})",
    "the fallback policy": "trustedTypes.createPolicy('default', {createHTML: (text) => text})",
    "a frame's text": "document.createElement('iframe').srcdoc = '<b>x</b>'",
    "a range's fragment": "document.createRange().createContextualFragment('<b>x</b>')",
}


async def test_a_script_that_got_in_would_find_no_door_to_make_more(
    evil: tuple[Hub, dict[str, str]], browser: Browser
) -> None:
    hub, cookies = evil
    async with watching(browser, home(hub), cookies) as watch:
        await watch.open("/more")
        opened = {}
        for name, code in DOORS.items():
            attempt = f"() => {{ try {{ {code}; return 'open' }} catch (error) {{ return error.name }} }}"
            opened[name] = await watch.page.evaluate(attempt)
        assert {name for name, said in opened.items() if said == "open"} == set(), opened
        assert len(watch.found) >= len(DOORS) - 3, "the browser reports what it refuses"


async def test_htmx_shows_nothing_that_could_run_even_if_the_hub_sent_it(
    evil: tuple[Hub, dict[str, str]], browser: Browser
) -> None:
    """Past the server's escaping: each payload as a fragment through the page's one door."""
    hub, cookies = evil
    code = """async (texts) => {
      document.addEventListener("htmx:error", (event) => { event.preventDefault(); });
      const toasts = document.getElementById("toasts");
      for (const text of texts) {
        try { await htmx.swap({ text, target: toasts, sourceElement: toasts, swap: "beforeend" }); } catch {}
      }
    }"""
    markup = [one for one in TEXTS if re.search(r"<\s*[a-z]", one, re.IGNORECASE)]
    async with watching(browser, home(hub), cookies) as watch:
        await watch.open("/more")
        await watch.page.evaluate(code, markup)
        await watch.page.wait_for_timeout(300)
        ran = [one for one in watch.found if "was called" in one or "dialog" in one or "window" in one]
        assert ran == []
        names = await watch.page.evaluate(
            "[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())"
        )
        assert [one for one in names if re.match("on|(data-)?hx-on", one)] == []


async def test_charts_and_sheets_still_come_through_the_door(
    evil: tuple[Hub, dict[str, str]], browser: Browser
) -> None:
    hub, cookies = evil
    async with watching(browser, home(hub), cookies) as watch:
        await watch.open("/more")
        data = json.dumps({"x": "</b>"})
        code = """async (text) => {
          const toasts = document.getElementById("toasts");
          await htmx.swap({ text, target: toasts, sourceElement: toasts, swap: "innerHTML" });
          return [toasts.querySelector("script").textContent, toasts.querySelector("b").textContent];
        }"""
        text = f'<b>shown</b><script type="application/json">{data}</script>'
        assert await watch.page.evaluate(code, text) == [data, "shown"]
        assert watch.found == []
