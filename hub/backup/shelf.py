"""Backups that lie in the targets: which there are, which is to be made now, and the trial restore."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hub.backup.create import Made, Progress, create
from hub.backup.deliver import bring, fetch, to_go
from hub.backup.facts import BackupRefused, made_at
from hub.backup.keys import Keys
from hub.backup.notes import Doing, Schedule, doings, key_for, note, notes
from hub.backup.restore import Restored, verify
from hub.backup.targets import Book, Spec, TargetTrouble
from hub.backup.targets.book import OWN
from hub.backup.working import working
from hub.clock import Clock
from hub.errors import HubError
from hub.vault import Vault

EVERY = timedelta(days=1)
VERIFY_EVERY = timedelta(days=7)


class Day(NamedTuple):
    """What `daily` did."""

    made: Made | None
    problems: list[str]
    """Of making and verifying."""
    away: dict[str, str]
    """Id of a target that did not get its backup -> why."""


def listed(data_dir: Path) -> list[dict[str, Any]]:
    """Backups in every target, the newest first, each with how verifying it went last.

    Folders are looked into; of other targets it is told what lay there last.
    """
    known, doing = notes(data_dir), doings(data_dir)
    found = []
    for spec in Book(data_dir).all():
        if spec.kind == "folder":
            files = [(path.name, path.stat().st_size) for path in backups(Path(spec.folder))]
        else:
            files = [(name, size) for name, size in doing[spec.id].files] if spec.id in doing else []
        for name, size in files:
            when = made_at(Path(name))
            if when is None:
                continue
            about = known.get(key_for(spec.id, name), {})
            found.append(
                {
                    "name": name,
                    "target": spec.id,
                    "file": str(Path(spec.folder) / name) if spec.kind == "folder" else f"{spec.id}:{name}",
                    "made_at": when.isoformat(timespec="seconds"),
                    "bytes": size,
                    "verified_at": about.get("at") if not about.get("problem") else None,
                    "rows": about.get("rows") or None,
                    "problem": about.get("problem") or None,
                }
            )
    return sorted(found, key=lambda one: (one["made_at"], one["file"]), reverse=True)


def found(data_dir: Path, backup: str) -> tuple[Spec, str]:
    """The target and the name of a backup: a path, `target:name`, or its name alone. Raises BackupRefused."""
    book = Book(data_dir)
    target, colon, name = backup.partition(":")
    if colon and made_at(Path(name)) is not None and "/" not in backup:
        return book.find(target), name
    rows = [one for one in listed(data_dir) if one["name"] == backup or one["file"] == backup]
    if not rows:
        raise BackupRefused(f"there is no backup {backup}; `homeostat backup list` names them")
    best = min(rows, key=lambda one: (one["target"] != OWN, ":" in one["file"]))
    return book.find(best["target"]), best["name"]


async def daily(
    url: str, data_dir: Path, config_dir: Path | None, *, clock: Clock, progress: Progress, vault: Vault | None = None,
    now: bool = False, schedule: Schedule | None = None,
) -> Day:  # fmt: skip
    """What the hub does by itself: a backup when a day has passed, in every target; a restore on trial every week.

    `now`: make one, and try every target, whatever was before. Raises HubError when none could be made.
    """
    vault = vault or Vault.open(data_dir)
    keys, day = Keys(data_dir), Day(None, [], {})
    began = clock.now()
    if now or backup_due(data_dir, began, schedule):
        day = day._replace(
            made=await create(url, data_dir, config_dir, keys.own_target, clock=clock, progress=progress, vault=vault)
        )
    specs = Book(data_dir).all()
    last = max(backups(keys.own_target))
    for spec in specs[1:]:
        doing = doings(data_dir).get(spec.id, Doing())
        if not now and not _lacking(doing, last.name, began):
            if doing.problem:
                day.away[spec.id] = doing.problem
            continue
        problem = await bring(spec, last, vault, data_dir, clock, progress)
        if problem:
            day.away[spec.id] = problem
    thin_out(specs[0], data_dir)
    for spec in specs:
        if spec.id not in day.away and _due(spec, data_dir, began):
            day.problems.extend(await _trial(spec, last.name, vault, data_dir, clock, progress))
    return day


def backup_due(data_dir: Path, now: datetime, schedule: Schedule | None = None) -> bool:
    """Whether it is time for a new one: a day has passed, and it is the hour that was chosen, or long past it."""
    whens = [when for path in backups(Keys(data_dir).own_target) if (when := made_at(path)) is not None]
    if not whens:
        return True
    age = now - max(whens)
    if schedule is None or schedule.hour is None:
        return age >= EVERY - timedelta(hours=1)
    here = now.astimezone(ZoneInfo(schedule.time_zone)).hour
    return (age >= timedelta(hours=12) and here == schedule.hour) or age >= EVERY + timedelta(hours=6)


def anything_due(data_dir: Path, now: datetime, schedule: Schedule) -> bool:
    """Whether `daily` would do something."""
    if backup_due(data_dir, now, schedule):
        return True
    known, specs = doings(data_dir), Book(data_dir).all()
    last = max(backups(Keys(data_dir).own_target)).name
    lacking = {spec.id for spec in specs[1:] if _lacking(known.get(spec.id, Doing()), last, now)}
    away = {spec.id for spec in specs[1:] if spec.id in known and known[spec.id].problem}
    return bool(lacking) or any(spec.id not in away and _due(spec, data_dir, now) for spec in specs)


def _lacking(doing: Doing, newest: str, now: datetime) -> bool:
    """Whether a target is to be sent to now."""
    return not doing.waits(now) and (doing.newest != newest or bool(doing.problem))


def thin_out(own: Spec, data_dir: Path) -> list[Path]:
    """Delete from the hub's own folder what need not be kept; nothing but backups by their names."""
    folder = Path(own.folder)
    removed = [folder / name for name in to_go(own, [path.name for path in backups(folder)], data_dir)]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def _due(spec: Spec, data_dir: Path, now: datetime) -> bool:
    """A week has passed since something in this target was verified."""
    if not spec.verify:
        return False
    prefix = key_for(spec.id, "")
    whens = [
        datetime.fromisoformat(str(one["at"]))
        for key, one in notes(data_dir).items()
        if (key.startswith(prefix) if prefix else ":" not in key)
    ]
    return not whens or now - max(whens) >= VERIFY_EVERY


