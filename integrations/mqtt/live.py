"""A discovered entity at work: what its topics have said, and the samples that follow from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.api import Kind, Sample, Template, TemplateEnvironment, TemplateFailed
from integrations.mqtt.components.base import Fields, Ignored, Odd, Part, as_number
from integrations.mqtt.discovery.build import Availability, Thing
from integrations.mqtt.message import Incoming

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REPEAT_US = 3_600_000_000
"""An unchanged state of a switch and the like is recorded again after this long, to show that its source is alive."""
_NUMBERS = (Kind.GAUGE, Kind.COUNTER, Kind.DURATION)


class Live:
    """One entity. `complain` is told, once for each kind of trouble, what cannot be understood."""

    __slots__ = (
        "_last", "_last_attributes", "_last_us", "available", "complain", "enabled", "expired", "expires_at",
        "extra", "fields", "kind", "latest", "off_at", "place", "thing", "votes",
    )  # fmt: skip

    def __init__(self, thing: Thing, complain: Callable[[Live, str], None]) -> None:
        self.thing = thing
        self.complain = complain
        self.fields: Fields = {}
        self.extra: dict[str, Any] = {}
        """From `json_attributes_topic`."""
        self.kind = thing.description.kind
        self.votes: list[bool | None] = [None] * len(thing.availability)
        self.latest = False
        self.place: tuple[float, float] | None = None
        """Latitude and longitude of a tracker without a state topic."""
        self.expired = thing.expire_after > 0
        self.expires_at = math.inf
        self.off_at = math.inf
        """Monotonic instants of the clock."""
        self.available = not thing.availability and not self.expired
        self.enabled = thing.description.enabled
        self._last: Any = None
        self._last_attributes: Mapping[str, Any] = {}
        self._last_us = 0

    def adopt(self, old: Live) -> None:
        """Go on where an earlier form of the same entity stopped."""
        self.fields, self.extra, self.kind = old.fields, old.extra, old.kind if self.thing.open else self.kind
        self.enabled = old.enabled
        if self.thing.availability == old.thing.availability:
            self.votes, self.latest = old.votes, old.latest
        self.expired = old.expired and self.expired
        self.expires_at = old.expires_at
        self.reckon()

    def reckon(self) -> bool:
        """Work out whether the source is there; True when that changed."""
        before = self.available
        mode, votes = self.thing.availability_mode, self.votes
        if not votes:
            there = True
        elif mode == "all":
            there = all(vote is True for vote in votes)
        elif mode == "any":
            there = any(vote is True for vote in votes)
        else:
            there = self.latest
        self.available = there and not self.expired
        return before != self.available

    def vote(self, index: int, value: bool) -> None:
        self.votes[index] = self.latest = value

    def value(self) -> Any:
        """The state to record: a number, a text, or None when it is unknown."""
        value = self.fields.get("state")
        conversion = self.thing.conversion
        if conversion is not None and isinstance(value, float):
            value = float(f"{value * conversion.factor + conversion.shift:.10g}")
        if self.thing.open and value is not None:
            number = as_number(value)
            if self.kind in _NUMBERS:
                return number if number is not None else value
            return str(value)
        return value

    def attributes(self) -> dict[str, Any]:
        if len(self.fields) < 2 and not self.extra:
            return {}
        known = self.thing.component.attributes(self.thing.config, self.fields)
        return {**self.extra, **known} if self.extra else known

    def misfits(self) -> Kind | None:
        """The kind that the entity has to be described with from now on, when its values show that it is another."""
        value = self.fields.get("state")
        if not self.thing.open or value is None:
            return None
        if as_number(value) is None:
            return Kind.TEXT if self.kind in _NUMBERS else None
        # A first number makes it a quantity; a number among texts does not.
        return Kind.GAUGE if self.kind is Kind.TEXT and self._last is None else None

    def sample(self, taken_us: int, *, always: bool = False) -> Sample | None:
        """What to record now; None when nothing is new."""
        value, attributes = self.value(), self.attributes()
        thing = self.thing
        if not always and (value is None or not thing.component.repeats):
            same = value == self._last and attributes == self._last_attributes
            if same and (value is None or taken_us - self._last_us < REPEAT_US):
                return None
        self._last, self._last_attributes, self._last_us = value, attributes, taken_us
        return Sample(
            entity=thing.key,
            value=value,
            taken_at=EPOCH + timedelta(microseconds=taken_us),
            unit=(thing.description.unit or None) if isinstance(value, float) else None,
            attributes=attributes or None,
        )

    def taken_at(self, message: Incoming) -> int:
        """When it was measured: as the payload says (`taken_at_template`, or `last_seen` when retained), else now."""
        template = self.thing.when
        if template is None and not message.retain:
            return message.taken_us
        try:
            variables = message.variables(self.thing.encoding or "utf-8")
            data = variables.get("value_json")
            if template is not None:
                told: Any = template.text(variables)
            else:
                told = data.get("last_seen") if isinstance(data, dict) else None
        except (UnicodeDecodeError, LookupError, TemplateFailed):
            return message.taken_us
        found = instant_us(told)
        return found if found is not None and found <= message.taken_us else message.taken_us

    def assume(self, assumed: Mapping[str, Any]) -> None:
        """Take a command's effect for granted."""
        self.fields.update(assumed)


