"""Passkeys and codes in Chromium, with the browser's own virtual authenticator."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import accessibility_faults, listen_for_complaints
from tests.web.conftest import PASSWORD, House

INTERNAL = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
NOT_OFFERED = """
if (!location.search.includes("offered") && "PublicKeyCredential" in window) {
  PublicKeyCredential.isConditionalMediationAvailable = async () => false;
}
"""
"""The virtual device touches itself; offered a passkey, it would sign in before anybody has typed anything."""


@dataclass
class Device:
    """A browser at `localhost`, where passkeys work without HTTPS, and the device's own authenticator."""

    house: House
    page: Page

    @property
    def url(self) -> str:
        return f"http://localhost:{self.house.hub.port}"

    async def see(self, path: str) -> None:
        await self.page.goto(self.url + path)

    async def press(self, name: str, *, exact: bool = True) -> None:
        await self.page.get_by_role("button", name=name, exact=exact).click()

    async def sign_in(self, path: str = "/settings/account") -> None:
        """As if the password had been typed."""
        session = await self.house.hub.rooms.accounts.open_session("anna", "Chrome", "", proved=True)
        await self.page.context.add_cookies([{"name": "homeostat_session", "value": session, "url": self.url}])
        await self.see(path)

    async def sign_out(self) -> None:
        await self.page.context.clear_cookies(name="homeostat_session")

    async def add_passkey(self, name: str = "My laptop") -> None:
        await self.page.get_by_label("What is it on?").fill(name)
        await self.press("Add a passkey")
        await expect(self.page.get_by_text(f"{name} can sign you in from now on.")).to_be_visible()

    async def type_password(self) -> None:
        await self.page.get_by_label("Name").fill("anna")
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.press("Sign in")


@pytest.fixture
async def device(house: House, browser: Browser) -> AsyncIterator[Device]:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    context.set_default_timeout(8_000)
    await context.add_init_script(NOT_OFFERED)
    page = await context.new_page()
    complaints = listen_for_complaints(page)
    cdp = await context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable", {"enableUI": False})
    options = {**INTERNAL, "isUserVerified": True, "automaticPresenceSimulation": True}
    await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield Device(house, page)
    await context.close()
    assert not complaints, "\n".join(complaints)


async def test_a_passkey_is_added_signs_in_alone_and_confirms(device: Device) -> None:
    page, hub = device.page, device.house.hub
    await device.sign_in()
    await device.add_passkey()
    assert await accessibility_faults(page) == []
    [held] = hub.rooms.accounts.proofs.factors.of("anna").passkeys
    assert (held.name, held.host, held.used) == ("My laptop", "localhost", None)
    await device.sign_out()
    await device.see("/sign-in?next=/settings/tokens")
    assert await accessibility_faults(page) == []
    await device.press("Sign in with a passkey")
    await page.wait_for_url(f"{device.url}/settings/tokens")
    sessions = hub.rooms.accounts.sessions
    for digest, one in sessions._all.items():
        assert one.proved_at is not None
        sessions._all[digest] = replace(one, proved_at=one.proved_at - timedelta(minutes=11))
    await page.get_by_label("What is it for?").fill("My phone")
    await device.press("Make it")
    await expect(page.get_by_role("heading", name="Confirm it’s you")).to_be_visible()
    assert await accessibility_faults(page) == []
    await device.press("Use a passkey")
    await expect(page.get_by_text("This is the only time it is shown")).to_be_visible()
    assert [one.label for one in hub.rooms.accounts.tokens] == ["My phone"]
    lines = await device.house.view.audit_lines(30)
    assert {"passkey.add", "sign-in", "confirm", "token.add"} <= {one.line.action for one in lines}


async def test_the_browser_offers_the_passkey_in_the_names_field(device: Device) -> None:
    await device.sign_in()
    await device.add_passkey()
    await device.sign_out()
    await device.page.goto(f"{device.url}/sign-in?next=/settings/sessions&offered")
    await device.page.wait_for_url(f"{device.url}/settings/sessions")


