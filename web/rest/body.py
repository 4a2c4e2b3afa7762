"""Reading what is sent: bounded, decoded, and refused with the line and column of the first fault."""

from __future__ import annotations

import json
from typing import Any

import orjson
from aiohttp import ClientPayloadError, hdrs, web

from web.rest.problem import Problem

LARGEST = 10 * 1024 * 1024
"""Bytes of one body after decompression, where an endpoint or the owner says nothing else."""
IN_HAND = 64 * 1024 * 1024
"""Bytes of bodies that are being read or worked on at once; the rest is asked to come again."""


UNPACKED = frozenset({"identity", "gzip", "deflate"})
"""What the server unpacks; br and zstd it refuses by itself."""
_BOM = b"\xef\xbb\xbf"


class Bodies:
    """How many bytes of bodies the hub holds now."""

    def __init__(self, limit: int = IN_HAND) -> None:
        self.limit = limit
        self.held = 0

    async def read(self, request: web.Request, largest: int) -> bytes:
        """The whole body. Raises Problem 413 past `largest` without reading on, 429 when too many are in hand."""
        if (request.content_length or 0) > largest:
            raise too_large(largest)
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in request.content.iter_any():
                size += len(chunk)
                self.held += len(chunk)
                if size > largest:
                    raise too_large(largest)
                if self.held > self.limit:
                    raise Problem(
                        429,
                        "busy",
                        "The hub is working on too many large requests.",
                        hint="Nothing was kept. Send it again in a moment.",
                        headers={hdrs.RETRY_AFTER: "1"},
                    )
                chunks.append(chunk)
            return b"".join(chunks)
        except (ClientPayloadError, web.RequestPayloadError, web.HTTPException, ValueError) as error:
            # What is left of it can't be read: the server must not wait for it.
            request.content.feed_eof()
            raise Problem(
                400,
                "broken_body",
                "The body could not be read to its end.",
                hint="Nothing was kept. Check Content-Length and Content-Encoding.",
                headers={hdrs.CONNECTION: "close"},
            ) from error
        finally:
            self.held -= size


def too_large(largest: int) -> Problem:
    return Problem(
        413,
        "too_large",
        f"The body is larger than {largest:,} bytes.",
        hint="Nothing was kept. Send it in smaller parts; repeating a part never doubles it.",
        # What we did not read would be taken for the next request.
        headers={hdrs.CONNECTION: "close"},
    )


def check_type(request: web.Request) -> None:
    """Raises Problem 415 for anything that does not call itself JSON."""
    if hdrs.CONTENT_TYPE not in request.headers:
        raise Problem(
            415,
            "wrong_type",
            "The body has no Content-Type.",
            where="header Content-Type",
            hint="Send application/json.",
        )
    kind = request.content_type
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Problem(
            415, "wrong_type", f"{kind[:80]!r} is not read here.", where="header Content-Type",
            hint="Send application/json.",
        )  # fmt: skip
    charset = (request.charset or "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(
            415, "wrong_charset", f"JSON in {charset[:40]!r} is not read here.", where="header Content-Type",
            hint="Send UTF-8.",
        )  # fmt: skip
    packed = request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower()
    if packed not in UNPACKED:
        raise Problem(
            415, "wrong_encoding", f"A body packed as {packed[:40]!r} is not read here.",
            where="header Content-Encoding", hint="Send it as gzip or deflate, or as it is.",
        )  # fmt: skip


def whole(value: Any) -> Any:
    """The JSON value with `5.0` as 5: to JSON they are the same number."""
    if isinstance(value, dict):
        return {name: whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [whole(one) for one in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def decode(raw: bytes, *, lenient: bool = False) -> Any:
    """The JSON value; `lenient` lets NaN and Infinity through, so that one reading is refused and not its batch."""
    raw = raw.removeprefix(_BOM)
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if lenient and (b"NaN" in raw or b"Infinity" in raw or "infinity" in error.msg):
            try:
                return json.loads(raw)
            except (ValueError, RecursionError):
                pass
        line, column = error.lineno, error.colno
        raise Problem(
            400,
            "broken_json",
            f"The body is not JSON: {error.msg} at line {line}, column {column}.",
            where=f"body, line {line}, column {column}",
            hint="Nothing was kept." if raw.strip() else "The body is empty; send a JSON object.",
        ) from None
