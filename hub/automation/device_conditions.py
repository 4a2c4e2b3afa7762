"""Conditions of devices, as Home Assistant's editor writes them: `type` and the device's entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.automation.purpose import number, within
from hub.automation.world import UNAVAILABLE, UNKNOWN, EntityFacts, Seen, World

_STATES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "cover": {
        "is_open": ("open",), "is_closed": ("closed",), "is_opening": ("opening",), "is_closing": ("closing",),
    },
    "lock": {
        "is_locked": ("locked",), "is_unlocked": ("unlocked",), "is_locking": ("locking",),
        "is_unlocking": ("unlocking",), "is_jammed": ("jammed",), "is_open": ("open",), "is_opening": ("opening",),
    },
    "vacuum": {"is_cleaning": ("cleaning",), "is_docked": ("docked",)},
    "lawn_mower": {"is_mowing": ("mowing",), "is_docked": ("docked",)},
    "device_tracker": {"is_home": ("home",)},
    "person": {"is_home": ("home",)},
    "media_player": {
        "is_on": ("on",), "is_off": ("off",), "is_idle": ("idle",), "is_paused": ("paused",),
        "is_playing": ("playing",), "is_buffering": ("buffering",),
    },
    "alarm_control_panel": {
        "is_triggered": ("triggered",), "is_disarmed": ("disarmed",), "is_armed_home": ("armed_home",),
        "is_armed_away": ("armed_away",), "is_armed_night": ("armed_night",),
        "is_armed_vacation": ("armed_vacation",), "is_armed_custom_bypass": ("armed_custom_bypass",),
    },
}  # fmt: skip
_CHOICES: Mapping[str, tuple[str, str]] = {
    "is_hvac_mode": ("hvac_mode", ""),
    "is_preset_mode": ("preset_mode", "preset_mode"),
    "is_mode": ("mode", "mode"),
    "selected_option": ("option", ""),
}
"""Type -> option that names what is wanted, attribute (empty: the state)."""
_LEVELS: Mapping[str, str] = {"is_position": "current_position", "is_tilt_position": "current_tilt_position"}


def entities(asked: Mapping[str, Any], world: World) -> list[str]:
    """The entity that is meant; where it is told by a registry's number, those of the device that it may be."""
    told = str(asked.get("entity_id") or "")
    if "." in told:
        return [told]
    domain, places = asked.get("domain"), world.directory
    own = [one for one in places.entities.values() if one.device == asked.get("device_id") and not one.hidden]
    fitting = [one for one in own if one.id.partition(".")[0] == domain]
    classed = [one for one in fitting if _class_fits(str(asked.get("type") or ""), one, world)]
    return [one.id for one in classed or fitting]


def _class_fits(kind: str, facts: EntityFacts, world: World) -> bool:
    """`is_battery_level`, `is_motion`, `is_no_motion`: the device class is in the name."""
    seen = world.get(facts.id)
    own = str(seen.attributes.get("device_class") or "") if seen is not None else ""
    return bool(own) and own in kind


def met(asked: Mapping[str, Any], seen: Seen) -> bool | None:
    """Whether it is so; None for a type that is not known."""
    kind, domain = str(asked.get("type") or ""), seen.domain
    if seen.state in (UNKNOWN, UNAVAILABLE):
        return False
    if kind in _CHOICES:
        option, attribute = _CHOICES[kind]
        value = seen.attributes.get(attribute) if attribute else seen.state
        return str(value) == str(asked.get(option))
    if kind in _LEVELS:
        level = number(seen.attributes.get(_LEVELS[kind]))
        return level is not None and within(level, asked)
    if kind in (states := _STATES.get(domain, {})):
        return seen.state in states[kind]
    if kind == "is_not_home":
        return seen.state != "home"
    if domain in ("sensor", "number") or "above" in asked or "below" in asked:
        level = number(seen.state)
        return level is not None and within(level, asked)
    if kind == "is_on":
        return seen.state == "on"
    if kind == "is_off":
        return seen.state == "off"
    return _sensed(kind, seen) if domain == "binary_sensor" else None


def _sensed(kind: str, seen: Seen) -> bool:
    """`is_motion` is on, `is_no_motion` and `is_not_open` are off; a lock sensor that is on is unlocked."""
    turned = kind.startswith(("is_no_", "is_not_")) or kind == "is_locked"
    return (seen.state == "off") is turned
