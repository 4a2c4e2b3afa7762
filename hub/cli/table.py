"""A table of measurements as rows of (line, metric, instant, value, unit), or what is wrong with a line."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hub.errors import BadReading, Conflict

TIMES = ("taken_at", "timestamp", "datetime", "date_time", "time", "date", "datum", "fecha")
"""Columns that are taken for the time when none is named, in this order."""
LONG = ("metric", "value")
"""A table with these columns names its metrics itself."""
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_NUMERIC = ("gauge", "counter", "duration")


class Row(NamedTuple):
    line: int
    metric: str
    taken_at: str
    value: float | str
    unit: str | None


class Wrong(NamedTuple):
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file."""

    columns: Mapping[str, tuple[str, str | None]]
    """Column -> metric and unit; empty: the columns metric, value and unit say it."""
    time: str
    time_format: str | None
    zone: ZoneInfo
    decimal: str


class Table:
    """Reads a file once, in constant memory; `read` is how many bytes of it are behind us."""

    def __init__(self, path: Path, encoding: str, delimiter: str | None) -> None:
        self._path = path
        self._raw = path.open("rb")
        self._file = TextIOWrapper(self._raw, encoding, newline="")
        self.size = max(1, path.stat().st_size)
        try:
            sample = self._file.read(8_192)
        except UnicodeDecodeError:
            self._file.close()
            raise self._encoding_error() from None
        self._file.seek(0)
        self._rows = csv.reader(self._file, delimiter=delimiter or _delimiter(sample))
        self.header = [name.strip() for name in next(self._rows, [])]
        if not any(self.header):
            self._file.close()
            raise Conflict(f"{path.name} has no first line that names its columns")

    @property
    def read(self) -> int:
        return self._raw.tell()

    def close(self) -> None:
        self._file.close()

    def column(self, name: str) -> int:
        """Where a column is. Raises Conflict with the name probably meant."""
        if name in self.header:
            return self.header.index(name)
        near = difflib.get_close_matches(name, self.header, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(self.header)}"
        raise Conflict(f"{self._path.name} has no column {name!r}; {hint}")

    def rows(self, layout: Layout, kinds: Mapping[str, str]) -> Iterator[Row | Wrong]:
        """Each value, in the order of the file; `kinds`: metric -> kind. Raises Conflict for missing columns."""
        time = self.column(layout.time)
        cells = [(self.column(name), name, *what) for name, what in layout.columns.items()]
        long = [self.column(name) for name in LONG] if not cells else []
        unit_at = self.header.index("unit") if not cells and "unit" in self.header else None
        try:
            for cells_of_line in self._rows:
                line = self._rows.line_num
                if not any(cell.strip() for cell in cells_of_line):
                    continue
                if len(cells_of_line) < len(self.header):
                    cells_of_line += [""] * (len(self.header) - len(cells_of_line))
                try:
                    taken_at = instant(cells_of_line[time], layout)
                    if long:
                        metric, text = (cells_of_line[at].strip() for at in long)
                        unit = cells_of_line[unit_at].strip() if unit_at is not None else ""
                        yield Row(line, metric, taken_at, _value(text, kinds.get(metric, ""), layout), unit or None)
                except BadReading as error:
                    yield Wrong(line, str(error))
                    continue
                for at, name, metric, wanted in cells:
                    text = cells_of_line[at].strip()
                    if not text:
                        continue
                    try:
                        yield Row(line, metric, taken_at, _value(text, kinds[metric], layout), wanted)
                    except BadReading as error:
                        yield Wrong(line, f"{name}: {error}")
        except UnicodeDecodeError:
            raise self._encoding_error() from None
        except csv.Error as error:
            raise Conflict(f"{self._path.name}, line {self._rows.line_num}: {error}") from None

    def _encoding_error(self) -> Conflict:
        return Conflict(f"{self._path.name} is not UTF-8 text; name its encoding, such as --encoding cp1252")


def time_column(header: Sequence[str]) -> str:
    """The column that holds the time. Raises Conflict when none looks like it."""
    lower = {name.lower().replace(" ", "_"): name for name in reversed(header)}
    for name in TIMES:
        if name in lower:
            return lower[name]
    raise Conflict(f"which column holds the time? Say --time COLUMN; there are: {', '.join(header)}")


def instant(text: str, layout: Layout) -> str:
    """ISO 8601 with offset, of ISO 8601, Unix seconds or milliseconds, or the given format. Raises BadReading."""
    text = text.strip()
    if not text:
        raise BadReading("the time is missing")
    if layout.time_format is None and text.isdecimal() and len(text) >= 9:
        number = int(text)
        return datetime.fromtimestamp(number / 1_000 if number >= 10**11 else number, UTC).isoformat()
    try:
        if layout.time_format is not None:
            at = datetime.strptime(text, layout.time_format)  # noqa: DTZ007  # the zone comes below
        else:
            at = datetime.fromisoformat(text)
    except ValueError:
        wanted = layout.time_format or "a time such as 2026-03-01T08:30:00+01:00"
        raise BadReading(f"{text[:40]!r} is not {wanted}; say --time-format if it is another way of writing") from None
    return (at if at.tzinfo is not None else at.replace(tzinfo=layout.zone)).isoformat()


def _value(text: str, kind: str, layout: Layout) -> float | str:
    if kind not in _NUMERIC:
        return text
    plain = text.replace("\u00a0", "").replace(" ", "").replace("'", "")
    if layout.decimal == ",":
        if "." in plain and not _THOUSANDS.fullmatch(plain):
            raise BadReading(f"{text[:40]!r} has a point, where a comma should be the decimal sign")
        plain = plain.replace(".", "").replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        hint = "; say --decimal , if a comma stands for the point" if "," in text and layout.decimal != "," else ""
        raise BadReading(f"{text[:40]!r} is not a number{hint}") from None


def _delimiter(sample: str) -> str:
    first = sample.splitlines()[0] if sample else ""
    return max(",;\t|", key=first.count)
