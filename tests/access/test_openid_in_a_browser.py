"""Signing in by a real identity server (Canaille) in a real browser."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hub.daemon import Hub
from hub.model import Role
from tests.support import process
from tests.support.canaille import CLIENT, PASSWORDS, SECRET
from tests.web.conftest import House, OpenPage, house, new_hub, open_page

__all__ = ["house", "new_hub", "open_page"]
BEN = "a password of ben's here"


class Server:
    """Canaille on the loopback, under a name that is another site than the hub's address."""

    def __init__(self, folder: Path, redirect: str) -> None:
        port = process.free_port()
        self.url = f"http://localhost:{port}"
        command = [sys.executable, "-W", "ignore", "-m", "tests.support.canaille", str(port), redirect]
        self._process = process.start(command, folder / "canaille.log", port)

    def stop(self) -> None:
        process.stop(self._process)


@pytest.fixture
def server(new_hub: Hub, tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path, f"http://127.0.0.1:{new_hub.port}/sign-in/openid/done")
    yield found
    found.stop()


@pytest.fixture
async def by_canaille(house: House, server: Server) -> Server:
    """Set up, with Ben who has an account."""
    await house.view.add_account("Ben", BEN, role=Role.ADULT)
    said = await house.view.set_openid(
        {"issuer": server.url, "client_id": CLIENT, "client_secret": SECRET, "label": "Canaille"}
    )
    assert said == "Canaille answers, and signs with 1 key."
    return server


async def at_canaille(page: Page, name: str, *, answer: str = "accept") -> None:
    """Sign in there and answer what it asks; it asks once whether this hub may know."""
    await page.wait_for_url(re.compile("//localhost:"))
    await page.locator("input[name=login]").fill(name)
    await page.locator("input[name=login]").press("Enter")
    await page.locator("input[name=password]").fill(PASSWORDS[name])
    await page.locator("input[name=password]").press("Enter")
    if answer:
        await page.locator(f"button[value={answer}]").click()


async def test_the_owner_sets_a_server_up_on_the_page(house: House, server: Server, open_page: OpenPage) -> None:
    page = await open_page(house, "/settings/openid")
    await expect(page.get_by_label("Redirect address", exact=True)).to_have_value(f"{house.url}/sign-in/openid/done")
    await page.get_by_label("Issuer").fill(f"{server.url}/")
    await page.get_by_label("Client id").fill(CLIENT)
    await page.get_by_label("Client secret").fill(SECRET)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("they must agree")).to_be_visible()
    await page.get_by_label("Issuer").fill(server.url)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("answers, and signs with 1 key")).to_be_visible()
    assert SECRET not in await page.content()
    anyone = await open_page(house, "/sign-in", signed_in=False)
    await expect(anyone.get_by_role("button", name="Sign in with localhost")).to_be_visible()


async def test_ben_links_who_he_is_there_and_signs_in_with_it(
    house: House, by_canaille: Server, open_page: OpenPage
) -> None:
    ben = House(house.hub, await house.hub.views.sign_in("ben", BEN))
    page = await open_page(ben, "/settings/account")
    await page.get_by_role("button", name="Link Canaille").click()
    await at_canaille(page, "ben")
    await page.wait_for_url(f"{house.url}/settings/account")
    await expect(page.get_by_text("You can sign in with Canaille now")).to_be_visible()
    [identity] = house.hub.rooms.identities.of("ben")
    assert (identity.issuer, identity.subject) == (by_canaille.url, "ben")

    other = await open_page(house, "/sign-in?next=/settings/account", signed_in=False, width=390)
    await other.get_by_role("button", name="Sign in with Canaille").click()
    await at_canaille(other, "ben", answer="")
    await other.wait_for_url(f"{house.url}/settings/account")
    await expect(other.get_by_role("heading", name="Ben")).to_be_visible()
    # Signing out ends our session; the server's own is its own.
    await other.get_by_role("button", name="Sign out").click()
    await expect(other.get_by_role("button", name="Sign in with Canaille")).to_be_visible()
    lines = [one.line for one in await house.view.audit_lines(10, account="ben")]
    assert [one.action for one in lines] == ["sign-out", "sign-in", "identity.link", "sign-in"]
    assert "by Canaille" in lines[1].detail


async def test_a_stranger_is_told_calmly_and_nobody_is_taken_over(
    house: House, by_canaille: Server, open_page: OpenPage
) -> None:
    # At Canaille she is Ben; here nobody has said that this Ben is that one.
    page = await open_page(house, "/sign-in", signed_in=False)
    await page.get_by_role("button", name="Sign in with Canaille").click()
    await at_canaille(page, "ben")
    await expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    await expect(page.get_by_text("nothing here is linked with you")).to_be_visible()
    back = page.url
    [line] = await house.view.audit_lines(1, action="sign-in")
    assert (line.line.account, line.line.outcome, line.line.detail) == ("nobody", "refused", "a stranger, by Canaille")
    assert not house.hub.rooms.accounts.sessions.of("ben")
    # The same answer a second time is nothing at all.
    await page.goto(back)
    await expect(page.get_by_text("was used already")).to_be_visible()
    # The owner lists her address: Canaille has not verified it, so it opens nothing.
    await house.view.set_openid(
        {
            "issuer": by_canaille.url, "client_id": CLIENT, "label": "Canaille",
            "admit": [{"email": "ben@example.org", "role": "adult"}],
        }
    )  # fmt: skip
    await page.goto(f"{house.url}/sign-in")
    await page.get_by_role("button", name="Sign in with Canaille").click()
    await expect(page.get_by_text("nothing here is linked with you")).to_be_visible()
    assert [one.name for one in house.hub.rooms.accounts.all] == ["anna", "ben"]


async def test_who_says_no_there_and_a_server_that_is_down_are_told_in_a_sentence(
    house: House, by_canaille: Server, open_page: OpenPage
) -> None:
    page = await open_page(house, "/sign-in", signed_in=False)
    await page.get_by_role("button", name="Sign in with Canaille").click()
    await at_canaille(page, "zoe", answer="deny")
    await expect(page.get_by_text("did not let you in, or you said no there")).to_be_visible()
    by_canaille.stop()
    house.hub.rooms.openid.forget()
    await page.goto(f"{house.url}/sign-in")
    await page.get_by_role("button", name="Sign in with Canaille").click()
    await expect(page.get_by_text("can’t be reached now").or_(page.get_by_text("can't be reached now"))).to_be_visible()
