"""What to check for one series, worked out once and asked for every sample."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from hub.errors import BadReading
from hub.model import Entity, Flag, Kind, Metric, Value
from hub.units import converter, label, mismatch

# Plain integers: to join two members of an IntFlag takes longer than all other checks of a reading together.
INCREMENT, CLOCK_UNSURE, IMPORTED = int(Flag.INCREMENT), int(Flag.CLOCK_UNSURE), int(Flag.IMPORTED)
_IMPLAUSIBLE, _JUMP, _TRANSITION = int(Flag.IMPLAUSIBLE), int(Flag.JUMP), int(Flag.TRANSITION)
_ON_OFF = {True: "on", False: "off"}
_SAME = (1.0, 0.0)


@cache
def flag(bits: int) -> Flag:
    """The same member for the same bits, found faster than the enum finds it."""
    return Flag(bits)


class Plan:
    """Turns one series' values into its canonical unit, refuses what cannot be true, marks what is odd."""

    __slots__ = (
        "_converters", "_entity", "_hard_high", "_hard_low", "_max_step_us", "_metric", "_numeric", "_odd_high",
        "_odd_low", "_options", "_step", "_transitions", "entity", "last_us", "last_value", "series",
    )  # fmt: skip

    def __init__(self, entity: Entity, metric: Metric | None) -> None:
        self.entity = entity
        self.series = entity.series
        self.last_us: int | None = None
        """When the newest reading was taken; kept up by `Intake`."""
        self.last_value: Value | None = None
        self._metric = metric
        self._numeric = entity.kind in (Kind.GAUGE, Kind.COUNTER, Kind.DURATION)
        self._hard_low, self._hard_high = metric.hard if metric is not None else (None, None)
        self._odd_low, self._odd_high = metric.plausible if metric is not None else (None, None)
        self._step = metric.max_step if metric is not None else None
        self._max_step_us = int((metric.step_within if metric is not None else 0) * 1e6)
        self._options = frozenset(metric.options if metric is not None else entity.options)
        self._transitions = metric.transitions if metric is not None else {}
        self._converters: dict[str, tuple[float, float] | None] = {}

    @property
    def numeric(self) -> bool:
        return self._numeric

    def value(self, raw: Any, unit: str | None) -> Value:
        """The canonical value. Raises BadReading with a reason for the sender."""
        if not self._numeric:
            return self._text(raw)
        if type(raw) is float or type(raw) is int:
            try:
                number = float(raw)
            except OverflowError:
                number = math.inf
        elif isinstance(raw, bool):
            raise BadReading(f"{raw!r} is not a number; {self._what()} wants one")
        else:
            raise BadReading(f"{str(raw)[:40]!r} is text; {self._what()} wants a number")
        if number != number or number in (math.inf, -math.inf):
            raise BadReading(f"{self._what()}: {number} is not a measurement; leave the reading out instead")
        if unit is not None and unit != self.entity.unit:
            scale = self._scale(unit)
            if scale is not None:
                if scale != _SAME:
                    number = float(f"{number * scale[0] + scale[1]:.14g}")  # as hub.units.convert: 98.6 °F is 37 °C
            elif self.entity.unit:
                raise BadReading(mismatch(unit, self.entity.unit, self.entity.metric))
        low, high = self._hard_low, self._hard_high
        if (low is not None and number < low) or (high is not None and number > high):
            raise BadReading(self._out_of_range(number))
        return number

    def oddities(self, value: Value, taken_us: int) -> int:
        """What is merely odd about it, as `Flag` bits; it is kept and marked."""
        if isinstance(value, str):
            allowed = self._transitions.get(str(self.last_value)) if self._newer(taken_us) else None
            return _TRANSITION if allowed is not None and value not in allowed else 0
        flags = 0
        if (self._odd_low is not None and value < self._odd_low) or (
            self._odd_high is not None and value > self._odd_high
        ):
            flags |= _IMPLAUSIBLE
        if (
            self._step is not None
            and self._newer(taken_us)
            and isinstance(self.last_value, float)
            and taken_us - (self.last_us or 0) <= self._max_step_us
            and abs(value - self.last_value) > self._step
        ):
            flags |= _JUMP
        return flags

    def _newer(self, taken_us: int) -> bool:
        return self.last_us is not None and taken_us > self.last_us

    def _text(self, raw: Any) -> str:
        if isinstance(raw, bool):
            raw = _ON_OFF[raw]
        if not isinstance(raw, str):
            if isinstance(raw, (int, float)) and self.entity.kind is Kind.TEXT:
                return str(raw)
            raise BadReading(f"{str(raw)[:40]!r} is not text; {self._what()} wants {self._wanted()}")
        if len(raw) > 4_096:
            raise BadReading(f"{self._what()}: a text of {len(raw)} characters is longer than 4,096")
        if self._options and raw not in self._options:
            raise BadReading(f"{raw[:40]!r} is not one of the options of {self._what()}: {self._wanted()}")
        return raw

    def _wanted(self) -> str:
        return ", ".join(sorted(self._options)) if self._options else "text"

    def _scale(self, unit: str) -> tuple[float, float] | None:
        if unit not in self._converters:
            self._converters[unit] = converter(unit, self.entity.unit, self.entity.metric)
        return self._converters[unit]

    def _what(self) -> str:
        return self._metric.key if self._metric is not None else self.entity.id

    def _out_of_range(self, number: float) -> str:
        unit = label(self.entity.unit)
        low, high = self._hard_low, self._hard_high
        limits = " to ".join("…" if end is None else f"{end:g}" for end in (low, high))
        return f"{self._what()} cannot be {number:g} {unit}".rstrip() + f"; possible is {limits} {unit}".rstrip()
