"""A person's or the household's data out of the hub and into it, for who may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hub import archive
from hub.archive.house import House, Progress, silent
from hub.model import HOUSEHOLD, Verb
from hub.view.base import Base, Rooms


def house_of(rooms: Rooms) -> House:
    return House(
        rooms.recorder, rooms.people, rooms.entities, rooms.vocabulary, rooms.clock, rooms.version,
        rooms.intake.refresh, lambda: rooms.accounts.all,
    )  # fmt: skip


class PrivacyView(Base):
    async def export_archive(
        self, path: Path, person: str | None, *, progress: Progress = silent, over: bool = False
    ) -> dict[str, Any]:
        """All of a person (None: of everybody) as a file; its manifest. Raises NotFound, Forbidden, Conflict, OSError.

        Who may see all of a person may take it along; everybody's is for who manages the household.
        """
        if person is None:
            self._manage()
        else:
            self.require_whose(person)
            self._require(Verb.VIEW, person)
        manifest = await archive.export(house_of(self._rooms), path, person, progress=progress, over=over)
        await self._told("archive.export", person or HOUSEHOLD, "everybody" if person is None else "")
        return manifest

    async def import_archive(
        self, path: Path, person_as: str | None = None, *, progress: Progress = silent
    ) -> archive.Brought:
        """Raises BadArchive (nothing was changed), Conflict, Forbidden, StorageUnavailable."""
        self._manage()
        done = await archive.bring(house_of(self._rooms), path, person_as, progress=progress)
        for person in done.persons or [HOUSEHOLD]:
            await self._told("archive.import", person, f"{sum(done.added.values())} lines added")
        return done

    async def _told(self, action: str, person: str, detail: str) -> None:
        at = int(self.clock.now().timestamp() * 1e6)
        await self._rooms.recorder.audit(at, self._author, action, person, "done", detail)
