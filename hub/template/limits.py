"""What one rendering may use: time, and the size of any value it makes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from jinja2.exceptions import SecurityError

from hub.template.weight import LARGEST, weigh

SECONDS = 0.25
"""Processor time is the loop's time: a template that needs longer is stopped."""
ALL_TOGETHER = 30_000_000
"""Characters and items of all values that one rendering makes; each may be thrown away at once."""
LONGEST_RESULT = 262_144
"""Characters of what is rendered; Home Assistant's limit."""
LONGEST_SOURCE = 100_000
"""Characters of a template."""
LARGEST_BITS = 4_096
"""Bits of any whole number a template makes."""
WIDEST = 10_000
"""Largest number that may be given as a width, a count of slices or the like."""

LONGEST_SLOW = 50_000
"""Characters that a filter which goes through them one by one is given."""

_LONGEST_PATTERN = 1_000
_LONG_NUMBER = re.compile(r"\d{5,}|\*")
_NUMBER = re.compile(r"\d+")
_SIZED = (str, bytes, list, tuple)


class OutOfTime(SecurityError):
    """A template that ran for too long."""


class Budget:
    """What is left for the rendering under way; templates are rendered one after another, never nested."""

    def __init__(self) -> None:
        self._until = self._used_before = 0.0
        self._left = 0

    def begin(self) -> None:
        self._until = time.perf_counter() + SECONDS
        self._used_before = time.thread_time()
        self._left = ALL_TOGETHER

    def check(self) -> None:
        """Raises OutOfTime when the time is used up."""
        if time.perf_counter() > self._until:
            # A busy machine takes time from everybody: what counts is what was used here.
            left = SECONDS - (time.thread_time() - self._used_before)
            if left <= 0:
                raise OutOfTime(f"the template ran for more than {SECONDS:g} s")
            self._until = time.perf_counter() + left

    def counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.check()
            yield item

    def made(self, value: Any) -> Any:
        """The value, once it is counted. Raises SecurityError when it is too large, or all together are."""
        if isinstance(value, _SIZED):
            size = len(value)
            _check_size(size)
            self._left -= size
            if self._left < 0:
                raise SecurityError("the template makes too many large values")
        return value


def check_operation(operator: str, left: Any, right: Any) -> None:
    """Refuse an operation whose result would be too large, before it is carried out."""
    if operator == "+" and isinstance(left, _SIZED) and isinstance(right, _SIZED):
        _check_size(len(left) + len(right))
    elif operator == "*":
        for sized, times in ((left, right), (right, left)):
            if isinstance(sized, _SIZED) and isinstance(times, int):
                _check_size(len(sized) * times)
        if isinstance(left, int) and isinstance(right, int):
            _check_bits(left.bit_length() + right.bit_length())
    elif operator == "**" and isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() * abs(right))
    elif operator == "%" and isinstance(left, str | bytes):
        check_filling(str(left), right)


def check_filling(pattern: str, *arguments: Any) -> None:
    """Refuse format strings that ask for a huge or computed width, or that repeat large values."""
    if _LONG_NUMBER.search(pattern):
        raise SecurityError("a format string may not ask for a width of more than four digits")
    places = pattern.count("%") + pattern.count("{")
    if places:
        _check_size(len(pattern) + places * sum(map(weigh, arguments)))
        _check_size(len(pattern) + sum(int(one) for one in _NUMBER.findall(pattern)))


def check_call(function: Any, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    """Refuse what would take or make too much: methods of texts and lists, and anything given too much."""
    for argument in arguments:
        weigh(argument)
    for argument in named.values():
        weigh(argument)
    owner = getattr(function, "__self__", None)
    if isinstance(owner, _SIZED):
        check_widths(arguments)
        check_widths(named.values())
        check_growth(getattr(function, "__name__", ""), owner, (*arguments, *named.values()))
    elif isinstance(owner, datetime | date) and arguments and isinstance(arguments[0], str):
        _check_pattern_length(arguments[0])


def check_growth(name: str, owner: Any, arguments: tuple[Any, ...]) -> None:
    """Refuse replacing, joining and the like whose result would be too large, before it is done."""
    if name in ("format", "format_map") and isinstance(owner, str):
        check_filling(owner, *arguments)
    elif name == "replace" and len(arguments) > 1:
        text, new = str(owner), str(arguments[1])
        _check_size(len(text) + text.count(str(arguments[0])) * len(new))
    elif name == "join" and arguments:
        glue, items = (owner, arguments[0]) if isinstance(owner, str) else (arguments[0], owner)
        if isinstance(items, (list, tuple, str)):
            _check_size(len(str(glue)) * len(items) + weigh(items))
    elif name == "translate" and arguments and isinstance(arguments[0], dict):
        longest = max((len(one) for one in arguments[0].values() if isinstance(one, str)), default=1)
        _check_size(len(owner) * longest)
    elif name == "expandtabs":
        width = arguments[0] if arguments and isinstance(arguments[0], int) else 8
        _check_size(len(owner) + owner.count("\t" if isinstance(owner, str) else b"\t") * abs(width))
    elif name == "sum" and any(isinstance(one, _SIZED) for one in arguments) and isinstance(owner, list | tuple):
        # Each sum of lists is copied into the next.
        _check_size(len(owner) * weigh(owner) // 20)


def check_widths(arguments: Iterable[Any]) -> None:
    for argument in arguments:
        if isinstance(argument, int) and abs(argument) > WIDEST:
            raise SecurityError(f"{argument} is more than {WIDEST}")


def check_text(name: str, text: Any) -> None:
    """Refuse long texts where they are gone through slowly."""
    if isinstance(text, str) and len(text) > LONGEST_SLOW:
        raise SecurityError(f"a text of {len(text)} characters is too long for `{name}`")


def _check_pattern_length(pattern: str) -> None:
    if len(pattern) > _LONGEST_PATTERN:
        raise SecurityError(f"a pattern of {len(pattern)} characters is too long")


def weighed(value: Any) -> Any:
    """The value, which is about to be compared, hashed or written out."""
    weigh(value)
    return value


def check_sizes(texts: Iterable[str]) -> None:
    _check_size(sum(map(len, texts)))


def joined(*parts: Any) -> str:
    """The `~` operator."""
    for part in parts:
        weigh(part)
    texts = [str(part) for part in parts]
    check_sizes(texts)
    return "".join(texts)


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise SecurityError(f"a value of {size} items or characters is more than {LARGEST}")


def _check_bits(bits: int) -> None:
    if bits > LARGEST_BITS:
        raise SecurityError(f"a whole number of {bits} bits is more than {LARGEST_BITS}")
