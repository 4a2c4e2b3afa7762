"""Conditions with a purpose (`light.is_on`), and those of devices, as Home Assistant means them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.automation.world import UNAVAILABLE, UNKNOWN, Seen, World

_ABSENT = (UNKNOWN, UNAVAILABLE)
_TARGETS = ("entity_id", "device_id", "area_id", "floor_id", "label_id")


@dataclass(frozen=True, slots=True)
class Ask:
    """What is looked at, and when it is so."""

    domains: Sequence[str]
    met: Callable[[Seen, Mapping[str, Any]], bool]
    """The entity, and the condition's options."""
    classes: frozenset[str] = frozenset()
    """Device classes; none: any."""
    said: Callable[[Seen], Any] = lambda seen: seen.state

    def about(self, seen: Seen) -> bool:
        own = str(seen.attributes.get("device_class") or "")
        return seen.domain in self.domains and (not self.classes or own in self.classes)


def _state(domain: str, *states: str, classes: Iterable[str] = ()) -> Ask:
    return Ask((domain,), lambda seen, options: seen.state in states, frozenset(classes))


def _not(domain: str, *states: str) -> Ask:
    return Ask((domain,), lambda seen, options: seen.state not in states)


def _attribute(domain: str, name: str, *values: Any) -> Ask:
    return Ask(
        (domain,),
        lambda seen, options: seen.attributes.get(name) in values,
        said=lambda seen: seen.attributes.get(name),
    )


def _option(domain: str, *options: str, attribute: str | None = None) -> Ask:
    """Equal to one of what an option lists."""

    def value(seen: Seen) -> Any:
        return seen.state if attribute is None else seen.attributes.get(attribute)

    def met(seen: Seen, given: Mapping[str, Any]) -> bool:
        wanted = next((given[name] for name in options if name in given), None)
        return str(value(seen)) in [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]

    return Ask((domain,), met, said=value)


def _number(
    domains: Sequence[str], classes: Iterable[str] = (), attribute: str | None = None, scale: float = 1.0
) -> Ask:
    """Within an option `threshold`, or above and below plain options of these names."""

    def value(seen: Seen) -> float | None:
        told = number(seen.state if attribute is None else seen.attributes.get(attribute))
        return told * scale if told is not None else None

    def met(seen: Seen, options: Mapping[str, Any]) -> bool:
        told = value(seen)
        return told is not None and within(told, options)

    return Ask(domains, met, frozenset(classes), said=value)


def _both(domain: str, name: str, *, on: str, off: str, states: Sequence[str] = ("on", "off")) -> dict[str, Ask]:
    return {f"{name}.{on}": _state(domain, states[0]), f"{name}.{off}": _state(domain, *states[1:])}


def _sensed(name: str, classes: Iterable[str], on: str, off: str) -> dict[str, Ask]:
    """Of binary sensors of some classes."""
    return {
        f"{name}.{on}": _state("binary_sensor", "on", classes=classes),
        f"{name}.{off}": _state("binary_sensor", "off", classes=classes),
    }


def _opening(name: str, *classes: str) -> dict[str, Ask]:
    """Binary sensors and covers of some classes."""

    def is_open(seen: Seen, options: Mapping[str, Any]) -> bool:
        return seen.state == "on" if seen.domain == "binary_sensor" else seen.state != "closed"

    domains, own = ("binary_sensor", "cover"), frozenset(classes)
    return {
        f"{name}.is_open": Ask(domains, is_open, own),
        f"{name}.is_closed": Ask(domains, lambda seen, options: not is_open(seen, options), own),
    }


