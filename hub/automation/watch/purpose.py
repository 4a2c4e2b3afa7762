"""Triggers with a purpose (`motion.detected`, `light.turned_on`, `temperature.crossed_threshold`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.automation.purpose import PURPOSES, Ask, aimed, known
from hub.automation.schema.triggers import PurposeTrigger
from hub.automation.watch.base import Attaching
from hub.automation.watch.states import _Holding, _told
from hub.automation.world import Seen
from hub.template import TemplateFailed

_BECOMES: Mapping[str, str] = {
    "turned_on": "is_on", "turned_off": "is_off", "detected": "is_detected", "cleared": "is_not_detected",
    "opened": "is_open", "closed": "is_closed", "locked": "is_locked", "unlocked": "is_unlocked",
    "jammed": "is_jammed", "armed": "is_armed", "armed_away": "is_armed_away", "armed_home": "is_armed_home",
    "armed_night": "is_armed_night", "armed_vacation": "is_armed_vacation", "disarmed": "is_disarmed",
    "triggered": "is_triggered", "started_playing": "is_playing", "paused_playing": "is_paused",
    "stopped_playing": "is_not_playing", "muted": "is_muted", "unmuted": "is_unmuted",
    "returned_to_dock": "is_docked", "errored": "is_encountering_an_error", "paused_cleaning": "is_paused",
    "started_cleaning": "is_cleaning", "started_returning": "is_returning", "paused_mowing": "is_paused",
    "started_mowing": "is_mowing", "became_idle": "is_idle", "became_low": "is_low", "no_longer_low": "is_not_low",
    "started_charging": "is_charging", "stopped_charging": "is_not_charging", "started_cooling": "is_cooling",
    "started_heating": "is_heating", "started_drying": "is_drying", "started_humidifying": "is_humidifying",
    "block_started": "is_on", "block_ended": "is_off", "became_available": "is_available",
    "gas_detected": "is_gas_detected", "gas_cleared": "is_gas_cleared", "co_detected": "is_co_detected",
    "co_cleared": "is_co_cleared", "smoke_detected": "is_smoke_detected", "smoke_cleared": "is_smoke_cleared",
    "idle": "is_idle", "listening": "is_listening", "processing": "is_processing", "responding": "is_responding",
}  # fmt: skip
"""A trigger's name -> the condition that becomes so."""
_ONLY: Mapping[str, str] = {
    "block_started": "schedule", "block_ended": "schedule", "paused_cleaning": "vacuum", "paused_mowing": "lawn_mower",
    "paused_playing": "media_player", "became_idle": "lawn_mower", "idle": "assist_satellite",
}  # fmt: skip
"""Names that only one domain has."""


def _pairs() -> Iterator[tuple[str, tuple[Ask, bool]]]:
    for name, ask in PURPOSES.items():
        domain, _, condition = name.partition(".")
        for trigger, becomes in _BECOMES.items():
            if becomes == condition and _ONLY.get(trigger, domain) == domain:
                yield f"{domain}.{trigger}", (ask, True)
        if domain == "cover":
            yield f"cover.{condition.replace('_is_open', '_opened').replace('_is_closed', '_closed')}", (ask, True)
        value = _valued(condition)
        if value is not None:
            yield f"{domain}.{value}crossed_threshold", (ask, True)
            yield f"{domain}.{value}changed", (ask, False)
    yield "calendar.event_started", (PURPOSES["calendar.is_event_active"], True)
    yield "timer.paused", (PURPOSES["timer.is_paused"], True)
    yield "select.selection_changed", (PURPOSES["select.is_option_selected"], False)
    yield "text.changed", (PURPOSES["text.is_equal_to"], False)
    yield "climate.hvac_mode_changed", (PURPOSES["climate.is_hvac_mode"], False)
    yield "humidifier.mode_changed", (PURPOSES["humidifier.is_mode"], False)


def _valued(condition: str) -> str | None:
    """What stands before `changed` and `crossed_threshold` of a condition about a number."""
    if condition == "is_value":
        return ""
    if condition in ("is_level", "is_brightness", "is_volume") or condition.startswith("is_target_"):
        return f"{condition.removeprefix('is_')}_"
    if condition.endswith("_value"):
        return f"{condition.removeprefix('is_').removesuffix('_value')}_"
    return None


PURPOSE_TRIGGERS: Mapping[str, tuple[Ask, bool]] = dict(_pairs())
"""Name -> what is looked at, and whether it has to become so (False: any other value will do)."""


class PurposeWatcher(_Holding):
    """Something about one of the targets becomes so; `behavior` first: of the first alone, last or all: of all."""

    trigger: PurposeTrigger

    def __init__(self, trigger: PurposeTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self._ask, self._becomes = PURPOSE_TRIGGERS[trigger.trigger]
        self._options: Mapping[str, Any] = {}
        try:
            self._options = attaching.renderer.whole(trigger.options or {}, attaching.variables)
            target = attaching.renderer.whole(trigger.target or {}, attaching.variables)
            self.entities = frozenset(aimed(target, attaching.world))
        except TemplateFailed as error:
            attaching.failed(str(error))

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        if new is None or not known(new) or not self._ask.about(new):
            if old is not None:
                self.let_go(old.entity_id)
            return
        if not self._becomes:
            if old is not None and known(old) and self._ask.said(old) != self._ask.said(new):
                self._fire(old, new)
            return
        if not self._ask.met(new, self._options):
            self.let_go(new.entity_id)
            return
        if old is None or not known(old) or self._ask.met(old, self._options) or not self._counts(new):
            return
        self.hold(new.entity_id, self._options.get("for"), lambda length: self._fire(old, new))

    def _counts(self, new: Seen) -> bool:
        behavior = self._options.get("behavior")
        if behavior not in ("first", "last", "all"):
            return True
        others = [
            seen for one in self.entities if one != new.entity_id and (seen := self._at.world.get(one)) is not None
        ]
        so = [self._ask.met(one, self._options) for one in others if known(one) and self._ask.about(one)]
        return not any(so) if behavior == "first" else all(so)

    def _fire(self, old: Seen, new: Seen) -> None:
        self.fire(
            new.context,
            entity_id=new.entity_id,
            from_state=_told(old),
            to_state=_told(new),
            description=f"{self.trigger.trigger} of {new.entity_id}",
        )
