"""Run the migrations on the application's own engine."""

from importlib import import_module

from alembic import context

from core.db import ByteString, UtcDateTime, db

import_module("core.job_models")
for package in ("people", "library", "lessons", "quizzes", "certificates", "training"):
    import_module(f"{package}.models")


def render_item(kind, item, _autogen_context):
    """Write our own column types as SQLAlchemy's, so that a migration never depends on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is ByteString:
        return 'sa.String().with_variant(sa.String(collation="C"), "postgresql")'
    return False


with db.engine.connect() as connection:
    context.configure(
        connection=connection.execution_options(nep_writes=True),
        target_metadata=db.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
