"""The marker for "no default was given", and the error that follows from it."""

from __future__ import annotations

from typing import Any, Final


class _Missing:
    def __repr__(self) -> str:
        return "no default"


MISSING: Final = _Missing()


def fallback(name: str, value: Any, default: Any) -> Any:
    """The default, or ValueError when there is none."""
    if default is MISSING:
        raise ValueError(f"{name} got {str(value)[:60]!r}, which it cannot use, and no default")
    return default
