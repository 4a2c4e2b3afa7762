"""Whether a blueprint loads, and whether the automation made of it with some inputs passes the whole schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.automation.blueprint import Blueprint, parse
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.schema.automation import Automation, automation


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
        return Checked(True, False, error.flaws, blueprint)
    return Checked(True, True, (), blueprint, made)
