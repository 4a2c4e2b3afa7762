"""The tables. Every root table has `household_id`; readings and what hangs on them are keyed by series alone."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

metadata = MetaData()

TEXT = 1 << 14
"""Set in `readings.flags` when `value` is the number of a word in `words`; never leaves the recorder."""
FINAL = 1 << 13
"""Set in `flags` of statistics when the raw readings are gone (retention) and they can't be made again."""
PUBLIC_FLAGS = FINAL - 1


def _root(name: str, *columns: Column[object], wide: bool = False) -> Table:
    """`wide`: many rows of some hundred bytes. SQLite's trees by key keep no more than a quarter of a page of a row,
    the rest on a page of its own; trees by row number have rows as they come, several to a page."""
    household = Column("household_id", Text, primary_key=True)
    return Table(name, metadata, household, *columns, sqlite_with_rowid=wide)


def _key(name: str) -> Column[object]:
    return Column(name, Text, primary_key=True)


def _body() -> Column[object]:
    return Column("body", Text, nullable=False)


series = Table(
    "series",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=True),
    Column("household_id", Text, nullable=False),
    Column("kind", Text),
    Column("hold_us", BigInteger),
    Column("time_zone", Text),
    Column("purged_us", BigInteger),
    sqlite_autoincrement=True,
)
"""What statistics need to know of a series; `purged_us`: raw readings before it were removed by retention."""

readings = Table(
    "readings",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("taken", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
    Column("delay", BigInteger, nullable=False),
    Column("flags", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""`taken` in microseconds, `delay` microseconds from then to the receipt: small for live readings."""

words = Table(
    "words",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("word", Integer, primary_key=True, autoincrement=False),
    Column("digest", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Each different text of a series, once; readings point to it."""
Index("words_by_digest", words.c.series, words.c.digest)

revisions = Table(
    "revisions",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("series", Integer, nullable=False),
    Column("taken", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("old", Text),
    Column("new", Text),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
"""`old` and `new` are JSON values; NULL where there was or is no reading."""
Index("revisions_by_reading", revisions.c.series, revisions.c.taken)

tombstones = Table(
    "tombstones",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("taken", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
    Column("delay", BigInteger, nullable=False),
    Column("flags", SmallInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Removed readings, whole, so that a removal can be undone."""

hours = Table(
    "hours",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("low", Double),
    Column("high", Double),
    Column("total", Double),
    Column("rise", Double),
    Column("integral", Double),
    Column("gap", BigInteger, nullable=False),
    Column("last", Double, nullable=False),
    Column("since_last", BigInteger, nullable=False),
    Column("flags", SmallInteger, nullable=False),
    Column("states", Text),
    Column("slots", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Hours (since 1970, UTC) with readings; what is usual is 0 or NULL, which SQLite keeps in no space at all.

`integral`: value times microseconds held; `gap`: microseconds of the hour in which nothing was held; `since_last`:
microseconds from the last reading to the hour's end; `flags`: that reading's, and FINAL; `slots`: bit n is set when
there are readings in the n-th five minutes."""

days = Table(
    "days",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("low", Double),
    Column("high", Double),
    Column("total", Double),
    Column("rise", Double),
    Column("integral", Double),
    Column("gap", BigInteger, nullable=False),
    Column("last", Double, nullable=False),
    Column("since_last", BigInteger, nullable=False),
    Column("flags", SmallInteger, nullable=False),
    Column("states", Text),
    Column("slots", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Local days (`date.toordinal`) in the series' time zone; the columns are those of `hours`."""

marks = Table(
    "marks",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Hours whose readings changed since their statistics were made; written in the commit that changes them."""

day_marks = Table(
    "day_marks",
    metadata,
    Column("series", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

households = _root("households", _body())
people = _root("people", _key("slug"), _body())
accounts = _root("accounts", _key("name"), Column("password_hash", Text), _body())
grants = _root("grants", _key("id"), _body())
tokens = _root("tokens", _key("id"), Column("digests", Text, nullable=False), _body())
sessions = _root(
    "sessions",
    _key("id_digest"),
    Column("account", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("user_agent", Text, nullable=False),
)
entries = _root("entries", _key("id"), _body())
devices = _root("devices", _key("id"), _body())
entities = _root("entities", _key("id"), Column("series", Integer, nullable=False), _body())
Index("entities_by_series", entities.c.series, unique=True)
priorities = _root("priorities", _key("person"), _key("metric"), _body())
settings = _root("settings", _key("key"), _body())
entry_store = _root("entry_store", _key("entry"), _key("key"), _body())
retention = _root("retention", _key("metric"), Column("days", Integer))

journal = _root(
    "journal",
    _key("id"),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("start_us", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    _body(),
    wide=True,
)
"""Here, in `journal_revisions` and in `documents`, SQLite's `body` is as `packing` makes it: bytes, or text."""
Index("journal_by_start", journal.c.household_id, journal.c.start_us)
Index("journal_by_person", journal.c.household_id, journal.c.person, journal.c.start_us)
Index("journal_by_external", journal.c.household_id, journal.c.person, journal.c.source, journal.c.external_id)

journal_revisions = _root(
    "journal_revisions",
    _key("id"),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("actor", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    _body(),
    wide=True,
)

documents = _root(
    "documents",
    _key("person"),
    _key("collection"),
    _key("id"),
    Column("at_us", BigInteger, nullable=False),
    Column("modified_us", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    _body(),
    wide=True,
)
Index("documents_by_time", documents.c.household_id, documents.c.person, documents.c.collection, documents.c.at_us)
Index(
    "documents_by_change", documents.c.household_id, documents.c.person, documents.c.collection, documents.c.modified_us
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("household_id", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("account", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("chain", LargeBinary),
)
Index("audit_by_time", audit.c.household_id, audit.c.at_us)
