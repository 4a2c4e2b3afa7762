"""Options of template entities, groups and zones, named as Home Assistant names them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from hub.automation.flaws import AutomationInvalid
from hub.automation.schema.automation import automation
from hub.automation.schema.trigger import Trigger
from hub.automation.schema.values import Template, templates

_ENTITY = re.compile(r"[a-z_]+\.[a-z0-9_]+")
_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_ -]{0,63}")


def _entity(value: Any) -> str:
    text = str(value).strip().lower()
    if not _ENTITY.fullmatch(text):
        raise ValueError(f"{text[:60]!r} is no entity; it looks like sensor.anna_weight")
    return text


EntityId = Annotated[str, BeforeValidator(_entity)]


def _triggers(value: Any) -> tuple[Trigger, ...]:
    wanted = value if isinstance(value, list | tuple) else [value] if value else []
    if all(isinstance(one, Trigger) for one in wanted):
        return tuple(wanted)
    try:
        return tuple(automation({"triggers": list(wanted), "actions": []}).triggers)
    except AutomationInvalid as error:
        raise ValueError(str(error)) from None


Triggers = Annotated[
    tuple[Any, ...], BeforeValidator(_triggers), WithJsonSchema({"type": "array", "items": {"type": "object"}})
]


class Derived(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str = Field(
        "",
        title="Account",
        description="Whose rights it has; empty: the owner's.",
        json_schema_extra={"form": "hidden"},
    )


class TemplateOptions(Derived):
    type: Literal["sensor", "binary_sensor"] = Field(
        "sensor", title="What it is", description="A sensor has a number or a text, a binary sensor is on or off."
    )
    state: Template = Field(
        min_length=1,
        max_length=20_000,
        title="State",
        description="A template, such as {{ states('sensor.a') | float - states('sensor.b') | float }}.",
        json_schema_extra={"form": "long"},
    )
    unit_of_measurement: str = Field(
        "", max_length=40, title="Unit", description="With a unit it is a number and gets a chart."
    )
    device_class: str = Field("", max_length=40, title="Device class", pattern=r"^[a-z0-9_]*$")
    state_class: Literal["", "measurement", "total", "total_increasing"] = Field("", title="State class")
    icon: Template = Field("", max_length=2_000, title="Icon", description="A name, or a template of one.")
    availability: Template = Field(
        "", max_length=5_000, title="Available when", description="A template; empty: always."
    )
    attributes: Annotated[dict[str, Any], BeforeValidator(templates)] = Field(
        {}, max_length=50, title="Attributes", description="Names with templates."
    )
    triggers: Triggers = Field(
        (),
        title="Only at",
        description="Triggers as automations have them; empty: whenever something that it reads changes.",
    )

    @field_validator("attributes")
    @classmethod
    def _names(cls, attributes: dict[str, Any]) -> dict[str, Any]:
        for name in attributes:
            if not _ATTRIBUTE.fullmatch(name):
                raise ValueError(f"{name[:40]!r} is no name of an attribute; use letters, digits and _")
        return attributes

    @property
    def numeric(self) -> bool:
        return self.type == "sensor" and bool(self.unit_of_measurement or self.state_class)


class GroupOptions(Derived):
    type: Literal["group", "sensor"] = Field(
        "group", title="What it is", description="A group is on when one is on; a sensor reckons with numbers."
    )
    entities: list[EntityId] = Field(
        min_length=1, max_length=500, title="Members", description="Entities, one a line: light.kitchen."
    )
    all: bool = Field(False, title="All of them", description="The group is on only when every member is.")
    function: Literal["mean", "min", "max", "median", "sum", "range", "product", "stdev", "last", "first_available"] = (
        Field("mean", title="Reckons", description="What the sensor says of its members' numbers.")
    )
    ignore_non_numeric: bool = Field(
        False,
        title="Go on without some",
        description="Reckon with those that have a number; off: unknown until all do.",
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.entities)) < len(self.entities):
            raise ValueError("a member stands there twice")
        return self


class ZoneOptions(Derived):
    latitude: float = Field(ge=-90, le=90, title="Latitude", description="Degrees, north is positive.")
    longitude: float = Field(ge=-180, le=180, title="Longitude", description="Degrees, east is positive.")
    radius: float = Field(100, gt=0, le=1_000_000, title="Radius", description="m")
    passive: bool = Field(
        False, title="For automations only", description="Nobody is said to be in it; triggers look at it all the same."
    )
