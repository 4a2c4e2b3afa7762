"""Backups, their targets, the recovery key and going back, for the owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.backup.jobs import Job
from hub.backup.notes import Doing, Schedule
from hub.backup.room import Backups, Candidate, Preview
from hub.backup.targets import Spec
from hub.errors import Conflict, Forbidden
from hub.model import Verb
from hub.view.base import Base

CONFIRM = "restore"
"""What is typed to go back."""


@dataclass(frozen=True, slots=True)
class BackupState:
    """All that the page shows; nothing of it waits for the network."""

    public_key: str
    """Of the recovery key; empty while there is none."""
    verified: tuple[datetime, int] | None
    """The last trial restore that went well: when, rows compared."""
    backups: Sequence[Mapping[str, Any]]
    targets: Sequence[tuple[Spec, Doing]]
    schedule: Schedule
    restored: Mapping[str, Any]
    running: Job | None


class BackupsView(Base):
    @property
    def _backups(self) -> Backups:
        """Only the owner's. Raises Forbidden."""
        self._manage()
        # An owner's token for the household alone is no owner.
        if not self.scope(Verb.MANAGE).unlimited:
            raise Forbidden("backups hold everybody's data, so only the owner sees to them")
        return self._rooms.backups

    def backups(self) -> BackupState:
        room = self._backups
        zone = self._rooms.people.household.time_zone
        return BackupState(
            room.public_key(), room.verified(), room.listed(), room.targets(), room.schedule(zone), room.last_restore(),
            room.jobs.running,
        )  # fmt: skip

    async def make_recovery_key(self, *, renew: bool = False) -> tuple[str, str]:
        """The secret and the sheet to print, this once. Raises Conflict when there is one already."""
        room = self._backups
        self._fresh()
        if room.public_key() and not renew:
            raise Conflict("there is a recovery key already; earlier backups would need the earlier one")
        made = room.make_key()
        await self._note("backup.key")
        return made

    def backup_job(self, job: str) -> Job:
        """Raises NotFound."""
        return self._backups.jobs.find(job)

    def backup_jobs(self) -> list[Job]:
        """The newest first."""
        return self._backups.jobs.all

    async def make_backup(self) -> Job:
        """Here and in every target. Raises Conflict while another job runs, or without a recovery key."""
        room = self._backups
        if not room.ready:
            raise Conflict("make the recovery key first: without it a backup could not be opened again")
        job = room.jobs.start("create", self._author)
        await self._note("backup.create")
        return job

    async def verify_backup(self, backup: str) -> Job:
        """Restore on trial, comparing every row. Raises NotFound, Conflict."""
        job = self._backups.verify(backup, self._author)
        await self._note("backup.verify", detail=backup)
        return job

    async def backup_file(self, backup: str) -> Path:
        """To be downloaded; only what lies on this machine or in a folder. Raises NotFound, Conflict."""
        room = self._backups
        self._fresh()
        spec, name = room.find(backup)
        if spec.kind != "folder":
            raise Conflict(f"{name} lies in {spec.name}; fetch it from there")
        await self._note("backup.download", detail=name)
        return Path(spec.folder) / name

    async def keyring_file(self) -> Path:
        """The people's keys, which belong beside a backup; encrypted to the recovery key."""
        room = self._backups
        self._fresh()
        await self._note("backup.download", detail="keyring.age")
        return room.keyring

    async def try_target(self, given: Mapping[str, Any]) -> Job:
        """A new or changed target: tried, and kept when it works. Raises BackupRefused, VaultError, Conflict."""
        room = self._backups
        self._fresh()
        spec = room.draft(given)
        if not room.ready:
            raise Conflict("make the recovery key first: only encrypted backups leave the house")
        job = room.test(spec, self._author)
        await self._note("backup.target", detail=f"{spec.id}: {spec.where}")
        return job

    async def test_target(self, target: str) -> Job:
        """Raises NotFound, Conflict."""
        room = self._backups
        return room.test(room.target(target), self._author)

    async def remove_target(self, target: str) -> None:
        """What lies there stays. Raises NotFound."""
        room = self._backups
        self._fresh()
        gone = room.remove_target(target)
        await self._note("backup.target.remove", detail=f"{gone.id}: {gone.where}")

    async def schedule_backups(self, *, on: bool, hour: int | None) -> None:
        self._backups.keep_schedule(Schedule(on, hour))
        await self._note("backup.schedule", detail="on" if on else "off")

    def going_back(self) -> None:
        """Asks who sits there before a large file is on its way, rather than after it. Raises StepUpNeeded."""
        _ = self._backups
        self._fresh()

    def bring_backup(self) -> Candidate:
        """A place for a backup from elsewhere, to be restored."""
        room = self._backups
        self._fresh()
        return room.bring()

    def drop_backup(self, candidate: str) -> None:
        self._backups.drop(candidate)

    async def choose_backup(self, backup: str) -> tuple[Candidate, Job | None]:
        """One that is to be restored; the job that fetches it, where it lies elsewhere. Raises NotFound, Conflict."""
        room = self._backups
        self._fresh()
        return room.choose(backup, self._author)

    def chosen_backup(self, candidate: str) -> Candidate:
        """Raises NotFound."""
        return self._backups.candidate(candidate)

    async def preview_backup(self, candidate: Candidate) -> Preview:
        """What it holds. Raises WrongKey, BackupRefused."""
        room = self._backups
        self._fresh()
        return await room.preview(candidate)

    async def restore_backup(self, candidate: Candidate, *, confirm: str, settings: bool = True) -> Job:
        """Put ready while the hub goes on, which then starts anew on it. Raises Conflict."""
        room = self._backups
        self._fresh()
        if confirm.strip().strip("\"'").lower() != CONFIRM:
            raise Conflict(f"type {CONFIRM!r} to confirm; nothing was changed")
        job = room.restore(candidate, self._author, settings=settings)
        await self._note("backup.restore", detail=candidate.path.name)
        return job
