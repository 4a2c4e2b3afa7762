"""Sentences that somebody may say, as Home Assistant writes them: `[please] (turn|switch) on {what}`.

Case and punctuation don't count. `[...]` may be left out, of `(a|b)` one is said, `{name}` stands for any words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 500
"""Characters of a sentence that is listened to."""
_SILENT = re.compile(r"[.。,，?¿？؟!¡！;；:：\"“”„«»]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MOST_PARTS, _DEEPEST = 400, 20
Slots = Mapping[str, str]
_Ends = dict[int, Slots]
"""Place in the sentence -> what the slots hold on one way there."""


class SentenceWrong(ValueError):
    """What is wrong with a pattern."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str


@dataclass(frozen=True, slots=True)
class _Choice:
    ways: tuple[tuple[_Part, ...], ...]


_Part = _Word | _Slot | _Choice


def plain(sentence: str) -> str:
    """Without punctuation, one space between words and at both ends; case stays."""
    return f" {' '.join(_SILENT.sub(' ', sentence).split())} "


@lru_cache(1_000)
def pattern(text: str) -> tuple[_Part, ...]:
    """Raises SentenceWrong."""
    return _Reading(f" {text} ").whole()


def fits(text: str, said: str) -> Slots | None:
    """What the slots hold where a sentence fits the pattern; None where it doesn't."""
    heard = plain(said)
    if len(heard) > LONGEST + 2:
        return None
    return _follow(pattern(text), heard, heard.lower(), {0: {}}).get(len(heard))


class _Reading:
    def __init__(self, text: str) -> None:
        self._text, self._at, self._parts = text, 0, 0

    def whole(self) -> tuple[_Part, ...]:
        parts = self._ways("", 0)
        if not any(isinstance(one, _Slot | _Choice) or one.text.strip() for one in parts[0]):
            raise SentenceWrong("a sentence needs a word")
        return parts[0] if len(parts) == 1 else (_Choice(parts),)

    def _ways(self, end: str, depth: int) -> tuple[tuple[_Part, ...], ...]:
        """Up to the closing bracket `end`; more than one where `|` stands between."""
        if depth > _DEEPEST:
            raise SentenceWrong("its brackets are nested too deeply")
        ways: list[list[_Part]] = [[]]
        literal = ""
        while self._at < len(self._text):
            one = self._text[self._at]
            self._at += 1
            if one not in "[(|)]{}":
                literal += " " if one.isspace() else one
                continue
            if literal:
                ways[-1].append(self._word(literal))
                literal = ""
            if one == end:
                return tuple(tuple(way) for way in ways)
            if one == "|" and end:
                ways.append([])
            elif one == "(":
                ways[-1].append(_Choice(self._ways(")", depth + 1)))
            elif one == "[":
                ways[-1].append(_Choice((*self._ways("]", depth + 1), ())))
            elif one == "{":
                ways[-1].append(self._slot())
            else:
                raise SentenceWrong(f"{one!r} at character {self._at - 1} has no partner")
        if end:
            raise SentenceWrong(f"a {end!r} is missing")
        if literal:
            ways[-1].append(self._word(literal))
        return tuple(tuple(way) for way in ways)

    def _word(self, literal: str) -> _Word:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise SentenceWrong(f"it has more than {_MOST_PARTS} parts")
        return _Word(re.sub(r"\s+", " ", _SILENT.sub(" ", literal)).lower())

    def _slot(self) -> _Slot:
        end = self._text.find("}", self._at)
        name = self._text[self._at : end].rpartition(":")[2].strip() if end >= 0 else ""
        if not _NAME.fullmatch(name):
            raise SentenceWrong("between { and } stands a name, such as {room}")
        self._at = end + 1
        return _Slot(name)


def _follow(parts: tuple[_Part, ...], heard: str, lower: str, ends: _Ends) -> _Ends:
    """Where the parts may lead from each of these places; of several ways to one place, one is enough."""
    for part in parts:
        reached: _Ends = {}
        for at, slots in ends.items():
            for end, found in _one(part, heard, lower, at, slots):
                reached.setdefault(end, found)
        ends = reached
        if not ends:
            break
    return ends


def _one(part: _Part, heard: str, lower: str, at: int, slots: Slots) -> Iterator[tuple[int, Slots]]:
    if isinstance(part, _Choice):
        for way in part.ways:
            yield from _follow(way, heard, lower, {at: slots}).items()
    elif isinstance(part, _Word):
        end = _said(part.text, lower, at)
        if end is not None:
            yield end, slots
    elif at and at < len(heard) and heard[at - 1] == " " and heard[at] != " ":
        end = at
        while (end := heard.find(" ", end + 1)) > 0:
            yield end, {**slots, part.name: heard[at:end]}


def _said(text: str, lower: str, at: int) -> int | None:
    """Where words end that stand here; a space beside a part that was left out has been heard already."""
    if text.startswith(" ") and at and lower[at - 1] == " ":
        text = text[1:]
    return at + len(text) if lower.startswith(text, at) else None
