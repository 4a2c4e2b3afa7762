"""Numbers, durations, ages and days in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

MINUS = "\u2212"
NARROW = "\u202f"
"""Narrow no-break space between a number and its unit."""
NONE = "–"


_ROOM = Context(prec=400, rounding=ROUND_HALF_UP)
"""Digits enough for the largest float."""


def rounded(value: float, decimals: int = 0) -> float | Decimal:
    """Half away from zero, of the number as it is written: 70.25 -> 70.3, as charts round it in the browser."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), context=_ROOM) if math.isfinite(value) else value


def number(value: float, decimals: int = 0) -> str:
    """`4210` -> `4,210`, `-0.04` to one decimal -> `0.0`; a real minus sign."""
    shown = rounded(value, decimals)
    text = f"{abs(shown):,.{max(0, decimals)}f}"
    return f"{MINUS}{text}" if shown < 0 else text


def signed(value: float, decimals: int = 0) -> str:
    """As `number`, with its sign always written."""
    return f"+{number(value, decimals)}" if rounded(value, decimals) > 0 else number(value, decimals)


def duration(seconds: float) -> str:
    """`26 s`, `7 min`, `7 h 12 min`, `3 d 4 h`."""
    whole = round(abs(seconds))
    if whole < 60:
        return f"{whole}{NARROW}s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes}{NARROW}min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}{NARROW}h" + (f" {minutes}{NARROW}min" if minutes else "")
    days, hours = divmod(hours, 24)
    return f"{days}{NARROW}d" + (f" {hours}{NARROW}h" if hours and days < 7 else "")


def ago(at: datetime, now: datetime) -> str:
    """How long ago, in the coarsest words that still help: `just now`, `4 min ago`, `3 h ago`, `5 days ago`."""
    seconds = (now - at).total_seconds()
    if seconds < -60:
        return f"in {duration(-seconds)}"
    if seconds < 45:
        return "just now"
    for size, name in ((60, "min"), (3600, "h")):
        if seconds < size * (60 if size == 60 else 36):
            return f"{max(1, round(seconds / size))}{NARROW}{name} ago"
    days = round(seconds / 86_400)
    if days < 60:
        return f"{days} days ago"
    months = round(days / 30.44)
    return f"{months} months ago" if months < 24 else f"{round(days / 365.25)} years ago"


def hour(at: datetime, zone: tzinfo) -> str:
    """`21:40` where `zone` is."""
    return at.astimezone(zone).strftime("%H:%M")


def day(at: datetime | date, zone: tzinfo, now: datetime | None = None) -> str:
    """`Today`, `Yesterday`, `Friday 14 November`, with the year when it is another."""
    local = at.astimezone(zone).date() if isinstance(at, datetime) else at
    if now is not None:
        today = now.astimezone(zone).date()
        if local == today:
            return "Today"
        if (today - local).days == 1:
            return "Yesterday"
        if (today - local).days == -1:
            return "Tomorrow"
        if local.year != today.year:
            return f"{local:%A} {local.day} {local:%B %Y}"
    return f"{local:%A} {local.day} {local:%B}"


def moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    """`21:40` today, `yesterday 21:40`, `14 Nov, 21:40`, `14 Nov 2024, 21:40`."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    behind = (today - local.date()).days
    if behind == 0:
        return clock
    if behind == 1:
        return f"yesterday {clock}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {clock}"


def years(birth: date, today: date) -> str:
    """`3 weeks`, `7 months`, `4 years`."""
    days = (today - birth).days
    if days < 0:
        return "not born yet"
    if days < 14:
        return plural(days, "day")
    if days < 60:
        return plural(days // 7, "week")
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    if months < 24:
        return plural(months, "month")
    return plural(months // 12, "year")


def plural(count: int, word: str, words: str = "") -> str:
    """`1 day`, `3 days`, `1,204 readings`."""
    return f"{number(count)} {word if count == 1 else words or word + 's'}"


def waiting(seconds: float) -> str:
    """`40 seconds`, `4 minutes`, `3 hours`."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5_400 else f"{seconds / 3_600:.0f} hours"


def size(count: float) -> str:
    """`812 B`, `3.4 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{number(count, 0 if unit == 'B' or count >= 100 else 1)}{NARROW}{unit}"


def amount(text: str) -> Markup:
    """HTML of a number in which the words after narrow spaces (`7 h 12 min`) are set as units."""
    parts = text.split(NARROW)
    made = Markup(escape(parts[0]))
    for part in parts[1:]:
        unit, space, rest = part.partition(" ")
        made += Markup('<span class="unit">{}</span>{}{}').format(unit, space, rest)
    return made


def listed(items: list[str], last: str = "and") -> str:
    """`Anna`, `Anna and Ben`, `Anna, Ben and Emil`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def capital(text: str) -> str:
    """The first letter in upper case, the rest as it is."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """With a capital and a full stop, so that another sentence may follow; empty stays empty."""
    text = capital(text.strip())
    return text if not text or text.rstrip("\u201d\u2019\"')`")[-1:] in ".!?:…" else f"{text}."


def spaced(key: str) -> str:
    """`heart_rate` -> `heart rate`."""
    return key.replace("_", " ")


def initials(name: str) -> str:
    """`Anna` -> `A`, `Anna Berg` -> `AB`."""
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; the name was checked when it was saved."""
    return ZoneInfo(name)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number,
    "signed": signed,
    "duration": duration,
    "ago": ago,
    "amount": amount,
    "hour": hour,
    "day": day,
    "moment": moment,
    "years": years,
    "plural": plural,
    "size": size,
    "listed": listed,
    "capital": capital,
    "sentence": sentence,
    "spaced": spaced,
    "initials": initials,
}
