"""Nothing of who is erased is left in any file: database, log, copies, archives, broker, folders; even when killed."""

from __future__ import annotations

import asyncio
import base64
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hub.api import Context, Integration, Sample
from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import ConfigEntry, EntryState, JournalDraft, Role
from hub.recorder import Document, to_us
from hub.recorder.copies import name_for
from hub.view import IncomingReading, View
from tests.archive.homes import NOW, clock
from tests.integrations.mqtt.client import until
from tests.privacy.canaries import NAME, NUMBER, PICTURE, WORD, found_in
from tests.support.house import PASSWORD, Plugin, house
from tests.support.postgres import fresh_database, postgres_server, run_sql

SLUG = NAME.lower()
MQTT = ConfigEntry("mqtt", "mqtt", "MQTT", options={"port": 0})


class Options(BaseModel):
    secret: str = ""


async def _listen(ctx: Context) -> None:
    """Keeps a cache of its own, as integrations do, and a picture."""
    (ctx.data_dir / "cache.json").write_text(WORD)
    (ctx.data_dir / "picture.bin").write_bytes(PICTURE)
    await ctx.save("cursor", {"last": WORD})
    await ctx.accept([Sample(metric="body_temperature", value=36.6)])
    await ctx.clock.sleep(10**9)


RING = Integration("ring", "Ring", config=Options, listen=_listen)


async def move_in(hub: Hub, folder: Path) -> View:
    """Canaries in every place where somebody's data comes to lie."""
    view, now = hub.views.system(), hub.rooms.clock.now()
    await view.add_entry("ring", {"secret": "of the ring"}, person=SLUG)
    moments = [now - timedelta(minutes=n) for n in range(1, 120)]
    await view.record([IncomingReading(SLUG, "heart_rate", NUMBER, at, None, "watch") for at in moments])
    await view.record([IncomingReading("mia", "heart_rate", 61.0, at, None, "watch") for at in moments])
    heart = next(one for one in view.entities(SLUG) if one.metric == "heart_rate")
    await view.correct_reading(heart.id, moments[3], 66.0, reason=WORD)
    await view.remove_readings(heart.id, [moments[5]], reason=WORD)
    note = await view.add_journal(SLUG, JournalDraft("note", now - timedelta(hours=4), None, {}, WORD))
    await view.change_journal(note.id, JournalDraft("note", now - timedelta(hours=4), None, {}, f"{WORD} again"))
    stamp = to_us(now)
    photo = {"kind": "photo", "of": NAME, "note": WORD, "bytes": base64.b64encode(PICTURE).decode(), "level": NUMBER}
    await view.documents_put(SLUG, "photos", [Document("p1", stamp, stamp, False, photo)])
    await view.add_account("wanda", PASSWORD, role=Role.ADULT, person=SLUG)
    await hub.rooms.recorder.mend()
    await hub.rooms.recorder.backup(folder / "backups" / name_for(now, hub.rooms.recorder._database.url))
    (folder / "logs").mkdir(exist_ok=True)
    (folder / "logs" / "hub.log").write_text(f"a line\n{NAME} was late\nsensor.{SLUG}_heart_rate is odd\n")
    (folder / "logs" / "hub.log.1").write_text(f"{NAME} again\n")
    for person in (SLUG, None):
        await hub.rooms.exports.wait((await view.ask_export(person)).id)
    return view


async def test_no_file_has_a_byte_of_who_is_erased(tmp_path: Path) -> None:
    home = tmp_path / "home"
    plugins = [("ring", Plugin(RING))]
    async with house(home, people=(NAME, "Mia"), plugins=plugins, entries=(MQTT,)) as hub:
        await until(lambda: hub.rooms.supervisor.status("mqtt").state is EntryState.RUNNING, what="no broker")
        view = await move_in(hub, home)
        before = found_in(home)
        places = {"homeostat.db", "homeostat.db-wal"} & set(before)
        assert places
        assert {"logs/hub.log", "logs/hub.log.1", "entries/ring/cache.json", "entries/ring/picture.bin"} <= set(before)
        assert [name for name in before if name.startswith("backups/")]
        assert len(list((home / "exports").glob("*.zip"))) == 2
        await view.erase(await view.preview_erasure(person=SLUG), now=True)
        left = {name: signs for name, signs in found_in(home).items() if "mosquitto.db" not in name}
        assert left == {}, "while it runs"
        assert not list((home / "exports").iterdir())
        assert not (home / "entries" / "ring").exists()
        assert [one.person for one in view.entities("mia")], "somebody else went along"
    assert found_in(home) == {}, "after it stopped"
    async with house(home, plugins=plugins, entries=(MQTT,)) as hub:
        assert SLUG not in hub.rooms.people.all
        assert found_in(home) == {}, "after it started again"


