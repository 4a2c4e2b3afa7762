"""Components with work to do: locks, mowers, vacuums, alarms."""

from __future__ import annotations

from typing import Any

import orjson

from hub.api import Kind
from integrations.mqtt.components.base import (
    NONE,
    Component,
    Config,
    Fields,
    Odd,
    Part,
    Tell,
    Telling,
    boolean,
    listing,
    mapped_into,
    plain,
    text,
)


def _lock_commands(config: Config) -> dict[str, Tell]:
    commands = {"lock": _coded("lock", "LOCK", "locked"), "unlock": _coded("unlock", "UNLOCK", "unlocked")}
    if config.get("payload_open") is not None:
        commands["open"] = _coded("open", "OPEN", "open")
    return commands


def _coded(name: str, default: str, becomes: str) -> Tell:
    def tell(telling: Telling) -> None:
        payload = text(telling.config, f"payload_{name}", default)
        telling.publish("command_topic", payload, "command_template", code=telling.parameters.get("code"))
        telling.assumed["state"] = becomes

    return tell


def _lock_states(config: Config) -> dict[str, str | None]:
    table: dict[str, str | None] = {
        text(config, f"state_{name}", name.upper()): name
        for name in ("locked", "locking", "unlocked", "unlocking", "jammed", "open", "opening")
    }
    return {**table, text(config, "payload_reset", NONE): None}


LOCK = Component(
    parts=(Part("state_topic", "value_template", mapped_into("state", _lock_states)),),
    kind=lambda config: (
        Kind.ENUM,
        ("locked", "locking", "unlocked", "unlocking", "jammed", "open", "opening"),
    ),
    required=("command_topic",),
    features=lambda config: 1 if config.get("payload_open") is not None else 0,
    commands=_lock_commands,
)


def _to(name: str, becomes: str) -> Tell:
    def tell(telling: Telling) -> None:
        telling.publish(f"{name}_command_topic", name, f"{name}_command_template")
        telling.assumed["state"] = becomes

    return tell


_MOWING = {"start_mowing": (1, "mowing"), "pause": (2, "paused"), "dock": (4, "docked")}


def _mower_commands(config: Config) -> dict[str, Tell]:
    return {name: _to(name, becomes) for name, (_, becomes) in _MOWING.items() if config.get(f"{name}_command_topic")}


LAWN_MOWER = Component(
    parts=(
        Part(
            "activity_state_topic",
            "activity_value_template",
            mapped_into(
                "state",
                lambda config: {
                    **{name: name for name in ("docked", "error", "mowing", "paused", "returning")},
                    NONE: None,
                    "none": None,
                },
            ),
        ),
    ),
    kind=lambda config: (Kind.ENUM, ("docked", "error", "mowing", "paused", "returning")),
    features=lambda config: sum(_MOWING[name][0] for name in _mower_commands(config)),
    commands=_mower_commands,
    optimistic="activity_state_topic",
)

_VACUUM = {
    "start": (8192, "start", "start"), "stop": (8, "stop", "stop"), "pause": (4, "pause", "pause"),
    "return_to_base": (16, "return_home", "return_to_base"), "clean_spot": (1024, "clean_spot", "clean_spot"),
    "locate": (512, "locate", "locate"),
}  # fmt: skip
_VACUUM_DEFAULT = ("start", "stop", "return_home", "clean_spot")


def _vacuum_state(value: str, config: Config, fields: Fields) -> None:
    try:
        data: Any = orjson.loads(value)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise Odd(f"{value[:40]!r} is not a JSON object")
    state = data.get("state")
    if state in ("cleaning", "docked", "idle", "paused", "returning", "error"):
        fields["state"] = state
    elif "state" in data and state is None:
        fields["state"] = None
    for key in ("fan_speed", "battery_level"):
        if key in data:
            fields[key] = data[key]


def _vacuum_services(config: Config) -> list[str]:
    return listing(config, "supported_features", _VACUUM_DEFAULT)


def _vacuum_payload(payload: str) -> Tell:
    return lambda telling: telling.publish("command_topic", text(telling.config, f"payload_{payload}", payload))


def _set_fan_speed(telling: Telling) -> None:
    telling.publish("set_fan_speed_topic", telling.choice("fan_speed", listing(telling.config, "fan_speed_list")))


def _send_command(telling: Telling) -> None:
    command, extra = str(telling.wanted("command")), telling.parameters.get("params")
    payload = orjson.dumps({"command": command, **extra}).decode() if isinstance(extra, dict) and extra else command
    telling.publish("send_command_topic", payload)


def _vacuum_commands(config: Config) -> dict[str, Tell]:
    services = _vacuum_services(config)
    commands = {
        name: _vacuum_payload(payload)
        for name, (_, service, payload) in _VACUUM.items()
        if service in services and config.get("command_topic")
    }
    if "fan_speed" in services and config.get("set_fan_speed_topic"):
        commands["set_fan_speed"] = _set_fan_speed
    if "send_command" in services and config.get("send_command_topic"):
        commands["send_command"] = _send_command
    return commands


def _vacuum_features(config: Config) -> int:
    bits = {service: bit for bit, service, _ in _VACUUM.values()} | {"fan_speed": 32, "send_command": 256}
    return 4096 + sum(bits.get(service, 0) for service in _vacuum_services(config))


VACUUM = Component(
    parts=(Part("state_topic", "", _vacuum_state),),
    kind=lambda config: (Kind.ENUM, ("cleaning", "docked", "idle", "paused", "returning", "error")),
    features=_vacuum_features,
    capabilities=lambda config: (
        {"fan_speed_list": listing(config, "fan_speed_list")} if "fan_speed" in _vacuum_services(config) else {}
    ),
    commands=_vacuum_commands,
)

_ALARM_STATES = (
    "disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass", "pending",
    "triggered", "arming", "disarming",
)  # fmt: skip
_ALARM = {"arm_home": 1, "arm_away": 2, "arm_night": 4, "trigger": 8, "arm_custom_bypass": 16, "arm_vacation": 32}


def _alarm(name: str) -> Tell:
    def tell(telling: Telling) -> None:
        action = text(telling.config, f"payload_{name}", name.upper())
        if telling.config.get("command_template"):
            code = telling.parameters.get("code")
            telling.publish("command_topic", action, "command_template", action=action, code=code)
        else:
            telling.publish("command_topic", plain(action))

    return tell


def _alarm_services(config: Config) -> list[str]:
    return [name for name in listing(config, "supported_features", tuple(_ALARM)) if name in _ALARM]


ALARM_CONTROL_PANEL = Component(
    parts=(
        Part(
            "state_topic",
            "value_template",
            mapped_into("state", lambda config: {**{name: name for name in _ALARM_STATES}, NONE: None}),
        ),
    ),
    kind=lambda config: (Kind.ENUM, _ALARM_STATES),
    required=("command_topic", "state_topic"),
    features=lambda config: sum(_ALARM[name] for name in _alarm_services(config)),
    capabilities=lambda config: {"code_arm_required": boolean(config, "code_arm_required", True)},
    commands=lambda config: {"disarm": _alarm("disarm"), **{name: _alarm(name) for name in _alarm_services(config)}},
)
