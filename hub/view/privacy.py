"""Erasing: shown first, hidden at once, gone after a week; for who manages the household."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub import archive
from hub.errors import NotFound
from hub.model import HOUSEHOLD, Verb
from hub.view.archives import ArchivesView
from hub.view.consent import ConsentView
from hub.view.retention import RetentionView


class PrivacyView(ArchivesView, RetentionView, ConsentView):
    async def preview_erasure(
        self, *, person: str = "", source: str = "", start: datetime | None = None, end: datetime | None = None
    ) -> archive.Erasure:
        """What would go, counted; changes nothing. Raises NotFound, BadReading, Forbidden."""
        self._manage()
        if person:
            self._require(Verb.MANAGE, person)
        return await self._rooms.erasures.preview(person, source, start, end)

    async def erase(self, wished: archive.Erasure, *, now: bool = False) -> archive.Erasure:
        """Hide what was previewed from all but the owner, and erase it after seven days; `now`: at once."""
        self._manage()
        if wished.person:
            self._require(Verb.MANAGE, wished.person)
        self._fresh()
        kept = await self._rooms.erasures.ask(wished, self._author, now=now)
        if not now:
            await self._note("erasure.ask", person=kept.person or HOUSEHOLD, detail=f"{kept.id}: {kept.total} items")
        return kept

    def erasures(self) -> Sequence[archive.Erasure]:
        """Those that wait, the next one first."""
        self._manage()
        return self._rooms.erasures.waiting

    def erasure(self, erasure: str) -> archive.Erasure:
        """Raises NotFound."""
        found = next((one for one in self.erasures() if one.id == erasure), None)
        if found is None:
            raise NotFound(f"no erasure {erasure!r} is waiting")
        return found

    async def cancel_erasure(self, erasure: str) -> archive.Erasure:
        """Take it back; everything is seen as before. Raises NotFound, Conflict."""
        self._manage()
        found = await self._rooms.erasures.cancel(erasure)
        await self._note("erasure.cancel", person=found.person or HOUSEHOLD, detail=found.id)
        return found

    def erasure_shown(self, erasure: archive.Erasure) -> dict[str, Any]:
        """An erasure as plain values."""
        return erasure.shown()
