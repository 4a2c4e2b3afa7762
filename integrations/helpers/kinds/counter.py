"""A counter."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from hub.api import BadReading, Kind, Value
from integrations.helpers.held import Held, HelperKind, Shape, Telling
from integrations.helpers.kinds.base import Given, Options


class CounterOptions(Options):
    initial: int = Field(0, title="Starts at", description="Its value at first, and after a reset.")
    step: int = Field(1, ge=1, title="Step", description="How far one count goes.")
    minimum: int | None = Field(None, title="Smallest", description="It never goes below this.")
    maximum: int | None = Field(None, title="Largest", description="It never goes above this.")
    restore: bool = Field(True, title="Keep over a restart", description="Off: it starts anew whenever the hub does.")

    @model_validator(mode="after")
    def _ends_agree(self) -> Self:
        low, high = self.minimum, self.maximum
        if low is not None and high is not None and low >= high:
            raise ValueError("the largest must be above the smallest")
        if within(self, self.initial) != self.initial:
            raise ValueError("where it starts must lie between the smallest and the largest")
        return self


class NewCount(Given):
    value: int


def within(config: CounterOptions, value: int) -> int:
    if config.minimum is not None:
        value = max(value, config.minimum)
    return min(value, config.maximum) if config.maximum is not None else value


def _begin(held: Held) -> Value:
    kept = held.value if held.config.restore and isinstance(held.value, float | int) else held.config.initial
    return float(within(held.config, int(kept)))


async def _add(held: Held, by: int) -> None:
    await held.put(float(within(held.config, int(float(held.value or 0)) + by)))


async def _up(held: Held, _: Any) -> None:
    await _add(held, held.config.step)


async def _down(held: Held, _: Any) -> None:
    await _add(held, -held.config.step)


async def _reset(held: Held, _: Any) -> None:
    await held.put(float(held.config.initial))


async def _set(held: Held, given: NewCount) -> None:
    if within(held.config, given.value) != given.value:
        low, high = held.config.minimum, held.config.maximum
        ends = " to ".join("…" if end is None else str(end) for end in (low, high))
        raise BadReading(f"{held.title} takes {ends}; {given.value} lies outside")
    await held.put(float(given.value))


def _shape(held: Held) -> Shape:
    config = held.config
    fixed = {"initial": config.initial, "step": config.step}
    ends = {"minimum": config.minimum, "maximum": config.maximum}
    return Shape(Kind.GAUGE, attributes=fixed | {k: v for k, v in ends.items() if v is not None}, precision=0)


COUNTER = HelperKind(
    domain="counter",
    name="Counter",
    icon="plus",
    description="Counts up and down: cups of coffee, visits, days in a row.",
    config=CounterOptions,
    shape=_shape,
    begin=_begin,
    commands={
        "increment": Telling(_up),
        "decrement": Telling(_down),
        "reset": Telling(_reset),
        "set_value": Telling(_set, NewCount),
    },
)
