"""Small helpers for strangers' records."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.api import Document, UnitError, convert
from integrations.phone.found import Whole, number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OTHER = re.compile(r"[^a-z0-9]+")


def word(text: Any, longest: int = 40) -> str:
    """`Anna’s Apple Watch` as `annas_apple_watch`; empty for what is no text."""
    if not isinstance(text, str):
        return ""
    plain = unicodedata.normalize("NFKD", text.lower().replace("’", "").replace("'", ""))
    return _OTHER.sub("_", plain.encode("ascii", "ignore").decode()).strip("_")[:longest]


def plain(text: Any) -> str:
    """Lower-case words with single spaces, for looking up."""
    return " ".join(str(text).lower().replace("_", " ").replace("-", " ").split())


def microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def fingerprint(record: Any) -> str:
    """The same for the same record, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()[:24]


def whole(collection: str, record: Any, at: datetime, key: str = "") -> Whole:
    """A record kept as it came; what is no map is put into one."""
    body = finite(record) if isinstance(record, dict) else {"value": finite(record)}
    at_us = microseconds(at)
    return Whole(collection, Document(key or fingerprint(record), at_us, at_us, False, body))


def finite(value: Any) -> Any:
    """The same without NaN and infinities, which JSON does not have."""
    if isinstance(value, dict):
        return {str(key): finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(one) for one in value]
    if isinstance(value, float) and not -1e308 < value < 1e308:
        return None
    return value


def amount(quantity: Any, unit: str, metric: str = "") -> float | None:
    """`{"qty": 3.5, "units": "mi"}` in `unit`; None when it is nothing of the kind. A plain number counts as `unit`."""
    if isinstance(quantity, dict):
        value, given = number(quantity.get("qty")), quantity.get("units")
    else:
        value, given = number(quantity), None
    if value is None:
        return None
    if not isinstance(given, str) or not given:
        return value
    try:
        return convert(value, given, unit, metric=metric)
    except UnitError:
        return None
