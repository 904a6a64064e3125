"""The commit point: what reads see, what is kept, and that a request holds no transaction open while it only reads."""

from contextlib import suppress

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.db import db, transaction
from people.models import Unit


@pytest.fixture
def in_request(own_app, at):
    """Work as a request does, on connections of one's own; three units are there."""
    with own_app.app_context(), transaction():
        db.session.add_all([Unit(code=code, created_at=at) for code in ("A", "B", "C")])
    with own_app.test_request_context("/"):
        yield own_app


def codes() -> list[str]:
    return list(db.session.scalars(select(Unit.code).order_by(Unit.code)))


def rename_elsewhere(app, before: str, after: str) -> None:
    with app.app_context(), transaction():
        db.session.scalars(select(Unit).where(Unit.code == before)).one().code = after


def test_a_change_decides_on_what_is_true_inside(in_request):
    unit = db.session.scalars(select(Unit).where(Unit.code == "A")).one()
    rename_elsewhere(in_request, "A", "Z")
    with transaction():
        assert unit.code == "Z"


def test_what_is_written_outside_a_transaction_is_not_kept(in_request, at):
    with suppress(DBAPIError):  # PostgreSQL refuses it; SQLite forgets it.
        db.session.execute(text("UPDATE unit SET code = 'Z'"))
    with transaction():
        assert codes() == ["A", "B", "C"]
    with suppress(DBAPIError):
        db.session.add(Unit(code="D", created_at=at))
        db.session.flush()
    with transaction():
        assert codes() == ["A", "B", "C"]


def test_a_change_that_fails_leaves_nothing_and_the_next_one_works(in_request, at):
    codes()
    with pytest.raises(IntegrityError), transaction():
        db.session.add_all([Unit(code="D", created_at=at), Unit(code="A", created_at=at)])
    with transaction():
        db.session.add(Unit(code="E", created_at=at))
    assert codes() == ["A", "B", "C", "E"]


def test_rows_come_piece_by_piece_in_a_request(in_request):
    asked = select(Unit.code).order_by(Unit.code).execution_options(yield_per=1)
    assert list(db.session.scalars(asked)) == ["A", "B", "C"]
    assert codes() == ["A", "B", "C"]


@pytest.mark.parametrize("dialect", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_reading_keeps_no_transaction_and_the_driver_its_prepared_statements(in_request):
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT unit.code %'")
    for _ in range(8):
        codes()
        db.session.rollback()
    open_ones = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    codes()
    with in_request.app_context():
        assert db.session.scalar(open_ones) == 0
    assert db.session.scalar(prepared) == 1
