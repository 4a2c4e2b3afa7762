"""Readings straight from the pages of a SQLite file, for when the tree that leads to them is broken.

Format: https://www.sqlite.org/fileformat.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from hub.recorder.words import Raw

_LEAF, _INTERIOR, _TABLE_INTERIOR = 0x0A, 0x02, 0x05
_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
_YEARS_1900_2200 = (-2_208_988_800_000_000, 7_258_118_400_000_000)


def readings_of(path: Path, page_size: int) -> Iterator[list[Raw]]:
    """The rows of each page that can be one of the table `readings`, newest version of each page; in no order."""
    newer = _newest_frames(Path(f"{path}-wal"), page_size)
    with path.open("rb") as file:
        count = max([path.stat().st_size // page_size, *newer])
        free = _free_pages(file.read(page_size), path, page_size) if count else set()
        for number in range(2, count + 1):
            if number in free and number not in newer:
                continue
            file.seek((number - 1) * page_size)
            page = newer.get(number) or file.read(page_size)
            rows = _rows(page)
            if rows:
                yield rows


def schema_pages(path: Path, page_size: int) -> dict[int, bytes]:
    """The pages that say which tables there are and where each begins, of a sound file that has no log."""
    found: dict[int, bytes] = {}
    waiting = [1]
    with path.open("rb") as file:
        while waiting:
            number = waiting.pop()
            file.seek((number - 1) * page_size)
            page = found[number] = file.read(page_size)
            head = 100 if number == 1 else 0
            if page[head] == _TABLE_INTERIOR:
                cells = struct.unpack_from(f">{int.from_bytes(page[head + 3 : head + 5], 'big')}H", page, head + 12)
                waiting += [int.from_bytes(page[place : place + 4], "big") for place in (*cells, head + 8)]
    return found


def _rows(page: bytes) -> list[Raw]:
    if len(page) < 512 or page[0] not in (_LEAF, _INTERIOR):
        return []
    begin, link = (8, 0) if page[0] == _LEAF else (12, 4)
    cells = int.from_bytes(page[3:5], "big")
    if begin + 2 * cells > len(page):
        return []
    rows = []
    for number in range(cells):
        place = int.from_bytes(page[begin + 2 * number : begin + 2 * number + 2], "big") + link
        row = _row(page, place)
        if row is not None:
            rows.append(row)
    return rows


def _row(page: bytes, place: int) -> Raw | None:
    """The record of a cell, if it is five numbers of which the third is the value."""
    try:
        size, place = _varint(page, place)
        end = place + size
        if size > 60 or end > len(page):
            return None
        length, body = _varint(page, place)
        types, values, place = list[int](), list[Any](), place + length
        while body < place and len(types) < 6:
            kind, body = _varint(page, body)
            types.append(kind)
        if len(types) != 5 or body != place:
            return None
        for column, kind in enumerate(types):
            if kind == 7 and column == 2:
                (number,) = struct.unpack_from(">d", page, place)
            elif kind in (1, 2, 3, 4, 5, 6, 8, 9):
                number = (
                    kind - 8 if kind > 7 else int.from_bytes(page[place : place + _SIZES[kind]], "big", signed=True)
                )
            else:
                return None
            values.append(number)
            place += _SIZES[kind]
    except (IndexError, struct.error):
        return None
    series, taken, value, delay, flags = values
    low, high = _YEARS_1900_2200
    if place != end or series <= 0 or not low < taken < high or not isfinite(value) or not 0 <= flags < 1 << 15:
        return None
    return series, taken, float(value), delay, flags


def _varint(page: bytes, place: int) -> tuple[int, int]:
    number = 0
    for step in range(8):
        byte = page[place + step]
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, place + step + 1
    return number << 8 | page[place + 8], place + 9


def _free_pages(first: bytes, path: Path, page_size: int) -> set[int]:
    """Pages that hold nothing any more, as far as the list of them can be followed."""
    free: set[int] = set()
    trunk = int.from_bytes(first[32:36], "big")
    count = path.stat().st_size // page_size
    with path.open("rb") as file:
        while 0 < trunk <= count and trunk not in free:
            free.add(trunk)
            file.seek((trunk - 1) * page_size)
            page = file.read(page_size)
            leaves = min(int.from_bytes(page[4:8], "big"), page_size // 4 - 2)
            free |= {int.from_bytes(page[8 + 4 * leaf : 12 + 4 * leaf], "big") for leaf in range(leaves)}
            trunk = int.from_bytes(page[:4], "big")
    return free


def _newest_frames(log: Path, page_size: int) -> dict[int, bytes]:
    """Page number -> its newest committed content in the write-ahead log."""
    pages: dict[int, bytes] = {}
    if not log.exists():
        return pages
    with log.open("rb") as file:
        header = file.read(32)
        pending: dict[int, bytes] = {}
        while len(frame := file.read(24 + page_size)) == 24 + page_size and frame[8:16] == header[16:24]:
            pending[int.from_bytes(frame[:4], "big")] = frame[24:]
            if int.from_bytes(frame[4:8], "big"):  # the last frame of a commit
                pages |= pending
                pending = {}
    return pages
