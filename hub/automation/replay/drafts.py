"""What is tried: an automation or a blueprint with inputs, and what of it is tried in several ways."""

from __future__ import annotations

import copy
import difflib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.automation.at_work.drafts import BESIDE, Shelf, checked
from hub.automation.blueprint import Blueprint
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.replay.order import Variant
from hub.automation.schema.automation import automation
from hub.errors import Conflict

MOST_VARIANTS = 8


def variants(
    body: Mapping[str, Any], shelf: Shelf, inputs: Mapping[str, Any], what_if: Mapping[str, Sequence[Any]]
) -> list[Variant]:
    """One for each combination of what if. Raises AutomationInvalid, NotFound, Conflict for too many.

    `inputs` and `what_if` name inputs of a blueprint; of another automation its variables, or where something stands
    in it: `triggers.0.above`, or `above` alone where that stands in one place only.
    """
    count = 1
    for name, values in what_if.items():
        if not values:
            raise Conflict(f"what if: {name} has no values to try")
        count *= len(values)
    if count > MOST_VARIANTS:
        raise Conflict(f"what if: these are {count} combinations; at most {MOST_VARIANTS} are tried side by side")
    made = []
    for number, values in enumerate(itertools.product(*what_if.values())):
        chosen = dict(zip(what_if, values, strict=True))
        filled = whole(body, shelf, {**inputs, **chosen})
        automation(filled)
        made.append(Variant(str(number), filled, chosen))
    return made


def of_blueprint(
    blueprint: Blueprint, inputs: Mapping[str, Any], what_if: Mapping[str, Sequence[Any]]
) -> list[Variant]:
    """The same of a blueprint that lies on no shelf."""
    return variants({"use_blueprint": {"path": "this"}}, _Only(blueprint), inputs, what_if)


class _Only:
    """A shelf with one blueprint."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint

    def blueprint(self, path: str) -> Blueprint:
        return self._blueprint


def whole(body: Mapping[str, Any], shelf: Shelf, changed: Mapping[str, Any]) -> dict[str, Any]:
    """The automation with these inputs, its blueprint filled in."""
    use = body.get("use_blueprint")
    if use is None:
        filled = copy.deepcopy(dict(body))
        for name, value in changed.items():
            _put(filled, name, value)
        return filled
    if not isinstance(use, Mapping) or not isinstance(given := use.get("input") or {}, Mapping):
        raise AutomationInvalid([Flaw(("use_blueprint",), "this has `path`, and `input` with its inputs.")])
    blueprint = shelf.blueprint(str(use.get("path")))
    for name in changed:
        if name not in blueprint.inputs:
            raise Conflict(_unknown(name, list(blueprint.inputs), "input"))
    inputs = {**given, **changed}
    made, flaws = checked({**body, "use_blueprint": {**use, "input": inputs}}, shelf)
    if made is None:
        raise AutomationInvalid(flaws)
    filled = dict(blueprint.fill(inputs))
    beside = {key: one for key, one in body.items() if key in BESIDE}
    for key in ("variables", "trigger_variables"):
        if isinstance(filled.get(key), Mapping) and isinstance(beside.get(key), Mapping):
            beside[key] = {**filled[key], **beside[key]}
    return {**filled, **beside}


def _put(body: dict[str, Any], name: str, value: Any) -> None:
    """Where a name leads in an automation without a blueprint. Raises Conflict."""
    if "." in name:
        *way, last = name.split(".")
        here: Any = body
        for part in way:
            here = _into(here, part)
        if isinstance(here, dict) and last in here:
            here[last] = value
            return
        if isinstance(here, list) and last.isdigit() and int(last) < len(here):
            here[int(last)] = value
            return
        raise Conflict(f"what if: nothing stands at {name!r} in this automation")
    for part in ("variables", "trigger_variables"):
        if isinstance(body.get(part), dict) and name in body[part]:
            body[part][name] = value
            return
    places = list(_places(body, name))
    if len(places) == 1:
        places[0][name] = value
        return
    if places:
        raise Conflict(f"what if: {name!r} stands in {len(places)} places; say which, such as triggers.0.{name}")
    raise Conflict(_unknown(name, sorted(_names(body)), "variable or key"))


def _into(here: Any, part: str) -> Any:
    if isinstance(here, list) and part.isdigit() and int(part) < len(here):
        return here[int(part)]
    return here.get(part) if isinstance(here, dict) else None


def _places(value: Any, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if isinstance(value, dict):
        if name in value and not isinstance(value[name], dict | list):
            found.append(value)
        for one in value.values():
            found += _places(one, name)
    elif isinstance(value, list):
        for one in value:
            found += _places(one, name)
    return found


def _names(value: Any) -> set[str]:
    found: set[str] = set()
    if isinstance(value, dict):
        found.update(key for key, one in value.items() if not isinstance(one, dict | list))
        for one in value.values():
            found |= _names(one)
    elif isinstance(value, list):
        for one in value:
            found |= _names(one)
    return found


def _unknown(name: str, known: list[str], what: str) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known[:12]) or 'none'}"
    return f"there is no {what} {name!r}; {hint}"


@dataclass(frozen=True, slots=True)
class Knob:
    """Something that may be tried with other values."""

    name: str
    """As `what_if` takes it."""
    label: str
    value: Any


_TURNED = ("above", "below", "for", "at", "after", "before", "offset", "after_offset", "before_offset", "to")


def knobs(body: Mapping[str, Any], shelf: Shelf) -> list[Knob]:
    """Inputs of its blueprint; of another automation its variables, and what its triggers and conditions hold."""
    use = body.get("use_blueprint")
    if isinstance(use, Mapping):
        given = use.get("input") or {}
        inputs = shelf.blueprint(str(use.get("path"))).inputs.values()
        values = {one.key: given.get(one.key, one.default) for one in inputs}
        return [Knob(one.key, one.name or one.key, values[one.key]) for one in inputs if _plain(values[one.key])]
    found = [
        Knob(name, name.replace("_", " "), value)
        for part in ("trigger_variables", "variables")
        if isinstance(body.get(part), Mapping)
        for name, value in body[part].items()
        if _plain(value) and "{" not in str(value)
    ]
    for area, word in (
        ("triggers", "trigger"),
        ("trigger", "trigger"),
        ("conditions", "condition"),
        ("condition", "condition"),
    ):
        parts = body.get(area)
        for number, part in enumerate(parts if isinstance(parts, list) else []):
            if isinstance(part, Mapping):
                found += [
                    Knob(f"{area}.{number}.{key}", f"{key.replace('_', ' ')} ({word} {number + 1})", part[key])
                    for key in _TURNED
                    if key in part and _plain(part[key]) and "{" not in str(part[key])
                ]
    return found


def _plain(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool) and value != ""
