"""S10: two thousand names that climb, over every door that names a file; none is opened outside its folder."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest

from tests.archive.homes import rooms_of
from tests.attacks.climbing import NAMES
from tests.attacks.conftest import Home
from tests.attacks.opened import opened
from tests.attacks.records import against
from web.assets import FOLDER as STATIC
from web.assets import Assets

WHOLE = os.environ.get("ATTACKS") == "whole"
DOORS = (
    "/static/x/{}",
    "/static/{}",
    "/hub/v1/exports/{}/archive",
    "/hub/v1/imports/{}",
    "/webhook/{}",
    "/entities/{}",
    "/integrations/{}",
    "/journal/{}",
    "/settings/people/{}",
    "/hub/v1/entries/{}",
    "/{}",
    "/hub/v1/integrations/{}",
    "/hub/v1/entries/{}/log",
)
OURS = (str(Path(STATIC).parents[1]), sys.prefix, sys.base_prefix, "/usr/lib", "/usr/share/zoneinfo")


def outside(heard: list[tuple[str, str]], *inside: Path) -> list[tuple[str, str]]:
    """What was opened that is neither in the given folders, nor code and templates of the program itself."""
    allowed = tuple(str(one) for one in inside)
    return [
        (event, path)
        for event, path in heard
        if not path.startswith(allowed)
        and not (event in ("os.listdir", "os.scandir") and path.startswith(OURS[0]))
        and not (path.startswith(OURS) and path.endswith((".py", ".pyc", ".html", ".so", ".toml", ".json")))
        and not path.startswith((sys.base_prefix + "/lib/python", "/usr/lib/python", "/usr/share/zoneinfo"))
        and "site-packages" not in path
        and "__pycache__" not in path
    ]


def test_the_list_is_as_long_as_promised() -> None:
    assert len(NAMES) >= 2000


@against(
    "CVE-2021-3152", "GHSA-m33v-338h-4v9f", "CVE-2021-3223", "CVE-2021-43798", "CVE-2026-42129", "GHSA-8p25-3q46-8q2p"
)
async def test_no_address_opens_a_file(home: Home) -> None:
    """Each name at one door here, at every door with ATTACKS=whole; sent as it is, not as a client would mend it."""
    folder = home.hub.settings.data_dir
    through = []
    pairs = [(DOORS[number % len(DOORS)], one) for number, one in enumerate(NAMES)]
    if WHOLE:
        pairs = [(door, one) for door in DOORS for one in NAMES]
    line = f"Authorization: Bearer {home.token}"
    with opened() as heard:
        for start in range(0, len(pairs), 20):
            batch = pairs[start : start + 20]
            targets = [door.format(quote(one, safe="/%\\;?#$:~.{}")) for door, one in batch]
            for (status, text), target in zip(
                await asyncio.gather(*(home.get_raw(one, line, "Accept: */*") for one in targets)), targets, strict=True
            ):
                if status == 200 and any(
                    one in text for one in ("root:", "SQLite format", "def known_host", "PATH=", "[project]")
                ):
                    through.append(target)
    assert through == []
    assert outside(heard, folder) == []


def test_static_files_are_those_that_were_read_at_the_start_and_no_others(tmp_path: Path) -> None:
    """There is no path to climb: names are looked up in a table."""
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "tokens.css").write_text("a{}")
    (tmp_path.parent / "outside.js").write_text("1")
    assets = Assets(tmp_path)
    with opened() as heard:
        assert [one for one in NAMES if assets.get(one) is not None] == []
        assert assets.get("../outside.js") is None
    assert heard == []


def zipped(members: list[tuple[zipfile.ZipInfo | str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for info, body in members:
            made.writestr(info, body)
    return out.getvalue()


def linked(name: str, to: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, to.encode()


@against("CVE-2024-42469", "CVE-2024-24578")
async def test_archives_that_climb_or_swell_leave_nothing_behind(home: Home, tmp_path: Path) -> None:
    from hub.archive import BadArchive, bring
    from hub.archive.sealed import MANIFEST

    folder = home.hub.settings.data_dir
    manifest = (MANIFEST, orjson.dumps({"format": "homeostat", "version": 1, "files": {}}))
    sample = NAMES if WHOLE else NAMES[::9]
    climbing = [(f"c{number}", zipped([manifest, (one[:200] or "x", b"evil")])) for number, one in enumerate(sample)]
    linking = [
        (f"l{number}", zipped([manifest, linked("readings.jsonl", to), ("readings.jsonl/x", b"evil")]))
        for number, to in enumerate(("/etc", "../..", str(tmp_path), "/proc/self/cwd"))
    ]
    bombs = [
        ("bomb", zipped([manifest, ("readings.jsonl", bytes(80 << 20))])),
        ("nested", zipped([manifest, ("readings.jsonl", zipped([("x", bytes(1 << 20))]))])),
        ("many", zipped([manifest, *((f"f{one}", b"") for one in range(20_000))])),
        ("cut", climbing[0][1][:-30]),
    ]
    file = tmp_path / "sent.zip"
    before = sorted(str(one) for one in folder.rglob("*"))
    with opened() as heard:
        for name, body in [*climbing, *linking, *bombs]:
            file.write_bytes(body)
            with pytest.raises(BadArchive):
                await bring(rooms_of(home.hub), file)
            assert not (tmp_path / "evil").exists(), name
    assert outside(heard, folder, tmp_path) == []
    assert [one for one in sorted(str(path) for path in folder.rglob("*")) if one not in before and "evil" in one] == []
    for body in (climbing[0][1], linking[0][1]):
        sent = {"Content-Type": "application/zip"}
        nobody = await home.ask("POST", "/hub/v1/imports", data=body, headers=sent)
        assert nobody.status == 401


@against("CVE-2025-65713", "CVE-2022-24796")
async def test_names_of_files_that_are_sent_name_nothing(home: Home, tmp_path: Path) -> None:
    """Uploads are kept under names of the hub's own; what the sender calls them is not even looked at."""
    import aiohttp

    folder = home.hub.settings.data_dir
    canary = tmp_path / "ran"
    evil = [
        "../../evil",
        "/etc/evil",
        "..\\evil",
        f"`touch {canary}`",
        f"$(touch {canary})",
        f";touch {canary};",
        "evil\x00.zip",
        "a" * 5000,
        "-rf",
        "|id",
    ]
    with opened() as heard:
        for name in evil:
            for path in ("/hub/v1/imports", "/settings/privacy/import", "/webhook/phone"):
                form = aiohttp.FormData()
                form.add_field(
                    "file", b"PK\x03\x04evil", filename=name.replace("\x00", "%00"), content_type="application/zip"
                )
                answer = await home.ask("POST", path, data=form, token=home.token)
                assert answer.status < 500, (path, name, answer.text[:200])
            disposition = {"Content-Disposition": f'attachment; filename="{name.replace(chr(0), "")}"'}
            await home.ask(
                "POST",
                "/hub/v1/imports",
                data=b"PK\x03\x04",
                token=home.token,
                headers={**disposition, "Content-Type": "application/zip"},
            )
    assert not canary.exists()
    assert [one for one in outside(heard, folder) if not one[1].startswith(("/tmp/", "/var/tmp/"))] == []
    assert not list(folder.rglob("*evil*"))
    assert not [event for event, _ in heard if event.startswith(("subprocess", "os.system", "os.exec", "os.posix"))]


