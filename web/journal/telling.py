"""An entry in a few words: a title, and what else is worth a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.model import JournalEntry
from web import words

Part = Callable[[Any], str]


def _amount(unit: str, decimals: int = 0) -> Part:
    return lambda value: f"{words.number(float(value), decimals)}{words.NARROW}{unit}"


def _word(value: Any) -> str:
    return words.spaced(str(value))


def _of_ten(name: str) -> Part:
    return lambda value: f"{name} {words.number(float(value))} of 10"


DETAILS: Mapping[str, tuple[tuple[str, Part], ...]] = {
    "meal": (
        ("meal_type", _word),
        ("carbs", lambda value: f"{words.number(float(value))}{words.NARROW}g carbohydrates"),
        ("energy", _amount("kcal")),
        ("protein", lambda value: f"{words.number(float(value))}{words.NARROW}g protein"),
    ),
    "drink": (
        ("amount", _amount("mL")),
        ("caffeine", lambda value: f"{words.number(float(value))}{words.NARROW}mg caffeine"),
    ),
    "sleep": (
        ("deep", lambda value: f"{words.duration(float(value) * 60)} deep"),
        ("rem", lambda value: f"{words.duration(float(value) * 60)} REM"),
        ("awake", lambda value: f"{words.duration(float(value) * 60)} awake"),
        ("score", lambda value: f"score {words.number(float(value))}"),
    ),
    "workout": (
        ("distance", lambda value: f"{words.number(float(value) / 1000, 1)}{words.NARROW}km"),
        ("energy", _amount("kcal")),
        ("mean_heart_rate", lambda value: f"{words.number(float(value))}{words.NARROW}bpm on average"),
    ),
    "medication": (("reason", _word),),
    "insulin": (("delivery", _word), ("product", str)),
    "symptom": (("severity", _of_ten("severity")), ("location", _word)),
    "mood": (("energy", _of_ten("energy")), ("stress", _of_ten("stress"))),
    "feeding": (
        ("amount", _amount("mL")),
        ("solids", _amount("g")),
        ("left_minutes", lambda value: f"left {words.number(float(value))}{words.NARROW}min"),
        ("right_minutes", lambda value: f"right {words.number(float(value))}{words.NARROW}min"),
        ("food", str),
    ),
    "nappy": (("colour", _word), ("rash", lambda value: "sore skin" if value else "")),
}
"""Kind -> the fields that make its second line, each with how it is written."""


def title_of(entry: JournalEntry, name: str = "") -> str:
    """`Porridge with berries`, `Left breast`, `Wet and dirty`, `7 h 12 min asleep`; else the name of its kind."""
    data = entry.data
    match entry.kind:
        case "nappy":
            parts = [word for key, word in (("wet", "wet"), ("solid", "dirty")) if data.get(key)]
            return words.capital(" and ".join(parts)) + " nappy" if parts else "Dry nappy"
        case "sleep":
            if entry.end is None:
                return "Asleep"
            asleep = float(data["asleep"]) * 60 if data.get("asleep") else (entry.end - entry.start).total_seconds()
            return (
                f"{'Nap of ' if data.get('nap') else ''}{words.duration(asleep)}{'' if data.get('nap') else ' asleep'}"
            )
        case "feeding":
            how = data.get("method") or data.get("type") or "feeding"
            return words.capital(words.spaced(str(how)))
        case "mood" if data.get("mood") is not None:
            return f"Mood {words.number(float(data['mood']))} of 10"
        case "insulin" if data.get("units") is not None:
            return f"{words.number(float(data['units']), 1).removesuffix('.0')}{words.NARROW}units of insulin"
        case "medication":
            dose = (
                f" {words.number(float(data['dose']), 1).removesuffix('.0')} {data.get('unit', '')}"
                if data.get("dose")
                else ""
            )
            skipped = "" if data.get("taken", True) else ", skipped"
            return f"{data.get('name', 'Medication')}{dose.rstrip()}{skipped}"
        case _:
            pass
    for key in ("name", "title", "activity"):
        text = data.get(key)
        if isinstance(text, str) and text:
            return words.capital(words.spaced(text))
    return name or words.capital(words.spaced(entry.kind))


def details_of(entry: JournalEntry) -> str:
    """The second line; empty when there is nothing more to say."""
    parts = []
    if entry.end is not None and entry.kind != "sleep" and entry.end > entry.start:
        parts.append(words.duration((entry.end - entry.start).total_seconds()))
    data = entry.data
    if data.get("type") == "solid_food" and "amount" in data:  # kept before milk and food had a field each
        data = {**data, "solids": data["amount"], "amount": None}
    for key, write in DETAILS.get(entry.kind, ()):
        value = data.get(key)
        if value not in (None, "", 0, False):
            text = write(value)
            if text:
                parts.append(text)
    if entry.kind == "note" and entry.data.get("text"):
        parts.append(str(entry.data["text"]))
    return words.capital(", ".join(parts))
