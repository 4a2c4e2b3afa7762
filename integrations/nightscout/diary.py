"""Treatments as journal entries, and journal entries as treatments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.api import JournalDraft, JournalEntry
from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import Record
from integrations.nightscout.measured import BASAL, SUSPENDED, by_the_loop
from integrations.nightscout.times import iso, to_ms

_LONGEST_MINUTES = 24 * 60.0
PREFIX = "ns:"
"""Begins the external ids of journal entries that were made from treatments."""


@dataclass(frozen=True, slots=True)
class Part:
    """One journal entry inside a treatment: when it is there, and which field of the one is which of the other."""

    name: str
    kind: str
    there: Callable[[Record], bool]
    fields: Mapping[str, str]
    """Journal field -> treatment field."""
    fixed: Callable[[Record], Record] = field(default=lambda _: {})


def _positive(name: str) -> Callable[[Record], bool]:
    return lambda record: (number(record.get(name)) or 0.0) > 0


def _any_positive(*names: str) -> Callable[[Record], bool]:
    return lambda record: any(_positive(name)(record) for name in names)


def _event(*types: str) -> Callable[[Record], bool]:
    return lambda record: record.get("eventType") in types


def _dose(record: Record) -> bool:
    return (number(record.get("insulin")) or 0.0) > 0 and not by_the_loop(record)


def _delivery(record: Record) -> Record:
    return {"delivery": "correction" if record.get("eventType") == "Correction Bolus" else "bolus"}


PARTS = (
    Part(
        "carbs",
        "meal",
        _any_positive("carbs", "fat", "protein"),
        {
            "carbs": "carbs",
            "fat": "fat",
            "protein": "protein",
            "absorption_minutes": "absorptionTime",
            "name": "foodType",
        },
    ),
    Part("insulin", "insulin", _dose, {"units": "insulin", "product": "insulinType"}, _delivery),
    Part(
        "suspend",
        "insulin",
        _event(*SUSPENDED),
        {"duration": "duration"},
        lambda _: {"delivery": "suspend"},
    ),
    Part("exercise", "workout", _event("Exercise"), {}),
)
_TEXTS = frozenset({"name", "product"})
_NOTE = Part("note", "note", lambda _: True, {"text": "notes"})


def parts_of(record: Record) -> list[Part]:
    """What a treatment holds; one that is nothing else, and no mere reading, is a note."""
    found = [part for part in PARTS if part.there(record)]
    if found or by_the_loop(record) or record.get("eventType") == BASAL:
        return found
    return [] if record.get("eventType") == "BG Check" and not record.get("notes") else [_NOTE]


def external_id(document_id: str, part: Part) -> str:
    """The external id of one part's journal entry."""
    return f"{PREFIX}{document_id}:{part.name}"


def drafts_of(record: Record, document_id: str, at: datetime) -> list[JournalDraft]:
    """Journal entries for a treatment."""
    return [_draft(record, part, external_id(document_id, part), at) for part in parts_of(record)]


def _draft(record: Record, part: Part, name: str, at: datetime) -> JournalDraft:
    minutes = min(max(number(record.get("duration")) or 0.0, 0.0), _LONGEST_MINUTES)
    end = at + timedelta(minutes=minutes) if part.kind == "workout" else None
    if part is _NOTE:
        title = str(record.get("eventType") or "Note")
        text = _text(record.get("notes")) or _text(record.get("reason")) or _text(record.get("profile"))
        return JournalDraft("note", at, None, {"title": title, "text": text}, external_id=name)
    data = part.fixed(record) | {one: value for one, value in _values(record, part).items() if value not in (None, "")}
    return JournalDraft(part.kind, at, end, data, note=_text(record.get("notes")), external_id=name)


def _values(record: Record, part: Part) -> Record:
    return {
        one: _text(record.get(theirs)) if one in _TEXTS else number(record.get(theirs))
        for one, theirs in part.fields.items()
    }


def overlaid(record: Record, document_id: str, at: datetime, entries: Mapping[str, JournalEntry]) -> Record | None:
    """A treatment with what was changed in the journal since; None when all of it was removed there."""
    parts = parts_of(record)
    known = [(part, entries[name]) for part in parts if (name := external_id(document_id, part)) in entries]
    if known and len(known) == len(parts) and all(entry.deleted for _, entry in known):
        return None
    changed = dict(record)
    for part, entry in known:
        if entry.deleted:
            for theirs in part.fields.values():
                changed.pop(theirs, None)
            continue
        draft = _draft(record, part, "", at)
        _carry_over(changed, part, draft, entry)
        if entry.start != draft.start:
            _move(changed, entry.start)
    return changed


