"""Every page, in light, dark and night, on a phone and on a desk: nobody is shut out, nothing sticks out."""

import re

import aiohttp
import pytest

from tests.support.browser import accessibility_faults
from tests.support.thorough import EVERY_STEP
from tests.web.conftest import House, OpenPage
from tests.web.pages import PAGES

THEMES = ("light", "dark", "night")
LOOKED_AT = [
    pytest.param(path, theme, id=f"{path}-{theme}")
    for number, path in enumerate(PAGES)
    for turn, theme in enumerate(THEMES)
    if EVERY_STEP or number % len(THEMES) == turn or path in ("/", "/components")
]
"""Each page in one theme; in all of them the first page and the one with every component, or all with EVERY_STEP."""


@pytest.mark.parametrize(("path", "theme"), LOOKED_AT)
async def test_everyone_can_use_every_page(demo: House, open_page: OpenPage, path: str, theme: str) -> None:
    page = await open_page(demo, path, theme=theme, width=390 if theme != "dark" else 1280)
    assert await accessibility_faults(page) == []
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{path} is {wider} px wider than the screen"


@pytest.mark.parametrize("path", ["/", "/people/anna/heart_rate", "/journal", "/integrations", "/settings"])
async def test_pages_hold_text_of_twice_the_size(demo: House, open_page: OpenPage, path: str) -> None:
    page = await open_page(demo, path, width=390)
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    await page.wait_for_timeout(500)  # charts are drawn anew
    wide = await page.evaluate(
        """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
            [...document.querySelectorAll("body *")].filter((node) => node.getBoundingClientRect().right > innerWidth)
                .map((node) => `${node.tagName}.${node.className}: ${node.textContent.trim().slice(0, 40)}`)"""
    )
    assert wide == []


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_has_a_style_or_a_script_inside(demo: House, path: str) -> None:
    async with (
        aiohttp.ClientSession(cookies=demo.cookies) as session,
        session.get(demo.url + path, headers={"Accept": "text/html"}) as answer,
    ):
        text = await answer.text()
        assert answer.status == (404 if path == "/no/such/page" else 200)
        policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    for kind in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in kind or 'type="application/json"' in kind, kind


async def test_controls_are_large_enough_for_a_thumb(demo: House, open_page: OpenPage) -> None:
    page = await open_page(demo, "/", width=390)
    small = await page.evaluate(
        """() => [...document.querySelectorAll("main a, main button, main summary, .bar a")]
            .map((node) => [node.textContent.trim().slice(0, 30), node.getBoundingClientRect().height])
            .filter(([, height]) => height && height < 43.5)"""
    )
    # A person's name and the demo's note are links within text.
    assert [one for one in small if one[0] not in ("Anna", "Ben", "Mia", "Home")] == []
