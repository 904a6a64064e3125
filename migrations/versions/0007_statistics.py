"""statistics: which attempts have been counted.

Revision ID: 0007
Revises: 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TO_COUNT = sa.text("score IS NOT NULL AND counted_at IS NULL AND occasion <> 'preview'")


def upgrade():
    op.add_column("attempt", sa.Column("counted_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_attempt_to_count", "attempt", ["quiz_version_id", "id"], sqlite_where=TO_COUNT, postgresql_where=TO_COUNT
    )


def downgrade():
    op.drop_index("ix_attempt_to_count", "attempt")
    op.drop_column("attempt", "counted_at")
