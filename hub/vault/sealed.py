"""A sealed text and what it says of itself.

`sealed:v1:` and, in URL-safe base64: id of the key (4 bytes), length of the context (2), the context, nonce (12),
ChaCha20-Poly1305 of the text; all before the nonce is authenticated too.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from hub.vault.keys import ID

PREFIX = "sealed:v1:"
ANY = re.compile(re.escape(PREFIX) + "[A-Za-z0-9_-]{46,}")
LENGTH, NONCE, TAG = 2, 12, 16


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text in its parts."""

    key: str
    context: str
    head: bytes
    nonce: bytes
    body: bytes

    @classmethod
    def parse(cls, text: str) -> Sealed | None:
        """None for what is no sealed text."""
        if not ANY.fullmatch(text):
            return None
        code = text[len(PREFIX) :]
        try:
            raw = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        except binascii.Error:
            return None
        start = ID + LENGTH
        end = start + int.from_bytes(raw[ID:start])
        if len(raw) < end + NONCE + TAG:
            return None
        context = raw[start:end].decode(errors="replace")
        return cls(raw[:ID].hex(), context, raw[:end], raw[end : end + NONCE], raw[end + NONCE :])


def sealed_in(text: str) -> Iterator[Sealed]:
    """Every sealed secret in a text of whatever kind."""
    for found in ANY.finditer(text):
        parts = Sealed.parse(found[0])
        if parts is not None:
            yield parts
