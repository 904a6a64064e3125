"""The worker is killed in the midst of a correction: another one brings it to its end as if nothing had happened."""

import multiprocessing
import os
import signal
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select

from core import clock, jobs
from core.db import db, transaction
from core.job_models import Job
from core.job_runs import DEAD_AFTER, run_next
from quizzes import correction_services
from quizzes.correction_models import Correction
from quizzes.corrections import Method
from quizzes.models import Attempt, AttemptItem, AttemptStep
from quizzes.time_models import AttemptEvent
from tests.services.test_corrections import as_stored_and_as_told, decide, first_question, sit
from tests.support.factories_attempts import make_small_quiz, standing_above
from tests.support.factories_people import make_person, make_unit

ATTEMPTS, FIRST_BATCH = 8, 3


def work_until_killed(app: Flask, correction_id: int) -> None:
    """Correct a first batch; then run the job, and die when the second one is written and not yet committed."""
    with app.app_context():
        db.engine.dispose(close=False)  # The connections belong to the process that was forked.

        def die(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith("INSERT INTO attempt_event"):
                os.kill(os.getpid(), signal.SIGKILL)

        with transaction():
            correction_services.apply_batch(correction_id, at=clock.now(), limit=FIRST_BATCH)
        event.listen(db.engine, "before_cursor_execute", die)
        run_next()


def regraded() -> dict[int, int]:
    """Return how many corrections attempts have, by id."""
    db.session.rollback()
    rows = db.session.execute(
        select(AttemptItem.attempt_id, func.count(AttemptStep.id).label("steps"))
        .join(AttemptStep, AttemptStep.item_id == AttemptItem.id)
        .where(AttemptStep.correction_id.is_not(None))
        .group_by(AttemptItem.attempt_id)
    )
    return {row.attempt_id: row.steps for row in rows}


def test_a_correction_that_was_cut_off_ends_as_if_nothing_had_happened(own_app, at):
    with own_app.app_context(), standing_above(own_app) as above:
        quiz, unit = make_small_quiz(singles=2, multiples=0, shuffle_questions=False), make_unit()
        attempts = [sit(quiz, at, rights="00", person=make_person(unit=unit)) for _ in range(ATTEMPTS)]
        ids = [attempt.id for attempt in attempts]
        correction_id = decide(first_question(attempts[0]).id, Method.FULL_CREDIT).id
        above.finished.clear()
        db.session.remove()

        fork: Any = multiprocessing.get_context("fork")
        worker = fork.Process(target=work_until_killed, args=(own_app, correction_id))
        worker.start()
        worker.join(timeout=30)
        assert worker.exitcode == -signal.SIGKILL
        assert regraded() == dict.fromkeys(ids[:FIRST_BATCH], 1)

        with clock.frozen(at + 2 * DEAD_AFTER):
            assert jobs.run_pending(own_app) == 1
        assert regraded() == dict.fromkeys(ids, 1)
        results = select(Attempt.points, Attempt.max_points, Attempt.passed).distinct()
        assert [tuple(row) for row in db.session.execute(results)] == [(100, 200, True)]
        assert above.finished == ids[FIRST_BATCH:], "the first ones were told by the worker that was killed"
        stored, told = as_stored_and_as_told()
        assert stored == told
        assert db.session.scalar(select(func.count()).where(AttemptEvent.kind == "correct")) == ATTEMPTS
        assert db.session.scalars(select(Correction.done)).one() == ATTEMPTS
        assert db.session.scalars(select(Job.state)).one() == "done"
