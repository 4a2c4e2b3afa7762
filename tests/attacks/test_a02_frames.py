"""A2: pages in frames, and pages that were made to look elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from playwright.async_api import Browser

from tests.attacks.conftest import Home
from tests.attacks.records import against
from tests.attacks.watch import watching
from tests.support.house import PASSWORD

PAGES = ("/", "/sign-in", "/settings", "/settings/tokens", "/integrations", "/journal/new?kind=note", "/no/such")


@asynccontextmanager
async def foreign(page: str) -> AsyncIterator[str]:
    """Another site that shows `page`."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@against("CVE-2023-41897")
async def test_no_page_is_shown_in_a_frame_of_another_site(home: Home, browser: Browser) -> None:
    frames = "".join(
        f'<iframe src="{home.url}{one}"></iframe><object data="{home.url}{one}"></object>' for one in PAGES
    )
    async with foreign(frames) as address:
        context = await browser.new_context()
        await context.add_cookies([{"name": "homeostat_session", "value": home.owner, "url": home.url}])
        page = await context.new_page()
        await page.goto(address, wait_until="load")
        await page.wait_for_timeout(300)
        shown = [one.url for one in page.frames if one.url.startswith(home.url)]
        texts = [await one.evaluate("document.body?.innerText ?? ''") for one in page.frames[1:]]
        await context.close()
    assert not [one for one in texts if "Homeostat" in one or "Sign in" in one], (shown, texts)
    for path in PAGES:
        headers = (await home.ask("GET", path, cookie=home.owner)).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"


@against("GHSA-qhhj-7hrc-gqj5")
async def test_no_link_and_no_foreign_form_signs_a_browser_in(home: Home) -> None:
    for query in (f"account=gus&password={PASSWORD}", "code=abc&state=abc", "auth_callback=1&code=x&state=e30="):
        for path in ("/sign-in", "/", "/sign-in/openid/return", "/auth/callback"):
            answer = await home.ask("GET", f"{path}?{query}", headers={"Accept": "text/html"})
            assert "homeostat_session" not in answer.headers.get("Set-Cookie", ""), path
    body = {"account": "gus", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": home.url}, {}):
        answer = await home.ask("POST", "/sign-in", data=body, headers=headers)
        assert answer.status == 403, "a form without this browser's token"
        assert "homeostat_session" not in answer.headers.get("Set-Cookie", "")
    # A token that the attacker's own browser was given does not fit the victim's.
    token, _ = await home.form_token("/sign-in")
    _, cookie = await home.form_token("/sign-in")
    answer = await home.ask(
        "POST", "/sign-in", data={**body, "form_token": token}, headers={"Origin": home.url, "Cookie": cookie}
    )
    assert answer.status == 403


@against("GHSA-cr83-q7r2-7f5q")
async def test_no_link_makes_a_page_speak_with_another_server(home: Home, browser: Browser) -> None:
    async with watching(browser, home.url, home.cookies) as watch:
        for query in (
            "hassUrl=http://evil.example",
            "server=ws://evil.example",
            "state=eyJoYXNzVXJsIjoiaHR0cDovL2V2aWwifQ",
        ):
            for path in ("/", "/events", "/people/anna", "/people/anna/heart_rate"):
                await watch.open(f"{path}?{query}#{query}")
        await watch.page.wait_for_timeout(300)
        assert watch.found == []