class Reader:
    """All that one entity reads of one topic filter."""

    __slots__ = ("_attributes", "_availability", "_steps", "live", "pattern")

    def __init__(
        self,
        live: Live,
        pattern: str,
        templates: TemplateEnvironment,
        parts: list[Part],
        availability: list[tuple[int, Availability]],
        attributes: bool,
    ) -> None:
        self.live, self.pattern = live, pattern
        config = live.thing.config

        def compiled(source: Any) -> Template | None:
            return templates.compile(str(source)) if source not in (None, "") else None

        self._steps = [(part, compiled(config.get(part.template)) if part.template else None) for part in parts]
        self._availability = [(index, one, compiled(one.template)) for index, one in availability]
        self._attributes = (compiled(config.get("json_attributes_template")), attributes)

    def __call__(self, message: Incoming) -> tuple[bool, bool]:
        """Whether the state may have changed, and whether the availability has."""
        live = self.live
        availability = False
        for index, one, template in self._availability:
            word = self._text(message, template, quiet=True)
            if word == one.available or word == one.not_available:
                live.vote(index, word == one.available)
                availability = True
        if availability:
            availability = live.reckon()
        changed = self._attributes[1] and self._read_attributes(message)
        fields, config = live.fields, live.thing.config
        for part, template in self._steps:
            text = self._text(message, template)
            if text is None:
                continue
            try:
                part.read(text, config, fields)
            except Ignored:
                continue
            except Odd as reason:
                live.complain(live, str(reason))
                continue
            changed = True
        return changed, availability

    def _text(self, message: Incoming, template: Template | None, *, quiet: bool = False) -> str | None:
        live = self.live
        encoding = live.thing.encoding
        try:
            if template is None:
                return message.text(encoding) if encoding else None
            variables = message.variables(encoding)
            if "this" in template.source or "entity_id" in template.source:
                known = {"state": live.fields.get("state"), "attributes": live.attributes()}
                variables = {**variables, "this": known, "entity_id": live.thing.key}
            return template.text(variables)
        except TemplateFailed as error:
            if not quiet and "is_defined" not in template.source:  # type: ignore[union-attr] # without a template nothing fails so
                live.complain(live, f"the template cannot be applied: {error}")
        except (UnicodeDecodeError, LookupError):
            live.complain(live, f"the message is not {encoding} text")
        return None

    def _read_attributes(self, message: Incoming) -> bool:
        live, (template, _) = self.live, self._attributes
        if template is not None:
            text = self._text(message, template)
            if text is None:
                return False
            message = Incoming(message.topic, text.encode())
        try:
            data = message.variables("utf-8").get("value_json")
        except UnicodeDecodeError:
            data = None
        if not isinstance(data, dict):
            live.complain(live, "the attributes are not a JSON object")
            return False
        live.extra = data
        return live.thing.name == "device_tracker" and self._locate(data)

    def _locate(self, data: Mapping[str, Any]) -> bool:
        """A tracker without a state of its own is where its coordinates are; the session says whether that is home."""
        live = self.live
        if live.thing.config.get("state_topic") is not None:
            return False
        latitude, longitude = as_number(data.get("latitude")), as_number(data.get("longitude"))
        if latitude is None or longitude is None:
            return False
        live.place = (latitude, longitude)
        return True


def readers(live: Live, templates: TemplateEnvironment) -> list[Reader]:
    """One for each topic filter."""
    config = live.thing.config
    patterns: dict[str, tuple[list[Part], list[tuple[int, Availability]], bool]] = {}

    def at(pattern: str) -> tuple[list[Part], list[tuple[int, Availability]], bool]:
        return patterns.setdefault(pattern, ([], [], False))

    several = len([part for part in live.thing.component.parts if part.topic == "state_topic"]) > 1
    for part in live.thing.component.parts:
        topic = config.get(part.topic)
        if part.topic == "last_reset_topic" and config.get("last_reset_value_template") is not None:
            topic = config.get("state_topic")
        if topic is None or (several and part.template and config.get(part.template) is None):
            continue
        at(topic)[0].append(part)
    for index, one in enumerate(live.thing.availability):
        at(one.topic)[1].append((index, one))
    attributes = config.get("json_attributes_topic")
    if attributes is not None:
        parts, votes, _ = at(attributes)
        patterns[attributes] = (parts, votes, True)
    return [Reader(live, pattern, templates, *what) for pattern, what in patterns.items()]


def instant_us(told: Any) -> int | None:
    """Microseconds since 1970 of an ISO 8601 text with zone, or of seconds or milliseconds since 1970."""
    number = as_number(told)
    if number is not None:
        seconds = number / 1000 if number > 1e11 else number
        return int(seconds * 1_000_000) if seconds > 1e9 else None
    try:
        instant = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return (instant - EPOCH) // timedelta(microseconds=1) if instant.tzinfo is not None else None
