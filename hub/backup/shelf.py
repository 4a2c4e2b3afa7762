"""Backups that lie in the targets: which there are, which may go, which is to be made now."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.backup.create import Made, Progress, create
from hub.backup.facts import made_at
from hub.backup.keys import KEYRING, Keys, write
from hub.backup.restore import note, notes, verify
from hub.clock import Clock
from hub.errors import HubError

DAYS, WEEKS = 7, 4
"""Of each of so many days, and of each of so many weeks, the newest backup stays."""
EVERY = timedelta(days=1)
VERIFY_EVERY = timedelta(days=7)


def listed(data_dir: Path, further: Iterable[Path] = ()) -> list[dict[str, Any]]:
    """Backups in every target that can be reached, the newest first, each with how verifying it went last."""
    known = notes(data_dir)
    found = []
    for folder in (*Keys(data_dir).targets(), *further):
        for path in _backups(folder):
            about = known.get(path.name, {})
            when = made_at(path)
            assert when is not None
            found.append(
                {
                    "file": str(path),
                    "made_at": when.isoformat(timespec="seconds"),
                    "bytes": path.stat().st_size,
                    "verified_at": about.get("at") if not about.get("problem") else None,
                    "rows": about.get("rows") or None,
                    "problem": about.get("problem") or None,
                }
            )
    return sorted(found, key=lambda one: (one["made_at"], one["file"]), reverse=True)


def spare(made: Iterable[datetime]) -> set[datetime]:
    """Which of these instants need not be kept: the newest of each of 7 days and of each of 4 weeks stay."""
    newest_first = sorted(made, reverse=True)
    keep: set[datetime] = set()
    days: set[object] = set()
    weeks: set[object] = set()
    for one in newest_first:
        day, week = one.date(), one.isocalendar()[:2]
        if day not in days and len(days) < DAYS:
            days.add(day)
            keep.add(one)
        if week not in weeks and len(weeks) < WEEKS:
            weeks.add(week)
            keep.add(one)
    return set(newest_first) - keep


def thin_out(folder: Path) -> list[Path]:
    """Delete what need not be kept; nothing but backups by their names."""
    backups = {path: when for path in _backups(folder) if (when := made_at(path)) is not None}
    gone = spare(backups.values())
    removed = [path for path, when in backups.items() if when in gone]
    for path in removed:
        path.unlink()
    return removed


async def daily(
    url: str, data_dir: Path, config_dir: Path | None, *, clock: Clock, progress: Progress
) -> tuple[Made | None, list[str]]:
    """What the hub does by itself: a backup when a day has passed, in every target; a restore on trial every week.

    Returns the backup, if one was due, and what went wrong in words. Raises HubError when none could be made.
    """
    keys, problems = Keys(data_dir), list[str]()
    now = clock.now()
    newest = max((when for path in _backups(keys.own_target) if (when := made_at(path)) is not None), default=None)
    made = None
    if newest is None or now - newest >= EVERY - timedelta(hours=1):
        made = await create(url, data_dir, config_dir, keys.own_target, clock=clock, progress=progress)
    own = sorted(_backups(keys.own_target))
    for folder in keys.targets()[1:]:
        try:
            _copy(own[-1], folder, (keys.folder / KEYRING).read_bytes())
            thin_out(folder)
        except OSError as error:
            problems.append(f"{folder} can't be written: {(error.strerror or str(error)).lower()}")
    thin_out(keys.own_target)
    checked = [datetime.fromisoformat(str(one["at"])) for one in notes(data_dir).values()]
    if not checked or now - max(checked) >= VERIFY_EVERY:
        try:
            restored = await verify(own[-1], data_dir, keys.identities(), None, clock=clock, progress=progress)
            note(data_dir, own[-1], clock, restored)
        except HubError as error:
            note(data_dir, own[-1], clock, None, str(error))
            problems.append(f"{own[-1].name} could not be restored on trial: {error}")
    return made, problems


def _copy(backup: Path, folder: Path, keyring: bytes) -> None:
    """Whole or not at all."""
    if not folder.is_dir():
        raise OSError(None, "the folder is not there; is the disk plugged in?")
    to = folder / backup.name
    if not to.exists():
        part = to.with_name(to.name + ".part")
        try:
            shutil.copyfile(backup, part)
            os.chmod(part, 0o600)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
    write(folder / KEYRING, keyring)


def _backups(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if made_at(path) is not None and path.is_file()]
    except OSError:
        return []
