"""What several tables need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.automation.services.described import Given, Service, Thing, Told

_ON = frozenset({"on", "open", "opening", "playing", "paused", "idle", "home", "unlocked"})


def as_number(value: Any, otherwise: float = 0.0) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise


def is_on(thing: Thing) -> bool:
    return thing.state in _ON or (thing.domain == "climate" and thing.state not in ("off", "unknown", "unavailable"))


def toggled(on: str = "turn_on", off: str = "turn_off") -> Any:
    """A command of its own where the entity has one; else by its state."""

    def prepare(thing: Thing, given: Mapping[str, Any]) -> list[Told] | None:
        command = "toggle" if "toggle" in thing.commands else off if is_on(thing) else on
        return [Told(command, dict(given))] if command in thing.commands else None

    return prepare


def power(
    domain: str, what: str, *on: Given, off: tuple[Given, ...] = (), toggle: tuple[Given, ...] = ()
) -> tuple[Service, ...]:
    """`turn_on`, `turn_off` and `toggle` of a domain; `what` is in the plural."""
    return (
        Service(f"{domain}.turn_on", "Turn on", f"Turns {what} on.", on, (domain,), ("turn_on",)),
        Service(f"{domain}.turn_off", "Turn off", f"Turns {what} off.", off, (domain,), ("turn_off",)),
        Service(f"{domain}.toggle", "Toggle", f"Turns {what} on that are off, and the other way round.", toggle,
                (domain,), prepare=toggled()),
    )  # fmt: skip
