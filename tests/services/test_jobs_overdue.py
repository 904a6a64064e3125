"""Attempts whose time is up end exactly once, whoever comes first: two workers, and somebody who looks."""

from contextlib import nullcontext
from datetime import timedelta

from sqlalchemy import func, select

from core.db import db
from quizzes.attempt_jobs import close_overdue
from quizzes.models import Attempt, AttemptStep
from tests.support.crowd import all_at_once
from tests.support.factories_attempts import begin, give, make_small_quiz, right_answers, standing_above
from tests.support.factories_people import make_person, make_unit, sign_in

WORKERS = 4


def test_two_workers_and_a_look_end_an_attempt_once(own_app, at):
    with own_app.app_context(), standing_above(own_app) as above:
        person = make_person(unit=make_unit())
        attempt = begin(make_small_quiz(), person, at - timedelta(hours=2))
        give(attempt, person, right_answers(attempt), at - timedelta(hours=2))
        attempt_id, due_at = attempt.id, attempt.due_at
        browser = own_app.test_client()
        sign_in(browser, person)

        def look():
            return browser.get(f"/attempts/{attempt_id}").location

        def close():
            return close_overdue(at)

        looked, *closed = all_at_once(own_app, look, *[close] * WORKERS, inside=nullcontext)
        assert looked == f"/attempts/{attempt_id}/result"
        assert {failed for _, failed in closed} == {0}
        assert above.finished == [attempt_id]
        db.session.rollback()
        ended = db.session.get_one(Attempt, attempt_id, populate_existing=True)
        assert (ended.finished_at, ended.finish_reason, ended.score) == (due_at, "expired", 1000)
        assert db.session.scalar(select(func.count()).select_from(AttemptStep)) == 2 * 3
        assert close_overdue(at) == (0, 0)
