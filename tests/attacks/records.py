"""The attack list: what happened to others, and which door of this hub is nearest to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Record(NamedTuple):
    kind: str
    id: str
    what: str
    door: str
    """Of this hub; where it has no such feature, the nearest that there is."""


CLASSES = {
    "A1": "scripts in names, headers and links", "A2": "clickjacking and fake pages", "A3": "signing in bypassed",
    "A4": "more than one may", "A5": "out of the folder", "A6": "requests and redirects by trick", "A7": "forged forms",
    "A8": "commands smuggled in", "A9": "out of the template", "A10": "guessing", "A11": "leaks to neighbours",
    "A12": "names that move", "A13": "the broker", "A14": "supply chain and prototypes",
}  # fmt: skip
_LIST = (Path(__file__).parent / "lists" / "records.txt").read_text("utf-8")
RECORDS = tuple(Record(*(part.strip() for part in line.split("|"))) for line in _LIST.strip().splitlines())


def against(*ids: str) -> Callable[[F], F]:
    """Mark a test as one that carries these records' attacks out."""

    def mark(test: F) -> F:
        test.against = ids  # type: ignore[attr-defined]  # read by test_the_list
        return test

    return mark
