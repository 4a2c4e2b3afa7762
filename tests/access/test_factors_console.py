"""Whoever lost everything is let in again from the console."""

from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest

from hub.daemon import Hub, Settings
from hub.errors import Forbidden, SecondFactorNeeded
from tests.support.console import PASSWORD, Household


async def with_app(data: Path) -> None:
    """Set up an app for Anna, as her browser would."""
    hub = await Hub.start(Settings(data), serve=False, run=False)
    try:
        proofs = hub.rooms.accounts.proofs
        seed, _ = proofs.enrolling.begin("anna", "Home")
        assert await proofs.factors.set_app("anna", seed, pyotp.TOTP(seed).at(datetime.now(UTC)))
        await proofs.factors.new_recovery("anna")
        with pytest.raises(SecondFactorNeeded):
            await hub.views.sign_in("anna", PASSWORD)
    finally:
        await hub.stop()


async def test_the_console_shows_and_takes_away_what_was_lost(tmp_path: Path) -> None:
    household = Household(tmp_path / "config")
    household.set_up()
    assert "has no passkeys and no codes" in household("account", "reset-factors", "anna", code=1).err
    [data] = {path.parent for path in tmp_path.rglob("homeostat.db")}
    await with_app(data)
    shown = household("account", "factors", "anna", "--json").json
    assert (shown["passkeys"], shown["recovery_codes"], shown["required"]) == ([], 10, False)
    assert household("account", "require-second", "on", "--json").json == {"required": True}
    assert "there is no account 'zoe'" in household("account", "factors", "zoe", code=1).err
    household("account", "reset-factors", "anna")
    assert household("account", "factors", "anna", "--json").json["app_since"] is None
    done = household("audit", "tail", "--action", "factors", "--json").json
    assert [(one["account"], one["detail"]) for one in done] == [("system", "anna")]
    weak = household("account", "set-password", "anna", "--password-stdin", stdin="password1\n", code=1)
    assert "password" in weak.err
    household("account", "set-password", "anna", "--password-stdin", stdin="seven otters in a row\n")
    hub = await Hub.start(Settings(data), serve=False, run=False)
    with pytest.raises(Forbidden):
        await hub.views.sign_in("anna", PASSWORD)
    assert await hub.views.sign_in("anna", "seven otters in a row")
    await hub.stop()
