"""Backups that leave the house: real S3 and WebDAV servers, cables that are cut, and servers that say no."""

import asyncio
import os
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from hub.backup import deliver, forget
from hub.backup.deliver import behind
from hub.backup.facts import BackupRefused
from hub.backup.keys import KEYRING, parse_keyring
from hub.backup.notes import doings, notes
from hub.backup.shelf import daily, listed, verify_in
from hub.backup.targets import Book, Kept, Spec, Target, TargetTrouble, base, opened, s3
from hub.backup.targets.book import drafted
from hub.backup.targets.s3 import S3
from hub.backup.targets.signing import EMPTY, Signer
from hub.backup.targets.webdav import WebDav
from hub.clock import RealClock, VirtualClock
from hub.vault import Vault
from tests.backup.conftest import NOW, House, furnish, silent
from tests.support import stores
from tests.support.stores import ACCESS, BUCKET, PASSWORD, READER, READERS, SECRET, USER, cable

NAME = "homeostat-20261120T020000Z-gs73u8r2.age"
LATER = "homeostat-20261121T020000Z-gs73u8r2.age"
PART = 5 << 20


def nothing(_: int) -> None:
    """Nobody counts."""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks off is tried again without waiting: these clocks don't run by themselves."""
    monkeypatch.setattr(deliver, "WAITS", (0.0, 0.0))


@pytest.fixture(scope="module")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stores.seaweed(tmp_path_factory.mktemp("seaweed")) as url:
        asyncio.run(_make_bucket(url))
        yield url


async def _make_bucket(url: str) -> None:
    for _ in range(40):
        try:
            async with store(url) as bucket:
                await bucket._plain("PUT", "", {})
                return
        except TargetTrouble:
            await asyncio.sleep(0.25)
    raise AssertionError("the S3 server takes no bucket")


@pytest.fixture(scope="module", params=["basic", "digest"])
def dav_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stores.dav(tmp_path_factory.mktemp("dav"), digest=request.param == "digest") as url:
        yield url


def store(
    url: str, bucket: str = BUCKET, prefix: str = "", access: str = ACCESS, secret: str = SECRET,
    clock: RealClock | None = None,
) -> S3:  # fmt: skip
    signer = Signer(access, secret, "us-east-1")
    return S3(url, bucket, prefix, signer, clock or RealClock(), path_style=True, part=PART)


def spec_of(book: Book, vault: Vault, **given: Any) -> Spec:
    spec = drafted(book, given, vault)
    book.put(spec)
    return spec


@pytest.fixture
async def small(tmp_path: Path) -> House:
    url = f"sqlite+aiosqlite:///{tmp_path / 'config' / 'data' / 'homeostat.db'}"
    house = House(url, tmp_path / "config", VirtualClock(NOW))
    house.data.mkdir(parents=True)
    house.config.mkdir()
    await furnish(house)
    house.keys.make(NOW)
    return house


async def day(house: House) -> tuple[list[str], dict[str, str]]:
    """What went wrong on the next day."""
    await house.clock.advance(86_400)
    done = await daily(house.url, house.data, None, clock=house.clock, progress=silent)
    assert done.made
    return done.problems, done.away


