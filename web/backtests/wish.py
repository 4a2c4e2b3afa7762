"""What a form asks to be tried."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import BadReading
from hub.view import BacktestWish

OTHER = "other"
"""Dates are given."""
SPANS = {"1": "A day", "7": "7 days", "30": "30 days", "90": "90 days", OTHER: "Other"}
USUAL = "30"


@dataclass(slots=True)
class Asked:
    """As the form shows it again."""

    automation: str = ""
    body: str = ""
    days: str = USUAL
    start: str = ""
    end: str = ""
    """Dates, where others than the last days are chosen."""
    what: str = ""
    values: str = ""
    tried: dict[str, list[Any]] = field(default_factory=dict)


def asked_of(form: Mapping[str, Any]) -> Asked:
    """What a form or an address says."""
    texts = {
        name: str(form.get(name, "") or "").strip() for name in ("automation", "days", "from", "to", "what", "values")
    }
    dated = bool(texts["from"]) and texts["days"] in ("", OTHER)
    days = OTHER if dated or texts["days"] == OTHER else texts["days"] if texts["days"] in SPANS else USUAL
    return Asked(
        texts["automation"], str(form.get("body", "") or ""), days, texts["from"], texts["to"], texts["what"],
        texts["values"],
    )  # fmt: skip


def wish_of(asked: Asked, zone: ZoneInfo, now: datetime) -> BacktestWish:
    """Raises BadReading for what is no date or has no values."""
    if asked.what and not asked.values.strip(" ,"):
        raise BadReading("say which values to try, like 160, 180, 200; or let it be as it is")
    if asked.values and not asked.what:
        raise BadReading("choose what should have had these values")
    if asked.what:
        asked.tried = {asked.what: [value_of(one) for one in asked.values.split(",") if one.strip()]}
    start = end = None
    if asked.days == OTHER:
        if not asked.start:
            raise BadReading("choose the day to begin with")
        start = _instant(asked.start, "from", zone, last=False)
        end = _instant(asked.end, "to", zone, last=True) if asked.end else None
        if start >= (end or now):
            raise BadReading("the first day lies after the last one, or ahead; choose days that are over")
    else:
        start = now - timedelta(days=int(asked.days))
    return BacktestWish(asked.automation, asked.body, None, {}, asked.tried, start, end)


def value_of(text: str) -> Any:
    """A number where it is one, else the text."""
    try:
        found = json.loads(text.strip())
    except ValueError:
        return text.strip()
    return found if isinstance(found, int | float | bool) else text.strip()


def _instant(text: str, name: str, zone: ZoneInfo, *, last: bool) -> datetime:
    """The start of a date, or its end; an instant as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadReading(f"`{name}` {text[:40]!r} is no date; write 2026-11-01") from None
    if len(text) <= 10:
        at = datetime.combine(at.date() + timedelta(days=last), time(0))
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)
