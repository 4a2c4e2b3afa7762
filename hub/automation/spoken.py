"""Lengths of time and numbers as one says them."""

from __future__ import annotations

from datetime import timedelta


def length(span: timedelta) -> str:
    """`2 h 10 min`, `3 days`, `40 s`: the two largest parts."""
    seconds = round(abs(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    days, hours, minutes = minutes // 1_440, minutes // 60 % 24, minutes % 60
    if days:
        told = f"{days} day{'s' if days > 1 else ''}"
        return f"{told} {hours} h" if hours and days < 7 else told
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def ago(span: timedelta) -> str:
    return f"{length(span)} ago" if span >= timedelta(0) else f"in {length(span)}"


def number(value: float) -> str:
    """At most four digits that count, without an exponent."""
    if value == 0 or abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 1e-3 else f"{value:.6f}".rstrip("0").rstrip(".")
