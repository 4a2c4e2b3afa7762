"""What a browser sent, or a mapping that stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Form = Mapping[str, Any]
"""A `MultiDict`, or a plain mapping of names to a text or a list of texts."""


def every(form: Form, name: str) -> list[str]:
    """All texts of a name, in order; line ends as `\\n`, whatever the browser makes of them."""
    getall = getattr(form, "getall", None)
    found = getall(name, []) if getall is not None else form.get(name, [])
    return [_text(one) for one in (found if isinstance(found, list) else [found])]


def first(form: Form, name: str) -> str:
    found = every(form, name)
    return found[0] if found else ""


def _text(value: Any) -> str:
    return str(value).replace("\r\n", "\n").replace("\r", "\n")
