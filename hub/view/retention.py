"""How long things are kept, for the owner."""

from __future__ import annotations

from collections.abc import Mapping

from hub.archive import Going, Rule
from hub.view.base import Base


class RetentionView(Base):
    async def retention(self) -> list[Rule]:
        """`*` (all metrics without a rule) and `logs`, and every metric and `journal:<kind>` with its own."""
        self._manage()
        return await self._rooms.retention.rules()

    async def preview_retention(self, changes: Mapping[str, int | None] | None = None) -> list[Going]:
        """What would go now, by the rules with `changes` (days; None: for ever). Raises NotFound."""
        self._manage()
        return await self._rooms.retention.preview(changes)

    async def set_retention(self, key: str, days: int | None, *, own: bool = True) -> Rule:
        """More is kept at once, less from a week on; `own` False: as all others. Raises NotFound, BadReading."""
        self._manage()
        self._fresh()
        rule = await self._rooms.retention.set(key, days, self._author, own=own)
        await self._note("retention.change", detail=f"{key}: {_told(days) if own else 'as all others'}")
        return rule

    async def undo_retention(self, key: str) -> Rule:
        """Take back a change that does not hold yet. Raises NotFound."""
        self._manage()
        rule = await self._rooms.retention.undo(key)
        await self._note("retention.undo", detail=key)
        return rule


def _told(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"