async def _trial(
    spec: Spec, name: str, vault: Vault, data_dir: Path, clock: Clock, progress: Progress
) -> list[str]:  # fmt: skip
    where = "" if spec.id == OWN else f" in {spec.name}"
    try:
        await verify_in(spec, name, vault, data_dir, clock=clock, progress=progress)
    except TargetTrouble as error:
        return [f"{name}{where} could not be fetched to be verified: {error}"]
    except HubError as error:
        return [f"{name}{where} could not be restored on trial: {error}"]
    return []


async def verify_in(
    spec: Spec, name: str, vault: Vault, data_dir: Path, *, clock: Clock, progress: Progress
) -> Restored:  # fmt: skip
    """Fetch a backup from where it lies, restore it on trial, and remember how it went. Raises HubError, OSError."""
    keys, key = Keys(data_dir), key_for(spec.id, name)
    with working(keys.own_target, ".fetching-") as folder:
        path = await fetch(spec, name, folder, vault, data_dir, clock, progress)
        try:
            done = await verify(path, data_dir, keys.identities(), None, clock=clock, progress=progress)
        except HubError as error:
            note(data_dir, key, clock.now(), 0, str(error))
            raise
    note(data_dir, key, clock.now(), done.filled.rows)
    return done


def backups(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if made_at(path) is not None and path.is_file()]
    except OSError:
        return []
