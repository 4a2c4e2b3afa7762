"""How an action is described: one table makes its parameters, its form and what is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from hub.automation.services.values import Named, Real, Span, Text, Texts, Truth, Whole

TARGETS = ("entity_id", "device_id", "area_id", "floor_id", "label_id")


@dataclass(frozen=True, slots=True)
class Given:
    """One field of an action."""

    name: str
    type: Any
    description: str
    selector: Mapping[str, Any]
    """Home Assistant's, so that a form can draw it."""
    required: bool = False
    example: Any = None
    default: Any = None

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Told:
    """A command for one entity."""

    command: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity as an action finds it."""

    id: str
    state: str
    attributes: Mapping[str, Any]
    commands: frozenset[str]

    @property
    def domain(self) -> str:
        return self.id.partition(".")[0]


Prepare = Callable[[Thing, dict[str, Any]], list[Told] | None]
"""(the entity as it is, what was given) -> commands in order; None: it cannot do that. Raises ValueError."""


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """An action by Home Assistant's name; each is itself alone, so that what is made of it can be kept."""

    name: str
    title: str
    description: str
    fields: tuple[Given, ...] = ()
    target: tuple[str, ...] | None = None
    """Domains of entities that it is for; None: it has no target."""
    commands: tuple[str, ...] = ()
    """What the entity is told; the first of these that it knows."""
    rename: Mapping[str, str] = field(default_factory=dict)
    """Field -> the command's parameter, where that is another."""
    prepare: Prepare | None = None
    """Instead of `commands`, where it takes thought."""
    only_one: tuple[tuple[str, ...], ...] = ()
    """Groups of fields of which one at most is given."""
    at_least: tuple[str, ...] = ()
    """Fields of which one must be given."""
    response: bool = False

    @property
    def domain(self) -> str:
        return self.name.partition(".")[0]


class Parameters(BaseModel):
    # Some hundred and sixty of them: what nobody asks for costs the start nothing.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, defer_build=True)


class Targeted(Parameters):
    """What it is for: entities by id, or all of a device, an area, a floor, a label."""

    entity_id: Named | None = Field(None, description="Entities, `all` or `none`.")
    device_id: Named | None = None
    area_id: Named | None = None
    floor_id: Named | None = None
    label_id: Named | None = None

    @property
    def named(self) -> bool:
        """Whether anything is named at all."""
        return any(getattr(self, name) is not None for name in TARGETS)


@lru_cache(512)
def parameters_of(service: Service) -> type[BaseModel]:
    """The Pydantic model of an action's fields."""
    fields: dict[str, Any] = {
        one.name: (one.type, Field(description=one.description))
        if one.required
        else (one.type | None, Field(default=one.default, description=one.description))
        for one in service.fields
    }
    base = Targeted if service.target is not None else Parameters
    words = "".join(part.title() for part in service.name.replace(".", "_").split("_"))
    validators: dict[str, Any] = {"check": model_validator(mode="after")(_rules(service))}
    return create_model(words, __base__=base, __validators__=validators, **fields)


def _rules(service: Service) -> Callable[[Any], Any]:
    def check(model: Any) -> Any:
        for group in service.only_one:
            given = [name for name in group if getattr(model, name) is not None]
            if len(given) > 1:
                raise ValueError(f"{' and '.join(given)} do not go together; give one of them")
        if service.at_least and all(getattr(model, name) is None for name in service.at_least):
            raise ValueError(f"one of {', '.join(service.at_least)} is missing")
        if service.target is not None and not model.named:
            raise ValueError(f"it does not say for what; give one of {', '.join(TARGETS)}")
        return model

    return check


# Fields in few words


def text(name: str, description: str, *, lines: bool = False, **more: Any) -> Given:
    return Given(name, Text, description, {"text": {"multiline": True} if lines else {}}, **more)


def texts(name: str, description: str, **more: Any) -> Given:
    return Given(name, Texts, description, {"text": {"multiple": True}}, **more)


def choice(name: str, description: str, *options: str, own: bool = False, **more: Any) -> Given:
    """One of some words; `own`: or another."""
    selector: dict[str, Any] = {"options": list(options)}
    kind: Any = Text
    if own:
        selector["custom_value"] = True
    else:
        kind = Annotated[Text, Field(pattern="^(" + "|".join(options) + ")$")]
    return Given(name, kind, description, {"select": selector}, **more)


def state(name: str, description: str, attribute: str, **more: Any) -> Given:
    """One of the words that stand in an attribute of the entity."""
    return Given(name, Text, description, {"state": {"attribute": attribute}}, **more)


def number(
    name: str,
    description: str,
    low: float | None = None,
    high: float | None = None,
    *,
    unit: str = "",
    step: float | None = None,
    whole: bool = False,
    **more: Any,
) -> Given:
    selector: dict[str, Any] = {"mode": "slider" if low is not None and high is not None and high <= 1000 else "box"}
    limits: dict[str, Any] = {}
    if low is not None:
        selector["min"] = limits["ge"] = low
    if high is not None:
        selector["max"] = limits["le"] = high
    if step is not None or not whole:
        selector["step"] = step or "any"
    if unit:
        selector["unit_of_measurement"] = unit
    kind: Any = Whole if whole else Real
    return Given(name, Annotated[kind, Field(**limits)] if limits else kind, description, {"number": selector}, **more)


def yes_no(name: str, description: str, **more: Any) -> Given:
    return Given(name, Truth, description, {"boolean": {}}, **more)


def span(name: str, description: str, **more: Any) -> Given:
    return Given(name, Span, description, {"duration": {}}, **more)


def anything(name: str, description: str, **more: Any) -> Given:
    return Given(name, Any, description, {"object": {}}, **more)


def entities(name: str, description: str, *domains: str, **more: Any) -> Given:
    selector: dict[str, Any] = {"multiple": True} | ({"filter": {"domain": list(domains)}} if domains else {})
    return Given(name, Named, description, {"entity": selector}, **more)
