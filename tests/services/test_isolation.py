"""The tests' own ground: what one test writes, the next does not see, and refused rows undo only themselves."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.db import db, transaction
from people.models import Unit
from tests.support.queries import count_queries


def units() -> int:
    return db.session.scalar(select(func.count()).select_from(Unit)) or 0


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_with_empty_tables(session, at, turn):
    assert units() == 0
    with transaction():
        session.add(Unit(code="UBND", created_at=at))
    session.rollback()
    assert units() == 1


def test_a_refused_row_undoes_only_its_own_transaction(session, at):
    with transaction():
        session.add(Unit(code="UBND", created_at=at))
    with pytest.raises(IntegrityError), transaction():
        session.add_all([Unit(code="VPUB", created_at=at), Unit(code="UBND", created_at=at)])
    assert units() == 1


def test_queries_are_counted_without_savepoints(session, at):
    with count_queries() as queries, transaction():
        session.add(Unit(code="UBND", created_at=at))
    assert len(queries) == 1, queries


def test_own_application_has_a_database_of_its_own(session, own_app, at):
    with transaction():
        session.add(Unit(code="UBND", created_at=at))
    with own_app.app_context():
        assert units() == 0
        with transaction():
            db.session.add(Unit(code="UBND", created_at=at))
            db.session.add(Unit(code="VPUB", created_at=at))
    assert units() == 1
