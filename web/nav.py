"""The way around: the same places in the side bar and in the phone's bottom bar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.model import HOUSEHOLD, Verb

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
    house: bool = False
    """For who sees at least something of the household's."""
    acts: bool = False
    """For who may act on something."""


PLACES = (
    Place("/", "Today", "sun", phone=True),
    Place("/journal", "Journal", "notebook-pen", phone=True),
    Place("/explore", "Explore", "chart-line", phone=True),
    Place("/automations", "Automations", "workflow", acts=True),
    Place("/integrations", "Integrations", "plug", house=True),
    Place("/events", "Events", "radio", house=True),
    Place("/settings", "Settings", "settings"),
)


def build(path: str, view: View) -> tuple[Place, ...]:
    """The places that the viewer has some use for, with the one we are at marked."""
    house, acts = sees_house(view), view.may_automate
    seen = [place for place in PLACES if (house or not place.house) and (acts or not place.acts)]
    return tuple(replace(place, here=is_under(path, place.path)) for place in seen)


def sees_house(view: View) -> bool:
    return view.scope().touches(HOUSEHOLD)


def may_log(view: View) -> bool:
    """Whether there is anybody of whom the viewer may write something down."""
    scope = view.scope(Verb.RECORD)
    return any(scope.touches(slug) for slug in (HOUSEHOLD, *(person.slug for person in view.people())))


def is_under(path: str, place: str) -> bool:
    return path == place or (place != "/" and path.startswith(f"{place}/"))
