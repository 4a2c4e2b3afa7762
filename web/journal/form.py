"""The form of an entry: whose, when, what its kind asks, and a note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from hub.model import JournalDraft, JournalEntry, JournalKind
from web import forms

SHOWN = 4
"""Fields of a kind that are seen at once; the others are under More."""
LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(slots=True)
class EntryForm:
    kind: JournalKind
    person: str
    start: str
    end: str = ""
    note: str = ""
    fields: list[forms.Field] = field(default_factory=list)
    more: list[forms.Field] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """More is unfolded when something in it is filled in or wrong."""
        return any(one.error or (one.value and one.kind != "switch") for one in self.more)


class Unfit(Exception):
    """What was typed cannot be an entry; `errors` by field name, "" for the whole."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


def blank(kind: JournalKind, person: str, now: datetime, zone: ZoneInfo) -> EntryForm:
    return _filled(kind, person, now.astimezone(zone).strftime(LOCAL), "", "", {}, {})


def of_entry(kind: JournalKind, entry: JournalEntry, zone: ZoneInfo) -> EntryForm:
    end = entry.end.astimezone(zone).strftime(LOCAL) if entry.end is not None else ""
    return _filled(kind, entry.person, entry.start.astimezone(zone).strftime(LOCAL), end, entry.note, entry.data, {})


def of_typed(kind: JournalKind, person: str, typed: Mapping[str, Any], errors: Mapping[str, str]) -> EntryForm:
    """As it was typed, with what is wrong."""
    return _filled(
        kind,
        person,
        str(typed.get("start", "")),
        str(typed.get("end", "")),
        str(typed.get("note", "")),
        {key: value for key, value in typed.items() if value != ""},
        errors,
    )


def _filled(
    kind: JournalKind,
    person: str,
    start: str,
    end: str,
    note: str,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
) -> EntryForm:
    found = forms.fields(kind.model.model_json_schema(), values, errors, chips=True)
    shown = [one for one in found if one.required or one.error][:SHOWN]
    for one in found:
        if one not in shown and len(shown) < SHOWN:
            shown.append(one)
    shown.sort(key=found.index)
    more = [one for one in found if one not in shown]
    return EntryForm(kind, person, start, end, note, shown, more, dict(errors))


def draft_of(
    kind: JournalKind, typed: Mapping[str, Any], zone: ZoneInfo, *, old: JournalEntry | None = None
) -> JournalDraft:
    """What was typed as a draft; fields that no form shows stay as they were. Raises Unfit."""
    schema = kind.model.model_json_schema()
    given = forms.values(schema, typed)
    errors = dict(given.errors)
    start = _instant(typed, "start", zone, errors)
    end = _instant(typed, "end", zone, errors) if kind.lasts else None
    if start is None and "start" not in errors:
        errors["start"] = "When was it?"
    if start is not None and end is not None and end < start:
        errors["end"] = "The end lies before the start."
    shown = {one.name for one in forms.fields(schema)}
    kept = {key: value for key, value in (old.data if old is not None else {}).items() if key not in shown}
    data = {**kept, **{key: _aware(value, zone) for key, value in given.values.items()}}
    try:
        kind.model.model_validate(data)
    except ValidationError as error:
        errors = {**forms.errors_of(error), **errors}
    if errors or start is None:
        raise Unfit(errors)
    draft = JournalDraft(kind.key, start, end, data, str(typed.get("note", "")).strip())
    return replace(draft, source=old.source, external_id=old.external_id) if old is not None else draft


def _instant(typed: Mapping[str, Any], name: str, zone: ZoneInfo, errors: dict[str, str]) -> datetime | None:
    text = str(typed.get(name, "")).strip()
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        errors[name] = "Write a date and a time."
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _aware(value: Any, zone: ZoneInfo) -> Any:
    """A local date and time from a field gets the person's zone."""
    if isinstance(value, str) and len(value) == 16 and value[10:11] == "T":
        try:
            return datetime.fromisoformat(value).replace(tzinfo=zone).isoformat()
        except ValueError:
            return value
    return value
