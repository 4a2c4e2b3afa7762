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

SPANS = {"7": "7 days", "30": "30 days", "90": "90 days"}
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


def asked_of(form: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> tuple[Asked, BacktestWish]:
    """Raises BadReading for what is no date or has no values."""
    texts = {
        name: str(form.get(name, "") or "").strip() for name in ("automation", "days", "from", "to", "what", "values")
    }
    days = texts["days"] if texts["days"] in SPANS else USUAL
    asked = Asked(
        texts["automation"], str(form.get("body", "") or ""), days, texts["from"], texts["to"], texts["what"],
        texts["values"],
    )  # fmt: skip
    if asked.what and asked.values:
        asked.tried = {asked.what: [value_of(one) for one in asked.values.split(",") if one.strip()]}
    start = _instant(asked.start, "from", zone, last=False) if asked.start else None
    end = _instant(asked.end, "to", zone, last=True) if asked.end else None
    if start is None:
        start = (end or now) - timedelta(days=int(days))
    wish = BacktestWish(asked.automation, asked.body, None, {}, asked.tried, start, end)
    return asked, wish


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
