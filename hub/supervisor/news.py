"""What an entry may tell automations of, checked before everybody hears it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from hub.errors import BadReading

LARGEST = 32 << 10
"""Bytes of an event's data as JSON."""
_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


def told_of(event_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data as JSON keeps it, instants as texts. Raises BadReading."""
    if len(event_type) > 100 or not _TYPE.fullmatch(event_type):
        raise BadReading(f"{event_type[:40]!r} is no event type; it looks like `doorbell.rang`, in lower case")
    try:
        text = orjson.dumps(dict(data))
    except (TypeError, ValueError) as error:
        raise BadReading(f"{event_type}: its data can't be written as JSON ({error})") from None
    if len(text) > LARGEST:
        raise BadReading(f"{event_type}: its data has {len(text) >> 10} kB; {LARGEST >> 10} kB are allowed")
    told: dict[str, Any] = orjson.loads(text)
    return told
