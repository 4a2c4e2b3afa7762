"""One line of what `doctor` found."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    what: str
    state: Literal["ok", "warn", "fail"]
    message: str
    remedy: str = ""


def ok(what: str, message: str) -> Finding:
    return Finding(what, "ok", message)


def warn(what: str, message: str, remedy: str) -> Finding:
    return Finding(what, "warn", message, remedy)


def fail(what: str, message: str, remedy: str) -> Finding:
    return Finding(what, "fail", message, remedy)


def size(count: float) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"
