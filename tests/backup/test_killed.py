"""SIGKILL at every step of making, sending and going back: nothing is lost, and nothing half done is taken for whole.

A process of its own does the work and kills itself at the n-th step of the file system or the network; steps are the
calls by which something becomes seen or goes: rename, replace, unlink, mkdir, fsync, and a piece that was sent.
"""

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub.backup import resume
from hub.backup.facts import made_at
from hub.backup.keys import KEYRING, open_keyring
from hub.backup.shelf import daily
from hub.backup.targets import Book
from hub.backup.targets.book import drafted
from hub.backup.working import clear_away
from hub.clock import VirtualClock
from hub.vault import Vault
from tests.backup.conftest import NOW, House, furnish, silent
from tests.support.stores import PASSWORD, USER, dav
from tests.support.thorough import EVERY_STEP

EVERYTHING = EVERY_STEP
"""Every step rather than some of them, drawn anew each time."""
SOME = 3
PROGRAM = """
import asyncio, json, os, signal, sys
from pathlib import Path
left = int(sys.argv[1])
def step():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
def watched(real):
    def act(*arguments, **named):
        step()
        return real(*arguments, **named)
    return act
for owner, name in ((Path, "replace"), (Path, "rename"), (Path, "unlink"), (Path, "mkdir"), (os, "rename"),
                    (os, "replace"), (os, "fsync"), (os, "mkdir")):
    setattr(owner, name, watched(getattr(owner, name)))
from hub.backup.targets import base
base.PIECE = 4096
import hub.backup.targets.webdav as webdav
moving = webdav.pieces
async def counted(*arguments):
    async for piece in moving(*arguments):
        step()
        yield piece
webdav.pieces = counted
from hub.backup import deliver
deliver.WAITS = ()
from hub.backup import worker
given = json.loads(sys.argv[2])
result = asyncio.run(worker._run(given, lambda line: None))
print(json.dumps({"result": result, "steps": int(sys.argv[1]) - left}))
"""


def run(house: House, step: int, **given: object) -> tuple[int, dict[str, object]]:
    """How the work ended, and what it told."""
    common = {"url": house.url, "data_dir": str(house.data), "config_dir": str(house.config), "vault_key": None}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(step), json.dumps({**common, **given})], capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
    return done.returncode, json.loads(done.stdout) if done.returncode == 0 else {}


def steps_of(house: House, **given: object) -> list[int]:
    """Which of all its steps it is to be killed at."""
    code, told = run(house, 1_000_000, **given)
    assert code == 0
    every = range(1, int(str(told["steps"])) + 1)
    assert len(every) > 10
    return list(every) if EVERYTHING else sorted(random.Random().sample(every, SOME))


@pytest.fixture
async def small(tmp_path: Path) -> House:
    url = f"sqlite+aiosqlite:///{tmp_path / 'config' / 'data' / 'homeostat.db'}"
    house = House(url, tmp_path / "config", VirtualClock(NOW))
    house.data.mkdir(parents=True)
    house.config.mkdir()
    (house.config / "hub.yaml").write_text("was: then\n")
    await furnish(house)
    house.keys.make(NOW)
    return house


async def test_a_hub_killed_while_it_makes_and_sends_a_backup_loses_none(small: House, tmp_path: Path) -> None:
    with dav(tmp_path) as url:
        book, vault = Book(small.data), Vault.open(small.data)
        book.put(drafted(book, {"kind": "webdav", "name": "Cloud", "url": f"{url}b", "user": USER,
                                "secret": PASSWORD}, vault))  # fmt: skip
        far = tmp_path / "dav" / "b"
        first = await daily(small.url, small.data, None, clock=small.clock, progress=silent)
        assert first.made
        assert not first.away
        whole: set[Path] = set()
        for step in steps_of(small, kind="create"):
            run(small, step, kind="create")  # may end before its last step: there is less to clear away than before
            # Of one day's backups the newest stays; there always is one.
            assert any(made_at(path) is not None for path in far.iterdir())
            for folder in (small.keys.own_target, far):
                # What has a backup's name is whole, here and there, and its keys lie beside it.
                for path in folder.iterdir():
                    if made_at(path) is not None and path not in whole:
                        assert (await small.verify(path)).filled.compared
                        whole.add(path)
                assert open_keyring(folder / KEYRING, small.keys.identities()).keys
            clear_away(small.keys.own_target)
            left = [path for path in small.keys.own_target.iterdir() if path.name.startswith(".")]
            assert not left
            assert not list(small.keys.own_target.glob("homeostat-*.age.part"))
        code, told = run(small, 1_000_000, kind="create")
        assert code == 0
        assert not [path for path in far.iterdir() if path.name.startswith("homeostat") and path.suffix == ".part"]
        assert told["result"]["away"] == {}  # type: ignore[index] # JSON


async def test_a_hub_killed_while_it_goes_back_is_as_it_was_or_as_it_is_to_be(small: House) -> None:
    made = await small.backup()
    (small.config / "hub.yaml").write_text("is: now\n")
    keys = [str(one) for one in small.keys.identities()]
    given = {"kind": "restore", "path": str(made.path), "keyring": None, "keys": keys, "settings": True, "noted": None}
    for step in steps_of(small, **given):
        code, _ = run(small, step, **given)
        assert code == -signal.SIGKILL
        # The hub decides when all is ready; before that a start clears away.
        assert resume(small.data) == ""
        assert not list(small.data.glob(".restore-*"))
        assert (small.config / "hub.yaml").read_text() == "is: now\n"
        recorder = await small.open()
        assert [one.slug for one in await recorder.load_people()] == ["anna", "ben"]
        await recorder.close()
        assert (await small.verify(made.path)).filled.people == 2
