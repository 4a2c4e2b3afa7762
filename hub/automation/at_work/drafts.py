"""From what was written to an automation that can run, and back to text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import yaml

from hub.automation.at_work.store import bodies_of
from hub.automation.blueprint import Blueprint
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.schema.automation import Automation, automation
from hub.automation.source import Input
from hub.errors import HubError

BESIDE = ("id", "alias", "description", "initial_state", "mode", "max", "max_exceeded", "trace", "missed", "account",
          "variables", "trigger_variables")  # fmt: skip
"""Keys that may stand beside `use_blueprint`, over what the blueprint says."""


class Shelf(Protocol):
    """Where blueprints lie."""

    def blueprint(self, path: str) -> Blueprint:
        """Raises NotFound, with the one that was probably meant; AutomationInvalid for one that is not sound."""
        ...


class NoShelf:
    def blueprint(self, path: str) -> Blueprint:
        raise AutomationInvalid([Flaw(("use_blueprint", "path"), f"there is no blueprint {path!r} here.")])


def checked(body: Mapping[str, Any], shelf: Shelf) -> tuple[Automation | None, tuple[Flaw, ...]]:
    """The automation that a body says, its blueprint filled in; or every flaw."""
    try:
        if "use_blueprint" not in body:
            return automation(body), ()
        return _of_blueprint(body, shelf), ()
    except AutomationInvalid as error:
        return None, error.flaws
    except HubError as error:
        return None, (Flaw(("use_blueprint", "path"), f"{error}."),)


def _of_blueprint(body: Mapping[str, Any], shelf: Shelf) -> Automation:
    use = body["use_blueprint"]
    if not isinstance(use, Mapping) or not isinstance(use.get("path"), str):
        raise AutomationInvalid([Flaw(("use_blueprint",), "this has `path`, and `input` with its inputs.")])
    inputs = use.get("input") or {}
    if not isinstance(inputs, Mapping):
        raise AutomationInvalid([Flaw(("use_blueprint", "input"), "inputs are names with values.")])
    others = [key for key in body if key not in (*BESIDE, "use_blueprint")]
    if others:
        hint = "Change the blueprint, or take `use_blueprint` away."
        flaws = [Flaw((key,), f"{key!r} comes from the blueprint and can't stand beside it.", hint) for key in others]
        raise AutomationInvalid(flaws)
    blueprint = shelf.blueprint(use["path"])
    if blueprint.domain != "automation":
        said = f"{use['path']} is a blueprint of a {blueprint.domain}, not of an automation."
        raise AutomationInvalid([Flaw(("use_blueprint", "path"), said)])
    filled = blueprint.fill(inputs)
    beside = {key: one for key, one in body.items() if key in BESIDE}
    for key in ("variables", "trigger_variables"):
        if isinstance(filled.get(key), Mapping) and isinstance(beside.get(key), Mapping):
            beside[key] = {**filled[key], **beside[key]}
    return automation({**filled, **beside})


def read_yaml(text: str) -> Mapping[str, Any]:
    """One automation; in a list, the only one. Raises AutomationInvalid with lines."""
    found = bodies_of(text)
    if len(found) != 1:
        raise AutomationInvalid([Flaw((), f"this has {len(found)} automations; one goes here.", "", 1)])
    body, flaws = found[0]
    if flaws and "use_blueprint" not in body and any(one.message != "this key is given twice." for one in flaws):
        raise AutomationInvalid(flaws)
    return body


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, so that a template can be read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else '"' if value.lower() in _WORDS or value[:1].isdigit() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_WORDS = frozenset({"on", "off", "yes", "no", "true", "false", "null", "~", "y", "n"})
_Dumper.add_representer(str, _text)
_Dumper.add_representer(Input, lambda dumper, one: dumper.represent_scalar("!input", one.name))


def write_yaml(body: Any) -> str:
    """What `read_yaml` reads as the same."""
    return yaml.dump(body, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)
