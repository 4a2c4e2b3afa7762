"""What one rendering may use: time, and the size of any value it makes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

from jinja2.exceptions import SecurityError

SECONDS = 0.25
"""Processor time is the loop's time: a template that needs longer is stopped."""
LARGEST = 1_000_000
"""Characters or items of any value a template makes."""
LARGEST_BITS = 4_096
"""Bits of any whole number a template makes."""
WIDEST = 10_000
"""Largest number that may be given as a width, a count of slices or the like."""

_LONG_NUMBER = re.compile(r"\d{5,}|\*")
_SIZED = (str, bytes, list, tuple)


class Budget:
    """Time left for the rendering under way; templates are rendered one after another, never nested."""

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self) -> None:
        self._until = time.perf_counter() + SECONDS

    def check(self) -> None:
        """Raises SecurityError when the time is used up."""
        if time.perf_counter() > self._until:
            raise SecurityError(f"the template ran for more than {SECONDS:g} s")

    def counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.check()
            yield item


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
    elif operator == "%" and isinstance(left, str):
        check_pattern(left)


def check_pattern(pattern: str) -> None:
    """Refuse format strings that ask for a huge or computed width."""
    if _LONG_NUMBER.search(pattern):
        raise SecurityError("a format string may not ask for a width of more than four digits")


def check_call(function: Any, arguments: tuple[Any, ...]) -> None:
    """Refuse methods of texts and lists with arguments that make huge results."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, _SIZED):
        check_widths(arguments)
        check_growth(getattr(function, "__name__", ""), owner, arguments)


def check_growth(name: str, owner: Any, arguments: tuple[Any, ...]) -> None:
    """Refuse replacing and joining whose result would be too large, before it is done."""
    if name == "format" and isinstance(owner, str):
        check_pattern(owner)
    elif name == "replace" and len(arguments) > 1:
        text, new = str(owner), str(arguments[1])
        _check_size(len(text) + text.count(str(arguments[0])) * len(new))
    elif name == "join" and arguments:
        glue, items = (owner, arguments[0]) if isinstance(owner, str) else (arguments[0], owner)
        if isinstance(items, (list, tuple, str)):
            _check_size(len(str(glue)) * len(items))


def check_widths(arguments: Iterable[Any]) -> None:
    for argument in arguments:
        if isinstance(argument, int) and abs(argument) > WIDEST:
            raise SecurityError(f"{argument} is more than {WIDEST}")


def joined(*parts: Any) -> str:
    """The `~` operator."""
    texts = [str(part) for part in parts]
    _check_size(sum(map(len, texts)))
    return "".join(texts)


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise SecurityError(f"a value of {size} items or characters is more than {LARGEST}")


def _check_bits(bits: int) -> None:
    if bits > LARGEST_BITS:
        raise SecurityError(f"a whole number of {bits} bits is more than {LARGEST_BITS}")
