"""The daily encrypted backup, and what else backups need of a hub that runs, each by a job of its own process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from hub.access import Trail
from hub.backup.deliver import behind
from hub.backup.notes import keep_restored
from hub.backup.room import Backups
from hub.backup.shelf import anything_due
from hub.bus import Bus
from hub.clock import Clock
from hub.errors import Conflict, HubError
from hub.model import Problem

_log = logging.getLogger("hub.backup")
SETTLED = 600.0
"""Seconds after the start before the first look."""
LOOK = 60.0
EVERY = 3_600.0
BY = "system"
REMEDY = "Settings > Backups makes one now and says more; the plain copies that the hub makes go on."
AWAY = "Settings > Backups says what the target answered, and tries it. Backups on the hub's own disk go on."


async def keep(backups: Backups, bus: Bus, clock: Clock, zone: Callable[[], str], trail: Trail | None = None) -> None:
    """Have a backup made where one is due, and say so when it fails. Runs until it is cancelled."""
    if trail is not None:
        await _tell_restore(backups, trail)
    await clock.sleep(SETTLED)
    told: set[str] = set()
    last = -EVERY
    while True:
        try:
            if clock.monotonic() - last >= EVERY:
                last = clock.monotonic()
                await _daily(backups, bus, clock, zone(), told)
            elif backups.ready and behind(backups.data_dir):
                # Somebody was erased: what lies elsewhere follows at once.
                await backups.jobs.start("spread", BY).ended.wait()
        except Conflict:
            last = -EVERY  # somebody watches a job; after it
        except (HubError, OSError) as error:
            _log.warning("looking after backups: %s", error)
        await clock.sleep(LOOK)


async def _daily(backups: Backups, bus: Bus, clock: Clock, zone: str, told: set[str]) -> None:
    schedule = backups.schedule(zone)
    if not (backups.ready and schedule.on):
        return
    if anything_due(backups.data_dir, clock.now(), schedule):
        job = backups.jobs.start("daily", BY, {"time_zone": zone})
        await job.ended.wait()
        said = job.error or "; ".join(job.result.get("problems", ()))
        _tell(bus, clock, told, "backup", f"The daily backup: {said}" if said else "", REMEDY)
    for spec, doing in backups.targets():
        worrying = doing.worrying(clock.now())
        since = _day(doing.success_at)
        what = f"the last backup there is of {since}" if since else "there is no backup there yet"
        message = f"Backups don't get to {spec.name}: {doing.problem}; {what}." if worrying else ""
        _tell(bus, clock, told, f"backup:{spec.id}", message, AWAY)


def _tell(bus: Bus, clock: Clock, told: set[str], key: str, message: str, remedy: str) -> None:
    if message:
        _log.warning("%s", message)
        bus.publish(Problem(clock.now(), key, message, remedy))
        told.add(key)
    elif key in told:
        bus.publish(Problem(clock.now(), key, "", resolved=True))
        told.discard(key)


def _day(at: str) -> str:
    return datetime.fromisoformat(at).date().isoformat() if at else ""


async def _tell_restore(backups: Backups, trail: Trail) -> None:
    """The trail that was restored does not know that it was."""
    last = backups.last_restore()
    if last and not last.get("noted", True):
        with suppress(HubError):
            how = "refused" if last.get("problem") else "done"
            detail = f"to the backup of {last['made_at'][:16]}"
            await trail.note(str(last["by"]), "backup.restored", outcome=how, detail=detail)
            keep_restored(backups.data_dir, {**last, "noted": True})
