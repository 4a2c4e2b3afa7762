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
