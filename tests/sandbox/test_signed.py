"""Signed packages: who signed is pinned, tampering is found, and what was withdrawn ends."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from click.testing import CliRunner

from hub.cli import main
from hub.errors import ConfigInvalid
from hub.model import ConfigEntry, EntryState
from hub.supervisor.child.declared import Declared
from hub.supervisor.child.folder_hash import folder_hash
from hub.supervisor.child.signed import NAME, new_key, sign
from hub.supervisor.consent import Consents
from tests.sandbox.test_consent import CODE, state, until, written
from tests.support.house import everything, house

TRIES = 200


class Settings:
    """What the recorder keeps for the consents."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    async def get_setting(self, key: str) -> Any:
        return self.kept.get(key)

    async def set_setting(self, key: str, value: Any) -> None:
        self.kept[key] = value


def package(tmp_path: Path, secret: str, number: int = 3) -> Path:
    folder = written(tmp_path, 'metrics = ["heart_rate"]') / "ring"
    (folder / "parse.py").write_text("def parse(text):\n    return float(text)\n")
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "table.csv").write_text("a,b\n1,2\n")
    sign(folder, folder_hash(folder), secret, "Mira", number)
    return folder


def tamperings(other: str) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """(what, how) without end; each leaves a package that differs from the signed one."""
    chance = random.Random(7)

    def flip(name: str) -> Callable[[Path], None]:
        def do(folder: Path) -> None:
            file = folder / name
            body = bytearray(file.read_bytes())
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
            file.write_bytes(body)

        return do

    def written_line(name: str, line: str) -> Callable[[Path], object]:
        return lambda folder: (folder / name).write_text((folder / name).read_text() + line)

    def new(name: str) -> Callable[[Path], None]:
        def do(folder: Path) -> None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("import os\n")

        return do

    def again(number: int) -> Callable[[Path], None]:
        def do(folder: Path) -> None:
            (folder / "parse.py").write_text(f"# {chance.random()}\n")
            sign(folder, folder_hash(folder), other, "Mira", number)

        return do

    def field(name: str, value: str) -> Callable[[Path], None]:
        def do(folder: Path) -> None:
            lines = (folder / NAME).read_text().splitlines()
            (folder / NAME).write_text("\n".join(value if one.startswith(name) else one for one in lines))

        return do

    def unsigned(folder: Path) -> None:
        (folder / NAME).unlink()
        (folder / "parse.py").write_text("import os\n")

    def linked(folder: Path) -> None:
        (folder / "parse.py").unlink()
        (folder / "parse.py").symlink_to("/etc/hostname")

    def moved(folder: Path) -> None:
        (folder / "parse.py").rename(folder / "parser.py")

    names = ("__init__.py", "parse.py", "data/table.csv", "manifest.toml")
    while True:
        for name in names:
            yield f"a bit of {name}", flip(name)
            yield f"a line more in {name}", written_line(name, f"# {chance.random()}\n")
        yield "a bit of the signature file", flip(NAME)
        yield "a file more", new(f"more{chance.randrange(10**6)}.py")
        yield "a file among what Python compiled", new("__pycache__/evil.py")
        yield "a file gone", lambda folder: (folder / "data" / "table.csv").unlink()
        yield "a file moved", moved
        yield "a link", linked
        yield "signed by another", again(chance.randrange(4, 99))
        yield "a number", field("number", f"number = {chance.randrange(4, 99)}")
        yield "a publisher", field("publisher", 'publisher = "Not Mira"')
        yield "a key", field("key", f'key = "{base64.b64encode(chance.randbytes(32)).decode()}"')
        yield "no signature", unsigned
        yield "an empty signature file", lambda folder: (folder / NAME).write_text("") and None


async def refusal(consents: Consents, folder: Path) -> str:
    try:
        declared = Declared.read(folder)
    except ConfigInvalid as error:
        return str(error)
    return await consents.objection(ConfigEntry("ring", "ring", "Ring", "anna"), declared)


async def test_two_hundred_of_two_hundred_tampered_packages_are_refused(tmp_path: Path) -> None:
    folder = package(tmp_path, new_key())
    consents = Consents(Settings())
    await consents.agree("ring", Declared.read(folder))
    assert await refusal(consents, folder) == ""
    source, through = tamperings(new_key()), []
    for number in range(TRIES):
        what, how = next(source)
        tampered = tmp_path / f"t{number}" / "ring"
        shutil.copytree(folder, tampered, symlinks=True)
        how(tampered)
        # A flipped bit of the key's or the publisher's text that is read as the same is no tampering.
        if not await refusal(consents, tampered):
            through.append((number, what))
        shutil.rmtree(tampered.parent)
    assert through == []


