"""Entities and actions that an automation names and that are not in the house (any more)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from hub.view import Names, mentioned

DOMAINS = frozenset({
    "sensor", "binary_sensor", "light", "switch", "climate", "cover", "fan", "lock", "media_player", "input_boolean",
    "input_number", "input_select", "input_text", "input_datetime", "input_button", "counter", "timer", "calendar",
    "todo", "vacuum", "siren", "number", "select", "device_tracker", "weather", "camera", "humidifier",
})  # fmt: skip
_VERBS = (
    "turn_", "set_", "toggle", "open_", "close_", "media_", "volume_", "select_", "press", "start", "stop", "pause",
    "cancel", "finish", "increment", "decrement", "reset", "lock", "unlock", "reload", "get_", "add_", "remove_",
    "update_", "create_", "play_", "snooze", "finished", "started", "changed", "restarted", "cancelled",
)  # fmt: skip
"""How what comes after the dot of an action or event begins."""


def entities(body: Any, names: Names) -> tuple[str, ...]:
    """Ids, sorted, of what looks like an entity and is none."""
    named = mentioned(body, _Everything(names.actions))
    return tuple(sorted(one for one in named if one not in names.things))


def whole(body: Any, names: Names) -> bool:
    """True where all that it names is there, as far as a quick look tells."""
    return not entities(body, names) and all(one in names.actions for one in _called(body))


def _called(value: Any) -> Iterator[str]:
    """Actions that it names and that are no templates."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key in ("action", "service") and isinstance(one, str):
                yield from () if "{" in one else (one,)
            else:
                yield from _called(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _called(one)


def plainly(lines: Iterable[str]) -> list[str]:
    """`actions[0].entity_id: there is no entity 'light.hal' now; …` without its place."""
    return list(dict.fromkeys(line.partition(": ")[2] or line for line in lines))


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
