"""The migrations make exactly the tables that the models describe, and can be taken back."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

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
