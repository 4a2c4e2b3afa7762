"""What a run does, step by step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, Discriminator, Field, model_validator

from hub.automation.grammar import is_template
from hub.automation.schema.conditions import Conditions, OneCondition
from hub.automation.schema.triggers import Triggers
from hub.automation.schema.values import (
    CalledIds,
    Part,
    PositiveSpan,
    Template,
    Templates,
    Text,
    Truth,
    TruthOrTemplate,
    Variables,
    called_ids,
    entity_of,
    many,
    tagged,
    template,
    templates,
)

_SERVICE = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")


class Action(Part):
    """What all kinds share."""

    kind: ClassVar[str] = ""
    alias: Text | None = None
    enabled: TruthOrTemplate = True
    continue_on_error: Truth = False
    note: Text | None = None


class DelayAction(Action):
    kind = "delay"
    delay: PositiveSpan


class WaitTemplateAction(Action):
    kind = "wait_template"
    wait_template: Template
    timeout: PositiveSpan | None = None
    continue_on_timeout: Truth = True


class WaitForTriggerAction(Action):
    kind = "wait_for_trigger"
    wait_for_trigger: Triggers
    timeout: PositiveSpan | None = None
    continue_on_timeout: Truth = True


class ConditionAction(Action):
    """Ends the run when it is not so."""

    kind = "condition"
    condition: OneCondition


class EventAction(Action):
    kind = "event"
    event: Text
    event_data: Templates = Field(default_factory=dict)
    event_data_template: Templates = Field(default_factory=dict)


class DeviceAction(Action, extra="allow"):
    kind = "device"
    device_id: Text
    domain: Text
    type: Text | None = None


class SceneAction(Action):
    kind = "scene"
    scene: Annotated[str, BeforeValidator(entity_of("scene"))]
    metadata: Templates = None


class Repeat(Part):
    count: int | Template | None = None
    while_: Conditions | None = Field(default=None, alias="while")
    until: Conditions | None = None
    for_each: Templates = None
    sequence: Actions

    @model_validator(mode="after")
    def _one_form(self) -> Repeat:
        forms = [self.count, self.while_, self.until, self.for_each]
        if sum(one is not None for one in forms) != 1:
            raise ValueError("a repeat has exactly one of count, for_each, while and until")
        if self.for_each is not None and not isinstance(self.for_each, list) and not is_template(self.for_each):
            raise ValueError("`for_each` is a list, or a template that gives one")
        return self


class RepeatAction(Action):
    kind = "repeat"
    repeat: Repeat


class Option(Part):
    """One way of a choose."""

    alias: Text | None = None
    conditions: Conditions
    sequence: Actions


class ChooseAction(Action):
    kind = "choose"
    choose: Annotated[list[Option], BeforeValidator(many)]
    default: Actions | None = None


class IfAction(Action):
    kind = "if"
    if_: Conditions = Field(alias="if")
    then: Actions
    else_: Actions | None = Field(default=None, alias="else")


class VariablesAction(Action):
    kind = "variables"
    variables: Variables


class StopAction(Action):
    kind = "stop"
    stop: Text | None = None
    error: Truth = False
    response_variable: Text | None = None

    @model_validator(mode="after")
    def _exclusive(self) -> StopAction:
        if self.error and self.response_variable is not None:
            raise ValueError("a run that stops with an error has no response")
        return self


class ParallelAction(Action):
    kind = "parallel"
    parallel: Actions
    """Each of them, a sequence or a single action, runs at the same time."""


class SequenceAction(Action):
    kind = "sequence"
    sequence: Actions


class ConversationResponseAction(Action):
    kind = "set_conversation_response"
    set_conversation_response: Template | None


_TARGETS = ("entity_id", "device_id", "area_id", "floor_id", "label_id")


def _target(value: Any) -> Any:
    if value is None or is_template(value):
        return templates(value)
    if not isinstance(value, Mapping):
        raise ValueError("a target names entity_id, device_id, area_id, floor_id or label_id")
    for key in value:
        if key not in _TARGETS:
            raise ValueError(f"{key!r} is no target; there are {', '.join(_TARGETS)}")
    named = value.get("entity_id")
    for one in named if isinstance(named, list) else [named]:
        if one is not None and not is_template(one):
            called_ids(one)
    return templates(dict(value))


def _service(value: Any) -> str:
    told = template(value)
    if not is_template(told) and not _SERVICE.fullmatch(told.strip().lower()):
        raise ValueError(f"{value!r} is no action; it looks like `light.turn_on`")
    return told if is_template(told) else told.strip().lower()


def _data(value: Any) -> Any:
    if value is not None and not isinstance(value, Mapping | str):
        raise ValueError("data are names with values, or a template that gives them")
    return templates(value)


class CallAction(Action):
    """Calls an action of the house."""

    kind = "action"
    action: Annotated[str, BeforeValidator(_service)]
    data: Annotated[Any, BeforeValidator(_data)] = None
    data_template: Annotated[Any, BeforeValidator(_data)] = None
    target: Annotated[Any, BeforeValidator(_target)] = None
    entity_id: CalledIds | None = None
    response_variable: Text | None = None
    metadata: Templates = None


KINDS: dict[str, type[Action]] = {
    one.kind: one
    for one in (
        DelayAction, WaitTemplateAction, WaitForTriggerAction, ConditionAction, EventAction, DeviceAction,
        SceneAction, RepeatAction, ChooseAction, IfAction, VariablesAction, StopAction, ParallelAction,
        SequenceAction, ConversationResponseAction, CallAction,
    )
}  # fmt: skip
_FIRST = (
    ("delay", "delay"), ("wait_template", "wait_template"), ("condition", "condition"), ("and", "condition"),
    ("or", "condition"), ("not", "condition"), ("event", "event"), ("device_id", "device"), ("scene", "scene"),
    ("repeat", "repeat"), ("choose", "choose"), ("wait_for_trigger", "wait_for_trigger"),
    ("variables", "variables"), ("if", "if"), ("action", "action"), ("stop", "stop"), ("parallel", "parallel"),
    ("sequence", "sequence"), ("set_conversation_response", "set_conversation_response"),
)  # fmt: skip
"""The first of these keys that an action has says what it is."""


def _normal(value: Any) -> Any:
    """With the new spelling; a bare template is a condition, and `service` the old word for `action`."""
    if isinstance(value, Action):
        return value
    if isinstance(value, str) and is_template(value):
        return {"condition": value}
    if not isinstance(value, Mapping):
        raise ValueError("an action is a set of keys, e.g. `action: light.turn_on`")
    given = dict(value)
    for old in ("service", "service_template"):
        if old in given:
            if "action" in given:
                raise ValueError(f"`{old}` is the old word for `action`; give one of them")
            given["action"] = given.pop(old)
    kind = _kind(given)
    if kind is None:
        raise ValueError("it says nothing to do: an action has a key like action, delay, choose, if or stop")
    return _as_condition(given) if kind == "condition" else given


def _as_condition(given: dict[str, Any]) -> dict[str, Any]:
    """A condition as an action: its keys are the condition's, but for those that every action has."""
    shared = ("alias", "enabled", "continue_on_error", "note")
    inner = {key: one for key, one in given.items() if key not in shared}
    outer = {key: one for key, one in given.items() if key in shared}
    return {**outer, "condition": inner}


def _kind(given: Mapping[str, Any]) -> str | None:
    return next((kind for key, kind in _FIRST if key in given), None)


def _tag(value: Any) -> str:
    if isinstance(value, Action):
        return value.kind
    return _kind(value) or "action"


def flat(value: Any) -> list[Any]:
    """Actions as one list, however lists are nested."""
    found: list[Any] = []
    for one in many(value):
        if isinstance(one, list):
            found += flat(one)
        else:
            found.append(one)
    return found


if TYPE_CHECKING:
    OneAction = Action
    Actions = list[Action]
else:
    OneAction = Annotated[tagged(KINDS.values()), Discriminator(_tag), BeforeValidator(_normal)]
    Actions = Annotated[list[OneAction], BeforeValidator(flat)]
_MODELS: tuple[type[Part], ...] = (Repeat, Option, *KINDS.values())
for _one in _MODELS:
    _one.model_rebuild()