def _carry_over(record: Record, part: Part, draft: JournalDraft, entry: JournalEntry) -> None:
    for ours, theirs in part.fields.items():
        then, now = draft.data.get(ours), entry.data.get(ours)
        if (now or None) == (then or None):
            continue
        if now in (None, ""):
            record.pop(theirs, None)
        else:
            record[theirs] = now
    if part.kind == "workout" and entry.end is not None:
        minutes = (entry.end - entry.start).total_seconds() / 60
        if entry.end != draft.end:
            record["duration"] = minutes
    if part is not _NOTE and entry.note != draft.note.strip():
        record["notes"] = entry.note


def _move(record: Record, start: datetime) -> None:
    record["created_at"] = iso(start)
    for name in ("timestamp", "date", "mills"):
        if name in record:
            record[name] = iso(start) if isinstance(record[name], str) else to_ms(start)


def object_id_of(entry: JournalEntry) -> str:
    """The 24-hex `_id` under which Nightscout's clients see a journal entry of another source."""
    return entry.id.replace("-", "")[:24]


def treatment_of(entry: JournalEntry) -> Record | None:
    """A journal entry of another source as a treatment; None where Nightscout has no word for it."""
    maker = _MAKERS.get(entry.kind)
    made = maker(entry) if maker is not None else None
    if made is None:
        return None
    return {
        "_id": object_id_of(entry),
        "identifier": entry.id,
        "eventType": "Note",
        "created_at": iso(entry.start),
        "timestamp": iso(entry.start),
        "utcOffset": 0,
        "enteredBy": entry.author,
        **({"notes": entry.note} if entry.note else {}),
        **{name: value for name, value in made.items() if value not in (None, "")},
    }


def _meal(entry: JournalEntry) -> Record:
    data = entry.data
    eaten = {name: data.get(name) for name in ("carbs", "fat", "protein")}
    name = _text(data.get("name"))
    if not any(eaten.values()):
        return {"notes": ": ".join(one for one in (name or entry.kind.capitalize(), entry.note) if one)}
    return {
        "eventType": "Carb Correction",
        **eaten,
        "absorptionTime": data.get("absorption_minutes"),
        "foodType": name,
    }


def _insulin(entry: JournalEntry) -> Record:
    data, delivery = entry.data, entry.data.get("delivery")
    if delivery in ("bolus", "correction") and data.get("units"):
        # The one name of a bolus that all of Loop, AAPS, xDrip+ and Trio read.
        return {"eventType": "Correction Bolus", "insulin": data["units"], "insulinType": data.get("product")}
    if delivery in ("temporary_basal", "basal") and data.get("rate") is not None:
        rate = data["rate"]
        return {
            "eventType": "Temp Basal",
            "temp": "absolute",
            "rate": rate,
            "absolute": rate,
            "duration": data.get("duration"),
        }
    # Background insulin by injection must not look like a bolus to those that reckon with boluses.
    words = [str(delivery or "insulin").replace("_", " ").capitalize(), _text(data.get("product"))]
    if data.get("units"):
        words.append(f"{data['units']:g} units")
    return {"notes": " ".join(one for one in (*words, entry.note) if one)}


def _note(entry: JournalEntry) -> Record | None:
    said = [_text(entry.data.get("title")), _text(entry.data.get("text")), entry.note]
    return {"notes": "\n".join(one for one in said if one)}


def _workout(entry: JournalEntry) -> Record:
    minutes = (entry.end - entry.start).total_seconds() / 60 if entry.end is not None else None
    words = [_text(entry.data.get("name")), _text(entry.data.get("activity")).replace("_", " "), entry.note]
    return {"eventType": "Exercise", "duration": minutes, "notes": ", ".join(one for one in words if one)}


def _medication(entry: JournalEntry) -> Record | None:
    if not entry.data.get("taken", True):
        return None
    dose = entry.data.get("dose")
    amount = f"{dose:g} {_text(entry.data.get('unit'))}".strip() if isinstance(dose, (int, float)) else ""
    return {"notes": " ".join(one for one in (_text(entry.data.get("name")), amount, entry.note) if one)}


_MAKERS: Mapping[str, Callable[[JournalEntry], Record | None]] = {
    "meal": _meal,
    "drink": _meal,
    "insulin": _insulin,
    "note": _note,
    "workout": _workout,
    "medication": _medication,
}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
