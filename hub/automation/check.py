"""Whether a blueprint loads, and whether the automation made of it with some inputs passes the whole schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.automation.blueprint import Blueprint, parse
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.schema.automation import Automation, automation
from hub.automation.source import Input, read


@dataclass(frozen=True, slots=True)
class Checked:
    loads: bool
    valid: bool
    flaws: tuple[Flaw, ...] = ()
    blueprint: Blueprint | None = None
    automation: Automation | None = None


def check_blueprint(text: str, inputs: Mapping[str, Any]) -> Checked:
    """Never raises for what is in the file."""
    try:
        blueprint = parse(text)
    except AutomationInvalid as error:
        return Checked(False, False, error.flaws)
    if blueprint.domain != "automation":
        flaw = Flaw(("blueprint", "domain"), f"this is a blueprint of a {blueprint.domain}, not of an automation.")
        return Checked(True, False, (flaw,), blueprint)
    try:
        made = automation(blueprint.fill(inputs), blueprint.lines)
    except AutomationInvalid as error:
        return Checked(True, False, tuple(in_file(one, blueprint) for one in error.flaws), blueprint)
    return Checked(True, True, (), blueprint, made)


def in_file(flaw: Flaw, blueprint: Blueprint) -> Flaw:
    """With the line of the input that it is about, where it has none."""
    if flaw.line is not None or flaw.path[:1] != ("input",) or len(flaw.path) < 2:
        return flaw
    key = str(flaw.path[1])
    section = blueprint.inputs[key].section if key in blueprint.inputs else ""
    place = ("blueprint", "input", *((section, "input") if section else ()), key)
    return replace(flaw, line=blueprint.lines.get(place))


def check_filled(blueprint: Blueprint, inputs: Mapping[str, Any]) -> tuple[Flaw, ...]:
    """What is wrong with the automation made of a blueprint with these inputs."""
    try:
        automation(blueprint.fill(inputs), blueprint.lines)
    except AutomationInvalid as error:
        return error.flaws
    return ()


def read_yaml(text: str) -> Any:
    """A value as automations write it. Raises AutomationInvalid, also for `!input`, which only blueprints have."""
    source = read(text)
    if _has_input(source.value):
        raise AutomationInvalid([Flaw((), "`!input` goes into blueprints only.", "Write the value itself.")])
    return source.value


def check_part(part: str, text: str) -> Any:
    """The `triggers`, `conditions` or `actions` written in a text, by themselves. Raises AutomationInvalid."""
    value = read_yaml(text)
    if value is None:
        return []
    source = read(text)
    lines = {(part, *path): line for path, line in source.lines.items()}
    automation({"triggers": [], "actions": [], part: value}, lines)
    return value if isinstance(value, list) else [value]


def _has_input(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_input(one) for one in value.values())
    return isinstance(value, Input) or (isinstance(value, list) and any(_has_input(one) for one in value))
