"""Each line of the audit trail carries a link to the one before it; lines from before are linked as they are."""

import hashlib

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"

_FIELDS = ("at_us", "account", "action", "person", "outcome", "detail")


def upgrade() -> None:
    op.add_column("audit", sa.Column("chain", sa.LargeBinary))
    connection = op.get_bind()
    audit = sa.table(
        "audit", *(sa.column(name) for name in ("id", "household_id", *_FIELDS)), sa.column("chain", sa.LargeBinary)
    )
    links: dict[str, bytes] = {}
    for row in connection.execute(sa.select(audit).order_by(audit.c.id)).mappings().all():
        household = row["household_id"]
        line = orjson.dumps([household, *(row[name] for name in _FIELDS)])
        links[household] = hashlib.sha256(links.get(household, b"") + line).digest()
        connection.execute(audit.update().where(audit.c.id == row["id"]).values(chain=links[household]))


def downgrade() -> None:
    """The lines stay; what links them is lost."""
    op.drop_column("audit", "chain")
