"""The way around: the same places in the side bar and in the phone's bottom bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.view import View


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    name: str
    icon: str
    here: bool = False
    phone: bool = False
    """Has a place of its own in the phone's bar; the others are under More."""


PLACES = (
    Place("/", "Today", "sun", phone=True),
    Place("/journal", "Journal", "notebook-pen", phone=True),
    Place("/explore", "Explore", "chart-line", phone=True),
    Place("/integrations", "Integrations", "plug"),
    Place("/events", "Events", "radio"),
    Place("/settings", "Settings", "settings"),
)


def build(path: str, view: View) -> tuple[Place, ...]:
    """The places, with the one we are at marked."""
    return tuple(Place(place.path, place.name, place.icon, is_under(path, place.path), place.phone) for place in PLACES)


def is_under(path: str, place: str) -> bool:
    return path == place or (place != "/" and path.startswith(f"{place}/"))