def _table() -> dict[str, Ask]:
    found: dict[str, Ask] = {}
    for domain in ("light", "switch", "fan", "siren", "remote", "schedule", "humidifier"):
        found |= _both(domain, domain, on="is_on", off="is_off")
    for domain, states in {
        "climate": {},
        "lock": {"is_locked": "locked", "is_unlocked": "unlocked", "is_open": "open", "is_jammed": "jammed"},
        "vacuum": {
            "is_cleaning": "cleaning", "is_docked": "docked", "is_encountering_an_error": "error",
            "is_paused": "paused", "is_returning": "returning",
        },
        "lawn_mower": {
            "is_mowing": "mowing", "is_docked": "docked", "is_encountering_an_error": "error", "is_paused": "paused",
            "is_returning": "returning", "is_idle": "idle",
        },
        "alarm_control_panel": {
            "is_armed_away": "armed_away", "is_armed_home": "armed_home", "is_armed_night": "armed_night",
            "is_armed_vacation": "armed_vacation", "is_disarmed": "disarmed", "is_triggered": "triggered",
        },
        "timer": {"is_active": "active", "is_paused": "paused", "is_idle": "idle"},
        "assist_satellite": {
            "is_idle": "idle", "is_listening": "listening", "is_processing": "processing",
            "is_responding": "responding",
        },
        "update": {"is_available": "on", "is_not_available": "off"},
        "media_player": {"is_off": "off", "is_playing": "playing", "is_paused": "paused"},
        "calendar": {"is_event_active": "on"},
        "valve": {"is_closed": "closed"},
    }.items():  # fmt: skip
        found |= {f"{domain}.{name}": _state(domain, state) for name, state in states.items()}
    for domain in ("climate", "water_heater"):
        found |= {f"{domain}.is_off": _state(domain, "off"), f"{domain}.is_on": _not(domain, "off")}
    found |= {
        f"climate.is_{name}": _attribute("climate", "hvac_action", name) for name in ("cooling", "heating", "drying")
    }
    found |= {f"humidifier.is_{name}": _attribute("humidifier", "action", name) for name in ("drying", "humidifying")}
    for blind in ("awning", "blind", "curtain", "shade", "shutter"):
        opened = _opening(blind, blind)
        found |= {f"cover.{blind}_is_open": opened[f"{blind}.is_open"]}
        found |= {f"cover.{blind}_is_closed": opened[f"{blind}.is_closed"]}
    found |= _opening("door", "door") | _opening("garage_door", "garage_door", "garage") | _opening("gate", "gate")
    found |= _opening("window", "window")
    for name, classes in {
        "motion": ("motion",), "occupancy": ("occupancy", "presence"), "moisture": ("moisture",),
        "vibration": ("vibration",), "illuminance": ("light",),
    }.items():  # fmt: skip
        found |= _sensed(name, classes, "is_detected", "is_not_detected")
    for name, sensed in {"gas": "gas", "co": "carbon_monoxide", "smoke": "smoke"}.items():
        found |= _sensed("air_quality", (sensed,), f"is_{name}_detected", f"is_{name}_cleared")
    found |= _sensed("battery", ("battery",), "is_low", "is_not_low")
    found |= _sensed("battery", ("battery_charging",), "is_charging", "is_not_charging")
    for name, sensed in {
        "co": "carbon_monoxide", "co2": "carbon_dioxide", "ozone": "ozone", "voc": "volatile_organic_compounds",
        "voc_ratio": "volatile_organic_compounds_parts", "no": "nitrogen_monoxide", "no2": "nitrogen_dioxide",
        "n2o": "nitrous_oxide", "so2": "sulphur_dioxide", "radon": "radon", "pm1": "pm1", "pm25": "pm25", "pm4": "pm4",
        "pm10": "pm10",
    }.items():  # fmt: skip
        found[f"air_quality.is_{name}_value"] = _number(("sensor",), (sensed,))
    return found | {
        "alarm_control_panel.is_armed": Ask(
            ("alarm_control_panel",), lambda seen, options: seen.state.startswith("armed_")
        ),
        "media_player.is_on": _not("media_player", "off"),
        "media_player.is_not_playing": _not("media_player", "playing"),
        "media_player.is_muted": _attribute("media_player", "is_volume_muted", True),
        "media_player.is_unmuted": _attribute("media_player", "is_volume_muted", False),
        "media_player.is_current_source": _option("media_player", "source", attribute="source"),
        "media_player.is_volume": _number(("media_player",), attribute="volume_level", scale=100),
        "valve.is_open": _not("valve", "closed"),
        "battery.is_level": _number(("sensor",), ("battery",)),
        "temperature.is_value": _number(("sensor",), ("temperature",)),
        "humidity.is_value": _number(("sensor",), ("humidity",)),
        "power.is_value": _number(("sensor",), ("power",)),
        "moisture.is_value": _number(("sensor",), ("moisture",)),
        "illuminance.is_value": _number(("sensor",), ("illuminance",)),
        "counter.is_value": _number(("counter",)),
        "light.is_brightness": _number(("light",), attribute="brightness", scale=100 / 255),
        "climate.is_target_temperature": _number(("climate",), attribute="temperature"),
        "climate.is_target_humidity": _number(("climate",), attribute="humidity"),
        "humidifier.is_target_humidity": _number(("humidifier",), attribute="humidity"),
        "water_heater.is_target_temperature": _number(("water_heater",), attribute="temperature"),
        "climate.is_hvac_mode": _option("climate", "hvac_mode"),
        "humidifier.is_mode": _option("humidifier", "mode", attribute="mode"),
        "water_heater.is_operation_mode": _option("water_heater", "operation_mode"),
        "select.is_option_selected": _option("select", "option"),
        "text.is_equal_to": _option("text", "value"),
        "sun.is_up": _state("sun", "above_horizon"),
        "sun.is_set": _state("sun", "below_horizon"),
        "todo.all_completed": _state("todo", "0"),
        "todo.incomplete": _not("todo", "0"),
    }


PURPOSES: Mapping[str, Ask] = _table()


def aimed(target: Any, world: World) -> list[str]:
    """Entity ids of a target, each once, in order."""
    if not isinstance(target, Mapping):
        return []
    wanted = {key: _listed(target.get(key)) for key in _TARGETS}
    places, found = world.directory, dict.fromkeys(wanted["entity_id"])
    areas = {*wanted["area_id"], *(one.id for one in places.areas.values() if one.floor in wanted["floor_id"])}
    for one in places.entities.values():
        device = places.devices.get(one.device)
        labels = one.labels | (device.labels if device is not None else frozenset())
        near = one.device in wanted["device_id"] or places.area_of(one) in areas or labels & set(wanted["label_id"])
        if near and not one.hidden:
            found[one.id] = None
    return list(found)


def within(value: float, options: Mapping[str, Any], bound: Callable[[Any], float | None] | None = None) -> bool:
    """Inside of `threshold: {type: above|below|between|outside, value, value_min, value_max}`, or `above`, `below`."""
    ask = bound or number
    told = options.get("threshold")
    if not isinstance(told, Mapping):
        told = options
        above, below = ask(told.get("above")), ask(told.get("below"))
        return (above is None or value > above) and (below is None or value < below)
    kind = str(told.get("type", "between"))
    one, low, high = ask(told.get("value")), ask(told.get("value_min")), ask(told.get("value_max"))
    if kind in ("above", "below"):
        return one is not None and (value > one if kind == "above" else value < one)
    if low is None or high is None:
        return False
    return (low < value < high) if kind == "between" else not low <= value <= high


def number(value: Any) -> float | None:
    """Of a number, a text that is one, or `{number: ...}`."""
    if isinstance(value, Mapping):
        value = value.get("number")
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def known(seen: Seen | None) -> bool:
    return seen is not None and seen.state not in _ABSENT


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [one.strip() for one in value.split(",") if one.strip()]
    return [str(one) for one in value] if isinstance(value, list | tuple) else []
