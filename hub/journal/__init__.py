"""Entries with revisions, the same door for things that happened."""

from hub.journal.book import Journal
from hub.journal.store import JournalStore

__all__ = ["Journal", "JournalStore"]
