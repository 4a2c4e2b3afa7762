"""A restored hub has its passwords again; a plain copy of the database tells none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.backup.create import create
from hub.backup.keys import Keys
from hub.backup.restore import restore
from hub.clock import RealClock
from hub.daemon.settings import Settings
from hub.vault import Vault
from tests.support.house import everything, house
from tests.vault.test_entries import ALL, GIVEN, TOKEN, Seen, found_in, polled

CLOCK = RealClock()


def quietly(_: float | None, __: str) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("outside", [False, True], ids=["in the data folder", "elsewhere"])
async def test_a_restore_on_another_machine_has_its_passwords_again(tmp_path: Path, outside: bool) -> None:
    old, new, seen = tmp_path / "old", tmp_path / "new", Seen()
    place = tmp_path / "etc" / "vault.key" if outside else None
    if place is not None:
        Vault.open(tmp_path / "made").copy(place)
    async with house(old, plugins=seen.plugin(), vault_key=place) as hub:
        await everything(hub).add_entry("scale", GIVEN, person="anna")
        await polled(hub, seen)
        key = Keys(old).make(CLOCK.now())
        vault = hub.rooms.vault
        assert (old / "keys" / "vault.key").exists() is not outside
        made = await create(
            Settings(old).url, old, None, Keys(old).own_target, clock=CLOCK, progress=quietly, vault=vault
        )
        await hub.rooms.recorder.backup(tmp_path / "plain" / "copy.db")
    assert made.left_out == ()
    plain = (tmp_path / "plain" / "copy.db").read_bytes()
    assert not [word for word in ALL if word.encode() in plain]
    assert vault.dump() not in made.path.read_bytes()
    await restore(made.path, Settings(new).url, new, None, [key], None, clock=CLOCK, progress=quietly)
    async with house(new, plugins=seen.plugin()) as hub:
        await polled(hub, seen, 2)
        assert seen.configs[-1].token.get_secret_value() == TOKEN
    assert found_in(tmp_path) == {}


async def test_a_restore_keeps_what_was_sealed_since_readable(tmp_path: Path) -> None:
    seen = Seen()
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await everything(hub).add_entry("scale", GIVEN, person="anna")
        await polled(hub, seen)
        key = Keys(tmp_path).make(CLOCK.now())
        made = await create(
            Settings(tmp_path).url, tmp_path, None, Keys(tmp_path).own_target, clock=CLOCK, progress=quietly
        )
    then = Vault.open(tmp_path).keys[0]
    (tmp_path / "keys" / "vault.key").unlink()
    now = Vault.open(tmp_path)
    kept = now.seal("a password of a target", "target:1")
    (tmp_path / "keys" / "targets.json").write_text(f'["{kept}"]')
    await restore(made.path, Settings(tmp_path).url, tmp_path, None, [key], None, clock=CLOCK, progress=quietly)
    both = Vault.open(tmp_path)
    assert both.keys == (then, now.keys[0])
    assert both.unseal(kept, "target:1") == "a password of a target"
    async with house(tmp_path, plugins=seen.plugin()) as hub:
        await polled(hub, seen, 2)
        await hub.secrets.clean()
        assert hub.rooms.vault.keys == (then,)
        renewed = (tmp_path / "keys" / "targets.json").read_text()[2:-2]
        assert hub.rooms.vault.unseal(renewed, "target:1") == "a password of a target"
