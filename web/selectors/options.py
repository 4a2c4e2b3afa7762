"""One of a few, or some of a few: selects, and the small sets that the hub knows by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from web.forms.titles import choice
from web.selectors.form import Form, every, first
from web.selectors.plain import is_empty
from web.selectors.spot import Kind, Options, Spot, draw

if TYPE_CHECKING:
    from hub.view import View

FEW = 6
"""Options from which on one picks from a menu, as Home Assistant has it."""


class Option(NamedTuple):
    value: Any
    name: str

    @property
    def key(self) -> str:
        return str(self.value)


def _given(options: Options) -> list[Option]:
    found = []
    for one in options.get("options") or ():
        named = isinstance(one, Mapping)
        found.append(Option(one["value"], str(one["label"])) if named else Option(one, str(one)))
    return sorted(found, key=lambda one: one.name.lower()) if options.get("sort") else found


def _fit_select(options: Options, value: Any) -> Any:
    """The value, or the list of them, as the options have it."""
    known = {one.key: one.value for one in _given(options)}
    free = bool(options.get("custom_value"))
    if options.get("multiple"):
        chosen = [] if is_empty(value) else value if isinstance(value, list) else [value]
        return list(dict.fromkeys(_one(known, one, free) for one in chosen))
    if is_empty(value) and "" not in known:
        return None
    return _one(known, "" if value is None else value, free)


def _one(known: Mapping[str, Any], value: Any, free: bool) -> Any:
    if isinstance(value, Mapping | list):
        raise ValueError("this is none of the options")
    if str(value) in known:
        return known[str(value)]
    if not free or "\n" in str(value) or not str(value).strip():
        raise ValueError("this is none of the options")
    return str(value)


def _draw_select(spot: Spot) -> Markup:
    options = _given(spot.options)
    known = {one.key for one in options}
    if spot.options.get("multiple"):
        chosen = [str(one) for one in spot.value]
        own = [one for one in chosen if one not in known]
        more = {"options": options, "chosen": chosen, "own": "\n".join(own)}
        return draw("several", replace(spot, more=more))
    told = "" if spot.value is None else str(spot.value)
    more = {"options": options, "chosen": told, "none": spot.value is None or not spot.required}
    if spot.options.get("custom_value"):
        return draw("combo", replace(spot, more=more))
    if _listed(spot.options):
        return draw("radios", replace(spot, more=more))
    return draw("menu", replace(spot, more={**more, "none": more["none"] and "" not in known}))


def _listed(options: Options) -> bool:
    return options.get("mode") == "list" or (options.get("mode") is None and len(options.get("options") or ()) < FEW)


def _read_select(options: Options, form: Form, name: str) -> Any:
    known = {one.key: one for one in _given(options)}
    free = bool(options.get("custom_value"))
    if options.get("multiple"):
        sent = every(form, name)
        order = {one: at for at, one in enumerate(every(form, f"{name}.was"))}
        sent = sorted(sent, key=lambda one: order.get(one, len(order)))
        if free:
            sent += [line.strip() for line in first(form, f"{name}.own").split("\n") if line.strip()]
            sent = sorted(dict.fromkeys(sent), key=lambda one: order.get(one, len(order)))
        return [_chosen(known, one, free) for one in sent]
    found = every(form, name)
    if not found or (not found[0] and "" not in known):
        return None
    return _chosen(known, found[0], free)


def _chosen(known: Mapping[str, Option], text: str, free: bool) -> Any:
    if text in known:
        return known[text].value
    # A field with suggestions takes an option's name as well as what it stands for.
    named = next((one.value for one in known.values() if free and one.name == text), None)
    if named is None and not free:
        raise ValueError(f"“{text}” is none of the options.")
    return text if named is None else named


def select(options: Options, offered: Iterable[tuple[str, str]], *, mode: str = "dropdown") -> dict[str, Any]:
    """The options of a select made of (value, name)."""
    listed = [{"value": value, "label": name} for value, name in offered]
    return {"options": listed, "mode": mode, "multiple": bool(options.get("multiple"))}


SELECT = Kind(
    _fit_select,
    _draw_select,
    _read_select,
    several=lambda options: bool(options.get("multiple")) or (_listed(options) and not options.get("custom_value")),
)


def fixed(offered: Callable[[Options], Iterable[tuple[str, str]]]) -> Kind:
    """A select whose options are known without looking at the house."""

    def made(options: Options) -> dict[str, Any]:
        return select(options, offered(options))

    return Kind(
        lambda options, value: _fit_select(made(options), value),
        lambda spot: _draw_select(replace(spot, options=made(spot.options))),
        lambda options, form, name: _read_select(made(options), form, name),
        several=lambda options: bool(options.get("multiple")),
    )


def of_house(offered: Callable[[View, Options], Iterable[tuple[str, str]]]) -> Kind:
    """A select whose options are the house's; what is sent is taken as it is, for it may be gone or come."""

    def fit(options: Options, value: Any) -> Any:
        return _fit_select({"options": [], "custom_value": True, "multiple": options.get("multiple")}, value)

    def drawn(spot: Spot) -> Markup:
        there = list(offered(spot.view, spot.options))
        told = spot.value if isinstance(spot.value, list) else [spot.value] if spot.value is not None else []
        gone = [(one, f"{one} (not there)") for one in told if one not in {value for value, _ in there}]
        return _draw_select(replace(spot, options=select(spot.options, [*there, *gone])))

    def read(options: Options, form: Form, name: str) -> Any:
        sent = [one for one in every(form, name) if one]
        if options.get("multiple"):
            order = {one: at for at, one in enumerate(every(form, f"{name}.was"))}
            return sorted(dict.fromkeys(sent), key=lambda one: order.get(one, len(order)))
        return sent[0] if sent else None

    return Kind(fit, drawn, read, several=lambda options: bool(options.get("multiple")))


def _behaviors(options: Options) -> list[tuple[str, str]]:
    """How many of several targets must be so, for a trigger or a condition."""
    if options.get("mode") == "condition":
        return [("any", "Any of them"), ("all", "All of them")]
    return [("each", "Each of them"), ("first", "The first of them"), ("all", "All of them")]


_STATE_CLASSES = ("measurement", "measurement_angle", "total", "total_increasing")
KINDS = {
    "select": SELECT,
    "automation_behavior": fixed(_behaviors),
    "state_class": fixed(lambda options: [(one, choice(one)) for one in _STATE_CLASSES]),
    "person": of_house(lambda view, options: [(one.slug, one.name) for one in view.people()]),
    "journal_kind": of_house(lambda view, options: sorted((one.key, one.name) for one in view.journal_kinds())),
    "metric": of_house(
        lambda view, options: sorted(((one.key, one.name) for one in view.metrics()), key=lambda pair: pair[1])
    ),
    "config_entry": of_house(
        lambda view, options: [
            (entry.id, entry.title) for entry, _ in view.entries() if options.get("integration") in (None, entry.domain)
        ]
    ),
}
