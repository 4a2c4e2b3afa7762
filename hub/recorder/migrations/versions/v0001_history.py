"""Readings with their trail, the journal, and what the house consists of."""

from typing import Any

import sqlalchemy as sa
from alembic import op

Column = sa.Column[Any]

revision = "0001"
down_revision: str | None = None


def key(name: str) -> Column:
    return sa.Column(name, sa.Text, primary_key=True)


def body() -> Column:
    return sa.Column("body", sa.Text, nullable=False)


def root(name: str, *columns: Column) -> None:
    op.create_table(name, key("household_id"), *columns, sqlite_with_rowid=False)


def number(name: str) -> Column:
    return sa.Column(name, sa.BigInteger, nullable=False)


def text(name: str) -> Column:
    return sa.Column(name, sa.Text, nullable=False)


def serial() -> Column:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True)


def by_series(name: str, second: str, *columns: Column) -> None:
    op.create_table(
        name,
        sa.Column("series", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(second, sa.Integer if second == "word" else sa.BigInteger, primary_key=True, autoincrement=False),
        *columns,
        sqlite_with_rowid=False,
    )


def value() -> tuple[Column, Column, Column]:
    flags = sa.Column("flags", sa.SmallInteger, nullable=False)
    return sa.Column("value", sa.Double, nullable=False), number("delay"), flags


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("series", sa.Integer, primary_key=True, autoincrement=True),
        text("household_id"),
        sa.Column("kind", sa.Text),
        sa.Column("hold_us", sa.BigInteger),
        sa.Column("time_zone", sa.Text),
        sa.Column("purged_us", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    by_series("readings", "taken", *value())
    by_series("words", "word", number("digest"), text("text"))
    op.create_index("words_by_digest", "words", ["series", "digest"])
    op.create_table(
        "revisions",
        serial(),
        sa.Column("series", sa.Integer, nullable=False),
        number("taken"),
        number("at"),
        sa.Column("old", sa.Text),
        sa.Column("new", sa.Text),
        text("actor"),
        text("reason"),
    )
    op.create_index("revisions_by_reading", "revisions", ["series", "taken"])
    by_series("tombstones", "taken", *value(), number("at"), text("actor"), text("reason"))
    _house()
    _journal()


def _house() -> None:
    root("households", body())
    root("people", key("slug"), body())
    root("accounts", key("name"), sa.Column("password_hash", sa.Text), body())
    root("grants", key("id"), body())
    root("tokens", key("id"), text("digests"), body())
    root("sessions", key("id_digest"), text("account"), number("created_us"), number("expires_us"), text("user_agent"))
    root("entries", key("id"), body())
    root("devices", key("id"), body())
    root("entities", key("id"), sa.Column("series", sa.Integer, nullable=False), body())
    op.create_index("entities_by_series", "entities", ["series"], unique=True)
    root("priorities", key("person"), key("metric"), body())
    root("settings", key("key"), body())
    root("entry_store", key("entry"), key("key"), body())
    root("retention", key("metric"), sa.Column("days", sa.Integer))
    op.create_table(
        "audit",
        serial(),
        text("household_id"),
        number("at_us"),
        *(text(name) for name in ("account", "action", "person", "outcome", "detail")),
    )
    op.create_index("audit_by_time", "audit", ["household_id", "at_us"])


def _journal() -> None:
    root(
        "journal",
        key("id"),
        text("person"),
        text("kind"),
        number("start_us"),
        sa.Column("deleted", sa.Boolean, nullable=False),
        text("source"),
        text("external_id"),
        sa.Column("revision", sa.Integer, nullable=False),
        body(),
    )
    op.create_index("journal_by_start", "journal", ["household_id", "start_us"])
    op.create_index("journal_by_person", "journal", ["household_id", "person", "start_us"])
    op.create_index("journal_by_external", "journal", ["household_id", "person", "source", "external_id"])
    root(
        "journal_revisions",
        key("id"),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        text("actor"),
        number("at_us"),
        body(),
    )


def downgrade() -> None:
    raise NotImplementedError("0001 is the first version: there is nothing to go back to")
