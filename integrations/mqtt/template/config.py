"""What the owner says of such a device."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from hub.api import ReadingRule
from integrations.mqtt.topics import check_filter

_NAMED = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class TemplateConfig(BaseModel):
    """Options of an MQTT template entry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: str = Field(
        min_length=1,
        title="Topic",
        description="Where it speaks: scales/bathroom, or scales/{room}/state for one device a room.",
    )
    payload: Literal["json", "plain"] = Field(
        "json", title="Messages are", description="Plain: the message is the value itself."
    )
    items: str = Field(
        "", title="List", description="Where a list of readings is; the paths below then start at each of them."
    )
    device: str = Field(
        "", title="Device", description="Its name, such as Scale {room}. Leave it empty for this entry's name."
    )
    readings: tuple[ReadingRule, ...] = Field(
        min_length=1,
        title="Readings",
        description='What to take from a message: [{"metric": "weight", "path": "weight", "unit": "kg"}]',
    )
    availability_topic: str = Field(
        "", title="Topic of its presence", description="Where it says whether it is there; {room} as in the topic."
    )
    online: str = Field("online", title="Word for there", description="What it says there when it is there.")
    offline: str = Field("offline", title="Word for gone", description="What it says there when it is gone.")

    @field_validator("topic", "availability_topic")
    @classmethod
    def _topic(cls, topic: str) -> str:
        if topic:
            names = _NAMED.findall(topic)
            if len(names) != len(set(names)):
                raise ValueError(f"{topic!r} has a name twice")
            plain = check_filter(_NAMED.sub("+", topic))
            if "{" in plain or "}" in plain:
                raise ValueError(f"{topic!r}: a name in braces stands for one whole level and is written {{room}}")
        return topic

    @model_validator(mode="after")
    def _together(self) -> Self:
        known = set(_NAMED.findall(self.topic))
        for what, text in (
            ("device", self.device),
            ("availability_topic", self.availability_topic),
            *(("source", rule.source) for rule in self.readings),
        ):
            for name in _NAMED.findall(text):
                if name not in known:
                    there = ", ".join(sorted(known)) or "none"
                    raise ValueError(f"{what} names {{{name}}}, which is not in the topic; there: {there}")
        names = [rule.key for rule in self.readings if not rule.metric]
        if len(names) != len(set(names)):
            raise ValueError("two readings have the same name; give each its own")
        return self

    @cached_property
    def pattern(self) -> str:
        """The topic filter to subscribe to."""
        return _NAMED.sub("+", self.topic)

    @cached_property
    def availability_pattern(self) -> str:
        return _NAMED.sub("+", self.availability_topic)

    def named(self, topic: str) -> dict[str, str] | None:
        """What the names of `topic` stand for in an actual topic; None when it is another one."""
        return self._matched(self.topic, topic)

    def availability_named(self, topic: str) -> dict[str, str] | None:
        return self._matched(self.availability_topic, topic) if self.availability_topic else None

    def _matched(self, wanted: str, topic: str) -> dict[str, str] | None:
        levels, actual = wanted.split("/"), topic.split("/")
        found: dict[str, str] = {}
        for index, level in enumerate(levels):
            if level == "#":
                return found
            if index >= len(actual):
                return None
            name = _NAMED.fullmatch(level)
            if name is not None:
                found[name[1]] = actual[index]
            elif level not in ("+", actual[index]):
                return None
        return found if len(levels) == len(actual) else None


def filled(text: str, names: Mapping[str, str]) -> str:
    """`Scale {room}` with what the names stand for."""
    return _NAMED.sub(lambda match: names.get(match[1], match[0]), text)
