"""A number between two ends: a threshold, a goal, a wish."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from hub.api import BadReading, Kind, Value
from integrations.helpers.held import Held, HelperKind, Shape, Telling
from integrations.helpers.kinds.base import Given, Options


class NumberOptions(Options):
    min: float = Field(0.0, title="Smallest", description="The lowest value it can take.", allow_inf_nan=False)
    max: float = Field(100.0, title="Largest", description="The highest value it can take.", allow_inf_nan=False)
    step: float = Field(
        1.0, ge=0.001, title="Step", description="How far one step up or down goes.", allow_inf_nan=False
    )
    mode: Literal["slider", "box"] = Field("slider", title="Shown as", description="A slider, or a box to type in.")
    unit_of_measurement: str = Field(
        "", max_length=40, title="Unit", description="Shown behind the number, such as mg/dL or °C."
    )
    initial: float | None = Field(
        None, title="At every start", description="Its value after the hub was started; empty: as before."
    )

    @model_validator(mode="after")
    def _ends_agree(self) -> Self:
        if self.min >= self.max:
            raise ValueError("the largest value must be above the smallest")
        if self.initial is not None and not self.min <= self.initial <= self.max:
            raise ValueError(f"the value at every start must lie between {self.min:g} and {self.max:g}")
        return self


class NewNumber(Given):
    value: float = Field(allow_inf_nan=False)


def _begin(held: Held) -> Value:
    config = held.config
    if config.initial is not None:
        return float(config.initial)
    before = held.value if isinstance(held.value, float | int) else config.min
    return float(min(max(before, config.min), config.max))


async def _set(held: Held, given: NewNumber) -> None:
    low, high = held.config.min, held.config.max
    if not low <= given.value <= high:
        raise BadReading(f"{held.title} takes {low:g} to {high:g}; {given.value:g} lies outside")
    await held.put(given.value)


async def _move(held: Held, by: float) -> None:
    # 0.1 + 0.2 is no value that anybody set.
    wished = float(f"{float(held.value or 0.0) + by:.12g}")
    await held.put(min(max(wished, held.config.min), held.config.max))


async def _up(held: Held, _: Any) -> None:
    await _move(held, held.config.step)


async def _down(held: Held, _: Any) -> None:
    await _move(held, -held.config.step)


def _shape(held: Held) -> Shape:
    config = held.config
    step = f"{config.step:f}".rstrip("0")
    precision = len(step.partition(".")[2])
    fixed = {"initial": config.initial, "min": config.min, "max": config.max, "step": config.step, "mode": config.mode}
    return Shape(Kind.GAUGE, unit=config.unit_of_measurement, attributes=fixed, precision=precision)


NUMBER = HelperKind(
    domain="input_number",
    name="Number",
    icon="gauge",
    description="A number to set by hand or by an automation: a threshold, a goal, a temperature.",
    config=NumberOptions,
    shape=_shape,
    begin=_begin,
    commands={
        "set_value": Telling(_set, NewNumber),
        "increment": Telling(_up),
        "decrement": Telling(_down),
    },
)
