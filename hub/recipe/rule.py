"""One reading of a recipe: where it is in an answer, what it is, and when it was taken."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from hub.errors import BadReading
from hub.model import EntityDescription, Kind, Sample
from hub.recipe.find import PathInvalid, compiled, kind, look_up

_MILLISECONDS_FROM = 1e11
"""A bare number this large counts milliseconds: as seconds it would lie in the year 5138."""
_COUNTED = re.compile(r"-?\d{9,}(\.\d+)?(e\+?\d+)?")
"""Seconds or milliseconds since 1970, as a number or as text."""
_NUMBERS = (Kind.GAUGE, Kind.COUNTER, Kind.DURATION)


class ReadingRule(BaseModel):
    """Names a `metric` of the vocabulary, or makes an entity of its own by `name`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str = Field(
        "", description="What is measured: weight, carbon_dioxide ... Or leave it empty and give a name."
    )
    name: str = Field("", description="Name of an entity of your own, for what is no metric of the hub.")
    path: str = Field("", description="Where the value is: data.weight, sensors[0].value. Empty: the whole answer.")
    unit: str = Field("", description="Unit of the value; empty: the metric's own.")
    kind: Kind = Field(Kind.GAUGE, description="For an entity of your own: gauge, counter, duration, enum or text.")
    device_class: str = Field("", description="For an entity of your own: Home Assistant's device class.")
    options: tuple[str, ...] = Field((), description="For an enum of your own: the values it can have.")
    taken_at: str = Field("", description="Where the instant of measurement is; empty: now.")
    taken_at_format: str = Field("", description="Empty: seconds, milliseconds or ISO 8601. Else like %d.%m.%Y %H:%M.")
    scale: float = Field(1.0, description="The value is multiplied by this ...")
    offset: float = Field(0.0, description="... and then this is added.")
    values: dict[str, str | float] = Field({}, description="What the device says, and what is meant: {'ON': 'awake'}.")
    when: str = Field("", description="Only when this condition holds: status == 'ok'.")
    source: str = Field("", description="Which of several devices spoke: ring, watch.")
    which: str = Field("", description="In a list of several devices: where the name of each is, such as id.")
    increment: bool = Field(False, description="The value is an amount since the one before, not a total.")
    optional: bool = Field(False, description="It is no error when the value is not there.")

    @field_validator("path", "taken_at", "when", "which")
    @classmethod
    def _readable(cls, path: str) -> str:
        try:
            compiled(path)
        except PathInvalid as error:
            raise ValueError(str(error)) from None
        return path

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.metric) == bool(self.name):
            raise ValueError("give either a metric or a name of your own")
        if not math.isfinite(self.scale) or not math.isfinite(self.offset) or self.scale == 0:
            raise ValueError("scale and offset are numbers, and scale is not 0")
        return self

    @property
    def label(self) -> str:
        """How messages call it."""
        return self.metric or self.name

    @property
    def key(self) -> str:
        """Key of the entity of one's own."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "value"


def rule_entity(rule: ReadingRule, device: str) -> EntityDescription | None:
    """The description of a rule's own entity; None when it measures a metric."""
    if rule.metric:
        return None
    state_class = {Kind.GAUGE: "measurement", Kind.COUNTER: "total_increasing"}.get(rule.kind, "")
    return EntityDescription(
        key=rule.key,
        name=rule.name,
        device=device,
        unit=rule.unit,
        kind=rule.kind,
        device_class=rule.device_class,
        state_class=state_class,
        options=rule.options,
    )


def apply_rule(rule: ReadingRule, data: Any, now: datetime, zone: tzinfo, kind: Kind | None = None) -> Sample | None:
    """The sample a rule finds in an answer, or None: its condition does not hold, or a null stands there.

    Its source names one of several devices, for metrics and entities alike. `kind` is the metric's;
    local times without a zone are in `zone`. Raises NothingThere, BadReading.
    """
    if rule.when and not _holds(rule.when, data):
        return None
    raw = look_up(rule.path, data)
    if raw is None:
        return None
    taken_at = now
    if rule.taken_at:
        at = look_up(rule.taken_at, data)
        if at is None:
            return None
        taken_at = instant(at, rule.taken_at_format, zone)
    return Sample(
        metric=rule.metric,
        entity="" if rule.metric else rule.key,
        value=_value(rule, raw, (kind or rule.kind) in _NUMBERS),
        taken_at=taken_at,
        unit=rule.unit or None,
        source=_source(rule, data),
        increment=rule.increment,
    )


def instant(raw: Any, form: str, zone: tzinfo) -> datetime:
    """An aware instant from seconds, milliseconds, ISO 8601 or a `strptime` form. Raises BadReading."""
    try:
        if form:
            at = datetime.strptime(str(raw), form)  # noqa: DTZ007 # the zone is given below where the text has none
        elif _COUNTED.fullmatch(str(raw).strip()):
            at = _counted(float(raw))
        else:
            at = datetime.fromisoformat(str(raw).strip())
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        wanted = form or "seconds, milliseconds or a date as 2026-11-21T08:30:00+01:00"
        raise BadReading(f"{str(raw)[:40]!r} is no instant; wanted is {wanted}") from None


def _source(rule: ReadingRule, data: Any) -> str:
    if not rule.which:
        return rule.source
    found = look_up(rule.which, data)
    if isinstance(found, (dict, list)) or found is None or str(found).strip() == "":
        raise BadReading(f"{rule.which!r} is {kind(found)} where the name of a device was expected")
    return str(found).strip()


def _counted(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds / 1000 if abs(seconds) >= _MILLISECONDS_FROM else seconds, UTC)


def _holds(condition: str, data: Any) -> bool:
    """A condition whose parts are missing does not hold."""
    found = compiled(condition).search(data)
    return found is not None and found is not False and found not in ("", [], {})


def _value(rule: ReadingRule, raw: Any, number: bool) -> float | str | bool:
    word = str(raw).lower() if isinstance(raw, bool) else str(raw) if isinstance(raw, (str, int, float)) else ""
    if rule.values and word in rule.values:
        raw = rule.values[word]
    if isinstance(raw, (dict, list)):
        raise BadReading(f"{rule.path!r} is {kind(raw)}; go on to the value inside")
    if not number:
        return raw if isinstance(raw, (bool, str)) else f"{raw:g}" if isinstance(raw, float) else str(raw)
    if isinstance(raw, bool):
        raise BadReading(f"{rule.path!r} is true or false where a number was expected; say what is meant with `values`")
    try:
        value = float(raw)
    except ValueError:
        raise BadReading(
            f"{rule.path!r} is text where a number was expected; say what is meant with `values`"
        ) from None
    return value * rule.scale + rule.offset
