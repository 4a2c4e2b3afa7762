"""The small words of automations: names of things, spans, times of day, values, templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from hub.automation.grammar import is_template

_UNITS = (("days", "day"), ("hours", "hour"), ("minutes", "minute"), ("seconds", "second"))
_LENGTHS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_DAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday",
    "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip
_LONGEST = 70


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity as a reader knows it."""

    name: str
    unit: str = ""
    device_class: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What the reader of an automation calls things; what is not in here goes by its id."""

    things: Mapping[str, Thing] = field(default_factory=dict)
    """Entity id -> entity."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Slug -> name."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Ids of devices, areas, floors, labels -> name."""
    metrics: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Journal kind -> name."""
    actions: Mapping[str, str] = field(default_factory=dict)
    """Action -> title."""

    def thing(self, entity_id: str) -> Thing:
        found = self.things.get(entity_id)
        return found or Thing(shortened(entity_id) if is_template(entity_id) else spaced(entity_id.partition(".")[2]))

    def entities(self, ids: Iterable[str], last: str = "or") -> str:
        return listed([self.thing(one).name for one in ids], last)

    def person(self, slug: str | None) -> str:
        return self.people.get(slug or "", shortened(slug or "") or "somebody")

    def place(self, id: str) -> str:
        return self.places.get(id, shortened(id) if is_template(id) else spaced(id))

    def metric(self, key: str) -> str:
        return self.metrics.get(key, spaced(key)).lower()

    def kind(self, key: str) -> str:
        return self.kinds.get(key, spaced(key)).lower()


def spaced(key: str) -> str:
    return key.replace("_", " ")


def listed(items: Sequence[str], last: str = "and") -> str:
    """`a`, `a or b`, `a, b or c`."""
    found = list(dict.fromkeys(items))
    return "".join(found) if len(found) < 2 else f"{', '.join(found[:-1])} {last} {found[-1]}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def shortened(text: str, longest: int = _LONGEST) -> str:
    """On one line, its end cut off where it is long."""
    told = " ".join(str(text).split())
    return told if len(told) <= longest else f"{told[: longest - 1].rstrip()}…"


def quoted(text: Any) -> str:
    """A message as it reads: what a template fills in is an ellipsis."""
    return f"“{shortened(_EXPRESSION.sub('…', str(text)))}”"


def template(text: str) -> str:
    """A template as it is named within a sentence."""
    return f"the template {shortened(text)}" if text.strip() else "the template"


def span(value: Any) -> str:
    """`10 minutes`, `1 hour 30 minutes`, `as long as ... says`."""
    if isinstance(value, timedelta):
        return _length(value.total_seconds())
    if isinstance(value, Mapping):
        if any(is_template(one) for one in value.values()):
            parts = [f"{shortened(str(value[key]))} {key}" for key, _ in _UNITS if value.get(key)]
            return " ".join(parts)
        names = {key for key, _ in _UNITS} | {"milliseconds"}
        return _length(timedelta(**{key: float(one) for key, one in value.items() if key in names}).total_seconds())
    return f"the time that {shortened(str(value))} says"


def _length(seconds: float) -> str:
    left, parts = abs(seconds), []
    if left and left < 1:
        return f"{left * 1000:g} milliseconds"
    for name, size in _LENGTHS:
        count = left / size if size == 1 else left // size
        left -= count * size
        if count:
            parts.append(f"{count:g} {name}{'' if count == 1 else 's'}")
    return " ".join(parts) or "no time"


def moved(value: Any, what: str, at: str) -> str:
    """`30 minutes before sunset`, or `at sunset` without an offset."""
    if isinstance(value, timedelta):
        if not value:
            return f"{at} {what}".strip()
        return f"{_length(value.total_seconds())} {'before' if value < timedelta(0) else 'after'} {what}"
    return f"{span(value)} from {what}"


def clock(value: time) -> str:
    return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"


def days(weekdays: Sequence[str]) -> str:
    """`on weekdays`, `at weekends`, `on Monday and Friday`."""
    chosen = set(weekdays)
    if chosen == set(_DAYS):
        return "every day"
    if chosen == {"mon", "tue", "wed", "thu", "fri"}:
        return "on weekdays"
    if chosen == {"sat", "sun"}:
        return "at weekends"
    return "on " + listed([name for key, name in _DAYS.items() if key in chosen])


def bound(value: float | str, names: Names, unit: str = "") -> str:
    """A limit with its unit, or the entity that says it."""
    if isinstance(value, str):
        return names.thing(value).name
    return f"{value:g}{'' if unit in ('%', '°') else ' ' if unit else ''}{unit}"


def between(above: float | str | None, below: float | str | None, names: Names, unit: str) -> str:
    """`above 180 mg/dL`, `between 4 and 10`."""
    if above is not None and below is not None:
        return f"between {bound(above, names)} and {bound(below, names, unit)}"
    if above is not None:
        return f"above {bound(above, names, unit)}"
    return f"below {bound(below if below is not None else 0, names, unit)}"


def value(told: Any) -> str:
    """A value among the data of an action, in one short piece."""
    if isinstance(told, bool):
        return "yes" if told else "no"
    if isinstance(told, Mapping):
        return listed([f"{spaced(str(key))} {value(one)}" for key, one in told.items()])
    if isinstance(told, list):
        return listed([value(one) for one in told])
    return shortened(str(told), 40)
