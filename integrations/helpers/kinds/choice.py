"""One of several options."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from hub.api import BadReading, Kind, Value
from integrations.helpers.held import Held, HelperKind, Shape, Telling
from integrations.helpers.kinds.base import Given, Options

Option = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class SelectOptions(Options):
    options: list[Option] = Field(
        min_length=1, max_length=100, title="Options", description="What can be chosen, one a line."
    )
    initial: str | None = Field(
        None, title="At every start", description="The option after the hub was started; empty: as before."
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        twice = sorted({one for one in self.options if self.options.count(one) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands there twice")
        if self.initial is not None and self.initial not in self.options:
            raise ValueError(f"the option at every start is none of them: {', '.join(self.options)}")
        return self


class Chosen(Given):
    option: str


class Moved(Given):
    cycle: bool = True


class NewOptions(Given):
    options: list[Option] = Field(min_length=1, max_length=100)


def _options(held: Held) -> list[str]:
    """As `set_options` left them, until the entry itself is changed."""
    made = held.more.get("options")
    return list(made) if made and held.more.get("of") == held.config.options else list(held.config.options)


def _begin(held: Held) -> Value:
    options = _options(held)
    if held.config.initial in options:
        return str(held.config.initial)
    return held.value if held.value in options else options[0]


async def _select(held: Held, given: Chosen) -> None:
    options = _options(held)
    if given.option not in options:
        raise BadReading(f"{held.title} has no option {given.option[:60]!r}; it has: {', '.join(options)}")
    await held.put(given.option)


async def _step(held: Held, by: int, cycle: bool) -> None:
    options = _options(held)
    place = options.index(str(held.value)) + by
    await held.put(options[place % len(options) if cycle else min(max(place, 0), len(options) - 1)])


async def _next(held: Held, given: Moved) -> None:
    await _step(held, 1, given.cycle)


async def _previous(held: Held, given: Moved) -> None:
    await _step(held, -1, given.cycle)


async def _first(held: Held, _: Any) -> None:
    await held.put(_options(held)[0])


async def _last(held: Held, _: Any) -> None:
    await held.put(_options(held)[-1])


async def _set_options(held: Held, given: NewOptions) -> None:
    if len(set(given.options)) < len(given.options):
        raise BadReading(f"{held.title}: an option stands there twice")
    held.more |= {"options": given.options, "of": list(held.config.options)}
    await held.describe()
    await held.put(held.value if held.value in given.options else given.options[0])
    await held.keep()


SELECT = HelperKind(
    domain="input_select",
    name="Choice",
    icon="list",
    description="One of several options: a mode of the house, who cooks today.",
    config=SelectOptions,
    shape=lambda held: Shape(Kind.ENUM, tuple(_options(held))),
    begin=_begin,
    commands={
        "select_option": Telling(_select, Chosen),
        "select_next": Telling(_next, Moved),
        "select_previous": Telling(_previous, Moved),
        "select_first": Telling(_first),
        "select_last": Telling(_last),
        "set_options": Telling(_set_options, NewOptions),
    },
)
