"""QR codes of what an action wants scanned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

PREFIX = "qr"
"""Keys of an outcome that begin so hold the text of a code: `qr`, `qr_workouts`."""


class Code(NamedTuple):
    name: str
    """What it is for (`Workouts`); empty when there is nothing to tell apart."""
    text: str
    drawing: Markup


def drawn(found: Mapping[str, Any] | None) -> list[Code]:
    """The codes among what was found, drawn as SVG."""
    return [
        Code(_name(key), str(text), draw(str(text)))
        for key, text in (found or {}).items()
        if is_code(key) and isinstance(text, str) and text
    ]


def is_code(key: str) -> bool:
    return key == PREFIX or key.startswith(f"{PREFIX}_")


def draw(text: str) -> Markup:
    """The text as an SVG of a QR code."""
    import segno  # only where a code is shown

    # A low level of correction keeps the squares of a long text large enough for a phone's camera.
    level = "m" if len(text) < 120 else "l"
    made = segno.make(text, error=level, micro=False, boost_error=False)
    return Markup(made.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True))


def _name(key: str) -> str:
    return key.removeprefix(PREFIX).replace("_", " ").strip().capitalize()
