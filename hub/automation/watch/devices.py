"""Triggers of devices as Home Assistant's editor writes them: an entity of the device becomes so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.automation import device_conditions
from hub.automation.purpose import known, number, within
from hub.automation.schema.triggers import DeviceTrigger
from hub.automation.watch.base import Attaching
from hub.automation.watch.states import _Holding, _told
from hub.automation.world import Seen
from hub.template import TemplateFailed

_BECOMES: Mapping[str, str] = {
    "turned_on": "is_on", "turned_off": "is_off", "opened": "is_open", "closed": "is_closed",
    "position": "is_position", "tilt_position": "is_tilt_position",
}  # fmt: skip
"""Type -> the condition that becomes so, where it is not the type after `is_`."""
_CHANGES: Mapping[str, str] = {
    "changed_states": "", "current_option_changed": "", "hvac_mode_changed": "", "pressed": "",
    "mode_changed": "mode", "current_temperature_changed": "current_temperature",
    "current_humidity_changed": "current_humidity", "target_humidity_changed": "humidity",
}  # fmt: skip
"""Type -> the attribute that changes (empty: the state)."""
ENTITY_DOMAINS = frozenset({
    "alarm_control_panel", "binary_sensor", "button", "climate", "cover", "device_tracker", "fan", "humidifier",
    "lawn_mower", "light", "lock", "media_player", "number", "person", "remote", "select", "sensor", "siren", "switch",
    "text", "update", "vacuum", "valve", "water_heater",
})  # fmt: skip


class EntityOfDeviceWatcher(_Holding):
    trigger: DeviceTrigger

    def __init__(self, trigger: DeviceTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        more = dict(trigger.model_extra or {})
        self._asked = {**more, "device_id": trigger.device_id, "domain": trigger.domain}
        kind = trigger.type or ""
        self._changes = _CHANGES.get(kind)
        became = _BECOMES.get(kind) or (kind if kind.startswith("is_") else f"is_{kind}")
        if trigger.domain == "binary_sensor":
            became = {"opened": "is_open", "not_opened": "is_not_open"}.get(kind, became)
        self._asked["type"] = became
        self.entities = frozenset(device_conditions.entities(self._asked, attaching.world))
        if not self.entities:
            attaching.failed(f"the device {trigger.device_id} has no {trigger.domain} here")
        self._bounds(attaching)

    def _bounds(self, attaching: Attaching) -> None:
        for name in ("above", "below"):
            if isinstance(told := self._asked.get(name), str):
                try:
                    self._asked[name] = attaching.renderer.whole(told, attaching.variables)
                except TemplateFailed as error:
                    attaching.failed(f"`{name}`: {error}")

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        if new is None or not known(new):
            if old is not None:
                self.let_go(old.entity_id)
            return
        if self._changes is not None:
            if old is not None and known(old) and self._changed(self._changes, old, new):
                self._fire(old, new)
        elif not device_conditions.met(self._asked, new):
            self.let_go(new.entity_id)
        elif old is not None and known(old) and not device_conditions.met(self._asked, old):
            self.hold(new.entity_id, self._asked.get("for"), lambda length: self._fire(old, new))

    def _changed(self, attribute: str, old: Seen, new: Seen) -> bool:
        if not attribute:
            wanted = self._asked.get("to")
            return old.state != new.state and wanted in (None, new.state)
        value = number(new.attributes.get(attribute))
        if "above" in self._asked or "below" in self._asked:
            before = number(old.attributes.get(attribute))
            inside = value is not None and within(value, self._asked)
            return inside and not (before is not None and within(before, self._asked))
        return bool(old.attributes.get(attribute) != new.attributes.get(attribute))

    def _fire(self, old: Seen, new: Seen) -> None:
        facts: dict[str, Any] = {"entity_id": new.entity_id, "from_state": _told(old), "to_state": _told(new)}
        if self._asked.get("for") is not None:
            facts["for"] = self.span(self._asked["for"])
        said = (self.trigger.type or "changed").replace("_", " ")
        self.fire(new.context, **facts, device_id=self.trigger.device_id, description=f"{new.entity_id} {said}")
