"""YAML as Home Assistant writes it (1.1, with `!input`), every value with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

import yaml

from hub.automation.flaws import AutomationInvalid, Flaw, Path

LARGEST = 1_000_000
"""Characters of a file."""
DEEPEST = 60
MOST = 100_000
"""Values of a file; aliases of aliases grow beyond any."""
MOST_WRITTEN = 30_000
"""Parts of a file as they are written; ten times what the largest blueprints have."""


@dataclass(frozen=True, slots=True)
class Input:
    """Stands where a blueprint's input goes."""

    name: str


@dataclass(slots=True)
class Source:
    value: Any
    lines: dict[Path, int] = field(default_factory=dict)
    doubled: tuple[Flaw, ...] = ()
    """Keys that stand twice; others' files have them, and the last one counts."""


def read(text: str) -> Source:
    """Raises AutomationInvalid for what is not YAML, unknown tags, and what is too large."""
    if len(text) > LARGEST:
        raise AutomationInvalid([Flaw((), f"a file of {len(text):,} characters is too long.")])
    _skim(text)
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = f"this is not YAML: {error.problem or error.context}."
        raise AutomationInvalid([Flaw((), said, _advice(error), mark.line + 1 if mark else 1)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        said = f"the character U+{int(error.character):04X} can't stand in a text like this."
        raise AutomationInvalid([Flaw((), said, "Take it out; it can't be seen in most editors.", line)]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise AutomationInvalid([Flaw((), f"this is not YAML: {error}")]) from None
    walk = _Walk(loader)
    value = walk.value(node, ()) if node is not None else None
    if walk.flaws:
        raise AutomationInvalid(walk.flaws)
    return Source(value, walk.lines, tuple(walk.doubled))


def _skim(text: str) -> None:
    """A quick look at what would take long to read well. Raises AutomationInvalid."""
    deep = 0
    try:
        for number, event in enumerate(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
            deep += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if number > MOST_WRITTEN or deep > DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark is not None else 1
                raise AutomationInvalid([Flaw((), _TOO_MUCH, line=line)])
    except (yaml.YAMLError, RecursionError):
        # What reads it well says what is wrong.
        return


class _Walk:
    def __init__(self, loader: yaml.SafeLoader) -> None:
        self._loader = loader
        self._values = 0
        self.lines: dict[Path, int] = {}
        self.flaws: list[Flaw] = []
        self.doubled: list[Flaw] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self._values += 1
        if len(path) > DEEPEST or self._values > MOST:
            if not self.flaws or self.flaws[-1].message != _TOO_MUCH:
                self.flaws.append(Flaw(path, _TOO_MUCH, line=line))
            return None
        if node.tag == "!input":
            return self._input(node, path)
        if node.tag.removeprefix(_YAML) not in _TAGS:
            hint = "An automation has only `!input`, and that in a blueprint."
            if node.tag == f"{_YAML}value":
                hint = "Quote it."
            tag = node.tag.replace(_YAML, "!!")
            self.flaws.append(Flaw(path, f"{tag} is not understood here.", hint, line))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one, (*path, index)) for index, one in enumerate(node.value)]
        return self._scalar(node, path)

    def _input(self, node: yaml.Node, path: Path) -> Any:
        name = str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
        if not name:
            hint = "Write it like `entity_id: !input sensor`."
            self.flaws.append(Flaw(path, "`!input` names one input.", hint, _line(node)))
        return Input(name)

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        try:
            node.value.encode()
            value = self._loader.construct_object(node)
        except UnicodeError:
            self.flaws.append(Flaw(path, _HALF, "Write the character itself.", _line(node)))
            return None
        except (yaml.YAMLError, ValueError) as error:
            why = str(error).splitlines()[0]
            said = f"{node.value[:60]!r} is not understood: {why}."
            self.flaws.append(Flaw(path, said, "Quote it.", _line(node)))
            return None
        # What is too large for a number, or none, is the text that stands there.
        if (isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER) or (
            isinstance(value, float) and not isfinite(value)
        ):
            return node.value
        # `12:30:00` would be the number 45000 and `2026-01-01` a day; nobody who writes automations means that.
        if (isinstance(value, int | float) and ":" in node.value) or isinstance(value, date):
            return node.value
        return value

    def _mapping(self, node: yaml.MappingNode, path: Path, merging: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._values += merging > 0
        if merging > DEEPEST or self._values > MOST:
            if not self.flaws or self.flaws[-1].message != _TOO_MUCH:
                self.flaws.append(Flaw(path, _TOO_MUCH, "It is merged into itself.", _line(node)))
            # Whatever is merged twice in there need not be followed.
            self._values = MOST + 1
            return found
        merged: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = _line(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.flaws.append(Flaw(path, "a key must be a word.", 'Quote a template: "{{ ... }}".', line))
                continue
            key = str(key_node.value)
            if any("\ud800" <= one <= "\udfff" for one in key):
                self.flaws.append(Flaw(path, _HALF, "Write the character itself.", line))
                continue
            if key_node.tag == "tag:yaml.org,2002:merge":
                ones = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
                for one in ones:
                    if isinstance(one, yaml.MappingNode):
                        merged = {**self._mapping(one, path, merging + 1), **merged}
                continue
            if key in first:
                hint = f"It stands in line {first[key]} already; the last one counts."
                self.doubled.append(Flaw((*path, key), "this key is given twice.", hint, line))
            first[key] = line
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return {**merged, **found}


_YAML = "tag:yaml.org,2002:"
_TAGS = frozenset({"null", "bool", "int", "float", "str", "seq", "map", "timestamp"})
"""What values may be by themselves or by a tag; no objects, bytes or sets."""
_HALF = "half a character (a surrogate) stands here, which can't be kept."
_LONGEST_NUMBER = 1_000
"""Bits."""
_TOO_MUCH = "this is too large or nested too deeply."


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _advice(error: yaml.MarkedYAMLError) -> str:
    text = str(error.problem)
    if "tab" in text or "'\\t'" in text:
        return "Indent with spaces."
    if "mapping values are not allowed" in text:
        return "Quote the value if it has a colon, and look at the indentation."
    return "Look at the indentation and quotes of this line and the one before."
