"""Entities and actions that an automation names and that are not in the house (any more)."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from hub.view import Names, mentioned

DOMAINS = frozenset({
    "sensor", "binary_sensor", "light", "switch", "climate", "cover", "fan", "lock", "media_player", "input_boolean",
    "input_number", "input_select", "input_text", "input_datetime", "input_button", "counter", "timer", "calendar",
    "todo", "vacuum", "siren", "number", "select", "device_tracker", "weather", "camera", "humidifier",
})  # fmt: skip
_NAME = re.compile(r"[a-z_]+\.[a-z0-9_]+")
_VERBS = (
    "turn_", "set_", "toggle", "open_", "close_", "media_", "volume_", "select_", "press", "start", "stop", "pause",
    "cancel", "finish", "increment", "decrement", "reset", "lock", "unlock", "reload", "get_", "add_", "remove_",
    "update_", "create_", "play_", "snooze", "finished", "started", "changed", "restarted", "cancelled",
)  # fmt: skip
"""How what comes after the dot of an action or event begins."""


def absent(body: Any, names: Names) -> list[str]:
    """In words: what it names and what there is none of."""
    called = set(_called(body))
    said = [f"there is no action {one} here" for one in sorted(called - set(names.actions)) if names.actions]
    gone = [one for one in entities(body, names) if one not in called]
    if gone:
        more = f" and {len(gone) - 3} more" if len(gone) > 3 else ""
        said.append(f"there is no {', '.join(gone[:3])}{more} here")
    return said


def entities(body: Any, names: Names) -> tuple[str, ...]:
    """Ids, sorted, of what looks like an entity and is none."""
    named = mentioned(body, _Everything(names.actions))
    return tuple(sorted(one for one in named if one not in names.things))


def _called(value: Any) -> Iterator[str]:
    """Names of actions that are no templates."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key in ("action", "service") and isinstance(one, str) and _NAME.fullmatch(one):
                yield one
            else:
                yield from _called(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _called(one)


class _Everything(dict[str, Any]):
    """Knows every id that looks like an entity's, and no action."""

    def __init__(self, actions: Container[str]) -> None:
        super().__init__()
        self._actions = actions

    def __contains__(self, key: object) -> bool:
        domain, dot, rest = str(key).partition(".")
        if not dot or domain not in DOMAINS or not rest or "." in rest:
            return False
        return not rest.startswith(_VERBS) and str(key) not in self._actions
