"""The shelf of each collection."""

from __future__ import annotations

from integrations.nightscout.library import PaperShelf, TreatmentShelf
from integrations.nightscout.shelf import BackedShelf
from integrations.nightscout.statuses import StatusWriter
from integrations.nightscout.store import Store

Shelf = BackedShelf | PaperShelf
COLLECTIONS = ("entries", "treatments", "devicestatus", "profile", "food", "activity")
V3_COLLECTIONS = ("devicestatus", "entries", "food", "profile", "settings", "treatments")


def shelf(collection: str, store: Store) -> Shelf:
    if collection in ("entries", "activity"):
        return BackedShelf(collection, store)
    if collection == "treatments":
        return TreatmentShelf(store)
    if collection == "devicestatus":
        return PaperShelf(collection, store, StatusWriter(store))
    return PaperShelf(collection, store)


def subject(collection: str) -> str | None:
    """The metric that a token must reach for a collection; None: all of the person."""
    return {"entries": "blood_glucose", "activity": "heart_rate"}.get(collection)
