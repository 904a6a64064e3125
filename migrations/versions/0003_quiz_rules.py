"""rules of a quiz: practice, waiting time, window, pages, counting, draw, access code, what is shown when.

Revision ID: 0003
Revises: 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

VERSION_COLUMNS = (
    sa.Column("practice", sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column("wait_minutes", sa.Integer()),
    sa.Column("opens_at", sa.DateTime(timezone=True)),
    sa.Column("closes_at", sa.DateTime(timezone=True)),
    sa.Column("one_way", sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column("per_page", sa.Integer()),
    sa.Column("counting", sa.String(length=10), server_default="best", nullable=False),
    sa.Column("avoid_seen", sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column("access_code", sa.String(length=40), server_default=sa.text("''"), nullable=False),
    sa.Column("show_score", sa.String(length=12), server_default="after", nullable=False),
    sa.Column("show_verdicts", sa.String(length=12), server_default="after", nullable=False),
    sa.Column("show_key", sa.String(length=12), server_default="after", nullable=False),
)
SECTION_COLUMNS = (
    sa.Column("topic", sa.String(length=40), server_default=sa.text("''"), nullable=False),
    sa.Column("difficulty", sa.String(length=10), server_default=sa.text("''"), nullable=False),
)


def upgrade():
    # Not in batches: SQLite would make the table anew and lose the trigger that guards published versions.
    for column in VERSION_COLUMNS:
        op.add_column("quiz_version", column)
    for column in SECTION_COLUMNS:
        op.add_column("quiz_section", column)


def downgrade():
    for column in reversed(SECTION_COLUMNS):
        op.drop_column("quiz_section", column.name)
    for column in reversed(VERSION_COLUMNS):
        op.drop_column("quiz_version", column.name)