async def test_an_update_by_the_pinned_key_goes_on_and_an_older_one_does_not(tmp_path: Path) -> None:
    secret, consents = new_key(), Consents(Settings())
    folder = package(tmp_path, secret, 3)
    await consents.agree("ring", Declared.read(folder))
    old = tmp_path / "old" / "ring"
    shutil.copytree(folder, old)
    (folder / "parse.py").write_text("# better\n")
    sign(folder, folder_hash(folder), secret, "Mira", 4)
    assert await refusal(consents, folder) == ""
    assert "publication 3, older than or beside 4" in await refusal(consents, old)
    (folder / "manifest.toml").write_text('[needs]\nmetrics = ["heart_rate", "weight"]\n')
    sign(folder, folder_hash(folder), secret, "Mira", 5)
    assert "It wants more" in await refusal(consents, folder)


async def test_a_signature_is_for_one_integration_and_not_for_a_copy_under_another_name(tmp_path: Path) -> None:
    folder = package(tmp_path, new_key())
    copied = folder.with_name("scale")
    shutil.copytree(folder, copied)
    with pytest.raises(ConfigInvalid, match="does not fit the files"):
        Declared.read(copied)


async def test_a_package_signed_by_somebody_else_does_not_start(tmp_path: Path) -> None:
    folder = package(tmp_path, new_key())
    async with house(tmp_path / "data", custom_integrations=folder.parent) as hub:
        assert "signed by Mira" in "; ".join(hub.rooms.supervisor.catalogue.items["ring"].declared.words)  # type: ignore[union-attr]  # it declares
        await everything(hub).add_entry("ring", {}, person="anna", agree=True)
        await until(lambda: state(hub) is EntryState.RUNNING)
    sign(folder, folder_hash(folder), new_key(), "Mira", 9)
    (folder / "parse.py").write_text("# theirs\n")
    sign(folder, folder_hash(folder), new_key(), "Mira", 9)
    async with house(tmp_path / "data", custom_integrations=folder.parent) as hub:
        await until(lambda: state(hub) is EntryState.MISCONFIGURED)
        assert "not the key that was agreed to" in hub.rooms.supervisor.status("ring").problem
    (folder / "parse.py").write_text("# changed after signing\n")
    async with house(tmp_path / "data", custom_integrations=folder.parent) as hub:
        assert "does not fit the files" in hub.rooms.problems["plugin:ring"][1]
        await until(lambda: state(hub) is EntryState.MISCONFIGURED)


@asynccontextmanager
async def listing(text: list[str]) -> AsyncIterator[str]:
    """A server of a list of withdrawn integrations."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=text[0])

    app = web.Application()
    app.router.add_get("/revoked.toml", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/revoked.toml"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("by", ["sha256", "key"])
async def test_a_withdrawn_integration_ends_while_it_runs_and_stays_so_without_a_network(
    tmp_path: Path, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.supervisor.custom.EVERY", 0.2)
    folder = package(tmp_path, new_key())
    declared = Declared.read(folder)
    assert declared.signed is not None
    name = declared.sha256 if by == "sha256" else declared.signed.key
    lines = [""]
    async with listing(lines) as address:
        (folder.parent / "trust.toml").write_text(f"revocations = {json.dumps(address)}\n")
        async with house(tmp_path / "data", custom_integrations=folder.parent) as hub:
            await everything(hub).add_entry("ring", {}, person="anna", agree=True)
            await until(lambda: state(hub) is EntryState.RUNNING)
            lines[0] = f'[[revoked]]\n{by} = "{name}"\nreason = "it sells what it reads"\n'
            await until(lambda: state(hub) is EntryState.MISCONFIGURED)
            assert "withdrawn: it sells what it reads" in hub.rooms.supervisor.status("ring").problem
            # The owner's new yes does not bring it back, and neither does a list that was emptied.
            lines[0] = ""
            await everything(hub).agree_entry("ring")
            await asyncio.sleep(0.5)
            assert state(hub) is EntryState.MISCONFIGURED
    async with house(tmp_path / "data", custom_integrations=folder.parent) as hub:
        await until(lambda: state(hub) is EntryState.MISCONFIGURED)
        assert "withdrawn" in hub.rooms.supervisor.status("ring").problem


def test_a_withdrawn_one_ends_well_within_half_an_hour() -> None:
    from hub.supervisor.revoked import EVERY

    assert EVERY + 30 <= 30 * 60


def test_the_command_line_signs_and_says_who_signed(tmp_path: Path) -> None:
    folder = written(tmp_path, 'metrics = ["heart_rate"]', CODE) / "ring"
    key = tmp_path / "publisher.key"

    def told(*arguments: str) -> dict[str, Any]:
        answer = CliRunner().invoke(main, ["integration", *arguments, "--json"])
        assert answer.exit_code == 0, answer.output
        found: dict[str, Any] = json.loads(answer.stdout)
        return found

    first = told("sign", str(folder), "--key", str(key), "--publisher", 'Mira "M"')
    assert key.stat().st_mode & 0o077 == 0
    assert told("check", str(folder))["signed"] == first
    assert told("sign", str(folder), "--key", str(key), "--publisher", "Mira")["number"] == first["number"] + 1
    (folder / "__init__.py").write_text(CODE + "# changed\n")
    answer = CliRunner().invoke(main, ["integration", "check", str(folder)])
    assert answer.exit_code == 1
    assert "does not fit the files" in answer.output
