"""What a form asks for each kind of trigger, condition and action: read off the language's models."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from hub.automation.schema import actions, conditions, triggers, values
from hub.automation.schema.actions import Action
from hub.automation.schema.conditions import Condition
from hub.automation.schema.trigger import Trigger
from hub.automation.schema.values import Part

SHARED = frozenset({"alias", "enabled", "note", "trigger", "condition", "variables", "continue_on_error"})
"""Of all kinds of a list; a form shows them apart."""
_BY_READER: Mapping[str, str] = {
    values.span.__name__: "span",
    values.positive_span.__name__: "span",
    values.entity_ids.__name__: "entities",
    values.entity_id.__name__: "entity",
    "checked": "entity",
    values.template.__name__: "template",
    values.templates.__name__: "yaml",
    values.variables.__name__: "yaml",
    values.truth.__name__: "flag",
    values.plain_truth.__name__: "flag",
    values.threshold.__name__: "bound",
    values.weekdays.__name__: "days",
    values.state_text.__name__: "states",
    values.text.__name__: "text",
    "_pattern": "text",
    "_states": "states",
    "_service": "action",
    "_target": "target",
    "_data": "yaml",
}
"""The function that reads a value -> how a form asks for it."""
_BY_KEY: Mapping[str, str] = {
    "person": "person",
    "entry": "kind",
    "metric": "metric",
    "at": "times",
    "after": "time",
    "before": "time",
    "event_type": "texts",
    "topic": "text",
    "payload": "text",
    "event_data_template": "yaml",
}
"""Keys that say more than the type of their value."""
_NESTED = {
    "conditions",
    "sequence",
    "choose",
    "default",
    "if",
    "then",
    "else",
    "parallel",
    "wait_for_trigger",
    "repeat",
}
"""Hold cards of their own."""


@dataclass(frozen=True, slots=True)
class KindField:
    key: str
    control: str
    """`text`, `texts`, `template`, `entity`, `entities`, `span`, `bound`, `number`, `choice`, `choices`, `flag`,
    `days`, `states`, `time`, `times`, `person`, `persons`, `kind`, `metric`, `target`, `action`, `yaml`."""
    required: bool = False
    choices: tuple[str, ...] = ()
    settled: Any = None
    """What it is when nothing is said."""


@cache
def kinds_of(area: str) -> Mapping[str, tuple[KindField, ...]]:
    """`triggers`, `conditions` or `actions` -> kind -> its own fields, in the order of the model."""
    models: Mapping[str, Mapping[str, type[Trigger] | type[Condition] | type[Action]]] = {
        "triggers": triggers.KINDS,
        "conditions": conditions.KINDS,
        "actions": actions.KINDS,
    }
    return {kind: tuple(fields_of(model)) for kind, model in models[area].items()}


def fields_of(model: type[Part]) -> list[KindField]:
    found = []
    for name, info in model.model_fields.items():
        key = info.alias or name
        if (key in SHARED and not (key == "variables" and model is actions.VariablesAction)) or key in _NESTED:
            continue
        found.append(_field(key, info, model))
    return found


def _field(key: str, info: FieldInfo, model: type[Part]) -> KindField:
    told = _readers(info)
    literal = _literal(info.annotation)
    readers = [_BY_READER[one] for one in told if one in _BY_READER]
    several = "many" in told
    if key in ("after", "before") and literal:
        control = "choice"
    elif key in _BY_KEY:
        control = _BY_KEY[key]
    elif literal:
        control = "choices" if several or key == "allowed_methods" else "choice"
    elif readers:
        control = readers[0]
    else:
        control = "number" if _number(info.annotation) else "yaml"
    if several and control in ("text", "person", "template"):
        control += "s"
    if key == "state" and model is conditions.StateCondition:
        control = "states"
    if control == "templates":
        control = "texts"
    settled = None if info.is_required() or info.default_factory is not None else info.default
    return KindField(key, control, info.is_required(), literal, settled)


def _readers(info: FieldInfo) -> list[str]:
    found: list[str] = [_name(one.func) for one in info.metadata if isinstance(one, BeforeValidator)]
    found += _within(info.annotation)
    return found


def _within(annotation: Any) -> list[str]:
    found: list[str] = []
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        found += [_name(one.func) for one in metadata if isinstance(one, BeforeValidator)]
        return found + _within(inner)
    if get_origin(annotation) in (Union, types.UnionType, list):
        for one in get_args(annotation):
            found += _within(one)
    return found


def _name(reader: Callable[..., Any]) -> str:
    return reader.__name__


def _literal(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(one) for one in get_args(annotation))
    for one in get_args(annotation):
        if found := _literal(one):
            return found
    return ()


def _number(annotation: Any) -> bool:
    return annotation in (int, float) or any(one in (int, float) for one in get_args(annotation))
