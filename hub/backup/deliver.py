"""Brings backups and the keyring to the targets, and back; a target that fails is tried again, and holds nobody up."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Thread
from typing import TypeVar

from hub.backup.create import Progress
from hub.backup.facts import BackupRefused, WrongKey, key_of, made_at
from hub.backup.keys import KEYRING, Keys, forget_here, parse_keyring
from hub.backup.notes import Doing, doings, keep_doings, key_for, notes
from hub.backup.spare import spare
from hub.backup.targets import Book, Kept, Spec, Target, TargetTrouble, opened
from hub.backup.targets.book import OWN
from hub.clock import Clock, RealClock
from hub.vault import Vault

T = TypeVar("T")
WAITS = (2.0, 10.0, 40.0)
"""Seconds before each further try of what broke off on the network."""
PROBE = "homeostat-test.txt"
QUICKLY = 20.0
"""Seconds that an erasure waits for a target to take the new keyring; later it is sent again."""


async def trying(spec: Spec, clock: Clock, work: Callable[[], Awaitable[T]], *, watched: bool = False) -> T:
    """Again where that may help, once only while somebody waits for it. Raises TargetTrouble."""
    for wait in WAITS[:1] if watched else WAITS:
        try:
            return await work()
        except TargetTrouble as error:
            if not error.passing or spec.kind == "folder":
                raise
            await clock.sleep(wait * random.uniform(0.8, 1.2))
    return await work()


async def test(spec: Spec, vault: Vault, data_dir: Path, clock: Clock) -> list[Kept]:
    """Write, read and delete a small file; the backups that are there. Raises TargetTrouble: what is to be mended."""
    async with opened(spec, vault, clock) as target:
        await target.prepare()
        await _check_ours(target, data_dir)
        content = b"Homeostat may write here.\n"
        await target.write(PROBE, content)
        if await target.read(PROBE) != content:
            raise TargetTrouble(f"{spec.where} took a file, and gave back another")
        await target.remove(PROBE)
        return backups_in(await target.listed())


def backups_in(files: list[Kept]) -> list[Kept]:
    return sorted((one for one in files if made_at(Path(one.name)) is not None), reverse=True)


async def bring(
    spec: Spec, backup: Path, vault: Vault, data_dir: Path, clock: Clock, progress: Progress, *, watched: bool = False
) -> str:  # fmt: skip
    """The keyring and the newest backup to a target, and what need not stay away from it; what went wrong, in words."""
    doing = doings(data_dir).get(spec.id, Doing())
    try:
        files = await trying(
            spec, clock, lambda: _bring(spec, backup, vault, data_dir, clock, progress), watched=watched
        )
        doing.keyring = digest(Keys(data_dir))
        doing.files = [list(one) for one in files]
        doing.went_well(clock.now(), backup.name)
        problem = ""
    except (TargetTrouble, BackupRefused) as error:
        problem = str(error)
        doing.failed(clock.now(), problem)
    keep_doings(data_dir, {**doings(data_dir), spec.id: doing})
    return problem


async def _bring(
    spec: Spec, backup: Path, vault: Vault, data_dir: Path, clock: Clock, progress: Progress
) -> list[Kept]:
    size = max(1, backup.stat().st_size)
    progress(0.0, f"sending to {spec.name}")
    async with opened(spec, vault, clock) as target:
        await target.prepare()
        await _check_ours(target, data_dir)
        # Before what it opens: a backup without its keyring would hold nobody.
        await target.write(KEYRING, (Keys(data_dir).folder / KEYRING).read_bytes())
        files = backups_in(await target.listed())
        if Kept(backup.name, size) not in files:
            moved = 0

            def tick(count: int) -> None:
                nonlocal moved
                moved += count
                progress(min(1.0, moved / size), f"sending to {spec.name}")

            await target.put(backup, backup.name, tick)
            files = backups_in(await target.listed())
            if Kept(backup.name, size) not in files:
                raise TargetTrouble(f"{spec.where} said that it took {backup.name}, and does not list it", passing=True)
        return await _thin_out(target, spec, files, data_dir)


async def _thin_out(target: Target, spec: Spec, files: list[Kept], data_dir: Path) -> list[Kept]:
    """Only backups of this household, by the key in their names."""
    gone = to_go(spec, [one.name for one in files], data_dir)
    for name in gone:
        await target.remove(name)
    return [one for one in files if one.name not in gone]


def to_go(spec: Spec, names: list[str], data_dir: Path) -> set[str]:
    """Which of the backups in a target need not stay there."""
    ends = {str(one.to_public())[-8:] for one in Keys(data_dir).identities()}
    known = notes(data_dir)
    ours = {name: when for name in names if (when := made_at(Path(name))) is not None and key_of(Path(name)) in ends}
    about = {name: known.get(key_for(spec.id, name), {}) for name in ours}
    sound = {ours[name] for name, one in about.items() if one and not one.get("problem")}
    broken = {ours[name] for name, one in about.items() if one.get("problem")}
    gone = spare(ours.values(), (spec.days, spec.weeks, spec.months), sound=sound, broken=broken)
    return {name for name, when in ours.items() if when in gone}


async def _check_ours(target: Target, data_dir: Path) -> None:
    """Raises TargetTrouble where another household's keyring lies: writing ours over it would lose their backups."""
    content = await target.read(KEYRING)
    if content is None:
        return
    try:
        parse_keyring(content, KEYRING, Keys(data_dir).identities())
    except WrongKey:
        raise TargetTrouble(
            "backups of another household, or of an earlier key of yours, lie there already; choose another folder, "
            "bucket or prefix"
        ) from None
    except BackupRefused:
        return  # damaged: ours takes its place