def test_a_request_is_signed_as_amazons_own_example() -> None:
    signer = Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
    at = datetime(2013, 5, 24, tzinfo=UTC)
    host = "examplebucket.s3.amazonaws.com"
    got = signer.headers("GET", host, "/test.txt", {}, EMPTY, at, {"Range": "bytes=0-9"})
    assert got["Authorization"].endswith("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    got = signer.headers("GET", host, "/", {"max-keys": "2", "prefix": "J"}, EMPTY, at)
    assert got["Authorization"].endswith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
    assert signer.secret not in repr(signer)


async def round_trip(target: Target, folder: Path) -> None:
    file, back = folder / NAME, folder / "back"
    file.write_bytes(os.urandom(2 * PART + 12_345))
    async with target:
        await target.prepare()
        assert await target.listed() == []
        moved: list[int] = []
        await target.put(file, NAME, moved.append)
        assert sum(moved) == file.stat().st_size
        assert await target.listed() == [Kept(NAME, file.stat().st_size)]
        # One that broke off on its way back is gone on with.
        back.write_bytes(file.read_bytes()[:1_000_000])
        moved.clear()
        await target.get(NAME, back, moved.append)
        assert back.read_bytes() == file.read_bytes()
        assert sum(moved) == file.stat().st_size - 1_000_000
        await target.write(KEYRING, b"one")
        await target.write(KEYRING, b"two")
        assert await target.read(KEYRING) == b"two"
        assert await target.read("none.age") is None
        await target.remove(NAME)
        await target.remove(NAME)
        assert await target.listed() == [Kept(KEYRING, 3)]


async def test_a_file_goes_to_s3_and_comes_back(s3_url: str, tmp_path: Path) -> None:
    await round_trip(store(s3_url, prefix="/my backups/ü+&=%/"), tmp_path)


async def test_a_file_goes_to_webdav_and_comes_back(dav_url: str, tmp_path: Path) -> None:
    await round_trip(WebDav(f"{dav_url}for us/ü+%26/backups", USER, PASSWORD), tmp_path)


async def test_a_bucket_may_be_part_of_the_hosts_name(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Here(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            assert host == f"{BUCKET}.localhost"
            return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

        async def close(self) -> None:
            """Nothing is open."""

    made = base.session
    monkeypatch.setattr(s3, "session", lambda: made(connector=aiohttp.TCPConnector(resolver=Here())))
    url = s3_url.replace("127.0.0.1", "localhost")
    signer = Signer(ACCESS, SECRET, "us-east-1")
    async with S3(url, BUCKET, "by-host", signer, RealClock(), path_style=False) as target:
        await target.write("a", b"b")
        assert await target.read("a") == b"b"


async def test_an_upload_to_s3_that_is_cut_is_gone_on_with_and_never_seen_half(s3_url: str, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes(os.urandom(3 * PART))
    async with cable(int(s3_url.rpartition(":")[2])) as wire:
        direct, cut = store(s3_url, prefix="cut"), store(wire.url, prefix="cut")
        async with cut, direct:
            wire.cut_after(2 * PART + 1_000_000)
            with pytest.raises(TargetTrouble, match="broke") as told:
                await cut.put(file, NAME, nothing)
            assert told.value.passing
            assert await direct.listed() == []
            wire.passed = 0
            await cut.put(file, NAME, nothing)
            assert wire.passed < PART + 100_000
            assert await direct.listed() == [Kept(NAME, 3 * PART)]
            back = tmp_path / "back"
            await direct.get(NAME, back, nothing)
            assert back.read_bytes() == file.read_bytes()
            # One that nobody will end is cleared away with the next that is whole.
            wire.cut_after(2 * PART)
            with pytest.raises(TargetTrouble):
                await cut.put(file, LATER, nothing)
            assert len(await direct._uploads()) == 1
            await direct.put(file, NAME.replace("20T", "22T"), nothing)
            assert await direct._uploads() == []


async def test_parts_of_another_content_under_the_same_name_are_not_taken_over(s3_url: str, tmp_path: Path) -> None:
    file = tmp_path / NAME
    async with cable(int(s3_url.rpartition(":")[2])) as wire, store(wire.url, prefix="other") as target:
        file.write_bytes(os.urandom(2 * PART))
        wire.cut_after(PART + 2_000_000)
        with pytest.raises(TargetTrouble):
            await target.put(file, NAME, nothing)
        file.write_bytes(os.urandom(2 * PART))
        await target.put(file, NAME, nothing)
        await target.get(NAME, tmp_path / "back", nothing)
    assert (tmp_path / "back").read_bytes() == file.read_bytes()


async def test_an_upload_to_webdav_that_is_cut_is_never_seen_half(dav_url: str, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes(os.urandom(2 * PART))
    port = int(dav_url.rstrip("/").rpartition(":")[2])
    async with cable(port) as wire, WebDav(f"{wire.url}/cut/", USER, PASSWORD) as target:
        await target.prepare()
        wire.cut_after(PART)
        with pytest.raises(TargetTrouble) as told:
            await target.put(file, NAME, nothing)
        assert told.value.passing
        async with WebDav(f"{dav_url}cut/", USER, PASSWORD) as direct:
            assert await direct.listed() == []
        await target.put(file, NAME, nothing)
        assert await target.listed() == [Kept(NAME, 2 * PART)]


async def test_a_large_file_is_never_in_memory(s3_url: str, dav_url: str, tmp_path: Path) -> None:
    file = tmp_path / NAME
    with file.open("wb") as out:
        for _ in range(48):
            out.write(os.urandom(1 << 20))
    for target in (store(s3_url, prefix="large"), WebDav(f"{dav_url}large/", USER, PASSWORD)):
        async with target:
            await target.prepare()
            await target.write("a", b"b")
            tracemalloc.start()
            await target.put(file, NAME, nothing)
            await target.get(NAME, tmp_path / "back", nothing)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            (tmp_path / "back").unlink()
            assert peak < 4 << 20, type(target)


class Ahead(RealClock):
    def now(self) -> datetime:
        return super().now() + timedelta(minutes=20)


async def told(target: Target) -> TargetTrouble:
    with pytest.raises(TargetTrouble) as said:
        async with target:
            await target.listed()
            await target.write("a", b"b")
    return said.value


async def test_what_s3_refuses_is_said_in_words(s3_url: str) -> None:
    said = {
        "the secret key is not the one that belongs to": store(s3_url, secret="wrong"),
        "does not know the access key AKNOBODY": store(s3_url, access="AKNOBODY"),
        "there is no bucket 'elsewhere'": store(s3_url, bucket="elsewhere"),
        "may not do this in the bucket 'house'": store(s3_url, access=READER, secret=READERS),
        "this machine's clock is 20 minutes ahead of": store(s3_url, clock=Ahead()),
    }
    for words, target in said.items():
        error = await told(target)
        assert words in str(error)
        assert SECRET not in str(error)
    assert (await told(store(s3_url, clock=Ahead()))).passing
    assert not (await told(store(s3_url, secret="wrong"))).passing


async def test_what_webdav_refuses_is_said_in_words(dav_url: str) -> None:
    assert "does not take the user name 'anna' with this password" in str(await told(WebDav(dav_url, USER, "wrong")))
    assert "asks for a user name" in str(await told(WebDav(dav_url, "", "")))
    assert "there is no folder /nowhere/" in str(await told(WebDav(f"{dav_url}nowhere/", USER, PASSWORD)))


async def test_who_does_not_answer_is_told_apart() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    refused = await told(WebDav(f"http://127.0.0.1:{port}/", USER, PASSWORD))
    assert refused.passing
    assert "connection refused" in str(refused)
    unknown = await told(WebDav("http://nobody.invalid/", USER, PASSWORD))
    assert "no machine is called nobody.invalid" in str(unknown)


XML = '<?xml version="1.0"?><Error><Code>{}</Code><Message>no</Message></Error>'
S3_SAYS = [
    (403, XML.format("QuotaExceeded"), "has no room left"),
    (507, "", "has no room left"),
    (400, XML.format("AuthorizationHeaderMalformed"), "the region 'us-east-1' is not the one of the bucket"),
    (503, XML.format("SlowDown"), "is tried again"),
    (413, "", "takes no files of this size"),
    (200, "<html>hello</html>", "is no S3 server"),
    (404, "<html>hello</html>", "is no S3 server"),
]
DAV_SAYS = [
    (507, "has no room left"),
    (413, "takes no files of this size"),
    (503, "is tried again"),
    (301, "sends us on to http://elsewhere.invalid/"),
    (405, "is no folder of a WebDAV server"),
    (403, "may not write to /"),
]


async def answering(status: int, body: str) -> web.AppRunner:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        headers = {"Location": "http://elsewhere.invalid/"} if status == 301 else {}
        return web.Response(status=status, text=body, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


async def test_full_busy_and_foreign_servers_are_told_apart() -> None:
    for status, body, words in S3_SAYS:
        runner = await answering(status, body)
        assert words in str(await told(store(f"http://127.0.0.1:{runner.addresses[0][1]}"))), (status, body)
        await runner.cleanup()
    for status, words in DAV_SAYS:
        runner = await answering(status, "")
        assert words in str(await told(WebDav(f"http://127.0.0.1:{runner.addresses[0][1]}/", USER, PASSWORD))), status
        await runner.cleanup()


async def test_every_target_gets_the_backup_and_its_trial_restore_compares_every_row(
    small: House, s3_url: str, dav_url: str
) -> None:
    book, vault = Book(small.data), Vault.open(small.data)
    spec_of(
        book, vault, kind="s3", name="Bucket", url=s3_url, bucket=BUCKET, prefix=small.keys.keyring().of("x")[0],
        user=ACCESS, secret=SECRET,
    )  # fmt: skip
    spec_of(book, vault, kind="webdav", name="Cloud", url=f"{dav_url}daily", user=USER, secret=PASSWORD, days=2,
            weeks=1, months=1)  # fmt: skip
    small.clock = VirtualClock(RealClock().now())  # the server's clock has to agree
    _, problems, away = await daily(small.url, small.data, None, clock=small.clock, progress=silent)
    assert (problems, away) == ([], {})
    for path in small.keys.own_target.glob("homeostat-*.age"):
        path.unlink()
    names = {one["target"]: one["name"] for one in listed(small.data)}
    assert set(names) == {"bucket", "cloud"}
    proven = notes(small.data)
    for target in ("bucket", "cloud"):
        keys = [key for key in proven if key.startswith(f"{target}:")]
        assert keys
        assert all(not proven[key]["problem"] and proven[key]["rows"] > 12_000 for key in keys)
        assert doings(small.data)[target].success_at
    # The hub's own disk is gone, and with it every backup on it.
    done = await verify_in(book.find("bucket"), names["bucket"], vault, small.data, clock=small.clock, progress=silent)
    assert done.filled.compared
    assert done.filled.people == 2
    kept = (small.keys.folder / "targets.json").read_text()
    assert SECRET not in kept
    assert PASSWORD not in kept


async def test_only_what_is_encrypted_leaves_the_house(small: House, tmp_path: Path, dav_url: str) -> None:
    vault = Vault.open(small.data)
    spec = spec_of(Book(small.data), vault, kind="webdav", url=f"{dav_url}sealed", user=USER, secret=PASSWORD)
    await day(small)
    async with opened(spec, vault, small.clock) as target:
        for one in await target.listed():
            await target.get(one.name, tmp_path / one.name, nothing)
            assert (tmp_path / one.name).read_bytes().startswith(b"age-encryption.org/v1\n")


async def test_a_target_that_is_dead_costs_no_backup_and_is_asked_ever_more_rarely(
    small: House,
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as dead:
        port = dead.getsockname()[1]
    vault = Vault.open(small.data)
    spec = spec_of(
        Book(small.data), vault, kind="webdav", name="Dead", url=f"http://127.0.0.1:{port}/", user=USER, secret="x"
    )
    for number in range(4):
        problems, away = await day(small)
        assert problems == []
        assert "connection refused" in away[spec.id]
        doing = doings(small.data)[spec.id]
        assert doing.tries == number + 1
        assert doing.waits(small.clock.now())
    assert len(listed(small.data)) == 4
    assert doings(small.data)[spec.id].worrying(small.clock.now())


async def test_somebody_who_is_erased_is_gone_from_targets_beyond_the_network_at_once(
    small: House, dav_url: str
) -> None:
    vault = Vault.open(small.data)
    spec = spec_of(Book(small.data), vault, kind="webdav", url=f"{dav_url}erased", user=USER, secret=PASSWORD)
    await day(small)
    assert forget(small.data, "ben") == []
    async with opened(spec, vault, small.clock) as target:
        content = await target.read(KEYRING)
    assert content is not None
    ring = parse_keyring(content, KEYRING, small.keys.identities())
    assert {person for person, _ in ring.keys.values()} == {"anna"}
    assert not behind(small.data)
    # One that can't be reached is named, and remembered as lacking it.
    Book(small.data).put(replace(spec, url="http://127.0.0.1:1/"))
    assert forget(small.data, "anna") == [spec.name]
    assert behind(small.data)


async def test_another_households_backups_are_not_written_over(small: House, dav_url: str, tmp_path: Path) -> None:
    vault = Vault.open(small.data)
    spec = spec_of(Book(small.data), vault, kind="webdav", url=f"{dav_url}shared", user=USER, secret=PASSWORD)
    await day(small)
    other = House(f"sqlite+aiosqlite:///{tmp_path / 'other' / 'o.db'}", tmp_path / "other", VirtualClock(NOW))
    other.data.mkdir(parents=True)
    await furnish(other)
    other.keys.make(NOW)
    Book(other.data).put(replace(spec, secret=Vault.open(other.data).seal(PASSWORD, f"backup:target:{spec.id}")))
    _, away = await day(other)
    assert "another household" in away[spec.id]
    async with opened(spec, vault, small.clock) as target:
        assert parse_keyring(await target.read(KEYRING) or b"", KEYRING, small.keys.identities()).keys


BAD: list[tuple[dict[str, Any], str]] = [
    ({"kind": "ftp"}, "folder, s3, webdav"),
    ({"kind": "folder", "folder": "relative"}, "beginning with /"),
    ({"kind": "webdav", "url": "ftp://a"}, "begins with https://"),
    ({"kind": "webdav", "url": "https://me:secret@a/"}, "leave user name, password"),
    ({"kind": "s3", "url": "https://a", "bucket": "a/b", "user": "u", "secret": "s"}, "no name of a bucket"),
    ({"kind": "s3", "url": "https://a", "bucket": "abc", "secret": "s"}, "access key is missing"),
    ({"kind": "s3", "url": "https://a", "bucket": "abc", "user": "u"}, "secret key is missing"),
    ({"kind": "s3", "bucket": "abc", "user": "u", "secret": "s", "region": "a.evil/"}, "no name of a region"),
    ({"kind": "folder", "folder": "/x", "days": "0", "weeks": "0", "months": "0"}, "at least one"),
    ({"kind": "folder", "folder": "/x", "days": "-1"}, "is no number"),
]


def test_a_target_that_can_not_be_is_refused_by_name(tmp_path: Path) -> None:
    vault, book = Vault.open(tmp_path), Book(tmp_path)
    for given, words in BAD:
        with pytest.raises(BackupRefused, match=words):
            drafted(book, given, vault)
    made = drafted(book, {"kind": "webdav", "url": "https://a/b", "user": "u", "secret": "s"}, vault)
    (tmp_path / "keys").mkdir(exist_ok=True)
    book.put(made)
    # A password is never sent to an address that it was not given for.
    with pytest.raises(BackupRefused, match="type the password again"):
        drafted(book, {"id": made.id, "url": "https://evil/b"}, vault)
    assert drafted(book, {"id": made.id, "days": "3"}, vault).secret == made.secret
