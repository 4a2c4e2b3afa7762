"""Erasing a person by the hub reaches the backups that were made before."""

from pathlib import Path

from hub.backup.create import create
from hub.backup.keys import KEYRING, Keys, open_keyring
from hub.backup.restore import verify
from tests.archive.homes import clock, live_in
from tests.backup.conftest import silent
from tests.support.house import house


async def test_a_person_who_is_erased_is_gone_from_backups_made_before_and_stays_gone(tmp_path: Path) -> None:
    home, time = tmp_path / "home", clock()
    async with house(home, clock=time, people=("Zyxwanda", "Mia")) as hub:
        view = await live_in(hub, "zyxwanda")
        settings, keys = hub.settings, Keys(home)
        keys.make(time.now())
        made = await create(settings.url, home, None, keys.own_target, clock=time, progress=silent)
        before = await verify(made.path, home, keys.identities(), None, clock=time, progress=silent)
        assert before.filled.people == 3
        await view.erase(await view.preview_erasure(person="zyxwanda"), now=True)
        for folder in (keys.folder, keys.own_target):
            ring = open_keyring(folder / KEYRING, keys.identities())
            assert {person for person, _ in ring.keys.values()} == {"anna", "mia"}
        after = await verify(made.path, home, keys.identities(), None, clock=time, progress=silent)
        assert (after.filled.people, after.filled.erased) == (2, 1)
        assert after.filled.rows < before.filled.rows - 70
        await create(
            settings.url, home, None, keys.own_target.parent, clock=time, progress=silent
        )  # the keyring of a backup made afterwards holds nobody who is gone
        ring = open_keyring(keys.own_target.parent / KEYRING, keys.identities())
        assert {person for person, _ in ring.keys.values()} == {"anna", "mia"}
