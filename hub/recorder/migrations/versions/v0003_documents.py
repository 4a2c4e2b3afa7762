"""Whole foreign records, kept beside the readings made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    op.create_table(
        "documents",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("household_id", "person", "collection", "id")),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("modified_us", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("documents_by_time", "documents", ["household_id", "person", "collection", "at_us"])
    op.create_index("documents_by_change", "documents", ["household_id", "person", "collection", "modified_us"])


def downgrade() -> None:
    """The records are lost; what was made of them stays."""
    op.drop_table("documents")
