"""Counts the statements that a block sends to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

#: Statements that only frame a transaction; tests nest in savepoints, the product does not.
FRAMING = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """Collect the SQL of every statement that runs inside the block.

    ::

        with count_queries() as queries:
            client.get("/my")
        assert len(queries) <= 6, queries
    """
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(FRAMING):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
