"""From the form of a blueprint to its inputs, and what is wrong with them to the field where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from hub.view import Blueprint, BlueprintInput, body_of, input_at
from web import selectors
from web.forms.titles import titled
from web.markdown import markdown

if TYPE_CHECKING:
    from hub.view import BlueprintItem, View

PREFIX = "in."
_NOTHING: tuple[Any, ...] = (None, "", [], {})
_PICKED = frozenset({"entity", "device", "area", "floor", "label", "statistic"})


@dataclass(slots=True)
class Filled:
    inputs: dict[str, Any] = field(default_factory=dict)
    """As an automation keeps them: what is as the blueprint has it is left out."""
    shown: dict[str, Any] = field(default_factory=dict)
    """What stands in the fields."""
    errors: dict[str, str] = field(default_factory=dict)
    """Input -> what is wrong with it; '' for what belongs to no input."""
    missing: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.errors and not self.missing


@dataclass(frozen=True, slots=True)
class Group:
    """A section of the form."""

    key: str
    title: str
    about: Markup
    fields: list[Markup]
    open: bool
    needed: int


def begin(blueprint: Blueprint, given: Mapping[str, Any]) -> Filled:
    """What is given, over the defaults."""
    shown = {key: given.get(key, None if one.required else one.default) for key, one in blueprint.inputs.items()}
    return Filled(dict(given), shown)


def fill(blueprint: Blueprint, form: selectors.Form, given: Mapping[str, Any] | None = None) -> Filled:
    """Read a sent form. `given`: what the automation has, of which inputs that the blueprint lost are kept."""
    given = given or {}
    found = Filled({key: one for key, one in given.items() if key not in blueprint.inputs})
    for key, one in blueprint.inputs.items():
        try:
            value = selectors.read(one.selector, PREFIX + key, form)
        except ValueError as error:
            found.errors[key] = str(error)
            found.shown[key] = _raw(form, key)
            continue
        found.shown[key] = value
        if one.required:
            if value in _NOTHING:
                found.missing.append(key)
            else:
                found.inputs[key] = value
        elif key in given and value == selectors.fit(one.selector, given[key]):
            found.inputs[key] = given[key]
        elif value == selectors.fit(one.selector, one.default) or (value in _NOTHING and one.default in _NOTHING):
            continue
        elif value is None:
            if _kind(one) in _PICKED:
                found.inputs[key] = []
        else:
            found.inputs[key] = value
    return found


def judge(view: View, item: BlueprintItem, found: Filled) -> None:
    """Say what is wrong with the automation that these inputs make, at the input that it comes from."""
    if item.blueprint is None or not found.sound:
        return
    for flaw in view.check_blueprint(item.path, found.inputs):
        key = input_at(item.blueprint, flaw.path)
        said = " ".join(filter(None, (flaw.message[:1].upper() + flaw.message[1:], flaw.hint)))
        found.errors.setdefault(key, said if key else str(flaw))


def groups(blueprint: Blueprint, found: Filled, view: View) -> list[Group]:
    """The form's sections, those without one first; open where something is to be done."""
    made: list[Group] = []
    for key in ("", *blueprint.sections):
        section = blueprint.sections.get(key)
        ones = [one for one in blueprint.inputs.values() if one.section == key]
        if not ones and section is None:
            continue
        wanting = any(one.key in found.errors or one.key in found.inputs for one in ones)
        needed = sum(one.required and found.shown.get(one.key) in _NOTHING for one in ones)
        made.append(
            Group(
                key,
                (section.name or titled(key)) if section is not None else "",
                markdown(section.description) if section is not None else Markup(""),
                [_field(one, found, view) for one in ones],
                section is None or not section.collapsed or wanting or needed > 0,
                needed,
            )
        )
    return made


def error_of(found: Filled, key: str) -> str:
    return "This is needed." if key in found.missing else found.errors.get(key, "")


def body(item: BlueprintItem, found: Filled, name: str, description: str = "") -> dict[str, Any]:
    return body_of(item, found.inputs, name.strip(), description.strip())


def label(one: BlueprintInput) -> str:
    return one.name or titled(one.key)


def _field(one: BlueprintInput, found: Filled, view: View) -> Markup:
    return selectors.field(
        one.selector,
        PREFIX + one.key,
        found.shown.get(one.key),
        view,
        label=label(one),
        help=markdown(one.description) if one.description else "",
        error=error_of(found, one.key),
        required=one.required,
    )


def _raw(form: selectors.Form, key: str) -> Any:
    """What was typed, shown again beside what is wrong with it."""
    found = form.get(PREFIX + key)
    return str(found) if found is not None else None


def _kind(one: BlueprintInput) -> str:
    return next(iter(one.selector), "") if one.selector else ""