async def test_a_source_and_a_period_leave_no_byte_either(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with house(home, people=(NAME, "Mia"), plugins=[("ring", Plugin(RING))], clock=clock()) as hub:
        view = hub.views.system()
        await view.change_person(SLUG, name="Zoe")  # she stays, and so does her name
        await move_in(hub, home)
        await hub.rooms.recorder.erase_records(SLUG, None, 0, 1 << 61)
        (home / "logs" / "hub.log").write_text("")
        (home / "logs" / "hub.log.1").write_text("")
        await view.change_person(SLUG, name="Zoe")
        assert found_in(home)
        await view.erase(await view.preview_erasure(source="watch"), now=True)
        gone = await view.preview_erasure(person="mia")
        assert gone.total == 0, "the watch was everybody's"
        left = found_in(home)
        # The ring of the same person is another source.
        assert {name for name in left if not name.startswith("entries/ring/")} <= {
            "homeostat.db",
            "homeostat.db-wal",
        } | {name for name in left if name.startswith("backups/")}
        assert all(signs == [WORD.encode()] for name, signs in left.items() if "ring" not in name), "the ring's cursor"
        await view.erase(await view.preview_erasure(source="ring"), now=True)
        await until(lambda: (home / "entries" / "ring" / "cache.json").exists(), what="the ring did not begin anew")
        await view.change_entry("ring", disabled=True)
        await view.erase(await view.preview_erasure(person=SLUG), now=True)
    assert found_in(home) == {}


SCRIPT = """
import asyncio, os, signal, sys
from datetime import timedelta
from pathlib import Path
from hub.archive import erasing, scrub
from hub.recorder import Recorder
from hub.registry import Entities, People
from tests.archive.homes import clock
from tests.support.house import house

owner, _, name = sys.argv[2].partition(".")
place = {"Recorder": Recorder, "Entities": Entities, "People": People, "scrub": scrub}[owner]
kept = getattr(place, name)

async def killed(*given, **more):
    if sys.argv[3] == "after":
        await kept(*given, **more)
    os.kill(os.getpid(), signal.SIGKILL)

async def run():
    time = clock()
    await time.step(timedelta(days=8))
    async with house(Path(sys.argv[1]), clock=time) as hub:
        setattr(place, name, killed)
        await hub.rooms.erasures.run_due()
        print("it was not killed")

asyncio.run(run())
"""
CUTS = ("People.remove after", "Entities.drop after", "Recorder.erase_series after", "scrub.logs before",
        "Recorder.overwrite before", "Recorder.overwrite after", "Recorder.renew_copies after")  # fmt: skip


@pytest.fixture(scope="module")
async def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which an erasure waits."""
    home = tmp_path_factory.mktemp("waiting") / "home"
    async with house(home, people=(NAME, "Mia"), plugins=[("ring", Plugin(RING))], clock=clock()) as hub:
        view = await move_in(hub, home)
        await hub.views.system().remove_entry("ring")
        await view.erase(await view.preview_erasure(person=SLUG))
    return home


async def test_an_erasure_that_is_killed_goes_on_after_the_restart(waiting: Path, tmp_path: Path) -> None:
    async def cut(number: int, where: str) -> None:
        home = tmp_path / str(number)
        shutil.copytree(waiting, home)
        command = [sys.executable, "-c", SCRIPT, str(home), *where.split()]
        root = Path(__file__).parents[2]
        done = await asyncio.to_thread(subprocess.run, command, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, f"{where}: {done.stdout}{done.stderr[-2_000:]}"
        time = clock()
        await time.step(timedelta(days=8, minutes=1))
        async with house(home, clock=time) as hub:
            await hub.rooms.erasures.run_due()
            assert not hub.rooms.erasures.waiting, where
            assert SLUG not in hub.rooms.people.all, where
        assert found_in(home) == {}, where
        assert (home / "logs" / "hub.log").read_text() == "a line\n", where

    for start in range(0, len(CUTS), 2):
        await asyncio.gather(*(cut(start + n, where) for n, where in enumerate(CUTS[start : start + 2])))


async def test_on_postgresql_nothing_is_left_but_in_its_write_ahead_log(tmp_path: Path) -> None:
    with postgres_server() as server, fresh_database(server) as url:
        folder = Path(run_sql(server, "SHOW data_directory"))
        async with house(tmp_path / "home", people=(NAME, "Mia"), url=url, clock=VirtualClock(NOW)) as hub:
            view = hub.views.system()
            moments = [NOW - timedelta(minutes=n) for n in range(1, 400)]
            await view.record([IncomingReading(SLUG, "heart_rate", NUMBER, at, None, "watch") for at in moments])
            for at in moments[:50]:
                await view.add_journal(SLUG, JournalDraft("note", at, None, {}, WORD))
            stamp = to_us(NOW)
            body: dict[str, Any] = {"of": NAME, "note": WORD}
            await view.documents_put(SLUG, "photos", [Document("p1", stamp, stamp, False, body)])
            run_sql(url, "ANALYZE")
            run_sql(url, "CHECKPOINT")
            before = found_in(folder / "base")
            assert len(before) > 3, "the planner's own notes are among them"
            await view.erase(await view.preview_erasure(person=SLUG), now=True)
            left = found_in(folder / "base")
            assert left == {}
            elsewhere = {name.partition("/")[0] for name in found_in(folder)}
            assert elsewhere <= {"pg_wal"}, "docs/privacy.md says where something stays"
