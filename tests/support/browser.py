"""Debian's Chromium, driven by Playwright, that asks nobody outside for anything."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.support.process import program

QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser."""
    arguments = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program("chromium"), args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


def listen_for_complaints(page: Page) -> list[str]:
    """A list that fills with the page's script errors and broken Content-Security-Policy rules."""
    complaints: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            complaints.append(message.text)

    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    return complaints


async def accessibility_faults(page: Page, *, tags: tuple[str, ...] = ("wcag2a", "wcag2aa", "wcag21aa")) -> list[str]:
    """What axe-core finds wrong with the page: one line a fault, with its place; empty is good."""
    results = await Axe().run(page, options={"runOnly": {"type": "tag", "values": list(tags)}})
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']} at {node['target']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
