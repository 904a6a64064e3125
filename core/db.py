"""The database: base class, column types, the one commit point, and the guard of append-only tables."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
from flask import Flask, current_app, has_request_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, DateTime, Engine, Insert, MetaData, String, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables. Relationships are declared ``lazy="raise"``: a query is planned or it fails in a test."""

    metadata = MetaData(naming_convention=NAMING)


#: How long a writer waits for another one on SQLite.
BUSY_SECONDS = 15
#: The key of the engine on which a request reads on PostgreSQL.
_READING = "reading"


class RequestSession(FlaskSession):
    """A session that reads without a transaction on PostgreSQL, while a request has not begun a change.

    There each statement sees what is committed when it begins (READ COMMITTED), in a transaction or not; without one,
    a page saves the round trips of BEGIN and ROLLBACK, and the driver keeps its prepared statements, which it drops
    at every ROLLBACK. The database refuses writes there (see ``_set_up_postgres``). What is fetched piece by piece
    (``yield_per``) needs a transaction for its cursor and gets one.
    """

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any) -> Engine | Connection:
        """Return the engine for a statement."""
        found = super().get_bind(mapper=mapper, clause=clause, bind=bind, **more)
        if self.info.get("writing") or not isinstance(found, Engine) or not has_request_context():
            return found
        if clause is not None and clause.get_execution_options().get("yield_per"):
            return found
        return self._db.engines.get(_READING, found)


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": RequestSession})

#: Text that the database compares byte by byte on both systems: sort keys, tokens, codes.
ByteString = String().with_variant(String(collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware and UTC in Python, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment, and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment must carry its time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as aware UTC; SQLite hands it back without a zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@contextmanager
def transaction() -> Iterator[Session]:
    """Run a change and commit it: all of it or nothing.

    What was read before is forgotten first, so that a decision to write rests on what is read inside. On SQLite the
    write lock is taken at once (BEGIN IMMEDIATE), so two writers wait instead of failing half-way.

    :raises RuntimeError: when transactions are nested; there is one commit point per request.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("transaction() does not nest: one use case, one commit.")
    session.rollback()
    session.info["writing"] = True
    try:
        with _turn_to_write():
            session.connection(execution_options={"nep_writes": True})
            yield session
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writing", None)


@contextmanager
def _turn_to_write() -> Iterator[None]:
    """Let one thread of this process write to SQLite at a time.

    SQLite has one writer; who waits for its lock sleeps for longer and longer before asking again, and may be passed
    by. Threads that wait here are woken at once. Other processes are kept out by SQLite itself, so after the time that
    it would wait, a thread goes on and leaves the answer to it.
    """
    gate: threading.Lock | None = current_app.extensions.get("nep_turn_to_write")
    mine = gate is not None and gate.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if gate is not None and mine:
            gate.release()


def table_of(model: type[Base]) -> Table:
    """Return the table of a mapped class; a select of its columns is asked quicker than one of mapped attributes."""
    return cast(Table, model.__table__)


def insert_if_new(table: type[Base]) -> Insert:
    """Return an insert that leaves out rows which a unique constraint of the table refuses.

    Of several who insert the same at once, one succeeds and the others do nothing; ``returning`` tells which one.
    """
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    return insert(table).on_conflict_do_nothing()


def init_db(app: Flask) -> None:
    """Bind the database to the application and set up each new connection."""
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {})
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        # No ping before use: after a restart of the database one request answers 503 and the pool starts afresh.
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 8, "max_overflow": 8}
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            app.extensions["nep_turn_to_write"] = threading.Lock()
            event.listen(db.engine, "connect", _set_up_sqlite)
            event.listen(db.engine, "begin", _begin_sqlite)
        else:
            event.listen(db.engine, "connect", _set_up_postgres)
            engines = cast(dict[str | None, Engine], db.engines)
            engines[_READING] = db.engine.execution_options(isolation_level="AUTOCOMMIT")


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Make SQLite keep its promises: foreign keys, durable commits, readers beside a writer."""
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_SECONDS * 1_000}"):
        connection.execute(f"PRAGMA {pragma}")


def _set_up_postgres(connection: psycopg.Connection[Any], _record: Any) -> None:
    """Let PostgreSQL itself refuse what would be written outside a transaction; transactions say that they write."""
    connection.autocommit = True
    connection.execute("SET default_transaction_read_only = on")
    connection.autocommit = False
    connection.read_only = False


def _begin_sqlite(connection: Connection) -> None:
    """Begin for real: the driver's own begin comes too late for snapshots and locks."""
    writes = connection.get_execution_options().get("nep_writes")
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def append_only_statements(table: str, dialect: str, *, only_when: str = "") -> list[str]:
    """Return the statements that make a table refuse updates and deletes, for a migration.

    :param only_when: an SQL condition on ``OLD`` that limits the guard (for example ``OLD.published_at IS NOT NULL``).
    """
    message = f"{table} keeps what was written"
    condition = f"WHEN ({only_when})" if only_when else ""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$",
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW {condition} EXECUTE FUNCTION {table}_refuse()",
    ]


def is_sqlite(engine: Engine | None = None) -> bool:
    """Tell whether the application runs on SQLite."""
    return (engine or db.engine).dialect.name == "sqlite"
