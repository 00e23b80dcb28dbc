"""Create the table of notes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("creation_key", sa.String(255), nullable=True),
        sa.UniqueConstraint("creation_key"),
    )
    op.create_index("ix_notes_changed", "notes", ["changed"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_index("ix_notes_changed", "notes")
    op.drop_table("notes")
