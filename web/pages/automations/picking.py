"""What can be added to a list: kinds and actions, searched by words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from web.pages.automations.kinds import ACTIONS, AREAS, CONDITIONS, Kind

if TYPE_CHECKING:
    from hub.view import ActionFacts

MOST = 24
_USUAL = (
    "notify.notify", "persistent_notification.create", "light.turn_on", "light.turn_off", "switch.turn_on",
    "switch.turn_off", "scene.turn_on", "climate.set_temperature", "media_player.media_pause", "cover.close_cover",
    "input_boolean.turn_on", "todo.add_item", "journal.add", "script.turn_on",
)  # fmt: skip
"""Actions that are offered before anything is typed."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str
    about: str
    icon: str


def offered(area: str, query: str, catalogue: Mapping[str, ActionFacts]) -> list[tuple[str, list[Choice]]]:
    """Group -> what fits the words, the groups in the order of the table."""
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
    return [(name, found) for name, found in groups.items() if found]


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
