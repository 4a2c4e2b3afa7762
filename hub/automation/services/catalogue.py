"""Every action with its fields, for whoever draws a form of it."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from hub.automation.services.described import TARGETS, Given, Service, Targeted
from hub.plugin import ActionSpec


@dataclass(frozen=True, slots=True)
class ActionField:
    name: str
    title: str
    description: str = ""
    required: bool = False
    selector: Mapping[str, Any] = field(default_factory=lambda: {"text": {}})
    """Home Assistant's form, as blueprints have it."""
    example: Any = None
    default: Any = None


@dataclass(frozen=True, slots=True)
class ActionFacts:
    name: str
    """`light.turn_on`."""
    title: str
    description: str
    fields: tuple[ActionField, ...] = ()
    target: tuple[str, ...] | None = None
    """Domains of the entities that it is for (empty: any); None: it has no target."""
    response: bool = False
    """Whether it gives something back, for `response_variable`."""

    @property
    def domain(self) -> str:
        return self.name.partition(".")[0]

    @property
    def target_selector(self) -> Mapping[str, Any] | None:
        if self.target is None:
            return None
        return {"target": {"entity": [{"domain": list(self.target)}]} if self.target else {}}


def facts(specs: Iterable[ActionSpec], services: Mapping[str, Service]) -> list[ActionFacts]:
    """By name; those without a description of their own as far as their parameters tell."""
    found = [_described(services[one.name]) if one.name in services else _guessed(one) for one in specs]
    return sorted(found, key=lambda one: one.name)


def _described(service: Service) -> ActionFacts:
    fields = tuple(_field(one) for one in service.fields)
    return ActionFacts(service.name, service.title, service.description, fields, service.target, service.response)


def _field(one: Given) -> ActionField:
    return ActionField(one.name, one.title, one.description, one.required, one.selector, one.example, one.default)


def _guessed(spec: ActionSpec) -> ActionFacts:
    targeted = issubclass(spec.parameters, Targeted)
    fields = tuple(
        ActionField(
            name,
            info.title or name.replace("_", " ").capitalize(),
            info.description or "",
            info.is_required(),
            _selector(name, info.annotation),
            next(iter(info.examples or ()), None),
            None if info.is_required() else info.get_default(call_default_factory=True, validated_data={}),
        )
        for name, info in spec.parameters.model_fields.items()
        if not (targeted and name in TARGETS)
    )
    return ActionFacts(spec.name, spec.title, spec.description, fields, () if targeted else None)


def _selector(name: str, kind: Any) -> Mapping[str, Any]:
    """How a value of this type is asked for."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        kinds = [one for one in args if one is not type(None)]
        return _selector(name, str if str in kinds else kinds[0])
    if origin is typing.Annotated:
        return _selector(name, args[0])
    if origin is typing.Literal:
        return {"select": {"options": [str(one) for one in args]}}
    if name == "entity_id":
        return {"entity": {"multiple": origin is list}}
    if origin is list:
        return {"text": {"multiple": True}} if args and args[0] is str else {"object": {}}
    if isinstance(kind, type):
        if issubclass(kind, bool):
            return {"boolean": {}}
        if issubclass(kind, enum.Enum):
            return {"select": {"options": [str(one.value) for one in kind]}}
        if issubclass(kind, int | float):
            return {"number": {"mode": "box", "step": 1 if issubclass(kind, int) else "any"}}
        if issubclass(kind, datetime):
            return {"datetime": {}}
        if issubclass(kind, date):
            return {"date": {}}
        if issubclass(kind, str):
            return {"text": {}}
        if issubclass(kind, BaseModel):
            return {"object": {}}
    return {"object": {}} if kind is Any or origin is not None else {"text": {}}
