"""Reading JSON of any size in pieces: items of large arrays are handed on as they are complete."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hub.api import BadReading

LARGEST_ITEM = 8 << 20
"""Characters of one value; what is longer is nobody's measurement."""
_SLACK = 16
"""An error this near to the end of what has come may be an end that has not come yet."""
_SPACE = re.compile(r"[ \t\r\n]*")

Path = tuple[str, ...]
"""Keys from the root; `[]` stands for the items of an array."""


class Opened(NamedTuple):
    """A map that is entered begins; its parts follow one by one."""

    path: Path


class Closed(NamedTuple):
    path: Path


class Part(NamedTuple):
    """A whole value at a path: a field of an opened map, or an item of a streamed array."""

    path: Path
    value: Any


Piece = Opened | Closed | Part


class _Incomplete(Exception):
    """The rest of a value has not come yet."""


class Walker:
    """Takes bytes, gives pieces. Maps at paths where `opens` is true are entered, with the arrays directly in them."""

    def __init__(self, opens: Callable[[Path], bool]) -> None:
        self._opens = opens
        self._text, self._at = "", 0
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._scan = json.JSONDecoder(strict=False).raw_decode
        self._frames: list[tuple[bool, Path]] = []
        """Containers entered: whether an array, and where."""
        self._key: str | None = None
        self._after_value = False
        self._ended = False
        self._wanted = 0
        """Characters that must have come before a long value is tried again."""
        self.taken = 0
        """Bytes read so far."""

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """Pieces completed by `chunk`. Raises BadReading where the text is no JSON."""
        self.taken += len(chunk)
        yield from self._read(chunk, final=False)

    def close(self) -> Iterator[Piece]:
        """The rest, after the last chunk. Raises BadReading when the end is missing."""
        if not self.taken:
            raise BadReading("the body is empty; JSON was expected")
        self._wanted = 0
        yield from self._read(b"", final=True)
        if not self._ended:
            raise self._broken("it ends in the middle")

    def _read(self, chunk: bytes, *, final: bool) -> Iterator[Piece]:
        try:
            self._text = self._text[self._at :] + self._decode(chunk, final)
        except UnicodeDecodeError as error:
            raise self._broken(f"byte {error.object[error.start]:#04x} is not UTF-8") from None
        self._at = 0
        if len(self._text) < self._wanted:
            self._limit()
            return
        try:
            while True:
                piece = self._next(final)
                if piece is not None:
                    yield piece
        except _Incomplete:
            self._wanted = 2 * (len(self._text) - self._at) if len(self._text) - self._at > (1 << 16) else 0
            self._limit()

    def _limit(self) -> None:
        if len(self._text) - self._at > LARGEST_ITEM:
            raise BadReading(
                f"one value near byte {self.taken} is longer than {LARGEST_ITEM >> 20} MB; send less at a time"
            )

    def _next(self, final: bool) -> Piece | None:
        """One step; None when it gave no piece. Raises _Incomplete at the end of what has come."""
        sign = self._sign()
        if not self._frames:
            return self._root(sign)
        array, path = self._frames[-1]
        if sign == ("]" if array else "}") and self._key is None:
            return self._leave(array, path)
        if sign == "," and self._after_value:
            self._at, self._after_value = self._at + 1, False
            return None
        if self._after_value:
            raise self._broken(f"a comma is missing before {sign!r}")
        if not array and self._key is None:
            self._read_key(sign, final)
            return None
        return self._value(sign, (path if array else (*path, self._key or "")), array, final)

    def _root(self, sign: str) -> Piece:
        if self._ended:
            raise self._broken(f"{sign!r} follows its end")
        if sign != "{":
            raise BadReading(f"the body begins with {sign!r}; a JSON object was expected")
        self._at += 1
        self._frames.append((False, ()))
        return Opened(())

    def _leave(self, array: bool, path: Path) -> Piece | None:
        self._at, self._after_value = self._at + 1, True
        self._frames.pop()
        self._ended = not self._frames
        return None if array else Closed(path)

    def _read_key(self, sign: str, final: bool) -> None:
        if sign != '"':
            raise self._broken(f"a name in quotes was expected, not {sign!r}")
        key, end = self._scanned(final)
        colon = _SPACE.match(self._text, end)
        end = colon.end() if colon is not None else end
        if end >= len(self._text):
            raise _Incomplete
        if self._text[end] != ":":
            raise self._broken(f"a colon is missing after {key!r:.40}")
        self._key, self._at = key, end + 1

    def _value(self, sign: str, here: Path, in_array: bool, final: bool) -> Piece | None:
        if sign == "{" and self._opens(here):
            self._at, self._key = self._at + 1, None
            self._frames.append((False, here))
            return Opened(here)
        if sign == "[" and not in_array:
            self._at, self._key = self._at + 1, None
            self._frames.append((True, (*here, "[]")))
            return None
        value, self._at = self._scanned(final)
        self._key, self._after_value = None, True
        return Part(here, value)

    def _scanned(self, final: bool) -> tuple[Any, int]:
        try:
            value, end = self._scan(self._text, self._at)
        except json.JSONDecodeError as error:
            early = error.pos < len(self._text) - _SLACK and not error.msg.startswith("Unterminated")
            if final or early:
                raise self._broken(error.msg.lower()) from None
            raise _Incomplete from None
        except RecursionError:
            raise self._broken("it is nested too deeply") from None
        except ValueError as error:
            raise self._broken(str(error)) from None
        if not final and end > len(self._text) - _SLACK and type(value) in (int, float):
            raise _Incomplete  # more digits may come
        return value, end

    def _sign(self) -> str:
        """The next character that is no space, at which `_at` then stands."""
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space is not None else self._at
        if self._at >= len(self._text):
            raise _Incomplete
        return self._text[self._at]

    def _broken(self, why: str) -> BadReading:
        at = self.taken - len(self._text[self._at :].encode())
        return BadReading(f"the body is broken JSON near byte {max(0, at)}: {why}")
