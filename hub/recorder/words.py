"""Texts of readings, kept once for each series; a reading holds the text's number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import BadReading
from hub.recorder.database import Database
from hub.recorder.facts import StoredReading
from hub.recorder.schema import PUBLIC_FLAGS, TEXT
from hub.recorder.writer import Transaction

Raw = tuple[int, int, float, int, int]
"""series, taken, value (or word), delay, flags: a row of `readings`."""
KEPT = 20_000
_READING = partial(tuple.__new__, StoredReading)
"""Half the time of calling StoredReading, which a hundred thousand rows feel."""


class Words:
    """Numbers of texts and texts of numbers, the latest in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers: OrderedDict[tuple[int, str], int] = OrderedDict()
        self._texts: OrderedDict[tuple[int, int], str] = OrderedDict()

    async def numbers(self, transaction: Transaction, texts: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """The number of each (series, text); new texts are added within the transaction."""
        found = {pair: self._numbers[pair] for pair in texts if pair in self._numbers}
        missing = {pair: _digest(pair[1]) for pair in texts if pair not in found}
        if not missing:
            return found
        stored = await self._database.keyed(
            transaction.connection,
            "words",
            ("series", "digest"),
            "t.series, t.word, t.text",
            [(series, digest) for (series, _), digest in missing.items()],
        )
        for series, word, text in stored:
            if (series, text) in missing:
                found[series, text] = word
        added = sorted(pair for pair in missing if pair not in found)
        following: dict[int, int] = {}
        for series in {series for series, _ in added}:
            newest = await self._database.rows(
                transaction.connection, "SELECT coalesce(max(word), 0) FROM words WHERE series = ?", series
            )
            following[series] = newest[0][0]
        rows = []
        for series, text in added:
            following[series] += 1
            found[series, text] = following[series]
            rows.append((series, following[series], missing[series, text], text))
        await self._database.run_many(
            transaction.connection, "INSERT INTO words (series, word, digest, text) VALUES (?, ?, ?, ?)", rows
        )
        transaction.after(lambda: self._remember({pair: found[pair] for pair in missing}))
        return found

    async def readings(self, rows: Sequence[Sequence[Any]]) -> list[StoredReading]:
        """Rows of `readings` (series, taken, received, value, flags) as what they say."""
        found = list(map(_READING, rows))
        words = [place for place, row in enumerate(rows) if row[4] >= TEXT]
        if words:
            texts = await self.texts({(found[place].series, int(rows[place][3])) for place in words})
            for place in words:
                series, taken, received, value, flags = rows[place]
                text = texts.get((series, int(value)), "")
                found[place] = StoredReading(series, taken, received, text, flags & PUBLIC_FLAGS)
        return found

    async def texts(
        self, words: set[tuple[int, int]], connection: AsyncConnection | None = None
    ) -> dict[tuple[int, int], str]:
        """The text of each (series, word)."""
        found = {pair: self._texts[pair] for pair in words if pair in self._texts}
        missing = [pair for pair in words if pair not in found]
        if missing:
            wanted = ("words", ("series", "word"), "t.series, t.word, t.text", missing)
            if connection is None:
                async with self._database.snapshot() as reading:
                    stored = await self._database.keyed(reading, *wanted)
            else:
                stored = await self._database.keyed(connection, *wanted)
            loaded = {(series, word): text for series, word, text in stored}
            found |= loaded
            if connection is None:
                self._remember({(series, text): word for (series, word), text in loaded.items()})
        return found

    def forget(self, series: int) -> None:
        """Drop what is in memory of a series."""
        for pair in [pair for pair in self._numbers if pair[0] == series]:
            del self._numbers[pair]
        for word in [word for word in self._texts if word[0] == series]:
            del self._texts[word]

    def _remember(self, pairs: dict[tuple[int, str], int]) -> None:
        for (series, text), word in pairs.items():
            self._numbers[series, text] = word
            self._texts[series, word] = text
        while len(self._numbers) > KEPT:
            self._numbers.popitem(last=False)
        while len(self._texts) > KEPT:
            self._texts.popitem(last=False)


def check_text(text: str) -> None:
    """Raise BadReading for a text that no database keeps as it is."""
    if "\0" in text:
        raise BadReading("a text value holds a NUL character, which can't be kept")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadReading("a text value holds half a character (a lone surrogate), which can't be kept") from error


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
