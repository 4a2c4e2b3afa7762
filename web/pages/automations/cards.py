"""The editor's cards: every part of an automation with its fields, and each flaw at the field that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from hub.view import KindField, as_yaml, say
from web import selectors, words
from web.pages.automations import data as calls
from web.pages.automations.card import Card, CardList, Field, Raw
from web.pages.automations.controls import LINES, PICKED, fits, to_form
from web.pages.automations.draft import Draft, top_key
from web.pages.automations.kinds import (
    ADVANCED,
    CHOICES,
    LABELS,
    LEGACY,
    OPTION,
    SETTINGS,
    UNKNOWN,
    kind_of,
)
from web.pages.automations.shape import TOP, YAML, Shape, flat, get, longer, shape_of

if TYPE_CHECKING:
    from hub.view import Flaw, Names, View

DAYS = (("mon", "Mon"), ("tue", "Tue"), ("wed", "Wed"), ("thu", "Thu"), ("fri", "Fri"), ("sat", "Sat"), ("sun", "Sun"))


class Table:
    """Makes the cards of a draft for somebody who looks."""

    def __init__(self, draft: Draft, view: View, names: Names) -> None:
        self.draft, self._view, self._names = draft, view, names
        people = [(one.slug, one.name) for one in view.people()]
        used = {one.metric for one in view.entities() if one.metric}
        self._menus: Mapping[str, list[tuple[str, str]]] = {
            "person": people,
            "persons": people,
            "kind": sorted(((one.key, one.name) for one in view.journal_kinds()), key=lambda one: one[1]),
            "metric": sorted(
                ((one.key, one.name) for one in view.metrics() if one.key in used), key=lambda one: one[1]
            ),
        }
        self.all: list[Card] = []
        self.settings = [self._field("", draft.body, one) for one in SETTINGS]
        known = {one.key for one in SETTINGS} | {key for keys in TOP.values() for key in keys}
        self.rest = self._rest("", draft.body, known)
        tops = {area: top_key(draft.body, area) for area in TOP}
        self.lists = {area: self._list(area, area, draft.body.get(key), (key,)) for area, key in tops.items()}
        self.flaws: list[str] = []
        """Of the whole."""

    def blame(self, flaws: Sequence[Flaw], new: str = "") -> None:
        """Put each flaw where it is about; the card at `new` was just added and has said nothing yet."""
        for one in flaws:
            said = words.sentence(f"{words.capital(one.message)} {one.hint}".strip())
            where = [card for card in self.all if one.path[: len(card.raw)] == card.raw]
            card = max(where, key=lambda each: len(each.raw), default=None)
            if card is not None and card.path == new:
                continue
            rest = [str(part) for part in one.path[len(card.raw) if card else 0 :]]
            fields = list(card.every()) if card is not None else [*self.settings, *([self.rest] if self.rest else [])]
            prefix = f"{card.path}." if card is not None else ""
            found = _about(fields, prefix, rest)
            if found is not None:
                found.error = found.error or said
                if found.redrawn is not None:
                    found.markup = found.redrawn(found.error)
            elif card is not None:
                card.errors.append(said)
            else:
                self.flaws.append(said)

    def needed(self, new: str = "") -> bool:
        """Say of each empty field that has to say something; False where there is one."""
        cards = [one for one in self.all if one.path != new]
        asked = [*self.settings, *(one for card in cards for one in (*card.fields, *card.more))]
        empty = [one for one in asked if one.required and not one.said]
        for one in empty:
            one.error = one.error or "This is needed."
            if one.markup is not None and one.redrawn is not None:
                one.markup = one.redrawn(one.error)
        return not empty

    def wrong(self) -> list[tuple[str, str, str]]:
        """Everything that is marked: the id of its place, what it is, and what is wrong."""
        found = [(one.id, one.label, one.error) for one in self.settings if one.error]
        for card in self.all:
            found += [(card.id, card.title, said) for said in card.errors]
            found += [(card.id, f"{card.title}, {one.label[:1].lower()}{one.label[1:]}", one.error)
                      for one in card.every() if one.error]  # fmt: skip
        return found

    # Making them

    def _list(self, path: str, area: str, given: Any, raw: Raw, name: str = "", optional: bool = False) -> CardList:
        items = flat(area, given)
        cards = [
            self._card(f"{path}.{index}", area, one, (*raw, *place), index, index == len(items) - 1)
            for index, (place, one) in enumerate(items)
        ]
        return CardList(path, area, name, cards, optional)

    def _card(self, path: str, area: str, given: Any, raw: Raw, index: int, last: bool) -> Card:
        node = longer(area, given)
        shape = shape_of(area, node)
        kind = OPTION if area == "options" else kind_of(shape.area, shape.kind)
        told = say(area, given, self._names) if area != "options" else ""
        alias = str(node.get("alias") or "") if isinstance(node, Mapping) else ""
        enabled = not (isinstance(node, Mapping) and node.get("enabled") is False)
        if area == "options":
            kind = kind._replace(name=f"Way {index + 1}")
        card = Card(path, raw, kind, area, shape.area, told, alias, enabled, index, last)
        card.formless = shape.kind == YAML
        self.all.append(card)
        if card.formless or path in self.draft.as_yaml:
            card.kind = kind if not card.formless else UNKNOWN
            card.yaml = self._text(f"{path}:yaml", "YAML", as_yaml(given))
            return card
        self._fill(card, shape, node)
        card.lists = [
            self._list(f"{path}.{'.'.join(one.keys)}", one.area, get(node, one.keys), (*raw, *_raw(given, one.keys)),
                       one.name, one.optional)
            for one in shape.inner
        ]  # fmt: skip
        return card

    def _fill(self, card: Card, shape: Shape, node: dict[str, Any]) -> None:
        facts = calls.facts_for(self.draft.catalogue, node) if shape.kind == "action" else None
        for one in shape.fields:
            if one.key in LEGACY and shape.area == "actions" and one.key not in node:
                continue
            if facts is not None and one.key == "data":
                continue
            if facts is not None and one.key == "target" and facts.target is None and "target" not in node:
                continue
            made = self._field(card.path, node, one)
            shown = one.key not in ADVANCED or (one.key != "action" and (made.said or one.required))
            (card.fields if shown else card.more).append(made)
        if facts is not None:
            card.kind = card.kind._replace(name=facts.title, about=facts.description)
            self._data(card, facts, dict(node.get("data") or {}))
        card.more += [self._field(card.path, node, one) for one in shape.shared]
        card.rest = self._rest(card.path, node, shape.known)

    def _data(self, card: Card, facts: Any, data: dict[str, Any]) -> None:
        card.drawn = True
        for one in facts.fields:
            name = f"{card.path}.data.{one.name}"
            value, error = data.get(one.name), self.draft.errors.get(name, "")
            label = one.title or words.capital(words.spaced(one.name))
            draw = self._drawing(one.selector, name, value, label, one.description, one.required)
            made = Field(name, one.name, label, "", "drawn", error=error, said=one.name in data, markup=draw(error))
            made.redrawn, made.required = draw, one.required
            (card.fields if one.required or one.name in data or error else card.more).append(made)
        others = {key: each for key, each in data.items() if key not in {one.name for one in facts.fields}}
        other = self._text(f"{card.path}.data:rest", "Other data", as_yaml(others))
        (card.fields if others or other.error else card.more).append(other)

    def _field(self, path: str, node: Mapping[str, Any], one: KindField) -> Field:
        name = f"{path}.{one.key}" if path else one.key
        label, help = LABELS.get(one.key, (words.capital(words.spaced(one.key)), ""))
        value = get(node, tuple(one.key.split(".")))
        control = one.control if fits(one.control, value) else "yaml"
        made = Field(name, one.key, label, help, control, required=one.required)
        made.error = self.draft.errors.get(name, "")
        made.said = value not in (None, "", [], {})
        if control in PICKED:
            made.redrawn = self._drawing(PICKED[control], name, value, label, help, one.required)
            made.markup = made.redrawn(made.error)
            return made
        shown = self.draft.typed.get(name) or to_form(control, value, one.settled)
        made.value = "\n".join(shown) if control in LINES or control == "yaml" else (shown[0] if shown else "")
        made.choices = self._choices(one, control, shown)
        return made

    def _drawing(
        self, selector: Mapping[str, Any], name: str, value: Any, label: str, help: str, required: bool
    ) -> Callable[[str], Markup]:
        def drawn(error: str) -> Markup:
            return selectors.field(
                selector, name, value, self._view, label=label, help=help, error=error, required=required
            )

        return drawn

    def _choices(self, one: KindField, control: str, shown: Sequence[str]) -> tuple[tuple[str, str, bool], ...]:
        if control == "days":
            return tuple((key, name, key in shown) for key, name in DAYS)
        if control in self._menus:
            menu = list(self._menus[control])
            menu += [(each, each) for each in shown if each and each not in {key for key, _ in menu}]
            return tuple((key, name, key in shown) for key, name in menu)
        chosen = shown or ([str(one.settled)] if one.settled is not None else [])
        return tuple(
            (each, CHOICES.get(each, words.capital(words.spaced(each))), each in chosen) for each in one.choices
        )

    def _text(self, name: str, label: str, text: str) -> Field:
        made = Field(name, name, label, "", "yaml", (self.draft.typed.get(name) or [text.rstrip()])[0])
        made.error, made.said = self.draft.errors.get(name, ""), bool(text.strip())
        return made

    def _rest(self, path: str, node: Mapping[str, Any], known: set[str]) -> Field | None:
        others = {key: one for key, one in node.items() if key not in known}
        name = f"{path}:rest"
        made = self._text(name, "Anything else, as YAML", as_yaml(others))
        return made if path or made.said or made.error else None


def _raw(given: Any, keys: tuple[str, ...]) -> Raw:
    """Where a list within stands in what was written."""
    if keys == ("conditions",) and isinstance(given, Mapping) and "conditions" not in given:
        return tuple(key for key in ("and", "or", "not", "condition") if key in given)[:1]
    return keys


def _about(fields: Sequence[Field], prefix: str, rest: Sequence[str]) -> Field | None:
    spelt = {"platform": "trigger", "service": "action"}
    told = [spelt.get(part, part) for part in rest]
    for length in range(len(told), 0, -1):
        name = prefix + ".".join(told[:length])
        for one in fields:
            if one.name == name:
                return one
    whole = next((one for one in fields if one.name.endswith(":yaml")), None)
    if whole is not None:
        return whole
    return next((one for one in fields if told and one.name.endswith(":rest") and f"{told[0]}:" in one.value), None)
