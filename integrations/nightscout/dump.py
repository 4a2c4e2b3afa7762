"""Importing files: what mongoexport writes (a record a line, or an array), and saved answers of the API; gzip too."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

from hub.api import BadReading, Context
from integrations.nightscout import brought
from integrations.nightscout.times import from_ms, iso

COLLECTIONS = ("entries", "treatments", "devicestatus", "profile", "food", "activity")
BATCH = 500
_BETWEEN = re.compile(r"[\s,\[\]\ufeff]*")
_CHUNK = 1 << 18
_LONGEST = 16 << 20
"""Characters of one record; longer ones are a broken file."""


async def import_file(ctx: Context, path: Path, options: Mapping[str, Any]) -> None:
    """Bring a file's records in; broken off, it goes on behind the last kept batch. Raises BadReading."""
    with path.open("rb") as plain:
        source = Records(plain, path.name)
        first = await asyncio.to_thread(source.peek)
        collection = str(options.get("collection") or "") or collection_of(path.name, first)
        if collection not in COLLECTIONS:
            raise BadReading(
                f"{path.name}: cannot tell which records these are; say one of {', '.join(COLLECTIONS)} as `collection`"
            )
        key = f"dump {path.name} {path.stat().st_size}"
        done = int(await ctx.load(key) or 0)
        await asyncio.to_thread(source.skip, done)
        while batch := await asyncio.to_thread(source.take, BATCH):
            await brought.keep(ctx, collection, batch, imported=True)
            done += len(batch)
            await ctx.save(key, done)
            await ctx.progress(source.share(path.stat().st_size), f"{done:,} {collection}")
        await ctx.save(key, None)
        await ctx.progress(None, "")
        ctx.log.info("%s: %d %s imported", path.name, done, collection)


def collection_of(name: str, record: Mapping[str, Any] | None) -> str:
    """By the file's name, else by what its first record looks like; empty when neither tells."""
    lower = name.lower()
    for collection in COLLECTIONS:
        if collection.rstrip("s") in lower:
            return collection
    if not record:
        return ""
    if "store" in record and "defaultProfile" in record:
        return "profile"
    if "sgv" in record or "mbg" in record or record.get("type") in ("sgv", "mbg", "cal"):
        return "entries"
    if "eventType" in record:
        return "treatments"
    return "devicestatus" if {"uploader", "pump", "loop", "openaps", "device"} & set(record) else ""


class Records:
    """The records of a file one after another, however many there are, in constant memory."""

    def __init__(self, plain: IO[bytes], name: str) -> None:
        self._plain, self._name = plain, name
        magic = plain.read(2)
        plain.seek(0)
        packed = magic == b"\x1f\x8b"
        self._bytes: Any = gzip.GzipFile(fileobj=plain) if packed else plain
        self._records = self._walk()
        self._first: list[dict[str, Any]] = []

    def peek(self) -> dict[str, Any] | None:
        """The first record, which is still to come."""
        if not self._first:
            self._first = self.take(1)
        return self._first[0] if self._first else None

    def take(self, count: int) -> list[dict[str, Any]]:
        first, self._first = self._first, []
        return first + list(islice(self._records, count - len(first)))

    def skip(self, count: int) -> None:
        while count > 0 and (passed := self.take(min(count, 5_000))):
            count -= len(passed)

    def share(self, size: int) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(0.99, self._plain.tell() / max(1, size))

    def _walk(self) -> Iterator[dict[str, Any]]:
        decoder = json.JSONDecoder()
        text, at, rest, number = "", 0, b"", 0
        ended = False
        while True:
            at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
            if at < len(text):
                try:
                    record, at = decoder.raw_decode(text, at)
                except ValueError as error:
                    if ended or len(text) - at > _LONGEST:
                        raise BadReading(f"{self._name}: record {number + 1} is no JSON ({error})") from None
                else:
                    number += 1
                    if not isinstance(record, dict):
                        raise BadReading(f"{self._name}: record {number} is {type(record).__name__}, not an object")
                    # An answer of API v3 wraps its records.
                    wrapped = record.get("result")
                    yield from map(plain, wrapped if isinstance(wrapped, list) else [record])
                    continue
            if ended:
                return
            try:
                chunk = self._bytes.read(_CHUNK)
            except (OSError, EOFError) as error:
                raise BadReading(f"{self._name}: the file is damaged after record {number} ({error})") from None
            ended = not chunk
            whole, rest = _decoded(rest + chunk, final=ended, name=self._name)
            text, at = text[at:] + whole, 0


def _decoded(raw: bytes, *, final: bool, name: str) -> tuple[str, bytes]:
    """The text of the bytes, and those at the end that are half a character."""
    try:
        return raw.decode(), b""
    except UnicodeDecodeError as error:
        if not final and len(raw) - error.start < 4:
            return raw[: error.start].decode(), raw[error.start :]
        raise BadReading(f"{name}: this is no text in UTF-8; was it made by mongodump? Use mongoexport") from None


def plain(value: Any) -> Any:
    """Mongo's extended JSON as ordinary values."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, inner = next(iter(value.items()))
        if name == "$oid":
            return str(inner)
        if name in ("$numberLong", "$numberInt"):
            return int(inner)
        if name in ("$numberDouble", "$numberDecimal"):
            return float(inner)
        if name == "$date":
            inner = plain(inner)
            return iso(from_ms(inner)) if isinstance(inner, (int, float)) else inner
    return {name: plain(one) for name, one in value.items()}
