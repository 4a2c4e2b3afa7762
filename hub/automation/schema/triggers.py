"""What sets an automation off."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, field_validator, model_validator

from hub.automation.grammar import is_template
from hub.automation.schema.own_triggers import (
    JournalTrigger,
    MissingDataTrigger,
    PredictionTrigger,
    ReadingTrigger,
    StatisticTrigger,
)
from hub.automation.schema.trigger import Trigger
from hub.automation.schema.values import (
    REST,
    EntityId,
    EntityIds,
    Part,
    PositiveSpan,
    Span,
    States,
    Template,
    TemplateList,
    Templates,
    Text,
    Texts,
    Threshold,
    Truth,
    Weekdays,
    entity_of,
    lower,
    many,
    tagged,
    template,
    time_of_day,
)
from hub.automation.sentences import pattern
from hub.automation.topics import flaw_of

_PURPOSE = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_PATTERN = re.compile(r"\*|/?\d{1,2}")


class StateTrigger(Trigger):
    kind = "state"
    entity_id: EntityIds
    to: States = None
    from_: States = Field(default=None, alias="from")
    not_to: States = None
    not_from: States = None
    attribute: Text | None = None
    for_: PositiveSpan | None = Field(default=None, alias="for")

    @model_validator(mode="after")
    def _one_way(self) -> StateTrigger:
        for one, other, name in ((self.to, self.not_to, "to"), (self.from_, self.not_from, "from")):
            if one and other:
                raise ValueError(f"`{name}` and `not_{name}` exclude each other")
        return self


class NumericStateTrigger(Trigger):
    kind = "numeric_state"
    entity_id: EntityIds
    above: Threshold | None = None
    below: Threshold | None = None
    attribute: Text | None = None
    value_template: Template | None = None
    for_: PositiveSpan | None = Field(default=None, alias="for")

    @model_validator(mode="after")
    def _bounded(self) -> NumericStateTrigger:
        bounds(self.above, self.below)
        return self


def bounds(above: float | str | None, below: float | str | None) -> None:
    if above is None and below is None:
        raise ValueError("give `above`, `below` or both")
    if isinstance(above, float) and isinstance(below, float) and above > below:
        raise ValueError(f"a value can never be above {above:g} and below {below:g}; use two triggers")


class MovedTime(Part):
    """A helper's or sensor's time, some time before or after."""

    entity_id: EntityId
    offset: Span = timedelta(0)


def _moment(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MovedTime.model_validate(value)
    if is_template(value):
        return template(value)
    if isinstance(value, str) and "." in value and not value[0].isdigit():
        return entity_of("input_datetime", "sensor")(value)
    return time_of_day(value)


class TimeTrigger(Trigger):
    kind = "time"
    at: list[Annotated[time | MovedTime | str, BeforeValidator(_moment)]]
    """None: it is never time; an input of a blueprint may be left empty."""
    weekday: Weekdays | None = None

    _many = field_validator("at", mode="before")(many)


def _pattern(value: Any) -> str:
    told = str(value).strip()
    if isinstance(value, bool) or not _PATTERN.fullmatch(told):
        raise ValueError(f"{value!r} is no pattern; write a number, '/5' for every fifth, or '*'")
    return told


class TimePatternTrigger(Trigger):
    kind = "time_pattern"
    hours: Annotated[str | None, BeforeValidator(_pattern)] = None
    minutes: Annotated[str | None, BeforeValidator(_pattern)] = None
    seconds: Annotated[str | None, BeforeValidator(_pattern)] = None

    @model_validator(mode="after")
    def _given(self) -> TimePatternTrigger:
        for name, most in (("hours", 23), ("minutes", 59), ("seconds", 59)):
            told = getattr(self, name)
            if told is not None and told != "*" and int(told.lstrip("/")) > most:
                raise ValueError(f"{name} go up to {most}")
            if told is not None and told.startswith("/") and int(told[1:]) == 0:
                raise ValueError(f"{name}: every 0th is never")
        if self.hours is None and self.minutes is None and self.seconds is None:
            raise ValueError("give at least one of hours, minutes and seconds")
        return self


class EventTrigger(Trigger):
    kind = "event"
    event_type: TemplateList
    event_data: Templates = None
    context: Templates = None


class TemplateTrigger(Trigger):
    kind = "template"
    value_template: Template
    for_: PositiveSpan | None = Field(default=None, alias="for")


class HomeAssistantTrigger(Trigger):
    kind = "homeassistant"
    event: Literal["start", "shutdown"]


class SunTrigger(Trigger):
    kind = "sun"
    event: Annotated[Literal["sunrise", "sunset"], BeforeValidator(lower)]
    offset: Span = timedelta(0)


class ZoneTrigger(Trigger):
    kind = "zone"
    entity_id: EntityIds
    zone: Annotated[str, BeforeValidator(entity_of("zone"))]
    event: Literal["enter", "leave"] = "enter"


class GeoLocationTrigger(Trigger):
    kind = "geo_location"
    source: Text
    zone: Annotated[str, BeforeValidator(entity_of("zone"))]
    event: Literal["enter", "leave"] = "enter"


class MqttTrigger(Trigger):
    kind = "mqtt"
    topic: Template = Field(min_length=1)
    payload: Template | None = None
    value_template: Template | None = None
    qos: Annotated[int, Field(ge=0, le=2)] | Template = 0
    encoding: Text | None = "utf-8"

    @field_validator("topic")
    @classmethod
    def _filter(cls, topic: str) -> str:
        if not is_template(topic) and (flaw := flaw_of(topic)):
            raise ValueError(flaw)
        return topic


def _methods(value: Any) -> Any:
    return [one.upper() if isinstance(one, str) else one for one in many(value)]


class WebhookTrigger(Trigger):
    kind = "webhook"
    webhook_id: Text = Field(min_length=1)
    allowed_methods: Annotated[tuple[Literal["GET", "HEAD", "POST", "PUT"], ...], BeforeValidator(_methods)] = (
        "POST",
        "PUT",
    )
    local_only: Truth = True


class TagTrigger(Trigger):
    kind = "tag"
    tag_id: Texts = Field(min_length=1)
    device_id: Texts | None = None


class CalendarTrigger(Trigger):
    kind = "calendar"
    entity_id: Annotated[str, BeforeValidator(entity_of("calendar"))]
    event: Literal["start", "end"] = "start"
    offset: Span = timedelta(0)


class ConversationTrigger(Trigger):
    kind = "conversation"
    command: Texts = Field(min_length=1)

    @field_validator("command")
    @classmethod
    def _sayable(cls, command: list[str]) -> list[str]:
        for one in command:
            if not is_template(one):
                pattern(one)
        return command


class NotificationTrigger(Trigger):
    kind = "persistent_notification"
    notification_id: Text | None = None
    update_type: Annotated[tuple[Literal["added", "removed", "updated", "current"], ...], BeforeValidator(many)] = (
        "added",
        "removed",
        "updated",
        "current",
    )


class DeviceTrigger(Trigger, extra="allow"):
    kind = "device"
    device_id: Text
    domain: Text
    type: Text | None = None
    subtype: Text | None = None


class PurposeTrigger(Trigger):
    """`light.turned_on` and its like, with a target and options."""

    target: Templates = None
    options: Templates = None


KINDS: dict[str, type[Trigger]] = {
    one.kind: one
    for one in (
        StateTrigger, NumericStateTrigger, TimeTrigger, TimePatternTrigger, EventTrigger, TemplateTrigger,
        HomeAssistantTrigger, SunTrigger, ZoneTrigger, GeoLocationTrigger, MqttTrigger, WebhookTrigger, TagTrigger,
        CalendarTrigger, ConversationTrigger, NotificationTrigger, DeviceTrigger, JournalTrigger, ReadingTrigger,
        MissingDataTrigger, PredictionTrigger, StatisticTrigger,
    )
}  # fmt: skip


def _normal(value: Any) -> Any:
    """With the new spelling; `platform` is the old one."""
    if isinstance(value, Trigger):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("a trigger is a set of keys, one of which is `trigger`")
    given = dict(value)
    if "platform" in given:
        if "trigger" in given:
            raise ValueError("`platform` is the old word for `trigger`; give one of them")
        given["trigger"] = given.pop("platform")
    kind = given.get("trigger")
    if not isinstance(kind, str):
        raise ValueError("`trigger` says which kind it is, e.g. `trigger: state`")
    if kind not in KINDS and not _PURPOSE.fullmatch(kind):
        near = difflib.get_close_matches(kind, KINDS, n=1)
        raise ValueError(f"there is no trigger {kind!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return given


def _tag(value: Any) -> str:
    if isinstance(value, Trigger):
        return value.kind or REST
    kind = value["trigger"]
    return kind if kind in KINDS else REST


def flat(value: Any) -> list[Any]:
    """Triggers as one list, however lists are nested; `{triggers: [...]}` is a list too."""
    found: list[Any] = []
    for one in many(value):
        if isinstance(one, list):
            found += flat(one)
        elif isinstance(one, Mapping) and set(one) == {"triggers"}:
            found += flat(one["triggers"])
        else:
            found.append(one)
    return found


if TYPE_CHECKING:
    OneTrigger = Trigger
    Triggers = list[Trigger]
else:
    OneTrigger = Annotated[tagged((*KINDS.values(), PurposeTrigger)), Discriminator(_tag), BeforeValidator(_normal)]
    Triggers = Annotated[list[OneTrigger], BeforeValidator(flat)]
