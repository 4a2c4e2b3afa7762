"""Groups: on when one member is (or all are), and sensors that reckon with their members' numbers."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.automation.derived.following import Told
from hub.automation.derived.options import GroupOptions
from hub.automation.world import UNAVAILABLE, UNKNOWN, Seen
from hub.units import UnitError, convert

_PAIRS: Mapping[str, tuple[frozenset[str], str, str]] = {
    "person": (frozenset({"home"}), "home", "not_home"),
    "device_tracker": (frozenset({"home"}), "home", "not_home"),
    "lock": (frozenset({"unlocked", "open", "opening", "unlocking", "locking"}), "unlocked", "locked"),
    "cover": (frozenset({"open", "opening", "closing"}), "open", "closed"),
    "valve": (frozenset({"open", "opening", "closing"}), "open", "closed"),
    "plant": (frozenset({"problem"}), "problem", "ok"),
    "timer": (frozenset({"active", "paused"}), "on", "off"),
    "vacuum": (frozenset({"on", "cleaning", "returning", "error"}), "on", "off"),
    "media_player": (frozenset({"on", "playing", "paused", "buffering", "idle"}), "on", "off"),
    "climate": (frozenset({"heat", "cool", "heat_cool", "auto", "dry", "fan_only"}), "on", "off"),
}
"""Domain -> states that count as on, and what a group of nothing but that domain says for on and off."""
_PLAIN = (frozenset({"on"}), "on", "off")


def together(config: GroupOptions, members: Sequence[Seen | None]) -> Told:
    """Of a group of the old style."""
    facts = {"entity_id": list(config.entities), "all": config.all}
    there = [one for one in members if one is not None and one.state != UNAVAILABLE]
    if not there:
        return Told(available=False, attributes=facts)
    known = [one for one in there if one.state != UNKNOWN]
    if not known:
        return Told(None, attributes=facts)
    pairs = [_PAIRS.get(one.domain, _PLAIN) for one in known]
    on = [one.state in pair[0] or one.state == "on" for one, pair in zip(known, pairs, strict=True)]
    if config.all and all(on) and len(known) < len(config.entities):
        return Told(None, attributes=facts)  # who is not known may be off
    words = pairs[0][1:] if len({pair[1:] for pair in pairs}) == 1 else _PLAIN[1:]
    return Told(words[0] if (all(on) if config.all else any(on)) else words[1], attributes=facts)


def number_of(config: GroupOptions, members: Sequence[Seen | None], unit: str) -> Told:
    """Of a group that is a sensor, in `unit`; members in other units are converted."""
    facts: dict[str, Any] = {"entity_id": list(config.entities)}
    found: list[tuple[float, Seen]] = []
    strange: list[str] = []
    for name, one in zip(config.entities, members, strict=True):
        number = _number(one)
        if one is None or number is None:
            strange.append(name)
            continue
        own = str(one.attributes.get("unit_of_measurement") or "")
        try:
            found.append((convert(number, own, unit) if unit and own and own != unit else number, one))
        except UnitError:
            why = f"{name} is in {own}, which is no {unit}; take it out, or give it a group of its own"
            return Told(available=False, attributes=facts, problem=why)
    if not any(one is not None and one.state != UNAVAILABLE for one in members):
        return Told(available=False, attributes=facts)
    if not found or (strange and not config.ignore_non_numeric and config.function != "first_available"):
        return Told(None, attributes=facts)
    if config.function in ("min", "max"):
        chosen = (min if config.function == "min" else max)(found, key=lambda pair: pair[0])
        facts[f"{config.function}_entity_id"] = chosen[1].entity_id
    if config.function == "last":
        newest = max(found, key=lambda pair: pair[1].last_updated)
        facts["last_entity_id"] = newest[1].entity_id
        return Told(newest[0], attributes=facts)
    value = _RECKON[config.function]([number for number, _ in found])
    if not math.isfinite(value):
        return Told(None, attributes=facts)
    return Told(float(f"{value:.12g}"), attributes=facts)


_RECKON: Mapping[str, Callable[[Sequence[float]], float]] = {
    "mean": statistics.fmean,
    "min": min,
    "max": max,
    "median": statistics.median,
    "sum": math.fsum,
    "range": lambda numbers: max(numbers) - min(numbers),
    "product": math.prod,
    "stdev": lambda numbers: statistics.stdev(numbers) if len(numbers) > 1 else 0.0,
    "first_available": lambda numbers: numbers[0],
}


def _number(seen: Seen | None) -> float | None:
    try:
        number = float(seen.state) if seen is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
