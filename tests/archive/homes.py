"""Homes with a bit of everything in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.archive import BadArchive
from hub.archive.house import House
from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import JournalDraft
from hub.recorder import Document, to_us
from hub.view import IncomingReading, View

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
ODD_NUMBER = 7316.25 / 100
TEXT = "Quixotic-walrus-0417"


def clock() -> VirtualClock:
    return VirtualClock(NOW)


def rooms_of(hub: Hub) -> House:
    return hub.rooms.erasures.house


async def live_in(hub: Hub, person: str = "ben", *, days: int = 3) -> View:
    """Readings (some corrected, removed, purged), journal with revisions, documents of one person."""
    view = hub.views.system()
    items = []
    for hour in range(24 * days):
        at = NOW - timedelta(hours=hour + 1, microseconds=hour * 7)
        items.append(IncomingReading(person, "heart_rate", ODD_NUMBER + hour % 5, at, None, "watch"))
        items.append(IncomingReading(person, "steps", float(hour * 11), at, None, "watch"))
    items.append(IncomingReading(person, "weight", ODD_NUMBER, NOW - timedelta(days=2), None, ""))
    old = NOW - timedelta(days=60)
    items += [
        IncomingReading(person, "heart_rate", 61.5 + n, old + timedelta(hours=n), None, "watch") for n in range(30)
    ]
    receipt = await view.record(items)
    assert not receipt.rejected, receipt.rejected
    heart = next(one for one in view.entities(person) if one.metric == "heart_rate")
    first = NOW - timedelta(hours=1)
    await view.correct_reading(heart.id, first, 66.5, reason=TEXT)
    await view.remove_readings(heart.id, [NOW - timedelta(hours=3, microseconds=14)], reason=TEXT)
    await hub.rooms.recorder.save_retention({"heart_rate": 30})
    await hub.rooms.recorder.purge()
    note = await view.add_journal(person, JournalDraft("note", NOW - timedelta(hours=4), None, {}, TEXT))
    await view.change_journal(note.id, JournalDraft("note", NOW - timedelta(hours=4), None, {}, f"{TEXT} again"))
    stamp = to_us(NOW)
    body: dict[str, Any] = {"device": TEXT, "pump": {"reservoir": ODD_NUMBER}}
    await view.documents_put(person, "devicestatus", [Document("d1", stamp, stamp, False, body)])
    return view


def archive(folder: Path, name: str = "ben.zip") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


__all__ = ["NOW", "ODD_NUMBER", "TEXT", "BadArchive", "archive", "clock", "live_in", "rooms_of"]
