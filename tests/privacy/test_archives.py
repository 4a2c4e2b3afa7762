"""Archives over the interface: made for who may, fetched, sent to another hub, judged, brought in whole."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from hub.archive import imports as imports_module
from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import Grant, Role, Verb
from tests.archive.homes import TEXT, clock, live_in
from tests.support.house import PASSWORD, house, token


class Client:
    def __init__(self, hub: Hub, session: aiohttp.ClientSession) -> None:
        self.hub, self._session = hub, session

    async def call(
        self, method: str, path: str, body: Any = None, *, by: str = "", raw: bytes | None = None, **headers: str
    ) -> tuple[int, Any]:
        given = {"Authorization": f"Bearer {by}"} if by else {}
        data = raw if raw is not None else orjson.dumps(body) if body is not None else None
        if data is not None:
            given["Content-Type"] = "application/json" if raw is None else "application/zip"
        address = f"http://127.0.0.1:{self.hub.port}/hub/v1{path}"
        async with self._session.request(method, address, data=data, headers={**given, **headers}) as answer:
            content = await answer.read()
            return answer.status, orjson.loads(content) if answer.content_type == "application/json" else content

    async def exported(self, person: str | None, by: str) -> bytes:
        status, made = await self.call("POST", "/exports", {"person": person}, by=by)
        assert status == 201, made
        await self.hub.rooms.exports.wait(made["id"])
        status, whole = await self.call("GET", f"/exports/{made['id']}/archive", by=by)
        assert status == 200, whole
        return bytes(whole)


@asynccontextmanager
async def home(folder: Path, time: VirtualClock | None = None, **given: Any) -> AsyncIterator[Client]:
    async with house(folder, clock=time or clock(), serve=True, **given) as hub, aiohttp.ClientSession() as session:
        yield Client(hub, session)


async def ben_of(hub: Hub, role: Role = Role.ADULT) -> str:
    await hub.views.system().add_account("ben", PASSWORD, role=role, person="ben")
    return await token(hub, account="ben")


async def test_each_takes_her_own_along_the_owner_everything_and_nobody_else_anything(tmp_path: Path) -> None:
    async with home(tmp_path / "one") as client:
        await live_in(client.hub)
        await live_in(client.hub, "mia", days=1)
        anna, ben = await token(client.hub), await ben_of(client.hub)
        only_mia = await token(client.hub, persons=["mia"])
        only_house = await token(client.hub, persons=["household"])
        await client.hub.rooms.accounts.grant(Grant("all-of-mia", "ben", "mia", frozenset(Verb)))
        files = zipfile.ZipFile(_kept(tmp_path, await client.exported("ben", ben)))
        assert {line["person"] for line in _lines(files, "entities.jsonl")} == {"ben"}
        everything = zipfile.ZipFile(_kept(tmp_path, await client.exported(None, anna)))
        assert {"ben", "mia"} <= {line["person"] for line in _lines(everything, "entities.jsonl")}
        refused = [("mia", ben), (None, ben), ("household", ben), ("ben", only_mia), (None, only_mia),
                   (None, only_house), ("mia", only_house)]  # fmt: skip
        for person, by in refused:
            status, answer = await client.call("POST", "/exports", {"person": person}, by=by)
            assert status in (403, 404), (person, answer)
        assert (await client.call("POST", "/exports", {"person": None}))[0] == 401
        theirs = (await client.call("GET", "/exports", by=anna))[1]["exports"]
        assert len(theirs) == 2
        mine = (await client.call("GET", "/exports", by=ben))[1]["exports"]
        assert [one["person"] for one in mine] == ["ben"]
        other = next(one["id"] for one in theirs if one["person"] is None)
        for path in (f"/exports/{other}", f"/exports/{other}/archive"):
            assert (await client.call("GET", path, by=ben))[0] == 404
        assert (await client.call("DELETE", f"/exports/{other}", by=ben))[0] == 404
        assert (await client.call("DELETE", f"/exports/{other}", by=anna))[0] == 200
        lines = [one.line for one in await client.hub.rooms.recorder.audit_tail()]
        assert {"archive.export", "archive.fetch"} <= {one.action for one in lines}
        await client.hub.rooms.accounts.withdraw("all-of-mia")
        await client.hub.views.system().change_account("ben", person=None)
        assert (await client.call("GET", f"/exports/{mine[0]['id']}/archive", by=ben))[0] in (403, 404)


async def test_a_file_is_gone_after_a_day_and_one_that_was_broken_off_at_the_next_start(tmp_path: Path) -> None:
    time = clock()
    async with home(tmp_path / "one", time) as client:
        await live_in(client.hub, days=1)
        anna = await token(client.hub)
        await client.exported("ben", anna)
        folder = client.hub.rooms.data_dir / "exports"
        assert {path.suffix for path in folder.iterdir()} == {".zip", ".json"}
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
        (folder / ".half.zip.part").write_bytes(b"half")
        (folder / "orphan.zip").write_bytes(b"half")
    async with home(tmp_path / "one", time) as client:
        assert len(client.hub.rooms.exports.all) == 1, "a restart lost a file that is whole"
        assert len(list(folder.iterdir())) == 2
        await time.step(timedelta(hours=25))
        assert not client.hub.rooms.exports.all
        assert not list(folder.iterdir())


async def test_an_archive_is_judged_shown_and_brought_in_whole(tmp_path: Path) -> None:
    async with home(tmp_path / "one") as client:
        await live_in(client.hub)
        whole = await client.exported("ben", await token(client.hub))
    async with home(tmp_path / "two", people=("Mia",)) as client:
        anna, rooms = await token(client.hub), client.hub.rooms
        before = await rooms.recorder._database.fetch("SELECT count(*) FROM readings")
        status, sent = await client.call("POST", "/imports?name=ben.zip", by=anna, raw=whole)
        assert status == 201, sent
        await rooms.imports.wait(sent["id"])
        seen = (await client.call("GET", f"/imports/{sent['id']}", by=anna))[1]
        assert seen["state"] == "judged", seen
        assert seen["holds"]["new_persons"] == ["ben"]
        assert seen["holds"]["lines"]["readings"] > 140
        assert seen["holds"]["entities"] == seen["holds"]["new_entities"] == 3
        assert await rooms.recorder._database.fetch("SELECT count(*) FROM readings") == before, "something came in"
        assert "ben" not in rooms.people.all
        status, begun = await client.call("POST", f"/imports/{sent['id']}/bring", {}, by=anna)
        assert status == 200, begun
        await rooms.imports.wait(sent["id"])
        done = (await client.call("GET", f"/imports/{sent['id']}", by=anna))[1]
        assert done["state"] == "done", done
        assert done["report"]["added"]["readings"] == seen["holds"]["lines"]["readings"]
        assert not list((rooms.data_dir / "imports").glob("*.zip")), "the file stayed"
        again = await client.exported("ben", anna)
        assert (await client.call("POST", f"/imports/{sent['id']}/bring", {}, by=anna))[0] == 409
    mine, theirs = (zipfile.ZipFile(_kept(tmp_path, one)) for one in (whole, again))
    sums = [{name: one["sha256"] for name, one in _manifest(each)["files"].items()} for each in (mine, theirs)]
    assert sums[0] == sums[1], "it is not the same any more"
    assert TEXT.encode() in theirs.read("journal.jsonl")


async def test_a_person_of_the_same_name_is_asked_about_before_anything_comes_in(tmp_path: Path) -> None:
    async with home(tmp_path / "one", people=("Ben",)) as client:
        await live_in(client.hub, days=1)
        await client.hub.rooms.people.change("ben", name="Benedikt")
        whole = await client.exported("ben", await token(client.hub))
    async with home(tmp_path / "two", people=("Ben",)) as client:
        anna = await token(client.hub)
        sent = (await client.call("POST", "/imports", by=anna, raw=whole))[1]
        await client.hub.rooms.imports.wait(sent["id"])
        seen = (await client.call("GET", f"/imports/{sent['id']}", by=anna))[1]
        assert seen["state"] == "conflict"
        assert "Benedikt" in seen["problem"]
        status, refused = await client.call("POST", f"/imports/{sent['id']}/bring", {}, by=anna)
        assert status == 409, refused
        assert not client.hub.rooms.entities.sources("ben", "heart_rate")
        await client.call("POST", f"/imports/{sent['id']}/bring", {"person_as": "Benedikt"}, by=anna)
        await client.hub.rooms.imports.wait(sent["id"])
        assert client.hub.rooms.entities.sources("benedikt", "heart_rate")
        assert not client.hub.rooms.entities.sources("ben", "heart_rate")


async def test_what_is_no_archive_or_too_much_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async with home(tmp_path / "one") as client:
        await live_in(client.hub, days=1)
        anna, ben = await token(client.hub), await ben_of(client.hub)
        whole = await client.exported("ben", anna)
        changed = bytearray(whole)
        changed[len(whole) // 2] ^= 1
        for wrong in (b"PK\x03\x04 nothing of the kind", whole[: len(whole) // 2], bytes(changed)):
            sent = (await client.call("POST", "/imports", by=anna, raw=wrong))[1]
            await client.hub.rooms.imports.wait(sent["id"])
            seen = (await client.call("GET", f"/imports/{sent['id']}", by=anna))[1]
            assert seen["state"] == "refused", seen
            assert seen["problem"]
            assert (await client.call("POST", f"/imports/{sent['id']}/bring", {}, by=anna))[0] == 409
        assert (await client.call("POST", "/imports", by=anna, raw=b""))[0] == 409
        assert (await client.call("POST", "/imports", by=ben, raw=whole))[0] == 403
        assert (await client.call("POST", "/imports", by=anna, raw=whole, **{"Content-Type": "text/plain"}))[0] == 415
        client.hub.rooms.imports._largest = 1_000
        status, refused = await client.call("POST", "/imports", by=anna, raw=whole)
        assert status == 409, refused
        assert "larger than 1,000" in refused["error"]["message"]
        assert not list((client.hub.rooms.data_dir / "imports").glob("*.zip"))
        assert imports_module.LARGEST == 16 << 30


async def test_erasing_takes_the_files_that_lie_ready_along(tmp_path: Path) -> None:
    async with home(tmp_path / "one") as client:
        view = await live_in(client.hub, days=1)
        anna = await token(client.hub)
        await client.exported("ben", anna)
        await client.call("POST", "/imports", by=anna, raw=await client.exported(None, anna))
        await view.erase(await view.preview_erasure(person="ben"), now=True)
        for folder in ("exports", "imports"):
            assert not list((client.hub.rooms.data_dir / folder).iterdir()), folder


async def test_erasures_are_shown_asked_for_and_taken_back_by_the_owner_alone(tmp_path: Path) -> None:
    async with home(tmp_path / "one") as client:
        await live_in(client.hub, days=1)
        anna, ben = await token(client.hub), await ben_of(client.hub)
        status, shown = await client.call("POST", "/previews/erasure", {"person": "ben"}, by=anna)
        assert status == 200
        assert shown["counts"]["journal:note"] == 1
        assert (await client.call("POST", "/erasures", {"person": "ben"}, by=ben))[0] == 403
        assert (await client.call("POST", "/erasures", {}, by=anna))[0] == 409
        assert (await client.call("POST", "/erasures", {"person": "bern"}, by=anna))[0] == 404
        status, asked = await client.call("POST", "/erasures", {"person": "ben"}, by=anna)
        assert status == 201
        assert (await client.call("GET", f"/erasures/{asked['id']}", by=anna))[1]["total"] == shown["total"]
        assert (await client.call("GET", "/erasures", by=ben))[0] == 403
        status, left = await client.call("DELETE", f"/erasures/{asked['id']}", by=anna)
        assert (status, left) == (200, {"erasures": []})
        assert (await client.call("DELETE", f"/erasures/{asked['id']}", by=anna))[0] == 404


def _kept(folder: Path, whole: bytes) -> Path:
    path = folder / f"{abs(hash(whole))}.zip"
    path.write_bytes(whole)
    return path


def _lines(files: zipfile.ZipFile, name: str) -> list[Any]:
    return [orjson.loads(line) for line in files.read(name).splitlines()]


def _manifest(files: zipfile.ZipFile) -> Any:
    return orjson.loads(files.read("manifest.json"))
