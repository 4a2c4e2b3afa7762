"""What opens and closes: covers, valves, locks, alarm panels."""

from __future__ import annotations

from typing import Any

from hub.automation.services.described import Given, Service, Thing, Told, number, text

_POSITION = number("position", "0 is closed, 100 open.", 0, 100, unit="%", whole=True, required=True)
_TILT = number("tilt_position", "0 is closed, 100 open.", 0, 100, unit="%", whole=True, required=True)
_CODE = text("code", "The code, where one is needed.")


def _turned(part: str) -> Any:
    """Close what is open, open what is closed, stop what moves."""

    def prepare(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
        at = thing.attributes.get("current_tilt_position") if part else None
        closed = at == 0 if at is not None else thing.state == "closed"
        moving = thing.state in ("opening", "closing") and not part
        wished = "stop" if moving and "stop" in thing.commands else ("open" if closed else "close") + part
        return [Told(wished, {})] if wished in thing.commands else None

    return prepare


def _moved(share: int, *commands: str) -> Any:
    """Open or close; by the position where there is nothing plainer."""

    def prepare(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
        for command in commands:
            if command in thing.commands:
                return [Told(command, {})]
        return [Told("set_position", {"position": share})] if "set_position" in thing.commands else None

    return prepare


def _service(domain: str, verb: str, title: str, words: str, *commands: str, fields: tuple[Given, ...] = ()) -> Service:
    return Service(f"{domain}.{verb}", title, words, fields, (domain,), commands)


SERVICES = (
    Service("cover.open_cover", "Open", "Opens covers.", (), ("cover",), prepare=_moved(100, "open_cover", "open")),
    Service("cover.close_cover", "Close", "Closes covers.", (), ("cover",), prepare=_moved(0, "close_cover", "close")),
    _service("cover", "stop_cover", "Stop", "Stops covers where they are.", "stop_cover", "stop"),
    _service("cover", "set_cover_position", "Set position", "Moves covers to a position.", "set_cover_position",
             "set_position", fields=(_POSITION,)),
    Service("cover.toggle", "Toggle", "Opens covers that are closed, and the other way round.", (), ("cover",),
            prepare=_turned("")),
    _service("cover", "open_cover_tilt", "Open tilt", "Tilts covers open.", "open_cover_tilt", "open_tilt"),
    _service("cover", "close_cover_tilt", "Close tilt", "Tilts covers closed.", "close_cover_tilt", "close_tilt"),
    _service("cover", "stop_cover_tilt", "Stop tilting", "Stops tilting.", "stop_cover_tilt", "stop_tilt"),
    _service("cover", "set_cover_tilt_position", "Set tilt", "Tilts covers to a position.", "set_cover_tilt_position",
             "set_tilt_position", fields=(_TILT,)),
    Service("cover.toggle_cover_tilt", "Toggle tilt", "Tilts covers open that are closed, and the other way round.",
            (), ("cover",), prepare=_turned("_tilt")),
    Service("valve.open_valve", "Open", "Opens valves.", (), ("valve",), prepare=_moved(100, "open_valve", "open")),
    Service("valve.close_valve", "Close", "Closes valves.", (), ("valve",), prepare=_moved(0, "close_valve", "close")),
    _service("valve", "stop_valve", "Stop", "Stops valves where they are.", "stop_valve", "stop"),
    _service("valve", "set_valve_position", "Set position", "Moves valves to a position.", "set_valve_position",
             "set_position", fields=(_POSITION,)),
    Service("valve.toggle", "Toggle", "Opens valves that are closed, and the other way round.", (), ("valve",),
            prepare=_turned("")),
    _service("lock", "lock", "Lock", "Locks doors.", "lock", fields=(_CODE,)),
    _service("lock", "unlock", "Unlock", "Unlocks doors.", "unlock", fields=(_CODE,)),
    _service("lock", "open", "Open", "Opens doors.", "open", fields=(_CODE,)),
    *(
        _service("alarm_control_panel", f"alarm_{verb}", title, f"{title}.", f"alarm_{verb}", verb, fields=(_CODE,))
        for verb, title in (
            ("disarm", "Disarm"), ("arm_home", "Arm for people at home"), ("arm_away", "Arm for an empty home"),
            ("arm_night", "Arm for the night"), ("arm_vacation", "Arm for holidays"),
            ("arm_custom_bypass", "Arm with exceptions"), ("trigger", "Raise the alarm"),
        )
    ),
)  # fmt: skip
