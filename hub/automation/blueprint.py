"""Blueprints: automations with inputs left open, in Home Assistant's form (2026.11)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.automation import selectors
from hub.automation.flaws import AutomationInvalid, Flaw, Path, line_of
from hub.automation.source import Input, Source, read

UNDERSTOOD = (2026, 11, 0)
"""The version of Home Assistant whose language this is; `min_version` may ask for no later one."""
DOMAINS = ("automation", "script", "template")
_KEYS = ("name", "domain", "description", "author", "source_url", "homeassistant", "input")
_INPUT_KEYS = ("name", "description", "default", "selector", "visible")
_SECTION_KEYS = ("name", "icon", "description", "collapsed", "visible", "input")


class _Required:
    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class BlueprintInput:
    key: str
    name: str = ""
    description: str = ""
    default: Any = REQUIRED
    selector: Mapping[str, Any] | None = None
    section: str = ""

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    name: str = ""
    icon: str = ""
    description: str = ""
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Blueprint:
    name: str
    domain: str
    description: str = ""
    author: str = ""
    source_url: str = ""
    min_version: str = ""
    inputs: Mapping[str, BlueprintInput] = field(default_factory=dict)
    sections: Mapping[str, Section] = field(default_factory=dict)
    body: Any = None
    """The automation, with `Input` where an input goes."""
    lines: Mapping[Path, int] = field(default_factory=dict)

    def fill(self, given: Mapping[str, Any]) -> Any:
        """The automation with the inputs given, or their defaults; unknown ones are left out.

        Raises AutomationInvalid for one that is missing.
        """
        missing = [key for key, one in self.inputs.items() if one.required and key not in given]
        if missing:
            raise AutomationInvalid(
                Flaw(("input", key), "this input is missing.", _what(self.inputs[key])) for key in missing
            )
        values = {key: given.get(key, one.default) for key, one in self.inputs.items()}
        return _filled(self.body, values)


def parse(text: str) -> Blueprint:
    """Raises AutomationInvalid with every flaw and its line."""
    source = read(text)
    whole = source.value
    if not isinstance(whole, Mapping) or not isinstance(whole.get("blueprint"), Mapping):
        raise AutomationInvalid([Flaw((), "a blueprint has a `blueprint:` with name, domain and input.", "", 1)])
    made = _Parser(source, whole["blueprint"])
    blueprint = made.blueprint({key: one for key, one in whole.items() if key != "blueprint"})
    if made.flaws:
        raise AutomationInvalid(made.flaws)
    return blueprint


class _Parser:
    def __init__(self, source: Source, head: Mapping[str, Any]) -> None:
        self._lines, self._head = source.lines, head
        self.flaws: list[Flaw] = []
        self._inputs: dict[str, BlueprintInput] = {}
        self._sections: dict[str, Section] = {}

    def blueprint(self, body: Mapping[str, Any]) -> Blueprint:
        head, at = self._head, ("blueprint",)
        self._only(head, _KEYS, at)
        name = self._text(head, "name", at, required=True)
        domain = self._text(head, "domain", at, required=True)
        if domain and domain not in DOMAINS:
            self._flaw((*at, "domain"), f"{domain!r} is not one of {', '.join(DOMAINS)}.")
        url = self._text(head, "source_url", at)
        if url and not re.match(r"https?://[^\s/]+", url):
            self._flaw((*at, "source_url"), f"{url!r} is no address of a web page.")
        version = self._version(head.get("homeassistant"), (*at, "homeassistant"))
        self._read_inputs(head.get("input"), (*at, "input"))
        for path, one in _inputs_in(body, ()):
            if one.name not in self._inputs:
                near = difflib.get_close_matches(one.name, self._inputs, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else "Add it under blueprint: input:."
                self._flaw(path, f"`!input {one.name}` is not declared.", hint)
        return Blueprint(
            name, domain, self._text(head, "description", at), self._text(head, "author", at), url, version,
            self._inputs, self._sections, dict(body), self._lines,
        )  # fmt: skip

    def _version(self, told: Any, at: Path) -> str:
        if told is None:
            return ""
        if not isinstance(told, Mapping) or set(told) - {"min_version"}:
            self._flaw(at, "this has `min_version` and nothing else.")
            return ""
        version = str(told.get("min_version") or "")
        found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:\.?[a-z]+\d*)?", version)
        if version and found is None:
            self._flaw((*at, "min_version"), f"{version!r} is no version like 2026.11.0.")
        elif found is not None and tuple(map(int, found.groups())) > UNDERSTOOD:
            known = ".".join(map(str, UNDERSTOOD))
            self._flaw((*at, "min_version"), f"it asks for {version}, and the language known here is {known}'s.")
        return version

    def _read_inputs(self, told: Any, at: Path) -> None:
        if told is None:
            return
        if not isinstance(told, Mapping):
            self._flaw(at, "inputs are names with what they are.")
            return
        for key, one in told.items():
            if isinstance(one, Mapping) and "input" in one:
                self._read_section(key, one, (*at, key))
            else:
                self._read_input(key, one, (*at, key), "")

    def _read_section(self, key: str, told: Mapping[str, Any], at: Path) -> None:
        self._only(told, _SECTION_KEYS, at)
        collapsed = told.get("collapsed", False)
        if not isinstance(collapsed, bool):
            self._flaw((*at, "collapsed"), "this is true or false.")
        self._sections[key] = Section(
            key, self._text(told, "name", at), self._text(told, "icon", at), self._text(told, "description", at),
            bool(collapsed),
        )  # fmt: skip
        inner = told["input"]
        if inner is not None and not isinstance(inner, Mapping):
            self._flaw((*at, "input"), "inputs are names with what they are.")
            return
        for name, one in (inner or {}).items():
            if isinstance(one, Mapping) and "input" in one:
                self._flaw((*at, "input", name), "a section in a section is one too many.")
            else:
                self._read_input(name, one, (*at, "input", name), key)

    def _read_input(self, key: str, told: Any, at: Path, section: str) -> None:
        if key in self._inputs:
            self._flaw(at, "an input of this name stands in another section already.")
            return
        if told is None:
            self._inputs[key] = BlueprintInput(key, section=section)
            return
        if not isinstance(told, Mapping):
            self._flaw(at, "an input has name, description, default and selector.")
            self._inputs[key] = BlueprintInput(key, section=section)
            return
        self._only(told, _INPUT_KEYS, at)
        selector = told.get("selector")
        if selector is not None:
            try:
                selectors.check(selector)
            except ValueError as error:
                self._flaw((*at, "selector"), f"{error}.")
        self._inputs[key] = BlueprintInput(
            key,
            self._text(told, "name", at),
            self._text(told, "description", at),
            told.get("default", REQUIRED),
            {selector: None} if isinstance(selector, str) else selector,
            section,
        )

    def _text(self, told: Mapping[str, Any], key: str, at: Path, *, required: bool = False) -> str:
        value = told.get(key)
        if value is None:
            if required:
                self._flaw(at, f"`{key}` is missing.")
            return ""
        if isinstance(value, Mapping | list | Input):
            self._flaw((*at, key), "a text goes here.")
            return ""
        return str(value)

    def _only(self, told: Mapping[str, Any], keys: tuple[str, ...], at: Path) -> None:
        for key in told:
            if key not in keys:
                near = difflib.get_close_matches(str(key), keys, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(keys)}."
                self._flaw((*at, key), f"there is no key {key!r} here.", hint)

    def _flaw(self, path: Path, message: str, hint: str = "") -> None:
        self.flaws.append(Flaw(path, message, hint, line_of(path, self._lines)))


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Input):
        return values[value.name]
    if isinstance(value, Mapping):
        return {key: _filled(one, values) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, values) for one in value]
    return value


def _inputs_in(value: Any, path: Path) -> Iterator[tuple[Path, Input]]:
    if isinstance(value, Input):
        yield path, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _inputs_in(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _inputs_in(one, (*path, index))


def _what(one: BlueprintInput) -> str:
    return f"It is “{one.name}”." if one.name else ""
