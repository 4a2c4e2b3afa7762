"""What can be added to a list: kinds and actions, searched by words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from web import selectors
from web.pages.automations.kinds import ACTIONS, AREAS, CONDITIONS, Kind

if TYPE_CHECKING:
    from hub.view import ActionFacts, Seen, View

MOST = 24
_USUAL = (
    "notify.notify", "persistent_notification.create", "light.turn_on", "light.turn_off", "switch.turn_on",
    "switch.turn_off", "scene.turn_on", "climate.set_temperature", "media_player.media_pause", "cover.close_cover",
    "input_boolean.turn_on", "todo.add_item", "journal.add", "script.turn_on",
)  # fmt: skip
"""Actions that are offered before anything is typed."""
THINGS = 8
"""Entities that a search brings."""
_NUMBERS = frozenset({"number", "input_number", "counter"})
_DEEDS: Mapping[str, tuple[str, ...]] = {
    "cover": ("open_cover", "close_cover"),
    "valve": ("open_valve", "close_valve"),
    "lock": ("lock", "unlock"),
    "climate": ("set_temperature",),
    "number": ("set_value",),
    "input_number": ("set_value",),
    "input_text": ("set_value",),
    "input_datetime": ("set_datetime",),
    "select": ("select_option",),
    "input_select": ("select_option",),
    "button": ("press",),
    "input_button": ("press",),
    "counter": ("increment", "reset"),
    "timer": ("start", "cancel"),
    "todo": ("add_item",),
    "calendar": ("create_event",),
    "media_player": ("media_play", "media_pause"),
    "vacuum": ("start", "return_to_base"),
}
"""Domain -> what is mostly done to one of it; all others are turned on and off."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str
    about: str
    icon: str


def offered(area: str, query: str, catalogue: Mapping[str, ActionFacts], view: View) -> list[tuple[str, list[Choice]]]:
    """Group -> what fits the words: kinds in the order of their table, then things of the house."""
    groups: dict[str, list[Choice]] = {}
    if area == "actions":
        groups["Do"] = _actions(query, catalogue)
    for key, kind in AREAS[area].items():
        if key != "action" and _fits(query, key, kind.name, kind.about):
            groups.setdefault(kind.group, []).append(_choice(key, kind))
    if area == "actions":
        for key, kind in CONDITIONS.items():
            if key not in ACTIONS and _fits(query, key, kind.name, kind.about, "condition only if"):
                groups.setdefault("Go on only if", []).append(_choice(key, kind))
    groups["In your house"] = _things(area, query, catalogue, view) if query.strip() else []
    return [(name, found) for name, found in groups.items() if found]


def _things(area: str, query: str, catalogue: Mapping[str, ActionFacts], view: View) -> list[Choice]:
    """Entities with what may be made of each: a trigger, a condition, or a deed."""
    found: list[Choice] = []
    for one in selectors.offers({"entity": {}}, query, view)[:THINGS]:
        seen = view.choosable_entity(one.value)
        if seen is None:
            continue
        if area == "actions":
            found += _deeds(seen, catalogue)
        elif area in ("triggers", "conditions"):
            kind = "numeric_state" if is_number(seen) else "state"
            found.append(Choice(f"thing:{kind}:{one.value}", one.name, AREAS[area][kind].name, AREAS[area][kind].icon))
    return found[:THINGS]


def is_number(seen: Seen) -> bool:
    return seen.domain in _NUMBERS or "unit_of_measurement" in seen.attributes or "state_class" in seen.attributes


def _deeds(seen: Seen, catalogue: Mapping[str, ActionFacts]) -> list[Choice]:
    names = [f"{seen.domain}.{verb}" for verb in _DEEDS.get(seen.domain, ("turn_on", "turn_off"))]
    return [Choice(f"call:{one}:{seen.entity_id}", seen.name, catalogue[one].title, "zap")
            for one in names if one in catalogue]  # fmt: skip


def _choice(key: str, kind: Kind) -> Choice:
    return Choice(key, kind.name, kind.about, kind.icon)


def _actions(query: str, catalogue: Mapping[str, ActionFacts]) -> list[Choice]:
    if not query.strip():
        found = [catalogue[name] for name in _USUAL if name in catalogue]
    else:
        words = query.lower().split()
        found = [one for one in catalogue.values() if _fits(query, one.name, one.title, one.description)]
        found.sort(key=lambda one: (not one.title.lower().startswith(words[0]), words[0] not in one.name, one.name))
    return [Choice(f"call:{one.name}", one.title, one.name, "zap") for one in found[:MOST]]


def _fits(query: str, *texts: str) -> bool:
    text = " ".join(texts).lower().replace("_", " ").replace(".", " ")
    return all(word in text for word in query.lower().replace("_", " ").replace(".", " ").split())
