"""Templates that try to leave their sandbox: known escapes, times ways to reach the first object."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar


class Canary:
    """An object of the hub that a template was given by mistake; nothing below it may be called or shown."""

    SIGNS: ClassVar[tuple[str, ...]] = (
        "<class '",
        "<module '",
        "root:x:",
        "uid=",
        "builtin_function_or_method",
        "subclasses",
        "<frame ",
        "<code object",
        "of-the-hub",
    )
    touched: ClassVar[int] = 0

    def __init__(self) -> None:
        self._secret = "of-the-hub"

    def __call__(self, *_: Any) -> str:
        Canary.touched += 1
        return "of-the-hub"

    unsafe_callable = True
    """Jinja's word for what a template may not call."""


_LISTS: dict[str, list[str]] = json.loads((Path(__file__).parent / "lists" / "templates.json").read_text("utf-8"))
_BASES, _CLIMBS, _FORMATS, _FILTERS = (_LISTS[one] for one in ("bases", "climbs", "formats", "filters"))


def _all() -> Iterator[str]:
    yield from _LISTS["whole"]
    for base in _BASES:
        for climb in _CLIMBS:
            yield "{{ " + base + climb + " }}"
    for base in ("''", "[]", "value", "this", "lipsum", "cycler", "namespace()", "self", "now"):
        for pattern in _FORMATS:
            yield "{{ " + pattern % base + " }}"


PAYLOADS: tuple[str, ...] = tuple(dict.fromkeys(_all()))


def mutated(chance: random.Random) -> str:
    """A template made of pieces of known ones."""
    base = chance.choice(_BASES)
    for _ in range(chance.randrange(1, 5)):
        way = chance.randrange(4)
        if way == 0:
            base += chance.choice(_CLIMBS)
        elif way == 1:
            base = f"({base}|{chance.choice(_FILTERS)})"
        elif way == 2:
            base = chance.choice(_FORMATS) % base
        else:
            base = f"({base} ~ {chance.choice(_BASES)}{chance.choice(_CLIMBS)})"
    frame = chance.choice(
        (
            "{{ %s }}",
            "{%% set x = %s %%}{{ x }}",
            "{%% for x in %s %%}{{ x }}{{ x.__class__ }}{%% endfor %%}",
            "{%% if %s %%}{{ loop }}{%% endif %%}",
            "{%% macro m(a) %%}{{ a.__class__ }}{%% endmacro %%}{{ m(%s) }}",
            "{%% set ns = namespace(x=%s) %%}{{ ns.x }}{{ ns }}",
            "{{ [%s]|map('string')|list }}",
            "{{ {'a': %s}.a }}",
        )
    )
    text = frame % base
    if chance.random() < 0.2:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice("{}%|.()[]'_~ ") + text[at + chance.randrange(2) :]
    return text
