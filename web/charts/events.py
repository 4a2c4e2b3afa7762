"""What happened to a person while a chart's curve was drawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hub.model import JournalEntry
from web.today.picture import MARKS
from web.words import capital, spaced

if TYPE_CHECKING:
    from hub.view import View

MOST = 300
LONGEST = timedelta(days=14)
"""Windows beyond this show no events: they would only be a smear."""
ICONS = {**MARKS, "sleep": "moon", "feeding": "milk", "nappy": "baby", "note": "notebook-pen"}


async def events_between(view: View, person: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Journal entries as spans and marks: start and end in seconds, family, icon, title."""
    if end - start > LONGEST:
        return []
    # What began the evening before may reach into the window.
    entries, _ = await view.journal([person], None, start - timedelta(hours=24), end, limit=MOST)
    families = {kind.key: kind.family.value for kind in view.journal_kinds()}
    return [
        {
            "start": one.start.timestamp(),
            "end": one.end.timestamp() if one.end is not None else None,
            "kind": one.kind,
            "family": families.get(one.kind, "device"),
            "icon": ICONS.get(one.kind, "circle"),
            "title": title_of(one),
        }
        for one in reversed(entries)
        if (one.end or one.start) >= start
    ]


def title_of(entry: JournalEntry) -> str:
    """`Porridge with berries`, else what kind of entry it is."""
    for name in ("name", "title", "activity", "method"):
        text = entry.data.get(name)
        if isinstance(text, str) and text:
            return capital(spaced(text))
    return capital(spaced(entry.kind))
