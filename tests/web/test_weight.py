"""Pages are small, early, and ask nobody outside for anything."""

import re
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Response

from integrations import vocabulary
from tests.web.conftest import House, OpenPage
from tests.web.pages import PAGES
from web import pages
from web.assets import FOLDER

LIMIT = 150_000
"""Bytes on the wire, headers aside, for a page with everything it needs."""


@pytest.mark.parametrize("path", ["/", "/people/anna", "/people/anna/heart_rate?range=month", "/journal", "/explore"])
async def test_a_page_with_everything_is_under_150_kb(demo: House, open_page: OpenPage, path: str) -> None:
    page = await open_page(demo, "/sign-in", signed_in=True)
    sizes: dict[str, int] = {}

    async def count(answer: Response) -> None:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            sizes[answer.url] = int((await answer.request.sizes())["responseBodySize"])

    context = page.context
    fresh = await context.browser.new_context() if context.browser is not None else context
    await fresh.add_cookies([{"name": "homeostat_session", "value": demo.session, "url": demo.url}])
    cold = await fresh.new_page()
    answers: list[Response] = []
    cold.on("response", lambda answer: answers.append(answer))
    await cold.goto(demo.url + path)
    await cold.wait_for_timeout(500)
    for answer in answers:
        await count(answer)
    await fresh.close()
    assert all(url.startswith((demo.url, "data:")) for url in sizes), "something came from outside"
    total = sum(sizes.values())
    assert total < LIMIT, f"{path} weighs {total} bytes: {sorted(sizes.items(), key=lambda one: -one[1])[:8]}"


def test_no_two_pages_answer_the_same_address() -> None:
    app = web.Application()
    pages.add_routes(app)
    routes = [(route.method, route.resource.canonical) for route in app.router.routes() if route.resource is not None]
    assert {one for one in routes if routes.count(one) > 1 and one[0] != "HEAD"} == set()


def test_every_icon_is_there_and_every_one_there_is_used() -> None:
    have = {path.stem for path in (FOLDER / "vendor" / "lucide").glob("*.svg")}
    named: set[str] = set()
    vocabulary.register_metrics(lambda metric: named.add(metric.icon))
    vocabulary.register_journal_kinds(lambda kind: named.add(kind.icon))
    root = Path(__file__).parents[2]
    texts = [
        path.read_text() for folder in ("web/templates", "integrations") for path in (root / folder).rglob("*.html")
    ]
    texts += [path.read_text() for folder in ("web", "integrations", "hub") for path in (root / folder).rglob("*.py")]
    texts += [path.read_text() for path in (root / "integrations").rglob("manifest.toml")]
    mentioned = set(re.findall(r"[\"'#]([a-z0-9]+(?:-[a-z0-9]+)*)[\"']", "\n".join(texts)))
    for text in texts:
        named |= set(re.findall(r"(?:icon|badge|empty)\(\"([a-z0-9-]+)\"", text))
        named |= set(re.findall(r"^icon = \"([a-z0-9-]+)\"", text, re.MULTILINE))
    named -= {"", "app.css"}
    assert named - have == set(), "these are named, but not in web/static/vendor/lucide"
    assert have - mentioned - named == set(), "these are in web/static/vendor/lucide, but nothing names them"


def test_every_page_module_is_looked_at() -> None:
    """A page that is not in the list would escape every test of looks."""
    first_parts = {path.strip("/").split("/")[0].split("?")[0] for path in PAGES}
    folder = FOLDER.parent / "templates"
    for template in folder.rglob("page.html"):
        part = template.parent.name
        known = {
            "today": "", "person": "people", "metric": "people", "errors": "no", "signin": "welcome",
            **dict.fromkeys(("helpers", "backtests", "scripts", "blueprints"), "automations"),
        }  # fmt: skip
        assert known.get(part, part) in {*first_parts, "components", "devices"} or part in ("settings",), part
