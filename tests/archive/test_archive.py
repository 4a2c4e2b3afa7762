"""What goes out of one hub comes into another without loss, and a bad file changes nothing."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.archive import BadArchive, bring, export
from hub.archive.sealed import MANIFEST, PARTS, seal
from hub.daemon import Hub
from hub.errors import Conflict, NotFound
from tests.archive.homes import NOW, TEXT, archive, clock, live_in, rooms_of
from tests.support.house import house
from tests.support.postgres import fresh_database


@contextmanager
def other_database(url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if url.startswith("sqlite"):
        yield f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
    else:
        with fresh_database(request.getfixturevalue("postgres_url")) as other:
            yield other


async def counted(hub: Hub) -> dict[str, int]:
    found = {}
    for name in ("readings", "tombstones", "revisions", "hours", "days", "words", "journal", "journal_revisions",
                 "documents", "people", "entities", "series", "devices"):  # fmt: skip
        found[name] = (await hub.rooms.recorder._database.fetch(f"SELECT count(*) FROM {name}"))[0][0]
    return found


async def test_a_person_comes_into_another_hub_without_loss_and_twice_adds_nothing(
    database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    first, second = archive(tmp_path / "a"), archive(tmp_path / "b")
    async with house(tmp_path / "one", clock=clock(), url=database_url) as hub:
        await live_in(hub)
        told = await export(rooms_of(hub), first, "ben")
        stats = await hub.views.system().statistics("ben", "heart_rate", "day", NOW.replace(month=1), NOW)
    for part in ("readings", "tombstones", "revisions", "hours", "days", "journal", "journal_revisions", "documents"):
        assert told["files"][f"{part}.jsonl"]["lines"] > 0, part
    assert told["units"]["weight"] == "kg"
    with other_database(database_url, request, tmp_path) as other:
        async with house(tmp_path / "two", clock=clock(), url=other, people=("Mia",)) as hub:
            done = await bring(rooms_of(hub), first)
            assert done.added["readings"] == told["files"]["readings.jsonl"]["lines"]
            again = await export(rooms_of(hub), second, "ben")
            assert again["files"] == told["files"]
            assert await hub.views.system().statistics("ben", "heart_rate", "day", NOW.replace(month=1), NOW) == stats
            assert hub.rooms.states.get("sensor.ben_weight") is not None
            before = await counted(hub)
            twice = await bring(rooms_of(hub), first)
            assert sum(twice.added.values()) == 0
            assert await counted(hub) == before
        async with house(tmp_path / "two", clock=clock(), url=other, people=()) as hub:
            third = archive(tmp_path / "c")
            assert (await export(rooms_of(hub), third, "ben"))["files"] == told["files"], "not after a restart"


async def test_a_whole_household_comes_into_an_empty_hub_without_loss(
    database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    first, second = archive(tmp_path / "a"), archive(tmp_path / "b")
    async with house(tmp_path / "one", clock=clock(), url=database_url) as hub:
        await live_in(hub)
        await live_in(hub, "mia", days=1)
        told = await export(rooms_of(hub), first, None)
    with other_database(database_url, request, tmp_path) as other:
        from hub.daemon import Settings

        settings = Settings(data_dir=tmp_path / "two", database_url=other, port=0, automatic_entries=False)
        hub = await Hub.start(settings, clock=clock(), serve=False, run=False)
        try:
            await bring(rooms_of(hub), first)
            assert (await export(rooms_of(hub), second, None))["files"] == told["files"]
        finally:
            await hub.stop()


async def test_a_person_can_be_kept_under_another_name_beside_the_first(tmp_path: Path) -> None:
    path = archive(tmp_path)
    async with house(tmp_path / "one", clock=clock()) as hub:
        await live_in(hub)
        told = await export(rooms_of(hub), path, "ben")
        done = await bring(rooms_of(hub), path, "Benjamin")
        assert done.persons == ["benjamin"]
        assert hub.rooms.people.get("benjamin").name == "Benjamin"
        assert hub.rooms.entities.get("sensor.benjamin_weight").person == "benjamin"
        again = await export(rooms_of(hub), archive(tmp_path, "again.zip"), "benjamin")
        for part, there in told["files"].items():
            assert again["files"][part]["lines"] == there["lines"], part
        before = await counted(hub)
        await bring(rooms_of(hub), path, "Benjamin")
        assert await counted(hub) == before


async def test_somebody_else_of_the_same_name_is_not_mixed_up(tmp_path: Path) -> None:
    path = archive(tmp_path)
    async with house(tmp_path / "one", clock=clock()) as hub:
        await live_in(hub)
        await export(rooms_of(hub), path, "ben")
    async with house(tmp_path / "two", clock=clock(), people=("Ben",)) as hub:
        await hub.views.system().change_person("ben", name="Benedict")
        before = await counted(hub)
        with pytest.raises(Conflict, match="--person-as NEW"):
            await bring(rooms_of(hub), path)
        assert await counted(hub) == before


async def test_no_secret_is_in_an_archive(tmp_path: Path) -> None:
    secret = "s3cret-of-a-service"
    path = archive(tmp_path)
    async with house(tmp_path / "one", clock=clock()) as hub:
        await live_in(hub)
        _, token = await hub.rooms.accounts.create_token("anna", label="phone")
        await hub.rooms.recorder.entry_save("api", "state", {"password": secret})
        await hub.rooms.recorder.set_setting("anything", secret)
        hashed = await hub.rooms.recorder.password_hash("anna")
        await export(rooms_of(hub), path, None)
    with zipfile.ZipFile(path) as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist())
    for found in (secret, token, str(hashed)):
        assert found.encode() not in everything
    assert TEXT.encode() in everything
    assert path.stat().st_mode & 0o077 == 0


async def test_the_table_says_what_the_lines_say_and_runs_no_formula(tmp_path: Path) -> None:
    path = archive(tmp_path)
    async with house(tmp_path / "one", clock=clock()) as hub:
        await live_in(hub)
        await export(rooms_of(hub), path, "ben")
    with zipfile.ZipFile(path) as opened:
        rows = list(csv.DictReader(io.StringIO(opened.read("readings.csv").decode())))
        lines = [json.loads(line) for line in opened.read("readings.jsonl").splitlines()]
    assert [(one["entity"], one["taken_at"], float(one["value"])) for one in rows] == [
        (one["entity"], one["taken_at"], one["value"]) for one in lines
    ]
    from hub.archive.lines import _plain

    assert _plain("=1+1") == "'=1+1"


async def test_an_export_needs_somebody_who_is_there_and_a_file_that_is_not(tmp_path: Path) -> None:
    async with house(tmp_path / "one", clock=clock()) as hub:
        with pytest.raises(NotFound, match="there are: anna, ben, mia"):
            await export(rooms_of(hub), tmp_path / "x.zip", "bne")
        (tmp_path / "x.zip").write_text("mine")
        with pytest.raises(Conflict, match="there already"):
            await export(rooms_of(hub), tmp_path / "x.zip", "ben")
        assert (tmp_path / "x.zip").read_text() == "mine"
        assert not list(tmp_path.glob(".*"))


def remade(
    path: Path, to: Path, change: Any = None, extra: dict[str, bytes] | None = None, reseal: bool = True
) -> Path:
    """The archive with its manifest changed by `change` and further files in it."""
    with zipfile.ZipFile(path) as opened, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as made:
        for name in opened.namelist():
            if name in (extra or {}) or name == MANIFEST:
                continue
            made.writestr(name, opened.read(name))
        manifest = orjson.loads(opened.read(MANIFEST))
        if change is not None:
            change(manifest)
        if reseal:
            manifest["seal"] = seal(manifest)
        made.writestr(MANIFEST, orjson.dumps(manifest))
        for name, data in (extra or {}).items():
            made.writestr(name, data)
    return to


async def test_a_bad_archive_is_refused_in_words_and_changes_nothing(tmp_path: Path) -> None:
    good = archive(tmp_path)
    async with house(tmp_path / "one", clock=clock()) as hub:
        await live_in(hub, days=1)
        await export(rooms_of(hub), good, "ben")
    raw = good.read_bytes()

    def file(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    def newer(manifest: dict[str, Any]) -> None:
        manifest["version"] = 2

    def longer(manifest: dict[str, Any]) -> None:
        manifest["files"]["readings.jsonl"]["bytes"] = 1 << 40

    def person(manifest: dict[str, Any]) -> None:
        manifest["person"] = "mia"

    with zipfile.ZipFile(good) as opened:
        readings = opened.read("readings.jsonl")
        manifest = orjson.loads(opened.read(MANIFEST))

    def lying(data: bytes) -> Any:
        import hashlib

        def change(manifest: dict[str, Any]) -> None:
            told = {"lines": data.count(b"\n"), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            manifest["files"]["readings.jsonl"] = told

        return change

    unknown = readings.replace(b'"entity":"sensor.ben_', b'"entity":"sensor.mia_', 1)
    wordless = readings + b'{"entity":"sensor.ben_weight","taken_at":"yesterday"}\n'
    cases = {
        "cut short": (file("cut.zip", raw[: len(raw) // 2]), "not an archive|cut short"),
        "no archive": (file("no.zip", b"hello"), "not an archive"),
        "newer": (remade(good, tmp_path / "newer.zip", newer), "newer Homeostat .version 2.*Upgrade"),
        "climbs": (remade(good, tmp_path / "climb.zip", extra={"../../etc/passwd": b"x"}), "leaves its folder"),
        "absolute": (remade(good, tmp_path / "abs.zip", extra={"/etc/passwd": b"x"}), "leaves its folder"),
        "backslash": (remade(good, tmp_path / "back.zip", extra={"a\\..\\b": b"x"}), "leaves its folder"),
        "foreign": (remade(good, tmp_path / "foreign.zip", extra={"run.sh": b"x"}), "no archive of Homeostat has"),
        "bomb": (remade(good, tmp_path / "bomb.zip", extra={"readings.jsonl": bytes(64 << 20)}), "zip bomb"),
        "shorter than told": (remade(good, tmp_path / "longer.zip", longer), "readings.jsonl .* was changed"),
        "manifest": (remade(good, tmp_path / "seal.zip", person, reseal=False), "changed after the archive was made"),
        "part": (remade(good, tmp_path / "part.zip", extra={"readings.jsonl": unknown}), "readings.jsonl .* changed"),
        "unknown entity": (
            remade(good, tmp_path / "unknown.zip", lying(unknown), {"readings.jsonl": unknown}),
            "readings.jsonl, line 1 .* not among its entities",
        ),
        "no instant": (
            remade(good, tmp_path / "when.zip", lying(wordless), {"readings.jsonl": wordless}),
            rf"readings.jsonl, line {manifest['files']['readings.jsonl']['lines'] + 1} .* can't be understood",
        ),
        "not there": (tmp_path / "nowhere.zip", "There is no file"),
    }
    async with house(tmp_path / "two", clock=clock(), people=()) as hub:
        before = await counted(hub)
        for name, (path, words) in cases.items():
            with pytest.raises(BadArchive, match=words):
                await bring(rooms_of(hub), path)
            assert await counted(hub) == before, name


async def test_any_byte_that_is_changed_is_found_or_does_no_harm(tmp_path: Path) -> None:
    good = archive(tmp_path)
    async with house(tmp_path / "one", clock=clock()) as hub:
        await live_in(hub, days=1)
        told = await export(rooms_of(hub), good, "ben")
    raw, chance = good.read_bytes(), random.Random(4)
    from hub.archive.judged import judge
    from hub.archive.sealed import Reader

    refused = 0
    async with house(tmp_path / "two", clock=clock(), people=()) as hub:
        for _ in range(60):
            changed = bytearray(raw)
            changed[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            path = tmp_path / "changed.zip"
            path.write_bytes(changed)
            try:
                reader = Reader(path)
                judge(rooms_of(hub), reader, None)
            except BadArchive:
                refused += 1
            else:
                assert {name: reader.manifest["files"][name] for name in PARTS} == told["files"]
    assert refused > 40
