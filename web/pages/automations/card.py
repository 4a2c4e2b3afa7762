"""A card of the editor, its fields and its lists, as the templates read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from markupsafe import Markup

from web.pages.automations.kinds import Kind

Raw = tuple[str | int, ...]
WIDE = frozenset({"yaml", "template", "target", "entities", "long", "days", "persons"})


@dataclass(slots=True)
class Field:
    name: str
    key: str
    label: str
    help: str
    control: str
    value: str = ""
    choices: tuple[tuple[str, str, bool], ...] = ()
    """Value, words, chosen."""
    required: bool = False
    error: str = ""
    said: bool = False
    """Something stands in it."""
    unit: str = ""
    markup: Markup | None = None
    redrawn: Callable[[str], Markup] | None = None
    """Its markup with an error in it."""

    @property
    def wide(self) -> bool:
        return self.control in WIDE

    @property
    def id(self) -> str:
        return "e-" + self.name.replace(".", "-").replace(":", "-")


@dataclass(slots=True)
class Card:
    path: str
    raw: Raw
    kind: Kind
    area: str
    """The list's."""
    words: str
    """Whose words it takes: `triggers`, `conditions`, `actions` or `options`."""
    said: str
    alias: str
    enabled: bool
    index: int
    last: bool
    fields: list[Field] = field(default_factory=list)
    more: list[Field] = field(default_factory=list)
    rest: Field | None = None
    yaml: Field | None = None
    formless: bool = False
    """No form is made for it."""
    lists: list[CardList] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    drawn: bool = False
    """The fields of its action's data are among these."""

    def every(self) -> Iterator[Field]:
        yield from (*self.fields, *self.more)
        yield from (one for one in (self.rest, self.yaml) if one is not None)

    @property
    def wrong(self) -> bool:
        return bool(self.errors) or any(one.error for one in self.every())

    @property
    def more_open(self) -> bool:
        return any(one.error for one in self.more) or bool(self.rest and self.rest.error)

    @property
    def id(self) -> str:
        return "part-" + self.path.replace(".", "-")

    @property
    def title(self) -> str:
        return self.alias or self.said or self.kind.name


@dataclass(slots=True)
class CardList:
    path: str
    area: str
    name: str
    cards: list[Card]
    optional: bool = False

    @property
    def id(self) -> str:
        return "list-" + self.path.replace(".", "-")
