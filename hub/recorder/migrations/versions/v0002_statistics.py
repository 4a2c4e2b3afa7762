"""Statistics by hour and local day; those of readings that are there already are marked to be made."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"

HOUR = 3_600_000_000


def upgrade() -> None:
    for table, period in (("hours", "hour"), ("days", "day")):
        op.create_table(
            table,
            *_key(period),
            sa.Column("count", sa.Integer, nullable=False),
            *(sa.Column(name, sa.Double) for name in ("low", "high", "total", "rise", "integral")),
            sa.Column("gap", sa.BigInteger, nullable=False),
            sa.Column("last", sa.Double, nullable=False),
            sa.Column("since_last", sa.BigInteger, nullable=False),
            sa.Column("flags", sa.SmallInteger, nullable=False),
            sa.Column("states", sa.Text),
            sa.Column("slots", sa.SmallInteger, nullable=False),
            sqlite_with_rowid=False,
        )
    op.create_table("marks", *_key("hour"), sqlite_with_rowid=False)
    op.create_table("day_marks", *_key("day"), sqlite_with_rowid=False)
    floor = f"(taken - ((taken % {HOUR}) + {HOUR}) % {HOUR}) / {HOUR}"
    op.execute(f"INSERT INTO marks (series, hour) SELECT DISTINCT series, {floor} FROM readings")


def downgrade() -> None:
    """Statistics of readings that retention has removed are lost; all others can be made again."""
    for table in ("day_marks", "marks", "days", "hours"):
        op.drop_table(table)


def _key(period: str) -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("series", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(period, sa.Integer, primary_key=True, autoincrement=False),
    )