def digest(keys: Keys) -> str:
    try:
        return hashlib.sha256((keys.folder / KEYRING).read_bytes()).hexdigest()
    except OSError:
        return ""


def behind(data_dir: Path) -> list[Spec]:
    """Targets beyond the network that lack the keyring as it is now, although they had one."""
    now, known = digest(Keys(data_dir)), doings(data_dir)
    return [
        one
        for one in Book(data_dir).all()
        if one.kind != "folder" and one.id in known and known[one.id].keyring not in ("", now)
    ]


async def spread(data_dir: Path, vault: Vault, clock: Clock) -> list[str]:
    """Put the keyring as it is now into every target that lacks it; names of those that can't be reached now."""
    away = []
    for spec in behind(data_dir):
        sent = digest(Keys(data_dir))
        try:
            async with asyncio.timeout(QUICKLY), opened(spec, vault, clock) as target:
                await target.write(KEYRING, (Keys(data_dir).folder / KEYRING).read_bytes())
        except (TargetTrouble, TimeoutError):
            away.append(spec.name)
            continue
        known = doings(data_dir)
        known[spec.id].keyring = sent
        keep_doings(data_dir, known)
    return away


def forget(data_dir: Path, person: str, *, vault: Vault | None = None) -> list[str]:
    """Make a person unreadable in every backup: drop their keys here and in every target. Blocks.

    Names the targets that can't be reached now; they get the new keyring as soon as they can. Raises BackupRefused.
    """
    away = forget_here(data_dir, person)
    if not behind(data_dir):
        return away
    # A thread of its own, since the caller's may run a loop already.
    thread = Thread(
        target=lambda: away.extend(asyncio.run(spread(data_dir, vault or Vault.open(data_dir), RealClock())))
    )
    thread.start()
    thread.join()
    return away


async def fetch(
    spec: Spec, name: str, to: Path, vault: Vault, data_dir: Path, clock: Clock, progress: Progress
) -> Path:  # fmt: skip
    """A backup from a target into a folder, with the keyring beside it; gone on with where it breaks off."""
    path, moved = to / name, 0

    def tick(count: int) -> None:
        nonlocal moved
        moved += count
        progress(None, f"fetching from {spec.name}, {moved / 1e6:,.0f} MB")

    async def work() -> None:
        async with opened(spec, vault, clock) as target:
            sizes = {one.name: one.bytes for one in await target.listed()}
            if name not in sizes:
                raise BackupRefused(f"there is no {name} in {spec.where}")
            ring = await target.read(KEYRING)
            if ring is not None:
                (to / KEYRING).write_bytes(ring)
            await target.get(name, path, tick)
            if path.stat().st_size != sizes[name]:
                path.unlink()
                raise TargetTrouble(f"{spec.where} gave {name} in another size than it has", passing=True)

    if spec.id == OWN or spec.kind == "folder":
        found = Path(spec.folder) / name
        if not found.is_file():
            raise BackupRefused(f"there is no {name} in {spec.folder}")
        return found
    await trying(spec, clock, work)
    return path
