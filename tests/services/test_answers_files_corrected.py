"""Answer files and corrections of the same question, whichever comes first."""

from datetime import timedelta

import pytest

from core.db import db
from people.access import Role
from people.models import Unit
from quizzes.corrections import Method
from tests.services.test_answers_files import body, decide
from tests.services.test_corrections import (
    as_stored_and_as_told,
    come_to,
    first_question,
    plan_of,
    publish_other_key,
    run,
)
from tests.services.test_corrections import decide as correct
from tests.support.answer_files import hand_in_file
from tests.support.factories_attempts import begin, give, hand_in, items_of, keys_of, make_small_quiz, standing_above
from tests.support.factories_people import make_person, make_unit

MINUTE = timedelta(minutes=1)


@pytest.fixture
def quiz(app, session, at):
    """Three questions, each with one right option; two of them are needed."""
    with standing_above(app):
        yield make_small_quiz(singles=3, multiples=0, shuffle_questions=False, show_key="never")


@pytest.fixture
def trainer(quiz):
    return make_person("Lê Văn Bình", unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER])


def sit(quiz, at, *, rights="000", file):
    """Answer the questions in order, hand in, and hand in a file that answers the first ones anew."""
    person = make_person(unit=make_unit())
    attempt = begin(quiz, person, at)
    items = items_of(attempt)
    give(attempt, person, {i.id: keys_of(i, right=s == "1")[:1] for i, s in zip(items, rights, strict=True)}, at)
    hand_in(attempt, person, at + 10 * MINUTE)
    bodies = (
        body(item, keys_of(item, right=sign == "1")[-1:], at + 5 * MINUTE, base=1)
        for item, sign in zip(items, file, strict=False)
    )
    hand_in_file(attempt, person, ["&".join(bodies)], at + 20 * MINUTE)
    return attempt


def test_a_question_answered_anew_by_a_file_is_corrected_once(quiz, trainer, at):
    attempt = sit(quiz, at, file="1")
    decide(attempt, trainer)
    assert come_to(attempt)[0] == 100
    question_id = first_question(attempt).id
    version_id = publish_other_key(question_id)
    assert plan_of(question_id, Method.RECOMPUTE, version_id).figures.attempts == 1
    run(correct(question_id, Method.RECOMPUTE, version_id))
    assert come_to(attempt)[0] == 0, "the answer of the file is judged, not the one before it"
    stored, told = as_stored_and_as_told()
    assert stored == told


def test_a_file_is_judged_by_what_a_correction_has_decided(quiz, trainer, at):
    attempt = sit(quiz, at, file="1")
    question_id = first_question(attempt).id
    version_id = publish_other_key(question_id)
    run(correct(question_id, Method.RECOMPUTE, version_id))
    decide(attempt, trainer)
    assert come_to(attempt)[:2] == (0, 300)
    for method, result in ((Method.FULL_CREDIT, (100, 300)), (Method.DROP, (0, 200))):
        attempt = sit(quiz, at, file="0")
        run(correct(question_id, method))
        decide(attempt, trainer)
        assert come_to(attempt)[:2] == result


def test_the_order_of_the_answers_in_a_file_makes_no_pass(quiz, trainer, at):
    attempt = sit(quiz, at, rights="010", file="10")
    decide(attempt, trainer)
    assert come_to(attempt) == (100, 300, False, False)
