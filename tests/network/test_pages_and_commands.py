"""Settings, Network in a real browser, and the same at the console."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from playwright.async_api import Browser, BrowserContext, expect

from hub.clock import RealClock
from hub.errors import ConfigInvalid
from hub.model import Account, Role
from hub.tls import Certificates
from hub.tls.authority import fingerprint
from tests.network.authorities import issue
from tests.network.conftest import Home, home
from tests.support.browser import accessibility_faults, listen_for_complaints
from tests.support.console import Household


async def signed_in(browser: Browser, one: Home, url: str) -> BrowserContext:
    secure = url.startswith("https")
    context = await browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(8_000)
    name = f"{'__Host-' if secure else ''}homeostat_session"
    await context.add_cookies(
        [{"name": name, "value": one.session, "url": url, "secure": secure, "httpOnly": True, "sameSite": "Strict"}]
    )
    return context


async def test_an_owner_tries_https_on_the_page_and_keeps_it_from_the_new_address(
    tmp_path: Path, ports: list[int], browser: Browser
) -> None:
    async with home(tmp_path / "data") as one:
        old = await signed_in(browser, one, one.url)
        page = await old.new_page()
        complaints = listen_for_complaints(page)
        await page.goto(f"{one.url}/settings/network")
        assert await accessibility_faults(page) == []
        await page.get_by_label("Port for HTTPS").fill("70000")
        await page.get_by_role("button", name="Try these settings").click()
        await expect(page.get_by_role("alert")).to_contain_text("is not a port")
        await page.get_by_label("Port for HTTPS").fill(str(ports[1]))
        await page.get_by_role("radio", name="Self-made").check()
        await page.get_by_role("button", name="Try these settings").click()
        waiting = page.get_by_role("region", name="New settings wait for your yes")
        await expect(waiting).to_contain_text("All goes back by itself in")
        await expect(waiting.get_by_role("button", name="Keep the new settings")).to_have_count(0)
        there = await waiting.get_by_role("link").first.get_attribute("href")
        assert there == f"https://127.0.0.1:{ports[1]}/settings/network"
        assert await accessibility_faults(page) == []

        new = await signed_in(browser, one, f"https://127.0.0.1:{ports[1]}")
        kept = await new.new_page()
        await kept.goto(there)
        shown = await kept.locator("#fingerprint").inner_text()
        assert re.sub(r"\s", "", shown) == one.hub.network.state().authority
        async with kept.expect_download() as fetched:
            await kept.get_by_role("link", name="Download the certificate").click()
        der = Path(await (await fetched.value).path()).read_bytes()
        assert fingerprint(x509.load_der_x509_certificate(der)) == one.hub.network.state().authority
        await kept.get_by_role("button", name="Keep the new settings").click()
        await expect(kept.get_by_text("The new network settings are kept.")).to_be_visible()
        assert one.hub.network.state().settings.tls == "home"
        assert one.hub.network.state().pending is None
        await old.close()
        await new.close()
        assert complaints == []


async def test_who_does_not_own_the_hub_sees_only_how_to_trust_it(tmp_path: Path, ports: list[int]) -> None:
    async with home(tmp_path / "data", tls="home", tls_port=ports[1]) as one:
        await one.hub.rooms.accounts.add(Account("sitter", "Sitter", Role.GUEST), "correct horse battery")
        cookies = {"homeostat_session": await one.hub.views.sign_in("sitter", "correct horse battery")}
        html = {"Accept": "text/html"}
        status, text, _ = await one.ask("GET", f"{one.url}/settings/network", cookies=cookies, headers=html)
        assert status == 200
        assert "Download the certificate" in text
        assert "Trusted proxies" not in text
        status, _, headers = await one.ask("GET", f"{one.url}/settings/network/authority.crt", cookies=cookies)
        assert (status, headers["Content-Type"]) == (200, "application/x-x509-ca-cert")
        status, _, _ = await one.ask("GET", f"{one.url}/settings/network/authority.crt", cookies={})
        assert status in (303, 401), "nobody who is not signed in"
        token = {"X-Form-Token": "x"}
        for path in ("", "/confirm", "/revert"):
            status, _, _ = await one.ask(
                "POST", f"{one.url}/settings/network{path}", cookies=cookies, headers=token, data={"port": "9"}
            )
            assert status == 403


def test_the_console_shows_changes_and_confirms(tmp_path: Path, ports: list[int]) -> None:
    household = Household(tmp_path / "config")
    household.set_up()
    # Nothing runs: nobody can be locked out, so it simply holds from the next start on.
    household("network", "set", "--hosts", "hub.example.org", "--tls", "home", "--tls-port", str(ports[1]))
    made = household("tls", "create", "--json").json
    with household.running() as hub:
        assert made["authority"] in hub.said, "the console shows the fingerprint to compare with"
        changed = household("network", "set", "--tls-port", str(ports[0]), "--json").json
        assert changed["settings"]["hosts"] == ["hub.example.org"]
        assert changed["declared"] == {"port": "the command line"}
        assert changed["pending"]["settings"]["tls_port"] == ports[0]
        assert household("network", "confirm", "--json").json["settings"]["tls_port"] == ports[0]
        good = issue(tmp_path / "good", RealClock().now())
        found: dict[str, Any] = household(
            "tls", "install", "--certificate", str(good.chain), "--key", str(good.key), "--json"
        ).json
        assert found["names"] == ["hub.example.org"]
        assert (household.folder / "data" / "tls" / "own" / "key.pem").stat().st_mode & 0o777 == 0o600
        household("network", "set", "--tls", "own", "--confirm")
        assert household("tls", "show", "--json").json["certificate"]["fingerprint"] == found["fingerprint"]


def test_a_certificate_that_browsers_would_refuse_is_installed_on_request_only(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "tls", RealClock())
    half = issue(tmp_path / "half", RealClock().now(), whole=False)
    with pytest.raises(ConfigInvalid, match="chain is incomplete"):
        certificates.install(half.chain, half.key, ["hub.example.org"])
    assert not certificates.own_there
    certificates.install(half.chain, half.key, ["hub.example.org"], anyway=True)
    assert certificates.own_there


@pytest.mark.parametrize("words", [("network", "set"), ("network", "set", "--listen", "the moon")])
def test_a_command_that_says_too_little_or_too_much_says_what_it_wants(tmp_path: Path, words: tuple[str, ...]) -> None:
    household = Household(tmp_path / "config")
    household.folder.mkdir()
    refused = household(*words, code=None)
    assert refused.code in (1, 2)
    assert "--listen home" in refused.err or "machine, home, all" in refused.err
