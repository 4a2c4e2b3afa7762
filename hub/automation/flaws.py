"""What is wrong with an automation or blueprint: where, what, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.errors import HubError

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    path: Path
    """Keys and places from the top of the file; () for the whole."""
    message: str
    hint: str = ""
    line: int | None = None
    """From 1; None where there is no file."""

    def __str__(self) -> str:
        where = f"line {self.line}, " if self.line is not None else ""
        named = dotted(self.path) or "the whole"
        return f"{where}{named}: {self.message}" + (f" {self.hint}" if self.hint else "")


class AutomationInvalid(HubError):
    """An automation or blueprint that cannot work; `flaws` has them all."""

    def __init__(self, flaws: Iterable[Flaw], between: str = "; ") -> None:
        self.flaws = tuple(flaws)
        super().__init__(between.join(str(one) for one in self.flaws))


def dotted(path: Path) -> str:
    """`actions[0].choose[1].sequence`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of the innermost part of the path that stands in the file."""
    for length in range(len(path), -1, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None
