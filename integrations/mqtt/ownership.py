"""The owner's rules: whose a device is, and what its entities measure."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hub.api import Context, DeviceDescription, EntityDescription
from integrations.mqtt.config import Assign

SAFE_METRICS = {"blood_glucose_concentration": "blood_glucose"}
"""Device classes that can mean only one thing."""


class Ownership:
    def __init__(self, ctx: Context, rules: list[Assign]) -> None:
        self._ctx, self._rules = ctx, rules

    def person_of(self, device: DeviceDescription, identifiers: list[str]) -> str:
        """A slug, `household`, or empty when no rule decides."""
        rule = self._rule(device, identifiers)
        return rule.person if rule is not None else ""

    def metric_of(self, entity: EntityDescription, device: DeviceDescription | None, identifiers: list[str]) -> str:
        """A metric's key, or empty when it is not certain what the entity measures."""
        rule = self._rule(device, identifiers) if device is not None else None
        wished = [metric for pattern, metric in (rule.metrics if rule is not None else {}).items()
                  if fnmatchcase(entity.name.lower(), pattern.lower())]  # fmt: skip
        metric = wished[0] if wished else SAFE_METRICS.get(entity.device_class, "")
        return metric if metric and self._ctx.metric(metric) is not None else ""

    def _rule(self, device: DeviceDescription, identifiers: list[str]) -> Assign | None:
        for rule in self._rules:
            if (
                fnmatchcase(device.name.lower(), rule.device.lower())
                and fnmatchcase(device.manufacturer.lower(), rule.manufacturer.lower())
                and any(fnmatchcase(one.lower(), rule.identifier.lower()) for one in identifiers)
            ):
                return rule
        return None
