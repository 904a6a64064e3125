"""attempts in time: pages and their order, late answers, events, accommodations, allowances, extensions.

Revision ID: 0004
Revises: 0003.
"""

import sqlalchemy as sa
from alembic import op

from core.db import append_only_statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = {
    "attempt": (
        sa.Column("extra_percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("extra_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("page", sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.Column("reached", sa.Integer(), server_default="1", nullable=False),
    ),
    "attempt_draft": (
        sa.Column("writer", sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("seconds", sa.Integer(), server_default="0", nullable=False),
    ),
    "attempt_step": (
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("seconds", sa.Integer()),
    ),
}
GUARDS = ("attempt_event", "attempt_extension")


def upgrade():
    for table, columns in COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "attempt_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("page", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_event_attempt_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_attempt_event_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_event")),
    )
    op.create_index(op.f("ix_attempt_event_attempt_id"), "attempt_event", ["attempt_id"])
    op.create_table(
        "accommodation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("extra_percent", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("by_id", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extra_percent BETWEEN 1 AND 300", name=op.f("ck_accommodation_extra_percent")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_accommodation_dates")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accommodation_person_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_accommodation_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
    )
    op.create_index(op.f("ix_accommodation_person_id"), "accommodation", ["person_id"])
    op.create_table(
        "allowance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("unit_id", sa.Integer()),
        sa.Column("extra_attempts", sa.Integer(), nullable=False),
        sa.Column("extra_minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("by_id", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_allowance_for_whom")),
        sa.CheckConstraint("extra_attempts >= 0 AND extra_minutes >= 0", name=op.f("ck_allowance_not_less")),
        sa.CheckConstraint("extra_attempts + extra_minutes > 0", name=op.f("ck_allowance_something")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_allowance_dates")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_allowance_quiz_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_allowance_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_allowance_unit_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_allowance_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowance")),
    )
    for column in ("quiz_id", "person_id", "unit_id"):
        op.create_index(op.f(f"ix_allowance_{column}"), "allowance", [column])
    op.create_table(
        "attempt_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("past_close", sa.Boolean(), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_attempt_extension_minutes")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_extension_attempt_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_attempt_extension_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_extension")),
        sa.UniqueConstraint("batch", "attempt_id", name=op.f("uq_attempt_extension_batch_attempt_id")),
    )
    op.create_index(op.f("ix_attempt_extension_attempt_id"), "attempt_extension", ["attempt_id"])
    dialect = op.get_bind().dialect.name
    for table in GUARDS:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)


def downgrade():
    for table in ("attempt_extension", "allowance", "accommodation", "attempt_event"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in GUARDS:
            op.execute(f"DROP FUNCTION {table}_refuse()")
    for table, columns in reversed(COLUMNS.items()):
        for column in reversed(columns):
            op.drop_column(table, column.name)
