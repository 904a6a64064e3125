"""marking by hand: what waits for a marker, every mark given, and which attempts wait.

Revision ID: 0005
Revises: 0004.
"""

import sqlalchemy as sa
from alembic import op

from core.db import append_only_statements

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TO_MARK = sa.text("finished_at IS NOT NULL AND score IS NULL")


def upgrade():
    op.add_column("attempt_step", sa.Column("criteria", sa.JSON()))
    op.create_index("ix_attempt_to_mark", "attempt", ["quiz_id", "id"], sqlite_where=TO_MARK, postgresql_where=TO_MARK)
    op.create_table(
        "marking_task",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by_id", sa.Integer()),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("second_reason", sa.String(length=500), nullable=False),
        sa.Column("second_by_id", sa.Integer()),
        sa.CheckConstraint("state IN ('waiting', 'second', 'decide', 'done')", name=op.f("ck_marking_task_state")),
        sa.ForeignKeyConstraint(["item_id"], ["attempt_item.id"], name=op.f("fk_marking_task_item_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_marking_task_quiz_id")),
        sa.ForeignKeyConstraint(
            ["question_version_id"], ["question_version.id"], name=op.f("fk_marking_task_question_version_id")
        ),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["person.id"], name=op.f("fk_marking_task_claimed_by_id")),
        sa.ForeignKeyConstraint(["second_by_id"], ["person.id"], name=op.f("fk_marking_task_second_by_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_marking_task")),
    )
    op.create_index(op.f("ix_marking_task_quiz_id"), "marking_task", ["quiz_id"])
    op.create_table(
        "marking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("marker_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("round BETWEEN 1 AND 3", name=op.f("ck_marking_round")),
        sa.CheckConstraint("mark >= 0", name=op.f("ck_marking_mark")),
        sa.ForeignKeyConstraint(["item_id"], ["attempt_item.id"], name=op.f("fk_marking_item_id")),
        sa.ForeignKeyConstraint(["marker_id"], ["person.id"], name=op.f("fk_marking_marker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking")),
        sa.UniqueConstraint("item_id", "round", name=op.f("uq_marking_item_id_round")),
    )
    op.create_index(op.f("ix_marking_item_id"), "marking", ["item_id"])
    for statement in append_only_statements("marking", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade():
    op.drop_table("marking")
    op.drop_table("marking_task")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION marking_refuse()")
    op.drop_index("ix_attempt_to_mark", "attempt")
    op.drop_column("attempt_step", "criteria")
