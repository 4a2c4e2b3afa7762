"""What is switched, pressed, set or chosen: switches, buttons, numbers, choices, texts, dates, sirens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from hub.automation.services.described import Given, Service, Thing, Told, number, span, state, text, yes_no
from hub.automation.services.table.common import power
from hub.automation.services.values import Text

_CYCLE = yes_no("cycle", "From the last one to the first.", default=True)


def _options(thing: Thing) -> list[str]:
    return [str(one) for one in thing.attributes.get("options") or ()]


def _move(command: str, pick: Callable[[Sequence[str], int, bool], int]) -> Any:
    """`pick(options, place of the present one or -1, cycle)` -> place."""

    def prepare(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
        if command in thing.commands:
            return [Told(command, given)]
        options = _options(thing)
        if "select_option" not in thing.commands or not options:
            return None
        place = options.index(thing.state) if thing.state in options else -1
        return [Told("select_option", {"option": options[pick(options, place, given.get("cycle", True))]})]

    return prepare


def _next(options: Sequence[str], place: int, cycle: bool) -> int:
    return (place + 1) % len(options) if cycle else min(place + 1, len(options) - 1)


def _previous(options: Sequence[str], place: int, cycle: bool) -> int:
    if place < 0:
        return len(options) - 1
    return (place - 1) % len(options) if cycle else max(place - 1, 0)


def _option(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    options = _options(thing)
    if options and given["option"] not in options:
        raise ValueError(f"{given['option']!r} is none of its options: {', '.join(options)}")
    return [Told("select_option", given)] if "select_option" in thing.commands else None


def choosing(domain: str) -> tuple[Service, ...]:
    """The five ways to choose, of `select` and `input_select`."""
    option = state("option", "One of its options.", "options", required=True)
    return (
        Service(f"{domain}.select_option", "Select option", "Selects one of the options.", (option,), (domain,),
                prepare=_option),
        Service(f"{domain}.select_next", "Select next", "Selects the option after the present one.", (_CYCLE,),
                (domain,), prepare=_move("select_next", _next)),
        Service(f"{domain}.select_previous", "Select previous", "Selects the option before the present one.",
                (_CYCLE,), (domain,), prepare=_move("select_previous", _previous)),
        Service(f"{domain}.select_first", "Select first", "Selects the first option.", (), (domain,),
                prepare=_move("select_first", lambda options, place, cycle: 0)),
        Service(f"{domain}.select_last", "Select last", "Selects the last option.", (), (domain,),
                prepare=_move("select_last", lambda options, place, cycle: len(options) - 1)),
    )  # fmt: skip


def _number(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    value, low, high = given["value"], thing.attributes.get("min"), thing.attributes.get("max")
    if (low is not None and value < float(low)) or (high is not None and value > float(high)):
        raise ValueError(f"{value:g} is not between {low} and {high}")
    return [Told("set_value", given)] if "set_value" in thing.commands else None


def _moment(kind: type[date] | type[time] | type[datetime]) -> Any:
    def prepare(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
        told = next(iter(given.values()))
        try:
            value = datetime.fromtimestamp(float(told)).astimezone() if _stamp(told) else kind.fromisoformat(str(told))
        except ValueError:
            raise ValueError(f"{told!r} is no {kind.__name__}") from None
        return [Told("set_value", {"value": value.isoformat()})] if "set_value" in thing.commands else None

    return prepare


def _stamp(told: Any) -> bool:
    return str(told).replace(".", "", 1).isdigit() and len(str(told).split(".")[0]) > 8


def _setting(domain: str, field: Given, kind: type[date] | type[time] | type[datetime]) -> Service:
    words = f"Sets the {kind.__name__}."
    return Service(f"{domain}.set_value", f"Set {kind.__name__}", words, (field,), (domain,), prepare=_moment(kind))


_VALUE = text("value", "The new text.", required=True)
SERVICES = (
    *power("switch", "switches"),
    *power("siren", "sirens", state("tone", "One of its tones.", "available_tones"),
           number("volume_level", "How loud, 0 to 1.", 0, 1, step=0.05), span("duration", "How long it sounds.")),
    *power("remote", "remotes", state("activity", "What is to begin.", "activity_list")),
    Service("button.press", "Press", "Presses buttons.", (), ("button",), ("press",)),
    Service("number.set_value", "Set value", "Sets a number.", (number("value", "The new value.", required=True),),
            ("number",), prepare=_number),
    *choosing("select"),
    Service("text.set_value", "Set value", "Sets a text.", (_VALUE,), ("text",), ("set_value",)),
    _setting("date", Given("date", Text, "The date.", {"date": {}}, required=True, example="2026-11-21"), date),
    _setting("time", Given("time", Text, "The time.", {"time": {}}, required=True, example="07:30:00"), time),
    _setting("datetime", Given("datetime", Text, "Date and time.", {"datetime": {}}, required=True,
                               example="2026-11-21 07:30:00"), datetime),
    Service("update.install", "Install update", "Installs an update of a device.",
            (text("version", "Which; left out: the newest."), yes_no("backup", "Make a backup before.")),
            ("update",), ("install",)),
)  # fmt: skip
