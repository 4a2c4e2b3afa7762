"""Durable history on SQLite or PostgreSQL."""

from hub.recorder.facts import (
    Document,
    Outcome,
    Revision,
    Row,
    Session,
    StorageHealth,
    StoredReading,
    StoredStatistic,
    Tombstone,
)
from hub.recorder.instants import from_us, to_us
from hub.recorder.recorder import Recorder

__all__ = [
    "Document",
    "Outcome",
    "Recorder",
    "Revision",
    "Row",
    "Session",
    "StorageHealth",
    "StoredReading",
    "StoredStatistic",
    "Tombstone",
    "from_us",
    "to_us",
]
