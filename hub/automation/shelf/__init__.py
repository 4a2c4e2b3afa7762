"""Where blueprints lie: those that ship, and those that the household brought."""

from hub.automation.shelf.comparing import Changes, changes
from hub.automation.shelf.fetching import Fetched, Fetcher
from hub.automation.shelf.places import shipped_folder
from hub.automation.shelf.shelf import OWN, Item, Preview, Shelf, Update
from hub.automation.shelf.telling import Does, does

__all__ = [
    "OWN",
    "Changes",
    "Does",
    "Fetched",
    "Fetcher",
    "Item",
    "Preview",
    "Shelf",
    "Update",
    "changes",
    "does",
    "shipped_folder",
]
