"""The roster as CSV, over HTTP, against the database's own copy-out of the same select."""

import csv
import io
import sqlite3
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from benchmarks import data
from benchmarks.accounts import cookie_of, make_officer
from benchmarks.databases import Database
from benchmarks.figures import Figure, paired
from benchmarks.serving import Client, serving
from benchmarks.statements import heard
from people.access import SYSTEM
from reports import queries
from reports.queries import RosterFilter

DAY = date(data.YEARS[-1], 11, 20)
OFFICER_ID = 1
CSV = f"/hr/roster.csv?year={DAY.year}&as_of={DAY:%d/%m/%Y}"
ROWS_PER_PIECE = 1_000


def measure(database: Database) -> Iterator[Figure]:
    """Yield the time of the whole file, the time to its first byte, and how memory grows with the rows."""
    make_officer(OFFICER_ID, data.ROOT_ID, database)
    with serving("app:create_app()", database, workers=1) as server:
        client = Client(server, cookie_of(OFFICER_ID, database))
        client.download(f"{CSV}&unit={data.DEPARTMENTS + 2}")
        client.download(f"{CSV}&unit={data.A_DEPARTMENT_ID}")
        small = server.peak_memory_mib()
        first, _, size = client.download(CSV)
        large = server.peak_memory_mib()
        statement, parameters = _select(database)
        ours, floor = paired(lambda: client.download(CSV)[1], lambda: _copied_out(database, statement, parameters))
    yield Figure(f"roster CSV, {size / 1e6:.0f} MB", database.name, ours, floor, "s", 4)
    yield Figure("roster CSV, first byte against 1 s", database.name, first, 1, "s", 1)
    yield Figure("memory: whole roster against a tenth of it", database.name, large, small, "MiB", 1.1)


def _select(database: Database) -> tuple[str, Any]:
    """Return the select of the roster as the driver gets it."""
    with database.app.app_context(), heard() as statements:
        next(queries.roster_rows(SYSTEM, RosterFilter(DAY.year, DAY, data.ROOT_ID)))
    return statements[-1]


def _copied_out(database: Database, statement: str, parameters: Any) -> float:
    """Return the seconds in which the database itself writes the rows as CSV."""
    began = time.perf_counter()
    if database.url.startswith("sqlite"):
        _copy_sqlite(database.url.removeprefix("sqlite:///"), statement, parameters)
    else:
        _copy_postgres(database.url.replace("+psycopg", "", 1), statement, parameters)
    return time.perf_counter() - began


def _copy_sqlite(path: str, statement: str, parameters: Any) -> None:
    connection, piece = sqlite3.connect(path), io.StringIO()
    cursor, writer = connection.execute(statement, parameters), csv.writer(piece, delimiter=";")
    while rows := cursor.fetchmany(ROWS_PER_PIECE):
        writer.writerows(rows)
        piece.getvalue().encode()
        piece.seek(0)
        piece.truncate()
    connection.close()


def _copy_postgres(url: str, statement: str, parameters: Any) -> None:
    with psycopg.connect(url) as connection:
        binder: psycopg.ClientCursor[TupleRow] = psycopg.ClientCursor(connection)
        select = binder.mogrify(statement, parameters)
        with connection.cursor().copy(f"COPY ({select}) TO STDOUT (FORMAT csv, DELIMITER ';')".encode()) as copy:
            for _ in copy:
                pass
