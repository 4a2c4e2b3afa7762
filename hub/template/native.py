"""From rendered text to the value it reads as."""

from __future__ import annotations

import re
from ast import literal_eval
from typing import Any

_NUMBER = re.compile(r"[+-]?(?!0\d)\d*(?:\.\d*)?")


def parsed(text: str) -> Any:
    """Numbers, lists, dictionaries, True, False and None as such; anything else stays text."""
    if text in ("None", "True", "False"):
        return {"None": None, "True": True, "False": False}[text]
    if not text or not (text[0] in "[{('\"" or text[0].isdigit() or text[0] in "+-.") or len(text) > 100_000:
        return text
    try:
        value = literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # 1_000, 0x10, 1e3 and 007 are texts, not numbers.
        return value if _NUMBER.fullmatch(text) else text
    return text if isinstance(value, (str, bytes, complex)) else value
