"""Attempts are handed in while a correction is applied, or a pass is withdrawn: each of the two sees the other."""

from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from threading import Event

from sqlalchemy import func, select

from core.db import db, transaction
from people.access import Role
from quizzes import finish_services, withdrawal_services
from quizzes.correction_models import Correction
from quizzes.corrections import Method
from quizzes.models import Attempt, AttemptItem, AttemptStep
from tests.services.test_corrections import as_stored_and_as_told, decide, first_question, run, sit
from tests.support.crowd import all_at_once
from tests.support.factories_attempts import (
    begin,
    give,
    hand_in,
    items_of,
    keys_of,
    make_small_quiz,
    right_answers,
    standing_above,
)
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.factories_training import lesson_ids, make_training, open_year, read
from training.models import Completion, Obligation, fulfils

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


def test_who_hands_in_a_pass_while_another_is_withdrawn_is_completed_by_it(own_app, at):
    """Each of the two alone would leave it to the other; whoever comes second waits for the first."""
    with own_app.app_context():
        training = make_training(questions=2)
        person = make_person(unit=training.unit)
        read(person, lesson_ids(open_year(training)))
        kept, better = sit_wrongly(training.quiz, person), begin(training.quiz, person)
        give(better, person, right_answers(better))
        kept_id, better_id, by = kept.id, better.id, actor_of(person)
        for method in (Method.FULL_CREDIT, Method.DROP):
            run(decide(first_question(kept).id, method))
        assert db.session.scalars(select(Completion.attempt_id)).all() == [kept_id]
        officer = actor_of(make_person(unit=training.unit, roles=[Role.HR_OFFICER]))
        withdrawn, handed_in = Event(), Event()

        def withdraw():
            with transaction():
                withdrawal_services.withdraw([kept_id], reason="Theo kết luận.", by=officer, at=at)
                withdrawn.set()
                assert not handed_in.wait(0.5), "who hands in waits until the withdrawal is written"

        def hand_in_better():
            withdrawn.wait(5)
            with transaction():
                finish_services.finish(better_id, by=by, at=at)
            handed_in.set()

        all_at_once(own_app, withdraw, hand_in_better, inside=nullcontext)
        standing = select(Completion.attempt_id).join(Obligation, fulfils())
        assert db.session.scalars(standing).all() == [better_id]


def sit_wrongly(quiz, person) -> Attempt:
    attempt = begin(quiz, person)
    give(attempt, person, {item.id: keys_of(item, right=False)[:1] for item in items_of(attempt)})
    return hand_in(attempt, person)
