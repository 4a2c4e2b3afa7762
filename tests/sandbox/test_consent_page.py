"""The owner's agreement on the pages, in a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from hub.model import EntryState, Verb
from tests.sandbox.test_consent import CODE, state, until, written
from tests.support.house import PASSWORD, house
from tests.support.thorough import thorough


@thorough
async def test_the_owner_reads_what_it_wants_and_nothing_is_added_without_the_tick(tmp_path: Path, page: Page) -> None:
    folder = written(tmp_path, 'metrics = ["heart_rate"]\nhosts = ["api.example.org:443"]')
    async with house(tmp_path / "data", custom_integrations=folder, serve=True) as hub:
        address = f"http://127.0.0.1:{hub.port}"
        cookie = await hub.views.sign_in("anna", PASSWORD)
        await page.context.add_cookies([{"name": "homeostat_session", "value": cookie, "url": address}])
        told = await (await page.request.get(f"{address}/hub/v1/integrations/ring")).json()
        assert any("api.example.org:443" in line for line in told["wishes"]["words"])
        assert len(told["wishes"]["sha256"]) == 64
        await page.goto(f"{address}/integrations/add/ring")
        await expect(page.get_by_text("api.example.org:443")).to_be_visible()
        await page.get_by_role("button", name="Add", exact=True).click()
        tick = page.get_by_role("checkbox", name="I agree to this")
        assert await tick.evaluate("(one) => !one.checkValidity()")
        assert "ring" not in hub.rooms.supervisor.entries
        # A browser that does not mind the rule gets no further.
        await tick.evaluate("(one) => { one.required = false; one.form.noValidate = true; }")
        await page.get_by_role("button", name="Add", exact=True).click()
        await expect(page.get_by_text("Agree to this").first).to_be_visible()
        assert "ring" not in hub.rooms.supervisor.entries
        await page.locator("#f-person").select_option("anna")
        await page.get_by_role("checkbox", name="I agree to this").check()
        await page.get_by_role("button", name="Add", exact=True).click()
        await page.wait_for_url("**/integrations/ring*")
        await until(lambda: state(hub) is EntryState.RUNNING)

        written(tmp_path, 'metrics = ["heart_rate"]\nhosts = ["api.example.org:443"]', CODE + "# a line more\n")
        await hub.rooms.supervisor.reload("ring")
        assert state(hub) is EntryState.MISCONFIGURED
        await page.goto(f"{address}/integrations/ring")
        await expect(page.get_by_text("Its files are not those that were agreed to").first).to_be_visible()
        await page.get_by_role("button", name="I agree to this").click()
        await until(lambda: state(hub) is EntryState.RUNNING)

        written(tmp_path, 'metrics = ["heart_rate"]\nhosts = ["api.example.org:443"]', CODE + "# two lines more\n")
        await hub.rooms.supervisor.reload("ring")
        _, token = await hub.rooms.accounts.create_token("anna", verbs=tuple(Verb))
        bearer = {"Authorization": f"Bearer {token}"}
        agreed = await page.request.post(f"{address}/hub/v1/entries/ring/agree", headers=bearer)
        assert agreed.status == 200, await agreed.text()
        await until(lambda: state(hub) is EntryState.RUNNING)
        assert any("entry.agree" in str(line) for line in await hub.views.system().audit_tail(20))
