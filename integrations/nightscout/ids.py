"""Names of records: Mongo-like `_id`s that stay the same, and API v3 identifiers."""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from integrations.nightscout.times import EPOCH, to_us

LONGEST_NAME = 128
_HEX24 = re.compile(r"[0-9a-fA-F]{24}")
_V3_NAMESPACE = uuid.UUID(bytes=b"NightscoutRocks!")
"""The namespace that API v3 clients compute identifiers with."""


def is_object_id(value: Any) -> bool:
    """True for the 24 hexadecimal digits of a Mongo ObjectId."""
    return isinstance(value, str) and _HEX24.fullmatch(value) is not None


def derived_id(at: datetime, *parts: str) -> str:
    """A 24-hex `_id` that begins with the second of `at`, as an ObjectId does, and is the same whenever asked."""
    seconds = max(0, min(0xFFFF_FFFF, to_us(at) // 1_000_000))
    digest = hashlib.blake2b("\x1f".join((*parts, str(to_us(at)))).encode(), digest_size=8).hexdigest()
    return f"{seconds:08x}{digest}"


def second_of(object_id: str) -> datetime:
    """The second that a derived `_id` begins with."""
    return EPOCH + timedelta(seconds=int(object_id[:8], 16))


def key(name: str) -> str:
    """A name as documents are kept under: itself, or a digest of what is too long or strange for a database's key."""
    if len(name) <= LONGEST_NAME and name.isprintable():
        return name
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def v3_identifier(document: dict[str, Any]) -> str:
    """The identifier API v3 gives to a document that comes without one."""
    key = f"{_text(document.get('device'))}_{_text(document.get('date'))}"
    if document.get("eventType"):
        key += f"_{document['eventType']}"
    return str(uuid.uuid5(_V3_NAMESPACE, key))


def _text(value: Any) -> str:
    # What a JavaScript client would have put in.
    if value is None:
        return "undefined"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
