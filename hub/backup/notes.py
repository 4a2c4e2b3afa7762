"""What is remembered of backups: how verifying them went, and how each target is doing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from hub.backup.keys import Keys, write

VERIFIED, STATE, RESTORED, SCHEDULE = "verified.json", "state.json", "restored.json", "schedule.json"
MOST = 400
CALM = timedelta(hours=36)
"""A target may be away for so long before anybody is told unasked."""


@dataclass(frozen=True, slots=True)
class Schedule:
    on: bool = True
    hour: int | None = 3
    """Of the household's clock; None: whenever a day has passed."""
    time_zone: str = "UTC"


@dataclass(slots=True)
class Doing:
    """How a target is doing; instants as ISO 8601, empty for never."""

    success_at: str = ""
    newest: str = ""
    """Name of the backup that lies there since then."""
    failing_since: str = ""
    problem: str = ""
    tries: int = 0
    next_try: str = ""
    keyring: str = ""
    """Digest of the keyring that lies there."""
    files: list[list[Any]] = field(default_factory=list)
    """Backups there when it was looked at last: name, bytes."""

    def went_well(self, now: datetime, newest: str) -> None:
        self.success_at, self.newest = now.isoformat(timespec="seconds"), newest
        self.failing_since = self.problem = self.next_try = ""
        self.tries = 0

    def failed(self, now: datetime, problem: str) -> None:
        """Asked again after one hour, two, four, then every six."""
        self.problem = problem
        self.failing_since = self.failing_since or now.isoformat(timespec="seconds")
        self.tries += 1
        wait = timedelta(hours=min(6, 2 ** (self.tries - 1))) - timedelta(minutes=5)
        self.next_try = (now + wait).isoformat(timespec="seconds")

    def waits(self, now: datetime) -> bool:
        return bool(self.next_try) and now < datetime.fromisoformat(self.next_try)

    def worrying(self, now: datetime) -> bool:
        """Whether its owner should hear of it unasked."""
        if not self.failing_since:
            return False
        return now - datetime.fromisoformat(self.success_at or self.failing_since) > CALM


def doings(data_dir: Path) -> dict[str, Doing]:
    """By a target's id."""
    known = {one.name for one in fields(Doing)}
    return {
        target: Doing(**{key: value for key, value in one.items() if key in known})
        for target, one in _read(data_dir, STATE).items()
    }


def keep_doings(data_dir: Path, known: dict[str, Doing]) -> None:
    _write(data_dir, STATE, {target: asdict(one) for target, one in known.items()})


def note(data_dir: Path, key: str, at: datetime, rows: int, problem: str = "") -> None:
    """Remember how verifying went. `key`: `key_for`. Raises OSError."""
    known = notes(data_dir)
    known[key] = {"at": at.isoformat(timespec="seconds"), "rows": rows, "problem": problem}
    newest = sorted(known.items(), key=lambda one: str(one[1]["at"]))[-MOST:]
    _write(data_dir, VERIFIED, dict(newest))


def notes(data_dir: Path) -> dict[str, dict[str, Any]]:
    """Key of a backup -> when it was verified last (`at`), `rows`, `problem`."""
    return _read(data_dir, VERIFIED)


def key_for(target: str, name: str) -> str:
    """A backup in a target; those of the hub's own disk go by their names."""
    return f"{target}:{name}" if target and target != "here" else name


def restored(data_dir: Path) -> dict[str, Any]:
    """The last restore, as it was kept by `keep_restored`; empty for none."""
    return _read(data_dir, RESTORED)


def keep_restored(data_dir: Path, told: dict[str, Any]) -> None:
    _write(data_dir, RESTORED, told)


def schedule(data_dir: Path, time_zone: str = "UTC") -> Schedule:
    kept = _read(data_dir, SCHEDULE)
    hour = kept.get("hour", 3)
    return Schedule(bool(kept.get("on", True)), hour if isinstance(hour, int) else None, time_zone)


def keep_schedule(data_dir: Path, wished: Schedule) -> None:
    _write(data_dir, SCHEDULE, {"on": wished.on, "hour": wished.hour})


def _read(data_dir: Path, name: str) -> dict[str, Any]:
    try:
        known = orjson.loads((Keys(data_dir).own_target / name).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(data_dir: Path, name: str, content: dict[str, Any]) -> None:
    folder = Keys(data_dir).own_target
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write(folder / name, orjson.dumps(content))
