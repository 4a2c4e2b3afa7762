"""Shoots the demo household's pages in the early evening of its day, for looking at and for the README."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import Browser

from hub.clock import RealClock
from hub.daemon import Hub, Settings
from tests.support.browser import chromium

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
PATHS = (
    "/",
    "/people/anna",
    "/people/mia",
    "/people/household",
    "/people/anna/blood_glucose",
    "/people/anna/heart_rate?range=week",
    "/people/anna/steps?range=month",
    "/people/anna/sleep_stage",
    "/journal",
    "/journal/new",
    "/explore",
    "/integrations",
    "/integrations/demo",
    "/integrations/mqtt",
    "/integrations/add/open_meteo",
    "/integrations/devices",
    "/events",
    "/settings",
    "/settings/people/anna",
    "/settings/household",
    "/settings/account",
    "/settings/rights",
    "/settings/rights/anna",
    "/settings/sessions",
    "/settings/audit",
    "/people/anna/who-sees",
    "/settings/tokens",
    "/settings/database",
    "/settings/about",
    "/more",
)
README = (
    ("today", "desktop", "light", "/"),
    ("today-phone", "phone", "dark", "/"),
    ("glucose", "desktop", "light", "/people/anna/blood_glucose"),
)


class Evening(RealClock):
    """The machine's clock, moved on to half past seven in the evening."""

    def __init__(self) -> None:
        local = super().now().astimezone(ZoneInfo("Europe/Berlin"))
        self._ahead = local.replace(hour=19, minute=30) - local

    @property
    def ahead(self) -> timedelta:
        return self._ahead

    def now(self) -> datetime:
        return super().now() + self._ahead


async def shoot(hub: Hub, browser: Browser, clock: Evening, target: Path, size: str, scheme: str, path: str) -> None:
    """One page, whole, into `target`."""
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=1,
    )
    page = await context.new_page()
    await page.clock.install(time=clock.now())
    assert hub.demo is not None
    session = await hub.views.sign_in(hub.demo.owner, hub.demo.password)
    await context.add_cookies([{"name": "homeostat_session", "value": session, "url": f"http://127.0.0.1:{hub.port}"}])
    await page.goto(f"http://127.0.0.1:{hub.port}{path}")
    await page.clock.run_for(800)
    await asyncio.sleep(0.5)
    await page.screenshot(path=target, full_page="--readme" not in sys.argv)
    await context.close()


async def main(arguments: list[str]) -> None:
    readme = "--readme" in arguments
    rest = [one for one in arguments if one != "--readme"]
    folder = Path("docs/images") if readme else Path(rest[0] if rest else "build/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    clock = Evening()
    with tempfile.TemporaryDirectory() as data:
        hub = await Hub.start(Settings(data_dir=Path(data), port=0, demo=True), clock=clock)
        try:
            await asyncio.sleep(40)
            async with chromium() as browser:
                shots = list(README) if readme else []
                for path in () if readme else (rest[1:] or PATHS):
                    name = path.partition("?")[0].strip("/").replace("/", "-") or "today"
                    shots += [
                        (f"{name}-{size}-{scheme}", size, scheme, path)
                        for size in SIZES
                        for scheme in ("light", "dark")
                    ]
                for name, size, scheme, path in shots:
                    await shoot(hub, browser, clock, folder / f"{name}.png", size, scheme, path)
        finally:
            await hub.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
