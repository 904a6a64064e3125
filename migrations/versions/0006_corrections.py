"""corrections of wrong questions, and passes that stand or were withdrawn.

Revision ID: 0006
Revises: 0005.
"""

import sqlalchemy as sa
from alembic import op

from core.db import append_only_statements

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _exchange_unique(name, columns, others):
    """Give the table of completions another unique constraint."""
    new_name = f"uq_completion_{others.replace(', ', '_')}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE completion DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE completion ADD CONSTRAINT {new_name} UNIQUE ({others})")
        return
    # SQLite makes the table anew. Certificates point to it: their foreign keys are asked again at the end, by when
    # every row is back in its place (sqlite.org/foreignkeys.html, sqlite.org/lang_altertable.html).
    parts = op.get_bind().exec_driver_sql(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = 'completion' AND sql IS NOT NULL"
    )
    sql = {kind: [] for kind in ("table", "index", "trigger")}
    for kind, text in parts.all():
        sql[kind].append(text)
    before = f"CONSTRAINT {name} UNIQUE ({columns})"
    assert before in sql["table"][0]
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TABLE completion_before AS SELECT * FROM completion")
    op.execute("DROP TABLE completion")
    op.execute(sql["table"][0].replace(before, f"CONSTRAINT {new_name} UNIQUE ({others})"))
    op.execute("INSERT INTO completion SELECT * FROM completion_before")
    op.execute("DROP TABLE completion_before")
    for statement in (*sql["index"], *sql["trigger"]):
        op.execute(statement)


def upgrade():
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("wrong_version_ids", sa.JSON(), nullable=False),
        sa.Column("question_version_id", sa.Integer()),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("last_attempt_id", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("method IN ('recompute', 'full_credit', 'drop')", name=op.f("ck_correction_method")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_correction_question_id")),
        sa.ForeignKeyConstraint(
            ["question_version_id"], ["question_version.id"], name=op.f("fk_correction_question_version_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_correction_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_question_id"), "correction", ["question_id"])
    op.create_table(
        "pass_withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("after_step_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_pass_withdrawal_attempt_id")),
        sa.ForeignKeyConstraint(["after_step_id"], ["attempt_step.id"], name=op.f("fk_pass_withdrawal_after_step_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_pass_withdrawal_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_withdrawal")),
        sa.UniqueConstraint("attempt_id", "after_step_id", name=op.f("uq_pass_withdrawal_attempt_id_after_step_id")),
    )
    op.add_column("attempt", sa.Column("pass_kept", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_attempt_pass_kept",
        "attempt",
        ["id"],
        sqlite_where=sa.text("pass_kept = 1"),
        postgresql_where=sa.text("pass_kept"),
    )
    op.create_index("ix_attempt_item_shown", "attempt_item", ["question_version_id", "attempt_id"])
    op.drop_index(op.f("ix_attempt_item_question_version_id"), table_name="attempt_item")
    op.execute(
        "ALTER TABLE attempt_step ADD COLUMN correction_id INTEGER "
        "CONSTRAINT fk_attempt_step_correction_id REFERENCES correction (id)"
    )
    op.create_table(
        "completion_withdrawal",
        sa.Column("completion_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_completion_withdrawal_by_id")),
        sa.PrimaryKeyConstraint("completion_id", name=op.f("pk_completion_withdrawal")),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["completion.id"], name=op.f("fk_completion_withdrawal_completion_id")
        ),
    )
    for table in ("pass_withdrawal", "completion_withdrawal"):
        for statement in append_only_statements(table, op.get_bind().dialect.name):
            op.execute(statement)
    op.execute("ALTER TABLE completion ADD COLUMN number INTEGER DEFAULT '1' NOT NULL")
    _exchange_unique("uq_completion_obligation_id", "obligation_id", "obligation_id, number")


def downgrade():
    _exchange_unique("uq_completion_obligation_id_number", "obligation_id, number", "obligation_id")
    op.drop_column("completion", "number")
    op.drop_table("completion_withdrawal")
    op.drop_table("pass_withdrawal")
    with op.batch_alter_table("attempt_step") as batch_op:
        batch_op.drop_column("correction_id")
    if op.get_bind().dialect.name == "sqlite":
        # The batch has made the table anew, without the triggers that guard it.
        for statement in append_only_statements("attempt_step", "sqlite"):
            op.execute(statement)
    op.create_index(op.f("ix_attempt_item_question_version_id"), "attempt_item", ["question_version_id"])
    op.drop_index("ix_attempt_item_shown", table_name="attempt_item")
    op.drop_index("ix_attempt_pass_kept", table_name="attempt")
    op.drop_column("attempt", "pass_kept")
    op.drop_table("correction")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION pass_withdrawal_refuse()")
        op.execute("DROP FUNCTION completion_withdrawal_refuse()")
