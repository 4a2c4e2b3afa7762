"""What must be so for a run to go on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Discriminator, Field, model_validator

from hub.automation.grammar import is_template
from hub.automation.schema.triggers import bounds
from hub.automation.schema.values import (
    REST,
    EntityIds,
    Part,
    PositiveSpan,
    Span,
    Template,
    Templates,
    Text,
    Texts,
    Threshold,
    TruthOrTemplate,
    Weekdays,
    entity_of,
    lower,
    many,
    state_text,
    tagged,
    time_of_day,
)

_PURPOSE = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_TOGETHER = ("and", "or", "not")


class Condition(Part):
    """What all kinds share."""

    kind: ClassVar[str] = ""
    condition: str
    alias: Text | None = None
    enabled: TruthOrTemplate = True
    note: Text | None = None


class AndCondition(Condition):
    kind = "and"
    conditions: Conditions


class OrCondition(Condition):
    kind = "or"
    conditions: Conditions


class NotCondition(Condition):
    """True when none of them is."""

    kind = "not"
    conditions: Conditions


class StateCondition(Condition):
    kind = "state"
    entity_id: EntityIds
    state: Annotated[list[Annotated[str, BeforeValidator(state_text)]], BeforeValidator(many)]
    match: Literal["all", "any"] = "all"
    attribute: Text | None = None
    for_: PositiveSpan | None = Field(default=None, alias="for")


class NumericStateCondition(Condition):
    kind = "numeric_state"
    entity_id: EntityIds
    above: Threshold | None = None
    below: Threshold | None = None
    attribute: Text | None = None
    value_template: Template | None = None

    @model_validator(mode="after")
    def _bounded(self) -> NumericStateCondition:
        bounds(self.above, self.below)
        return self


class TemplateCondition(Condition):
    kind = "template"
    value_template: Template


def _moment(value: Any) -> time | str:
    if isinstance(value, str) and "." in value and not value[0].isdigit():
        return entity_of("input_datetime", "time", "sensor")(value)
    return time_of_day(value)


_Moment = Annotated[time | str, BeforeValidator(_moment)]


class TimeCondition(Condition):
    kind = "time"
    after: _Moment | None = None
    before: _Moment | None = None
    weekday: Weekdays | None = None

    @model_validator(mode="after")
    def _given(self) -> TimeCondition:
        if self.after is None and self.before is None and self.weekday is None:
            raise ValueError("give at least one of after, before and weekday")
        return self


class TriggerCondition(Condition):
    kind = "trigger"
    id: Texts


_SunEvent = Annotated[Literal["sunrise", "sunset"], BeforeValidator(lower)]


class SunCondition(Condition):
    kind = "sun"
    before: _SunEvent | None = None
    before_offset: Span | None = None
    after: _SunEvent | None = None
    after_offset: Span | None = None

    @model_validator(mode="after")
    def _given(self) -> SunCondition:
        if self.before is None and self.after is None:
            raise ValueError("give `before`, `after` or both")
        return self


class ZoneCondition(Condition):
    kind = "zone"
    entity_id: EntityIds
    zone: EntityIds


class DeviceCondition(Condition, extra="allow"):
    kind = "device"
    device_id: Text
    domain: Text
    type: Text | None = None


class QuietHoursCondition(Condition):
    """True while it is not a person's quiet time (or while it is, with `during: true`)."""

    kind = "quiet_hours"
    person: Text | None = None
    during: TruthOrTemplate = False


class PresenceCondition(Condition):
    """Whether somebody of the household is at home."""

    kind = "presence"
    person: Texts = Field(default_factory=list)
    """None: anybody."""
    home: TruthOrTemplate = True


class JournalCondition(Condition):
    """`has eaten in the last 3 h`: whether an entry of a kind began within some time."""

    kind = "journal"
    entry: Text
    person: Text | None = None
    within: PositiveSpan
    present: TruthOrTemplate = True


class BaselineCondition(Condition):
    """Whether a metric's latest value lies outside of a person's usual range."""

    kind = "baseline"
    person: Text
    metric: Text
    direction: Literal["above", "below", "either", "within"] = "either"
    deviations: float = Field(default=2, gt=0)


class PurposeCondition(Condition):
    """`light.is_on` and its like, with a target and options."""

    target: Templates = None
    options: Templates = None


KINDS: dict[str, type[Condition]] = {
    one.kind: one
    for one in (
        AndCondition, OrCondition, NotCondition, StateCondition, NumericStateCondition, TemplateCondition,
        TimeCondition, TriggerCondition, SunCondition, ZoneCondition, DeviceCondition, QuietHoursCondition,
        PresenceCondition, JournalCondition, BaselineCondition,
    )
}  # fmt: skip


def _normal(value: Any) -> Any:
    """With the long spelling: a bare template, `and:` as a key, and a list under `condition` are short ones."""
    if isinstance(value, Condition):
        return value
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, str):
        if not is_template(value) and value not in ("true", "false"):
            raise ValueError(f'{value!r} is no condition; a template looks like "{{{{ ... }}}}"')
        return {"condition": "template", "value_template": value}
    if not isinstance(value, Mapping):
        raise ValueError("a condition is a template or a set of keys, one of which is `condition`")
    given = dict(value)
    if "condition" not in given:
        for word in _TOGETHER:
            if word in given:
                return _together(given, word)
        raise ValueError("`condition` says which kind it is, e.g. `condition: state`")
    kind = given["condition"]
    if isinstance(kind, list):
        return {**given, "condition": "and", "conditions": kind}
    if is_template(kind):
        return {**given, "condition": "template", "value_template": kind}
    if not isinstance(kind, str):
        raise ValueError("`condition` says which kind it is, e.g. `condition: state`")
    if kind not in KINDS and not _PURPOSE.fullmatch(kind):
        near = difflib.get_close_matches(kind, KINDS, n=1)
        raise ValueError(f"there is no condition {kind!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return given


def _together(given: dict[str, Any], word: str) -> dict[str, Any]:
    return {**{key: one for key, one in given.items() if key != word}, "condition": word, "conditions": given[word]}


def _tag(value: Any) -> str:
    if isinstance(value, Condition):
        return value.kind or REST
    kind = value["condition"]
    return kind if kind in KINDS else REST


def flat(value: Any) -> list[Any]:
    """Conditions as one list, however lists are nested."""
    found: list[Any] = []
    for one in many(value):
        if isinstance(one, list):
            found += flat(one)
        else:
            found.append(one)
    return found


if TYPE_CHECKING:
    OneCondition = Condition
    Conditions = list[Condition]
else:
    OneCondition = Annotated[tagged((*KINDS.values(), PurposeCondition)), Discriminator(_tag), BeforeValidator(_normal)]
    Conditions = Annotated[list[OneCondition], BeforeValidator(flat)]
for _one in (AndCondition, OrCondition, NotCondition):
    _one.model_rebuild()
