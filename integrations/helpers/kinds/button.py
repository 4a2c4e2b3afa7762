"""A button that does nothing but be pressed; automations hear of it."""

from __future__ import annotations

from typing import Any

from hub.api import Kind
from integrations.helpers.held import Held, HelperKind, Shape, Telling
from integrations.helpers.kinds.base import Options


class ButtonOptions(Options):
    """A button has none."""


async def _press(held: Held, _: Any) -> None:
    await held.put(held.ctx.clock.now().isoformat())


BUTTON = HelperKind(
    domain="input_button",
    name="Button",
    icon="target",
    description="A button on the page that sets an automation off; its state is when it was last pressed.",
    config=ButtonOptions,
    shape=lambda held: Shape(Kind.TEXT),
    begin=lambda held: held.value,
    commands={"press": Telling(_press)},
)
