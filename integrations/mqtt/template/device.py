"""From a message to samples; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

import orjson

from hub.api import (
    BadReading,
    ConfigInvalid,
    DeviceDescription,
    EntityDescription,
    Metric,
    NothingThere,
    ReadingRule,
    Sample,
    apply_rule,
    look_up_list,
    rule_entity,
)
from integrations.mqtt.template.config import TemplateConfig, filled


@dataclass(frozen=True, slots=True)
class Told:
    """One sample of a message, and whether the message said when it was taken."""

    sample: Sample
    dated: bool


@dataclass(slots=True)
class Found:
    """What one message told."""

    told: list[Told] = field(default_factory=list)
    devices: dict[str, DeviceDescription] = field(default_factory=dict)
    entities: dict[str, EntityDescription] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


class TemplateDevice:
    """Reads messages by an entry's options. A topic with names makes one device for each set of them."""

    def __init__(
        self, config: TemplateConfig, title: str, zone: tzinfo, metric_of: Callable[[str], Metric | None]
    ) -> None:
        """Raises ConfigInvalid for a metric that there is not."""
        self._config, self._title, self._zone = config, title, zone
        self._metrics: list[Metric | None] = []
        for rule in config.readings:
            metric = metric_of(rule.metric) if rule.metric else None
            if rule.metric and metric is None:
                raise ConfigInvalid(
                    f"there is no metric {rule.metric!r}", key="readings.metric", hint="Give it a `name` instead."
                )
            self._metrics.append(metric)
        # A device that comes and goes has entities that can be marked so; a plain metric is simply the person's.
        self._described = "{" in config.topic or bool(config.availability_topic)

    def read(self, topic: str, payload: bytes, now: datetime) -> Found | None:
        """Samples of a message, and what in it could not be read. None: the topic is not this entry's.

        Never raises for what a stranger sent.
        """
        names = self._config.named(topic)
        if names is None:
            return None
        found = Found()
        try:
            data = self._data(payload)
            parts = look_up_list(self._config.items, data) if self._config.items else [data]
        except (NothingThere, BadReading) as error:
            found.errors.append(str(error))
            return found
        for part in parts:
            for rule, metric in zip(self._config.readings, self._metrics, strict=True):
                try:
                    sample = apply_rule(rule, part, now, self._zone, metric.kind if metric is not None else None)
                except NothingThere as error:
                    if not rule.optional:
                        found.errors.append(f"{rule.label}: {error}")
                except BadReading as error:
                    found.errors.append(f"{rule.label}: {error}")
                else:
                    if sample is not None:
                        found.told.append(Told(self._placed(rule, metric, sample, names, found), bool(rule.taken_at)))
        return found

    def available(self, topic: str, payload: bytes) -> tuple[list[str], bool] | None:
        """Keys of the entities whose device says it is there (True) or gone (False); None for anything else."""
        names = self._config.availability_named(topic)
        word = payload.decode(errors="replace").strip()
        if names is None or word not in (self._config.online, self._config.offline):
            return None
        keys = [_key(rule.metric or rule.key, names, "") for rule in self._config.readings if not rule.which]
        return keys, word == self._config.online

    def _placed(
        self, rule: ReadingRule, metric: Metric | None, sample: Sample, names: Mapping[str, str], found: Found
    ) -> Sample:
        """The sample as one of a described entity, where there is one; else a plain metric."""
        if metric is not None and not self._described:
            return sample
        source = filled(sample.source, names) if rule.which or rule.source else ""
        device = "/".join(
            [*(f"{name}={value}" for name, value in sorted(names.items())), *([source] if source else [])]
        )
        device = device or "device"
        description = rule_entity(rule, device) or EntityDescription(rule.metric, "", device=device, metric=rule.metric)
        key = _key(description.key, names, source)
        name = description.name or (metric.name if metric is not None else key)
        found.devices[device] = DeviceDescription(device, self._name(names, source))
        found.entities[key] = replace(description, key=key, name=name)
        return replace(sample, metric="", entity=key, source="")

    def _name(self, names: Mapping[str, str], source: str) -> str:
        named = filled(self._config.device, names) if self._config.device else " ".join([self._title, *names.values()])
        return f"{named} {source}".strip()

    def _data(self, payload: bytes) -> Any:
        if self._config.payload == "plain":
            try:
                return payload.decode().strip()
            except UnicodeDecodeError:
                raise BadReading(f"the message is not text ({len(payload)} bytes)") from None
        try:
            return orjson.loads(payload)
        except ValueError:
            raise BadReading(
                f"the message is not JSON ({len(payload)} bytes); for a bare value set payload to plain"
            ) from None


def _key(key: str, names: Mapping[str, str], source: str) -> str:
    return "@".join([key, *(value for _, value in sorted(names.items())), *([source] if source else [])])
