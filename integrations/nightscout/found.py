"""What reading gives: records with where each came from."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hub.api import Document, JournalEntry
from integrations.nightscout.kinds import Record
from integrations.nightscout.store import Row
from integrations.nightscout.times import from_us


class Found(NamedTuple):
    """A record as it is read back, and what of the hub it is made of."""

    record: Record
    at: datetime
    modified: datetime
    row: Row | None = None
    document: Document | None = None
    entry: JournalEntry | None = None


class Page(NamedTuple):
    """One window of an answer, newest first, and when anything in it last changed (removals too)."""

    found: list[Found]
    modified: datetime | None


def at_of(document: Document) -> datetime:
    """The moment a document is about."""
    return from_us(document.at_us)


def visible(body: Record) -> Record:
    """A document's body without our own marks."""
    return {name: one for name, one in body.items() if not name.startswith("$")}
