"""The migrations make exactly the tables that the models describe, keep what is written, and can be taken back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, MetaData, Table, inspect, select, text
from sqlalchemy.exc import DatabaseError

from core.db import Base, db
from tests.support.databases import MIGRATIONS, Databases


@pytest.fixture
def empty_app(databases: Databases, dialect: str) -> Flask:
    return databases.app_on(databases.empty_url(dialect))


def differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


def test_migrations_lead_to_the_models_and_back(empty_app):
    with empty_app.app_context():
        upgrade(directory=MIGRATIONS)
        assert differences() == []

        downgrade(directory=MIGRATIONS, revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}

        upgrade(directory=MIGRATIONS)
        assert differences() == []
        db.engine.dispose()


#: Tables that refuse changes since the first migration; lessons, questions and quizzes once they are published.
GUARDED = (
    "audit_entry", "attempt_step", "attempt_item", "completion", "course_version", "course_entry", "pool_question",
    "lesson_version", "question_version", "quiz_version",
)  # fmt: skip
#: What the rules of columns demand; everything else is filled by its type.
DEMANDED: dict[str, Any] = {
    "placement.parent_id": None,
    "valid_to": None,
    "revoked_at": None,
    "revoked_reason": "",
    "cycle.state": "open",
    "lesson_version.text_format": "markdown",
}
MOMENT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def value_for(column: Column[Any], number: int) -> Any:
    """Return a value for a column of the row with this number; references lead to rows with the same number."""
    for name in (str(column), column.name):
        if name in DEMANDED:
            return DEMANDED[name]
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return number
    if isinstance(column.type, DateTime):
        return MOMENT
    if isinstance(column.type, Date):
        return MOMENT.date()
    if isinstance(column.type, JSON):
        return {"chosen": [f"phương án {number}"]}
    return f"Giá trị {number}"[: getattr(column.type, "length", None) or 20]


def fill(tables: Sequence[Table]) -> None:
    """Write two rows into every table."""
    with db.engine.connect() as connection, connection.execution_options(nep_writes=True).begin():
        for table in tables:
            rows = [{column.name: value_for(column, number) for column in table.columns} for number in (1, 2)]
            connection.execute(table.insert(), rows)


def contents(tables: Sequence[Table]) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of tables, in the columns that these had at first."""
    with db.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables
        }


def structure(tables: Sequence[Table]) -> tuple[set[tuple[str, ...]], dict[str, set[str]]]:
    """Return the triggers of the database, and the foreign keys of tables in the columns that these had at first."""
    found = inspect(db.engine)
    keys = {
        table.name: {
            f"{key['constrained_columns']} to {key['referred_table']} {key['referred_columns']}"
            for key in found.get_foreign_keys(table.name)
            if set(key["constrained_columns"]) <= set(table.columns.keys())
        }
        for table in tables
    }
    triggers = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
    if db.engine.dialect.name == "postgresql":
        triggers = (
            "SELECT trigger_name, event_object_table, event_manipulation, coalesce(action_condition, '') "
            "FROM information_schema.triggers"
        )
    with db.engine.connect() as connection:
        return {tuple(row) for row in connection.execute(text(triggers))}, keys


def assert_whole() -> None:
    """Check that no reference leads nowhere, and that what is guarded refuses to change."""
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    for table in GUARDED:
        for statement in (f"UPDATE {table} SET id = id WHERE id = 2", f"DELETE FROM {table} WHERE id = 2"):
            with (
                db.engine.connect() as connection,
                connection.execution_options(nep_writes=True).begin(),
                pytest.raises(DatabaseError, match=f"{table} keeps what was written"),
            ):
                connection.execute(text(statement))


def test_migrations_keep_every_row_every_guard_and_every_reference(empty_app):
    with empty_app.app_context():
        upgrade(directory=MIGRATIONS, revision="0001")
        first = MetaData()
        first.reflect(db.engine)
        tables = [table for table in first.sorted_tables if table.name != "alembic_version"]
        fill(tables)
        written, (guards, keys) = contents(tables), structure(tables)
        assert_whole()

        upgrade(directory=MIGRATIONS)
        assert contents(tables) == written
        assert guards < structure(tables)[0]
        assert structure(tables)[1] == keys
        assert_whole()

        downgrade(directory=MIGRATIONS, revision="0001")
        assert contents(tables) == written
        assert structure(tables) == (guards, keys)
        assert_whole()
        db.engine.dispose()
