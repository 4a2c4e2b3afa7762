"""A switch of one's own."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hub.api import Kind, Value
from integrations.helpers.held import Held, HelperKind, Shape, Telling
from integrations.helpers.kinds.base import Options


class BooleanOptions(Options):
    initial: bool | None = Field(
        None,
        title="At every start",
        description="On or off after the hub was started; not said: as it was before.",
    )


def _begin(held: Held) -> Value:
    initial = held.config.initial
    if initial is not None:
        return "on" if initial else "off"
    return "on" if held.value == "on" else "off"


async def _on(held: Held, _: Any) -> None:
    await held.put("on")


async def _off(held: Held, _: Any) -> None:
    await held.put("off")


async def _toggle(held: Held, _: Any) -> None:
    await held.put("off" if held.value == "on" else "on")


BOOLEAN = HelperKind(
    domain="input_boolean",
    name="Toggle",
    icon="power",
    description="Something that is on or off: guests are here, holidays, a mode.",
    config=BooleanOptions,
    shape=lambda held: Shape(Kind.ENUM, ("on", "off")),
    begin=_begin,
    commands={"turn_on": Telling(_on), "turn_off": Telling(_off), "toggle": Telling(_toggle)},
)
