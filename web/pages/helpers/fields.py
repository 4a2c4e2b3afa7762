"""What the form of each kind of helper asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from web import selectors

if TYPE_CHECKING:
    from hub.view import View

Selector = Mapping[str, Any]
TEXT: Selector = {"text": {}}
SWITCH: Selector = {"boolean": {}}
NUMBER: Selector = {"number": {"mode": "box", "step": "any"}}
TEMPLATE: Selector = {"template": {}}


def choice(**names: str) -> Selector:
    """Values with what they are called, as a list to choose from."""
    return {"select": {"mode": "dropdown", "options": [{"value": key, "label": name} for key, name in names.items()]}}


@dataclass(frozen=True, slots=True)
class Asked:
    name: str
    label: str
    selector: Selector
    help: str = ""
    required: bool = False
    start: Any = None
    """What stands there for a new one."""
    more: bool = False
    """Waits in a fold: most do without."""


_START = "At every start"
_LATER = "Its value after the hub was started. Empty: as it was before."
ASKED: Mapping[str, tuple[Asked, ...]] = {
    "input_boolean": (
        Asked("initial", _START, choice(**{"": "As it was before", "true": "On", "false": "Off"}), start="", more=True),
    ),
    "input_number": (
        Asked("min", "Smallest", NUMBER, required=True, start=0),
        Asked("max", "Largest", NUMBER, required=True, start=100),
        Asked("step", "Step", NUMBER, "How far one step up or down goes.", required=True, start=1),
        Asked("unit_of_measurement", "Unit", TEXT, "Shown behind the number, such as mg/dL or °C.", start=""),
        Asked("mode", "Shown as", choice(slider="A slider", box="A box to type in"), start="slider"),
        Asked("initial", _START, NUMBER, _LATER, more=True),
    ),
    "input_text": (
        Asked("min", "Shortest", NUMBER, "Characters that it has at least.", required=True, start=0),
        Asked("max", "Longest", NUMBER, "Characters that it has at most, up to 255.", required=True, start=100),
        Asked("mode", "Shown as", choice(text="Text", password="Dots while it is typed"), start="text"),
        Asked("pattern", "Pattern", TEXT, "A regular expression that all of it has to match.", start="", more=True),
        Asked("initial", _START, TEXT, _LATER, more=True),
    ),
    "input_select": (
        Asked("options", "Options", {"text": {"multiline": True}}, "What can be chosen, one a line.", required=True),
        Asked("initial", _START, TEXT, "One of the options. Empty: as it was before.", more=True),
    ),
    "input_datetime": (
        Asked("has_date", "With a date", SWITCH, start=True),
        Asked("has_time", "With a time of day", SWITCH, start=True),
        Asked("initial", _START, TEXT, "Such as 2026-12-24 18:00:00, or 07:30:00. Empty: as before.", more=True),
    ),
    "input_button": (),
    "counter": (
        Asked("initial", "Starts at", NUMBER, "At first, and after a reset.", required=True, start=0),
        Asked("step", "Step", NUMBER, required=True, start=1),
        Asked("minimum", "Smallest", NUMBER, "It never goes below this."),
        Asked("maximum", "Largest", NUMBER, "It never goes above this."),
        Asked("restore", "Goes on after a restart of the hub", SWITCH, start=True, more=True),
    ),
    "timer": (
        Asked("duration", "Duration", {"duration": {}}, required=True, start={"hours": 0, "minutes": 5, "seconds": 0}),
        Asked(
            "restore",
            "Goes on over a restart of the hub",
            SWITCH,
            "One that ends meanwhile is told as soon as the hub is back.",
            start=True,
            more=True,
        ),
    ),
    "schedule": (),
    "template": (
        Asked("type", "What it is", choice(sensor="A number or a text", binary_sensor="On or off"), start="sensor"),
        Asked("state", "State", TEMPLATE, "Worked out anew whenever something that it reads changes.", required=True),
        Asked("unit_of_measurement", "Unit", TEXT, "With a unit it is a number and gets a chart.", start=""),
        Asked("device_class", "Device class", TEXT, "Such as temperature or motion.", start="", more=True),
        Asked(
            "state_class",
            "Kind of number",
            choice(**{
                "": "Not said", "measurement": "A level", "total": "A total", "total_increasing": "A growing total",
            }),
            start="",
            more=True,
        ),
        Asked("availability", "Available when", TEMPLATE, "Empty: always.", start="", more=True),
        Asked("icon", "Icon", TEMPLATE, "A name, or a template of one.", start="", more=True),
        Asked("attributes", "Attributes", {"object": {}}, "Names with templates, one a line.", more=True),
        Asked(
            "triggers",
            "Only at",
            {"object": {}},
            "Triggers as automations have them; the template knows trigger then. Empty: whenever something changes.",
            more=True,
        ),
    ),
    "group": (
        Asked("entities", "Members", {"entity": {"multiple": True}}, required=True),
        Asked("type", "What it is", choice(group="On or off together", sensor="A number of theirs"), start="group"),
        Asked("all", "On only when every member is", SWITCH, "Off: one is enough.", start=False),
        Asked(
            "function",
            "Reckons",
            choice(
                mean="Mean", min="Smallest", max="Largest", median="Median", sum="Sum", range="Largest less smallest",
                product="Product", stdev="Standard deviation", last="The one that changed last",
                first_available="The first that there is",
            ),
            "For a number of their numbers.",
            start="mean",
        ),
        Asked("ignore_non_numeric", "Go on without those that have no number", SWITCH, start=False, more=True),
    ),
    "zone": (
        Asked("place", "Place", {"location": {"radius": True}}, required=True),
        Asked(
            "passive",
            "For automations only",
            SWITCH,
            "Nobody is said to be there, and triggers look at it all the same.",
            start=False,
            more=True,
        ),
    ),
}  # fmt: skip
_PLACE = ("latitude", "longitude", "radius")


def shown(domain: str, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """What stands in the fields: of an entry's options, or of a new one."""
    known = dict(options or {})
    if domain == "zone" and known:
        known["place"] = {key: known[key] for key in _PLACE if key in known}
    if domain == "input_select":
        known["options"] = "\n".join(known.get("options", ()))
    if domain == "input_boolean" and "initial" in known:
        known["initial"] = {"true": "true", "false": "false"}.get(str(known["initial"]).lower(), "")
    return {one.name: known.get(one.name, one.start) for one in ASKED[domain]}


def read(domain: str, form: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Options as the model takes them, what stands in the fields, and what can't be read, by field."""
    options: dict[str, Any] = {}
    typed: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for one in ASKED[domain]:
        try:
            value = typed[one.name] = selectors.read(one.selector, one.name, form)
        except ValueError as error:
            errors[one.name], typed[one.name] = str(error), form.get(one.name, "")
            continue
        if value not in (None, "", [], {}):
            options[one.name] = value
    if domain == "input_select" and "options" in options:
        options["options"] = [line.strip() for line in options["options"].splitlines() if line.strip()]
    if domain == "zone":
        options |= options.pop("place", {})
    return options, typed, errors


def drawn(domain: str, values: Mapping[str, Any], errors: Mapping[str, str], view: View) -> list[tuple[Markup, bool]]:
    """Each field, and whether it waits in the fold; what is wrong is never hidden there."""
    made = []
    for one in ASKED[domain]:
        error = errors.get(one.name, "")
        field = selectors.field(
            one.selector,
            one.name,
            values.get(one.name),
            view,
            label=one.label,
            help=one.help,
            error=error,
            required=one.required,
            optional=not one.required and one.start in (None, "") and "select" not in one.selector,
        )
        made.append((field, one.more and not error))
    return made
