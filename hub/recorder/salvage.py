"""Saves what can still be read of a damaged SQLite file."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from hub.recorder.database import PAGE
from hub.recorder.index import HOUR
from hub.recorder.migrations.table import HEAD, VERSION_TABLE
from hub.recorder.pages import readings_of, schema_pages
from hub.recorder.schema import metadata
from hub.recorder.words import Raw

log = logging.getLogger(__name__)
_KEYED = ("series", "words", "revisions", "tombstones")
_SKIPPED = frozenset({"readings", "hours", "days", "marks", "day_marks", "sessions"})


def salvage_into(damaged: Path, target: Path) -> str:
    """Add what the damaged file has and the restored copy lacks; returns what was saved, in words. Blocks."""
    saved = _Salvage(damaged, target)
    try:
        saved.everything()
    finally:
        saved.close()
    return saved.told()


def salvage_alone(damaged: Path, target: Path) -> str:
    """Make a database of what can be read; returns what was saved, in words. Blocks."""
    from sqlalchemy import create_engine

    if target.exists():
        return f"What could be read of it was saved before, in {target.name}."
    engine = create_engine(f"sqlite:///{target}")
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA page_size={PAGE}")
            metadata.create_all(connection)
            connection.exec_driver_sql(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.exec_driver_sql(f"INSERT INTO {VERSION_TABLE} VALUES ('{HEAD}')")
        return f"{salvage_into(damaged, target)} It is in {target.name}."
    except Exception as error:  # the message about the damage matters more than how far the rescue came
        log.exception("nothing could be salvaged")
        target.unlink(missing_ok=True)
        return f"Nothing of it could be read ({type(error).__name__})."
    finally:
        engine.dispose()


class _Salvage:
    def __init__(self, damaged: Path, target: Path) -> None:
        self._damaged = damaged
        self._since_commit = 0
        self._patched: Path | None = None
        self._from = sqlite3.connect(damaged)
        if not self._read("SELECT count(*) FROM sqlite_master")[1]:
            self._from.close()
            self._patched = _with_schema_of(damaged, target)
            self._from = sqlite3.connect(self._patched)
        self._to = sqlite3.connect(target)
        self._to.execute("PRAGMA busy_timeout=5000")
        self.readings = 0
        self.others = 0
        self.lost = 0

    def close(self) -> None:
        self._from.close()
        self._to.close()
        for suffix in ("", "-wal", "-shm") if self._patched else ():
            Path(f"{self._patched}{suffix}").unlink(missing_ok=True)

    def told(self) -> str:
        text = f"{self.readings:,} readings and {self.others:,} other rows were saved from the damaged file."
        return text + (f" {self.lost} parts of it could not be read." if self.lost else "")

    def everything(self) -> None:
        names = [table.name for table in metadata.sorted_tables if table.name not in _SKIPPED]
        for name in sorted(names, key=lambda name: name not in _KEYED):
            self._table(name)
        self._journal()
        self._readings()
        # What was removed since the copy was made must not come back with it.
        self._to.execute(
            "DELETE FROM readings WHERE EXISTS (SELECT 1 FROM tombstones t "
            "WHERE t.series = readings.series AND t.taken = readings.taken)"
        )
        self._to.commit()

    def _table(self, name: str) -> None:
        """Rows that the target lacks; from both ends, as far as each can be read."""
        table = metadata.tables[name]
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        places = ", ".join("?" * len(table.columns))
        insert = f"INSERT OR IGNORE INTO {name} ({columns}) VALUES ({places})"
        for by in self._orders(name, [f'"{column.name}"' for column in table.primary_key.columns]):
            whole, rows = self._read(f"SELECT {columns} FROM {name} ORDER BY {by}")
            self.others += self._insert(insert, rows)
            if whole:
                return
            self.lost += 1

    def _orders(self, name: str, keys: Sequence[str]) -> list[str]:
        """Forwards and backwards, as the rows themselves lie: by row number where a table has it (an older version's
        may not), which needs no index to be sound."""
        numbered, _ = self._read(f"SELECT rowid FROM {name} LIMIT 0")
        by = ["rowid"] if numbered else keys
        return [", ".join(f"{one}{order}" for one in by) for order in ("", " DESC")]

    def _journal(self) -> None:
        """Entries that were changed since the copy was made."""
        columns = ", ".join(f'"{column.name}"' for column in metadata.tables["journal"].columns)
        update = (
            "UPDATE journal SET start_us = ?, person = ?, kind = ?, deleted = ?, revision = ?, body = ? "
            "WHERE household_id = ? AND id = ? AND revision < ?"
        )
        _, rows = self._read(f"SELECT {columns} FROM journal")
        names = [column.name for column in metadata.tables["journal"].columns]
        for row in rows:
            entry = dict(zip(names, row, strict=True))
            new = [entry[name] for name in ("start_us", "person", "kind", "deleted", "revision", "body")]
            self._to.execute(update, (*new, entry["household_id"], entry["id"], entry["revision"]))
        self._to.commit()

    def _readings(self) -> None:
        """From the pages themselves: a broken tree hides none of them."""
        known = {row[0] for row in self._to.execute("SELECT series FROM series UNION SELECT series FROM entities")}
        known |= {row[0] for row in self._to.execute("SELECT DISTINCT series FROM readings")}
        purged = dict(self._to.execute("SELECT series, purged_us FROM series WHERE purged_us IS NOT NULL"))
        sizes = self._read("PRAGMA page_size")[1]
        page_size = sizes[0][0] if sizes else PAGE
        for rows in readings_of(self._damaged, page_size):
            self._keep([row for row in rows if row[0] in known and row[1] >= purged.get(row[0], row[1])])

    def _keep(self, rows: list[Raw]) -> None:
        self.readings += self._insert(
            "INSERT OR IGNORE INTO readings (series, taken, value, delay, flags) VALUES (?, ?, ?, ?, ?)", rows
        )
        hours = {(row[0], row[1] // HOUR) for row in rows}
        self._to.executemany("INSERT OR IGNORE INTO marks (series, hour) VALUES (?, ?)", hours)
        self._since_commit += len(rows)
        if self._since_commit > 20_000:
            self._to.commit()
            self._since_commit = 0

    def _insert(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        before = self._to.total_changes
        for row in rows:
            try:
                self._to.execute(sql, row)
            except (sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError):
                self.lost += 1  # a row that is damaged in itself
        return self._to.total_changes - before

    def _read(self, sql: str) -> tuple[bool, list[Sequence[Any]]]:
        """Whether it could be read to its end, and the rows until then."""
        rows: list[Sequence[Any]] = []
        try:
            for row in self._from.execute(sql):
                rows.append(row)  # noqa: PERF402 - what came before an error counts
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            return False, rows
        return True, rows


def _with_schema_of(damaged: Path, copy: Path) -> Path:
    """The damaged file with a copy's pages that say where the tables begin: between two versions that never changes."""
    patched = damaged.with_name(damaged.name + ".part")
    shutil.copyfile(damaged, patched)
    log_file = Path(f"{damaged}-wal")
    if log_file.exists():
        shutil.copyfile(log_file, f"{patched}-wal")
    with sqlite3.connect(copy) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with copy.open("rb") as file:
        size = int.from_bytes(file.read(18)[16:], "big")
    size = 65_536 if size == 1 else size
    pages = schema_pages(copy, size)
    first = bytearray(pages.pop(1))
    first[28:32] = (patched.stat().st_size // size).to_bytes(4, "big")
    first[92:96] = first[24:28]  # says that the size is up to date
    with patched.open("r+b") as target:
        target.write(first)
        if sum(_page(target, number, size) == page for number, page in pages.items()) * 2 >= len(pages):
            for number, page in pages.items():
                target.seek((number - 1) * size)
                target.write(page)
    return patched


def _page(file: BinaryIO, number: int, size: int) -> bytes:
    file.seek((number - 1) * size)
    return file.read(size)
