"""What matters now for the house: its air, and the weather around it."""

from __future__ import annotations

from typing import NamedTuple

from hub.model import Entity, State
from web import words
from web.today.gather import Gathered
from web.today.said import Said


class Limit(NamedTuple):
    """From `above` in the canonical unit on, a room's air is said to be `word`."""

    metric: str
    above: float
    word: str


LIMITS = (
    Limit("carbon_dioxide", 2000, "very stuffy"),
    Limit("pm25", 35, "dusty"),
    Limit("carbon_dioxide", 1000, "getting stuffy"),
    Limit("pm25", 15, "a little dusty"),
)
"""CO₂ after the German guide values for indoor air, fine dust after the WHO's 24-hour values."""


def say(found: Gathered, rooms: dict[str, str]) -> Said:
    """`rooms`: entity id -> the room (or device) it measures."""
    said = Said()
    said.add(_air(found, rooms))
    said.add(_outside(found))
    said.add(_inside(found))
    return said


def _air(found: Gathered, rooms: dict[str, str]) -> str:
    measured = [pair for pair in found.states if pair[0].metric in ("carbon_dioxide", "pm25") and _speaks(found, pair)]
    if not measured:
        return ""
    for limit in LIMITS:
        over = [pair for pair in measured if pair[0].metric == limit.metric and _number(pair[1]) >= limit.above]
        if over:
            entity, state = max(over, key=lambda pair: _number(pair[1]))
            room = rooms.get(entity.id, "")
            where = f" in the {room.lower()}" if room else ""
            name = "CO₂" if limit.metric == "carbon_dioxide" else "fine dust"
            return f"The air{where} is {limit.word}: {found.display.state(entity, state)} of {name}."
    return "The air is fresh indoors."


def _outside(found: Gathered) -> str:
    warmth = found.fresh("temperature_outdoor")
    if warmth is None:
        return ""
    sky = found.fresh("weather_condition")
    seen = f" and {words.spaced(str(sky[1].value)).lower()}" if sky is not None else ""
    return f"{found.display.state(*warmth)}{seen} outside."


def _inside(found: Gathered) -> str:
    warm = [pair for pair in found.states if pair[0].metric == "temperature_indoor" and _speaks(found, pair)]
    if not warm:
        return ""
    coldest, warmest = min(warm, key=lambda one: _number(one[1])), max(warm, key=lambda one: _number(one[1]))
    low, high = found.display.state(*coldest), found.display.state(*warmest)
    return f"{low} indoors." if low == high else f"{low.text} to {high} indoors."


def _speaks(found: Gathered, pair: tuple[Entity, State]) -> bool:
    return found.display.freshness(pair[0], pair[1].taken_at, found.now, available=pair[1].available) != "stale"


def _number(state: State) -> float:
    return float(state.value) if isinstance(state.value, int | float) else 0.0
