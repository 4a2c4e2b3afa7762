"""What a blueprint does, before it is kept: what sets it off, and what it may call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.automation.blueprint import Blueprint
from hub.automation.grammar import is_template
from hub.automation.source import Input

_PARTS = ("triggers", "trigger", "conditions", "condition")
_WARNED = {
    "lock.": "It can unlock or lock doors.",
    "alarm_control_panel.": "It can switch an alarm system on and off.",
    "rest_command.": "It can send something to another computer.",
    "shell_command.": "It asks for commands of the operating system, which automations can't call here.",
    "homeassistant.restart": "It can restart the hub.",
    "homeassistant.stop": "It can stop the hub.",
    "mqtt.publish": "It can send any message to your MQTT broker.",
    "python_script.": "It asks for Python scripts, which there are none of here.",
}


@dataclass(frozen=True, slots=True)
class Does:
    triggers: tuple[str, ...] = ()
    """Kinds: state, time, sun ..."""
    actions: tuple[str, ...] = ()
    """Names of what it calls: `light.turn_on`."""
    open: bool = False
    """True when it may call what an input or a template says."""
    warnings: tuple[str, ...] = ()


def does(blueprint: Blueprint) -> Does:
    body = blueprint.body if isinstance(blueprint.body, Mapping) else {}
    triggers = [str(one) for one in _triggers(body.get("triggers", body.get("trigger")))]
    called = list(_called(body.get("actions", body.get("action"))))
    names = sorted({one for one in called if isinstance(one, str) and not is_template(one)})
    given = any((one.selector or {}).keys() & {"action"} for one in blueprint.inputs.values())
    templated = any(is_template(one) or isinstance(one, Input) for one in called)
    warnings = [said for begins, said in _WARNED.items() if any(one.startswith(begins) for one in names)]
    if templated:
        warnings.append("Which action it calls is decided by a template or an input while it runs.")
    return Does(tuple(dict.fromkeys(triggers)), tuple(names), given or templated, tuple(warnings))


def _triggers(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            if "triggers" in one:
                yield from _triggers(one["triggers"])
            else:
                kind = one.get("trigger", one.get("platform"))
                yield kind if isinstance(kind, str) else "given by an input"
        elif isinstance(one, Input):
            yield "given by an input"


def _called(value: Any) -> Iterator[Any]:
    """What stands at `action:` and its old spellings, wherever it is nested."""
    if isinstance(value, list):
        for one in value:
            yield from _called(one)
    elif isinstance(value, Mapping):
        for key in ("action", "service", "service_template"):
            if key in value and not isinstance(value[key], Mapping | list):
                yield value[key]
        if "scene" in value and isinstance(value["scene"], str):
            yield "scene.turn_on"
        for key, one in value.items():
            if key not in (*_PARTS, "data", "target", "variables", "event_data", "data_template"):
                yield from _called(one)