@against("CVE-2026-64825")
async def test_a_hub_that_nobody_has_set_up_takes_no_files(tmp_path: Path) -> None:
    from hub.daemon import Hub, Settings

    hub = await Hub.start(Settings(data_dir=tmp_path / "new", port=0, automatic_entries=False), serve=True)
    try:
        import aiohttp

        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            for path in (
                "/hub/v1/imports",
                "/settings/privacy/import",
                "/welcome/restore",
                "/welcome",
                "/backup/upload",
                "/api/hassio/backups/new/upload",
                "/webhook/phone",
            ):
                async with session.post(
                    f"http://127.0.0.1:{hub.port}{path}", data=zipped([("../../evil", b"x")]), allow_redirects=False
                ) as answer:
                    assert answer.status in (303, 401, 403, 404, 405, 422), (path, answer.status)
        assert not list(tmp_path.rglob("*evil*"))
        assert not list(tmp_path.rglob("*.zip"))
    finally:
        await hub.stop()


@against("CVE-2026-64824")
async def test_a_backup_that_leads_out_by_a_link_is_refused(tmp_path: Path, sqlite_database: str) -> None:
    """Files, links of both kinds, devices and pipes; every other way is in tests/backup/test_bad_backups."""
    from hub.backup import BackupRefused
    from hub.clock import VirtualClock
    from tests.backup.conftest import NOW, House, furnish
    from tests.backup.test_bad_backups import rebuilt

    house = House(sqlite_database, tmp_path, VirtualClock(NOW))
    house.data.mkdir()
    house.config.mkdir()
    (house.config / "hub.yaml").write_text("household: {name: Home}\n")
    await furnish(house)
    house.keys.make(NOW)
    made = await house.backup()
    whole = made.path.read_bytes()
    outsider = tmp_path.parent / f"{tmp_path.name}-outside"
    outsider.mkdir()
    for kind, to in ((b"2", str(outsider)), (b"1", "/etc/passwd"), (b"2", "../../.."), (b"3", "1"), (b"6", "x")):
        for name in ("config/hub.yaml", "config/linked"):

            def change(
                manifest: dict[str, object],
                parts: dict[str, tuple[bytes, bytes]],
                name: str = name,
                kind: bytes = kind,
                to: str = to,
            ) -> None:
                parts[name] = (kind, to.encode())
                parts[f"{name}/evil"] = (b"0", b"evil")

            made.path.write_bytes(whole)
            with pytest.raises(BackupRefused):
                await house.restore(rebuilt(house, made.path, change))
    assert not list(outsider.iterdir())
    assert not list(tmp_path.rglob("*evil*"))


@against("CVE-2026-10601")
def test_an_export_is_put_where_the_owner_says_and_over_nothing(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from hub.cli import main

    (tmp_path / "hub.yaml").write_text("household: {name: Home}\n")
    kept = tmp_path / "kept.txt"
    kept.write_text("whole")
    link = tmp_path / "link.zip"
    link.symlink_to(kept)
    for out in (kept, link):
        answer = CliRunner().invoke(main, ["export", "--household", "--out", str(out), "--config", str(tmp_path)])
        assert answer.exit_code != 0, answer.output
    assert kept.read_text() == "whole"


def test_the_oracle_sees_what_is_opened(tmp_path: Path) -> None:
    """The mutant: a door that follows the name it is given."""
    outsider = tmp_path / "outside"
    outsider.write_text("x")
    (tmp_path / "static").mkdir()
    with opened() as heard:
        (tmp_path / "static" / ".." / "outside").read_text()
    assert outside(heard, tmp_path / "static") == [("open", str(outsider))]
