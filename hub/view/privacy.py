"""A person's or the household's data out of the hub and into it, for who may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hub import archive
from hub.archive.house import Progress, silent
from hub.model import HOUSEHOLD, Verb
from hub.view.base import Base


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
        manifest = await archive.export(self._rooms.erasures.house, path, person, progress=progress, over=over)
        await self._told("archive.export", person or HOUSEHOLD, "everybody" if person is None else "")
        return manifest

    def export_folder(self) -> Path:
        """Where an archive may lie while it is fetched; for its owner's eyes."""
        folder = self._rooms.data_dir / "exports"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    async def import_archive(
        self, path: Path, person_as: str | None = None, *, progress: Progress = silent
    ) -> archive.Brought:
        """Raises BadArchive (nothing was changed), Conflict, Forbidden, StorageUnavailable."""
        self._manage()
        done = await archive.bring(self._rooms.erasures.house, path, person_as, progress=progress)
        for person in done.persons or [HOUSEHOLD]:
            await self._told("archive.import", person, f"{sum(done.added.values())} lines added")
        return done

    async def preview_erasure(
        self, *, person: str = "", source: str = "", start: datetime | None = None, end: datetime | None = None
    ) -> archive.Erasure:
        """What would go, counted; changes nothing. Raises NotFound, BadReading, Forbidden."""
        self._manage()
        return await self._rooms.erasures.preview(person, source, start, end)

    async def erase(self, wished: archive.Erasure, *, now: bool = False) -> archive.Erasure:
        """Hide what was previewed from all but the owner, and erase it after seven days; `now`: at once."""
        self._manage()
        kept = await self._rooms.erasures.ask(wished, self._author, now=now)
        if not now:
            await self._told("erasure.ask", kept.person or HOUSEHOLD, f"{kept.id}: {kept.total} items")
        return kept

    def erasures(self) -> Sequence[archive.Erasure]:
        """Those that wait, the next one first."""
        self._manage()
        return self._rooms.erasures.waiting

    async def cancel_erasure(self, erasure: str) -> archive.Erasure:
        """Take it back; everything is seen as before. Raises NotFound, Conflict."""
        self._manage()
        found = await self._rooms.erasures.cancel(erasure)
        await self._told("erasure.cancel", found.person or HOUSEHOLD, found.id)
        return found

    def erasure_shown(self, erasure: archive.Erasure) -> dict[str, Any]:
        """An erasure as plain values."""
        return erasure.shown()

    async def _told(self, action: str, person: str, detail: str) -> None:
        await self._rooms.trail.note(self._author, action, person=person, detail=detail)
