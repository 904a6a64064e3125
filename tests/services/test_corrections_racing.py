"""Attempts are handed in while a correction is applied: each is corrected, and only once."""

from contextlib import nullcontext
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from core.db import db, transaction
from quizzes import finish_services
from quizzes.correction_models import Correction
from quizzes.corrections import Method
from quizzes.models import Attempt, AttemptItem, AttemptStep
from tests.services.test_corrections import as_stored_and_as_told, decide, first_question, run, sit
from tests.support.crowd import all_at_once
from tests.support.factories_attempts import begin, give, make_small_quiz, right_answers, standing_above
from tests.support.factories_people import actor_of, make_person, make_unit

LEARNERS = 6


def test_what_is_handed_in_while_a_correction_runs_is_corrected_once(own_app, at):
    with own_app.app_context(), standing_above(own_app):
        quiz, unit = make_small_quiz(singles=2, multiples=0, shuffle_questions=False), make_unit()
        question_id = first_question(sit(quiz, at, rights="01", person=make_person(unit=unit))).id
        learners = []
        for _ in range(LEARNERS):
            person = make_person(unit=unit)
            attempt = begin(quiz, person, at)
            give(attempt, person, right_answers(attempt), at)
            learners.append((attempt.id, actor_of(person)))

        def hand_in(attempt_id, actor):
            with transaction():
                finish_services.finish(attempt_id, by=actor, at=at + timedelta(minutes=1))

        correction_id = decide(question_id, Method.DROP).id

        def correct():
            run(db.session.get_one(Correction, correction_id))

        hand_ins = [partial(hand_in, *learner) for learner in learners]
        all_at_once(own_app, *hand_ins[:3], correct, *hand_ins[3:], inside=nullcontext)
        drops = db.session.execute(
            select(AttemptItem.attempt_id, func.count())
            .join(AttemptStep, AttemptStep.item_id == AttemptItem.id)
            .where(AttemptStep.action == "drop")
            .group_by(AttemptItem.attempt_id)
        ).all()
        assert [count for _attempt_id, count in drops] == [1] * (LEARNERS + 1)
        assert set(db.session.scalars(select(Attempt.max_points))) == {100}
        stored, told = as_stored_and_as_told()
        assert stored == told
