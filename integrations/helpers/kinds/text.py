"""A text to type in."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from hub.api import BadReading, Kind, Value
from integrations.helpers.held import Held, HelperKind, Shape, Telling
from integrations.helpers.kinds.base import Given, Options

_REPEATED = re.compile(r"\([^()]*[+*{][^()]*\)[+*{]")


class TextOptions(Options):
    min: int = Field(0, ge=0, le=255, title="Shortest", description="Characters that it has at least.")
    max: int = Field(100, ge=1, le=255, title="Longest", description="Characters that it has at most.")
    pattern: str = Field(
        "", max_length=200, title="Pattern", description="A regular expression that it has to match as a whole."
    )
    mode: Literal["text", "password"] = Field(
        "text", title="Shown as", description="Password: dots while it is typed. It is kept like any text."
    )
    initial: str | None = Field(
        None,
        max_length=255,
        title="At every start",
        description="Its text after the hub was started; empty: as before.",
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.min > self.max:
            raise ValueError("the longest must not be shorter than the shortest")
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"the pattern is no regular expression: {error}") from None
        if _REPEATED.search(self.pattern):
            raise ValueError("the pattern repeats what already repeats, which can take for ever; write it simpler")
        if self.initial is not None and (reason := _unfit(self, self.initial)):
            raise ValueError(f"the text at every start {reason}")
        return self


class NewText(Given):
    value: str | float | int


def _unfit(config: TextOptions, text: str) -> str:
    """Why a text can't be, continuing "the text"; empty when it can."""
    if not config.min <= len(text) <= config.max:
        return f"has {len(text)} characters; {config.min} to {config.max} are allowed"
    if config.pattern and re.fullmatch(config.pattern, text) is None:
        return f"does not match the pattern {config.pattern}"
    return ""


def _begin(held: Held) -> Value | None:
    if held.config.initial is not None:
        return str(held.config.initial)
    # After the options were changed an old text may fit no more.
    return None if held.value is None or _unfit(held.config, str(held.value)) else held.value


async def _set(held: Held, given: NewText) -> None:
    text = given.value if isinstance(given.value, str) else f"{given.value}"
    if reason := _unfit(held.config, text):
        raise BadReading(f"{held.title}: the text {reason}")
    await held.put(text)


def _shape(held: Held) -> Shape:
    config = held.config
    fixed = {"min": config.min, "max": config.max, "pattern": config.pattern or None, "mode": config.mode}
    return Shape(Kind.TEXT, attributes=fixed)


TEXT = HelperKind(
    domain="input_text",
    name="Text",
    icon="pencil",
    description="A short text to set by hand or by an automation: a name, a note, a word of the day.",
    config=TextOptions,
    shape=_shape,
    begin=_begin,
    commands={"set_value": Telling(_set, NewText)},
)
