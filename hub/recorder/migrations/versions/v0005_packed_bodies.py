"""In SQLite, records and journal entries lie several to a page, their bodies packed; PostgreSQL stays as it is."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.recorder.packing import Unreadable, packed, unpacked

revision = "0005"
down_revision: str | None = "0004"

Column = sa.Column[Any]


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(_packed, "homeostat_packed", "CAST(body AS BLOB)")


def downgrade() -> None:
    """Nothing is lost."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(_unpacked, "homeostat_unpacked", "body", sqlite_with_rowid=False)


def _packed(body: bytes) -> bytes | str:
    try:
        return packed(body.decode())
    except UnicodeDecodeError:
        return body  # damaged, and no reason to stand still: it is found to be unreadable when it is read


def _unpacked(body: bytes | str) -> bytes | str:
    try:
        return unpacked(body)
    except Unreadable:
        return body


def _rebuild(change: Callable[[Any], bytes | str], name: str, body: str, **form: bool) -> None:
    """Make the tables anew in key order, `change` applied to each body; indexes afterwards, from sorted keys."""
    connection = op.get_bind()
    driver: Any = connection.connection.dbapi_connection
    driver.create_function(name, 1, change, deterministic=True)
    # Where SQLite is built to, it would write zeros over all that the old tables leave, through memory and log.
    erasing = connection.exec_driver_sql("PRAGMA secure_delete").scalar()
    connection.exec_driver_sql("PRAGMA secure_delete=0")
    for table, columns in _tables().items():
        old = f"{table}_old"
        op.rename_table(table, old)
        op.create_table(table, *columns, **form)
        names = [column.name for column in columns]
        keys = [column.name for column in columns if column.primary_key]
        values = [f"{name}({body})" if column == "body" else column for column in names]
        op.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {old} ORDER BY {', '.join(keys)}"
        )
        op.drop_table(old)
        for index, indexed in _INDEXES.get(table, {}).items():
            op.create_index(index, table, indexed)
    connection.exec_driver_sql(f"PRAGMA secure_delete={erasing}")


def _tables() -> dict[str, tuple[Column, ...]]:
    return {
        "documents": (
            *_keys("household_id", "person", "collection", "id"),
            _number("at_us"),
            _number("modified_us"),
            sa.Column("deleted", sa.Boolean, nullable=False),
            _text("body"),
        ),
        "journal_revisions": (
            *_keys("household_id", "id"),
            sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
            _text("actor"),
            _number("at_us"),
            _text("body"),
        ),
        "journal": (
            *_keys("household_id", "id"),
            _text("person"),
            _text("kind"),
            _number("start_us"),
            sa.Column("deleted", sa.Boolean, nullable=False),
            _text("source"),
            _text("external_id"),
            sa.Column("revision", sa.Integer, nullable=False),
            _text("body"),
        ),
    }


_INDEXES = {
    "documents": {
        "documents_by_time": ["household_id", "person", "collection", "at_us"],
        "documents_by_change": ["household_id", "person", "collection", "modified_us"],
    },
    "journal": {
        "journal_by_start": ["household_id", "start_us"],
        "journal_by_person": ["household_id", "person", "start_us"],
        "journal_by_external": ["household_id", "person", "source", "external_id"],
    },
}


def _keys(*names: str) -> tuple[Column, ...]:
    return tuple(sa.Column(name, sa.Text, primary_key=True) for name in names)


def _text(name: str) -> Column:
    return sa.Column(name, sa.Text, nullable=False)


def _number(name: str) -> Column:
    return sa.Column(name, sa.BigInteger, nullable=False)
