"""Helpers: what a household makes for itself."""

from __future__ import annotations

from typing import Any

from hub.automation.services.described import Given, Service, Thing, Told, number, span, text, texts
from hub.automation.services.table.common import power
from hub.automation.services.table.settable import choosing
from hub.automation.services.values import Text

_AMOUNT = number("amount", "By how much; left out: by its step.")


def _plain(name: str, title: str, words: str, *fields: Given, response: bool = False) -> Service:
    domain, verb = name.split(".")
    return Service(name, title, words, fields, (domain,), (verb,), response=response)


def _number(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    value, low, high = given["value"], thing.attributes.get("min"), thing.attributes.get("max")
    if (low is not None and value < float(low)) or (high is not None and value > float(high)):
        raise ValueError(f"{value:g} is not between {low} and {high}")
    return [Told("set_value", given)] if "set_value" in thing.commands else None


SERVICES = (
    *power("input_boolean", "toggles"),
    Service("input_number.set_value", "Set value", "Sets a number.",
            (number("value", "The new value.", required=True),), ("input_number",), prepare=_number),
    _plain("input_number.increment", "Increase", "Adds a step.", _AMOUNT),
    _plain("input_number.decrement", "Decrease", "Takes a step away.", _AMOUNT),
    _plain("input_text.set_value", "Set text", "Sets a text.", text("value", "The new text.", required=True)),
    *choosing("input_select"),
    _plain("input_select.set_options", "Set options", "Gives it other options.",
           texts("options", "All of them.", required=True)),
    Service("input_datetime.set_datetime", "Set date or time", "Sets a date, a time or both.", (
        Given("date", Text, "The date.", {"date": {}}, example="2026-11-21"),
        Given("time", Text, "The time.", {"time": {}}, example="07:30:00"),
        Given("datetime", Text, "Both.", {"datetime": {}}, example="2026-11-21 07:30:00"),
        number("timestamp", "Both, in seconds since 1970."),
    ), ("input_datetime",), ("set_datetime",), at_least=("date", "time", "datetime", "timestamp")),
    _plain("input_button.press", "Press", "Presses it."),
    _plain("counter.increment", "Count up", "Adds a step."),
    _plain("counter.decrement", "Count down", "Takes a step away."),
    _plain("counter.reset", "Reset", "Back to where it began."),
    _plain("counter.set_value", "Set count", "Sets the count.",
           number("value", "The new count.", 0, whole=True, required=True)),
    _plain("timer.start", "Start", "Starts or restarts a timer.",
           span("duration", "How long; left out: as it is set up.", example="00:05:00")),
    _plain("timer.pause", "Pause", "Holds a timer."),
    _plain("timer.cancel", "Cancel", "Ends a timer; it is not finished by that."),
    _plain("timer.finish", "Finish", "Ends a timer as if its time had come."),
    _plain("timer.change", "Change", "Adds time to a running timer, or takes some away.",
           span("duration", "How much; with a minus: less.", required=True)),
    _plain("schedule.get_schedule", "Get schedule", "The times of a schedule.", response=True),
)  # fmt: skip