async def test_a_copied_passkey_is_refused_and_told_of_in_the_trail(device: Device) -> None:
    page, factors = device.page, device.house.hub.rooms.accounts.proofs.factors
    await device.sign_in()
    await device.add_passkey()
    [held] = factors.of("anna").passkeys
    assert await factors.passkey_used(held.id, 1_000)
    await device.sign_out()
    await device.see("/sign-in")
    await device.press("Sign in with a passkey")
    await expect(page.get_by_role("alert").filter(has_text="a copy of this passkey")).to_be_visible()
    lines = await device.house.view.audit_lines(10, action="sign-in")
    assert [(one.line.outcome, "went back" in one.line.detail) for one in lines[:1]] == [("refused", True)]


async def test_after_the_password_comes_the_passkey_or_a_code_on_paper(device: Device) -> None:
    page = device.page
    await device.sign_in()
    await device.add_passkey()
    await device.press("Turn on asking for a passkey")
    await expect(page.get_by_text("They are shown this once")).to_be_visible()
    assert await accessibility_faults(page) == []
    codes = await page.locator(".paper-codes code").all_inner_texts()
    saved = await page.get_by_role("link", name="Save as a file").get_attribute("href")
    assert len(codes) == 10
    assert all(one in str(saved) for one in codes)
    await device.sign_out()
    await device.see("/sign-in?next=/settings/tokens")
    await device.type_password()
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert await accessibility_faults(page) == []
    await device.press("Use your passkey")
    await page.wait_for_url(f"{device.url}/settings/tokens")
    await device.sign_out()
    await device.see("/sign-in?next=/settings/tokens")
    await device.type_password()
    await page.get_by_label("Recovery code").fill("aaaa-bbbb-cccc-dddd")
    await device.press("Sign in")
    await expect(page.get_by_role("alert").filter(has_text="not right")).to_be_visible()
    await page.get_by_label("Recovery code").fill(codes[0].upper())
    await device.press("Sign in")
    await page.wait_for_url(f"{device.url}/settings/tokens")


async def test_an_app_is_set_up_from_its_picture_and_asked_for(device: Device) -> None:
    page = device.page
    await device.sign_in("/settings/account/codes")
    assert await accessibility_faults(page) == []
    seed = str(await page.locator("#seed").get_attribute("value")).replace(" ", "")
    await page.get_by_label("Code").fill("000000")
    await device.press("Turn on codes")
    await expect(page.get_by_role("alert")).to_contain_text("not right")
    await page.get_by_label("Code").fill(pyotp.TOTP(seed).now())
    await device.press("Turn on codes")
    await expect(page.get_by_text("They are shown this once")).to_be_visible()
    await device.sign_out()
    await device.see("/sign-in?next=/settings/account")
    await device.type_password()
    used = pyotp.TOTP(seed).now()
    await page.get_by_label("Code").fill(used)
    await device.press("Sign in")
    # The code that confirmed the app was used up by it, unless half a minute has begun since.
    if await page.get_by_role("alert").filter(has_text="used before").count():
        later = device.house.hub.rooms.clock.now() + timedelta(seconds=30)
        await page.get_by_label("Code").fill(pyotp.TOTP(seed).at(later))
        await device.press("Sign in")
    await page.wait_for_url(f"{device.url}/settings/account")
    await device.press("Turn off codes from an app")
    await expect(page.get_by_text("Codes are asked for no more")).to_be_visible()
    assert not device.house.hub.rooms.accounts.proofs.factors.of("anna").any


async def test_a_passkey_that_is_removed_opens_nothing(device: Device) -> None:
    page = device.page
    await device.sign_in()
    await page.get_by_label("What is it on?").fill("My laptop")
    await page.keyboard.press("Enter")
    await device.press("Remove My laptop")
    await expect(page.get_by_text("opens nothing here any more")).to_be_visible()
    await device.sign_out()
    await device.see("/sign-in")
    await device.press("Sign in with a passkey")
    await expect(page.get_by_role("alert").filter(has_text="not known here")).to_be_visible()


async def test_at_an_address_of_numbers_it_is_said_why_there_are_no_passkeys(device: Device) -> None:
    page = device.page
    await device.sign_in()
    session = device.house.session
    numbers = f"http://127.0.0.1:{device.house.hub.port}"
    await page.context.add_cookies([{"name": "homeostat_session", "value": session, "url": numbers}])
    await page.goto(f"{numbers}/settings/account")
    await expect(page.get_by_text("this address is a number")).to_be_visible()
    await expect(page.get_by_role("button", name="Add a passkey")).to_have_count(0)
