"""Automations in words for whoever looks, and as YAML: what pages show and take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from hub.automation.flaws import AutomationInvalid, Flaw, Path
from hub.automation.schema.actions import OneAction
from hub.automation.schema.conditions import OneCondition
from hub.automation.schema.triggers import OneTrigger
from hub.automation.source import read
from hub.automation.words import Names, Thing, action
from hub.automation.words_conditions import phrase as of_condition
from hub.automation.words_parts import capital
from hub.automation.words_triggers import phrase as of_trigger
from hub.model import HOUSEHOLD
from hub.units import label
from hub.view.acting import ActingView
from hub.view.choosing import ChoosingView
from hub.view.states import StatesView


def names_of(view: StatesView) -> Names:
    """What the viewer calls entities, people, metrics; of those that the viewer may see."""
    people = {one.slug: one.name for one in view.people()}
    things = {}
    for one in view.entities():
        whose = people.get(one.person)
        name = f"{whose}’s {one.name[:1].lower()}{one.name[1:]}" if whose else one.name
        things[one.id] = Thing(name, label(one.unit) if one.unit else "", one.device_class)
    for slug, name in people.items():
        things[f"person.{slug}"] = Thing(name)
    things["sun.sun"] = Thing("the sun")
    things["zone.home"] = Thing("home")
    if isinstance(view, ChoosingView):
        for seen in view.choosable():
            facts = seen.attributes
            unit = str(facts.get("unit_of_measurement") or "")
            things.setdefault(seen.entity_id, Thing(seen.name, unit, str(facts.get("device_class") or "")))
    return Names(
        things=things,
        people={HOUSEHOLD: "the household", **people},
        metrics={one.key: one.name for one in view.metrics()},
        kinds={one.key: one.name for one in view.journal_kinds()},
        places=_places(view) if isinstance(view, ChoosingView) else {},
        actions={one.name: one.title for one in view.action_catalogue()} if isinstance(view, ActingView) else {},
    )


def _places(view: ChoosingView) -> dict[str, str]:
    all = view.directory()
    return {one.id: one.name for group in (all.devices, all.areas, all.floors, all.labels) for one in group.values()}


@cache
def _reader(area: str) -> TypeAdapter[Any]:
    return TypeAdapter({"triggers": OneTrigger, "conditions": OneCondition, "actions": OneAction}[area])


def say(area: str, node: Any, names: Names) -> str:
    """One trigger, condition or action in words; empty while it can't be understood."""
    try:
        one = _reader(area).validate_python(node)
    except (ValidationError, RecursionError):
        return ""
    words: Mapping[str, Callable[[Any, Names], str]] = {
        "triggers": of_trigger,
        "conditions": of_condition,
        "actions": action,
    }
    return capital(words[area](one, names))


def as_yaml(value: Any) -> str:
    """Read back by `of_yaml` it is the same; a text of several lines stands as such."""
    if value is None or value == {}:
        return ""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    lines = text.split("\n")
    plain = len(lines) > 1 and not any(line != line.rstrip() for line in lines)
    style = "|" if plain else '"' if text[:1].isdigit() and ":" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def of_yaml(text: str) -> tuple[Any, tuple[Flaw, ...], Mapping[Path, int]]:
    """What was written, what is wrong with it (then the value is None), and where each part stands."""
    try:
        source = read(text)
    except AutomationInvalid as error:
        return None, error.flaws, {}
    return source.value, (), source.lines


def mentioned(value: Any, known: Mapping[str, Any]) -> set[str]:
    """Ids among `known` that stand anywhere in what was written, templates too."""
    found: set[str] = set()
    for text in _texts(value):
        if text in known:
            found.add(text)
        elif "." in text:
            found.update(one for one in _words(text) if one in known)
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _words(text: str) -> list[str]:
    return "".join(one if one.isalnum() or one in "._" else " " for one in text).split()
