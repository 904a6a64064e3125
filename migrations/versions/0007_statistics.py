"""statistics: which attempts have been counted, and the tallies that they make.

Revision ID: 0007
Revises: 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TO_COUNT = sa.text("score IS NOT NULL AND counted_at IS NULL AND occasion <> 'preview' AND occasion <> 'practice'")


def keys(table, *names):
    """Return the columns that lead to other tables, with their constraints."""
    for name in names:
        yield sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)
        yield sa.ForeignKeyConstraint([name], [f"{name.removesuffix('_id')}.id"], name=op.f(f"fk_{table}_{name}"))


def upgrade():
    op.add_column("attempt", sa.Column("counted_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_attempt_to_count", "attempt", ["quiz_version_id", "id"], sqlite_where=TO_COUNT, postgresql_where=TO_COUNT
    )
    op.create_table(
        "quiz_statistic",
        sa.Column("quiz_version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["quiz_version_id"], ["quiz_version.id"], name=op.f("fk_quiz_statistic_quiz_version_id")
        ),
        sa.PrimaryKeyConstraint("quiz_version_id", name=op.f("pk_quiz_statistic")),
    )
    op.create_table(
        "score_tally",
        *keys("score_tally", "quiz_version_id"),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("quiz_version_id", "first", "score", name=op.f("pk_score_tally")),
    )
    op.create_table(
        "item_tally",
        *keys("item_tally", "quiz_version_id", "question_version_id"),
        sa.Column("first", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)
            for name in ("points", "max_points", "score", "mark")
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("timed", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("quiz_version_id", "question_version_id", "first", "points", "max_points", "score", "mark"),
            name=op.f("pk_item_tally"),
        ),
    )
    op.create_table(
        "choice_tally",
        *keys("choice_tally", "quiz_version_id", "question_version_id"),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("choice", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("quiz_version_id", "question_version_id", "first", "score", "choice"), name=op.f("pk_choice_tally")
        ),
    )
    for table in ("item_tally", "choice_tally"):
        op.create_index(op.f(f"ix_{table}_question_version_id"), table, ["question_version_id"])


def downgrade():
    for table in ("choice_tally", "item_tally", "score_tally", "quiz_statistic"):
        op.drop_table(table)
    op.drop_index("ix_attempt_to_count", "attempt")
    op.drop_column("attempt", "counted_at")
