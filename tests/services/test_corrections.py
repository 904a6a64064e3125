"""Corrections of wrong questions: previewed, applied in steps on top, never taking a pass away silently."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core import clock, jobs
from core.db import db, transaction
from core.errors import NotAllowed, RuleBroken
from people.access import SYSTEM, Role
from quizzes import bank_services, correction_jobs, correction_preview, correction_queries, correction_services
from quizzes.correction_jobs import apply_correction
from quizzes.correction_models import Correction
from quizzes.corrections import Method
from quizzes.models import Attempt, AttemptStep, Question
from quizzes.question_content import input_of
from quizzes.statistics_models import QuizStatistic
from quizzes.time_models import AttemptEvent
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
from tests.support.queries import count_queries


@pytest.fixture
def above(app, session):
    with standing_above(app) as above:
        yield above


@pytest.fixture
def quiz(above, at):
    """Two questions, each with one right option; one of them suffices."""
    return make_small_quiz(singles=2, multiples=0, shuffle_questions=False)


def first_question(attempt) -> Question:
    return db.session.scalars(
        select(Question).where(Question.versions.any(id=items_of(attempt)[0].question_version_id))
    ).one()


def loaded(question_id: int) -> Question:
    return correction_queries.question(SYSTEM, question_id, clock.today())


def sit(quiz, at, *, rights: str, person=None) -> Attempt:
    """Answer the two questions rightly (1), wrongly (0), or not at all (-), and hand in."""
    person = person or make_person(unit=make_unit())
    attempt = begin(quiz, person, at)
    answers = {
        item.id: keys_of(item, right=sign == "1")[:1]
        for item, sign in zip(items_of(attempt), rights, strict=True)
        if sign != "-"
    }
    give(attempt, person, answers, at)
    return hand_in(attempt, person, at + timedelta(minutes=1))


def publish_other_key(question_id: int):
    """Publish a version of a question in which the second option is right instead of the first."""
    latest = loaded(question_id).versions[-1]
    typed = input_of(latest, "")
    options = [option | {"right": place == 1} for place, option in enumerate(typed.content["options"])]
    typed = replace(typed, code=loaded(question_id).code, content={**typed.content, "options": options})
    with transaction():
        bank_services.save_question_draft(
            loaded(question_id).bank_id,
            question_id,
            typed,
            based_on=bank_services.revision_of(loaded(question_id).versions[-1]),
            by=SYSTEM,
            at=clock.now(),
        )
        return bank_services.publish_question(question_id, by=SYSTEM, at=clock.now()).id


def plan_of(question_id: int, method: Method, version_id: int | None = None):
    wrong = [one.id for one in loaded(question_id).versions if one.id != version_id]
    return correction_preview.plan_for(
        loaded(question_id), method=method, version_id=version_id, wrong_version_ids=wrong, on=clock.today()
    )


def decide(
    question_id: int, method: Method, version_id: int | None = None, by=SYSTEM, reason: str = "Đáp án sai."
) -> Correction:
    plan = plan_of(question_id, method, version_id)
    with transaction():
        correction, _job_id = correction_services.decide(
            plan, reason=reason, note="Câu này đã được sửa.", by=by, at=clock.now(), return_url="/"
        )
    return correction


def run(correction: Correction) -> None:
    apply_correction(jobs.JobContext({"correction_id": correction.id}, None, clock.now()))


def come_to(attempt) -> tuple[int | None, int, bool | None, bool]:
    found = db.session.get_one(Attempt, attempt.id, populate_existing=True)
    return found.points, found.max_points, found.passed, found.pass_kept


def as_stored_and_as_told() -> tuple[list[Any], list[Any]]:
    """Return what attempts say, and what their steps and withdrawals come to."""
    attempts = db.session.scalars(select(Attempt).where(Attempt.finished_at.is_not(None)).order_by(Attempt.id)).all()
    facts = correction_queries.facts_of([one.id for one in attempts])
    told = [facts[one.id].verdict(500) for one in attempts]
    return (
        [(one.points, one.max_points, one.score, one.passed, one.pass_kept) for one in attempts],
        [(one.points, one.max_points, one.score, one.passed, one.pass_kept) for one in told],
    )


def test_answers_are_judged_by_the_right_key_and_a_pass_stands(quiz, above, at):
    by_old_key, by_new_key, both = (sit(quiz, at, rights=rights) for rights in ("10", "00", "11"))
    question_id = first_question(by_old_key).id
    version_id = publish_other_key(question_id)
    figures = plan_of(question_id, Method.RECOMPUTE, version_id).figures
    assert (figures.attempts, figures.up, figures.down, figures.won, figures.kept) == (3, 1, 2, 1, 1)
    assert come_to(by_new_key) == (0, 200, False, False), "a preview changes nothing"
    above.finished.clear()

    run(decide(question_id, Method.RECOMPUTE, version_id))
    assert come_to(by_old_key) == (0, 200, True, True)
    assert come_to(by_new_key) == (100, 200, True, False)
    assert come_to(both) == (100, 200, True, False)
    assert above.finished == [by_new_key.id], "only what has become a pass is told"
    stored, told = as_stored_and_as_told()
    assert stored == told
    steps = db.session.scalars(
        select(AttemptStep).where(AttemptStep.item_id == items_of(by_new_key)[0].id).order_by(AttemptStep.number)
    ).all()
    assert [(step.action, step.mark) for step in steps] == [("answer", None), ("mark", 0), ("regrade", 100)]
    assert steps[-1].question_version_id == version_id
    assert db.session.scalar(select(func.count()).where(AttemptEvent.kind == "correct")) == 3
    assert db.session.get_one(QuizStatistic, by_old_key.quiz_version_id).stale


def test_full_credit_is_for_everybody_and_a_dropped_question_counts_nowhere(quiz, at):
    empty, wrong = sit(quiz, at, rights="-0"), sit(quiz, at, rights="01")
    question_id = first_question(empty).id
    run(decide(question_id, Method.FULL_CREDIT))
    assert (come_to(empty), come_to(wrong)) == ((100, 200, True, False), (200, 200, True, False))
    run(decide(question_id, Method.DROP))
    assert (come_to(empty), come_to(wrong)) == ((0, 100, True, True), (100, 100, True, False))
    stored, told = as_stored_and_as_told()
    assert stored == told


def test_an_attempt_that_is_open_is_judged_at_its_end_by_what_was_decided(quiz, at):
    closed = sit(quiz, at, rights="10")
    person = make_person(unit=make_unit())
    attempt = begin(quiz, person, at)
    question_id = first_question(closed).id
    give(attempt, person, right_answers(attempt), at)
    run(decide(question_id, Method.DROP))
    assert come_to(attempt)[0] is None
    with count_queries() as queries:
        hand_in(attempt, person, at + timedelta(minutes=2))
    assert come_to(attempt) == (100, 100, True, False)
    assert len(queries) <= 12
    actions = db.session.scalars(
        select(AttemptStep.action).where(AttemptStep.item_id == items_of(attempt)[0].id).order_by(AttemptStep.number)
    ).all()
    assert actions == ["answer", "drop"]


def test_what_was_cut_off_goes_on_and_a_later_decision_stands(quiz, at):
    attempts = [sit(quiz, at, rights="00") for _ in range(3)]
    question_id = first_question(attempts[0]).id
    first = decide(question_id, Method.DROP)
    with transaction():
        assert correction_services.apply_batch(first.id, at=clock.now(), limit=1)
    later = decide(question_id, Method.FULL_CREDIT)
    run(later)
    run(first)
    run(first)
    assert {come_to(one) for one in attempts} == {(100, 200, True, False)}
    first, later = (db.session.get_one(Correction, one.id, populate_existing=True) for one in (first, later))
    assert (first.done, later.done) == (1, 3)
    assert first.finished_at
    assert later.finished_at


def test_a_correction_whose_run_has_failed_goes_on_by_itself(app, quiz, above, at):
    attempt = sit(quiz, at, rights="00")
    correction = decide(first_question(attempt).id, Method.FULL_CREDIT)
    hooks = app.extensions["nep_quiz_hooks"]

    def fail(*_told: Any) -> None:
        raise RuleBroken("not now")

    app.extensions["nep_quiz_hooks"] = replace(hooks, on_finished=(fail,))
    assert jobs.run_pending(app) == 1
    app.extensions["nep_quiz_hooks"] = hooks
    assert come_to(attempt)[0] == 0
    assert correction_jobs.go_on(clock.now()) == 0, "not at once"
    for _minute in range(2):
        correction_jobs.go_on(clock.now() + correction_jobs.PAUSE)
    assert jobs.run_pending(app) == 1
    assert come_to(attempt)[0] == 100
    assert db.session.get_one(Correction, correction.id, populate_existing=True).finished_at
    assert correction_jobs.go_on(clock.now() + 2 * correction_jobs.PAUSE) == 0


def test_a_batch_asks_the_same_number_of_queries_for_few_and_many(quiz, at):
    question_id = first_question(sit(quiz, at, rights="01")).id
    counts = []
    for method in (Method.DROP, Method.FULL_CREDIT):
        correction = decide(question_id, method)
        with count_queries() as queries, transaction():
            correction_services.apply_batch(correction.id, at=clock.now())
        counts.append(len(queries))
        for _ in range(4):
            sit(quiz, at, rights="01")
    assert counts[0] == counts[1]


def test_a_correction_that_makes_no_sense_is_refused(quiz, at):
    attempt = sit(quiz, at, rights="10")
    question_id = first_question(attempt).id
    assert plan_of(question_id, Method.RECOMPUTE).refusal, "no version to judge by"
    assert plan_of(question_id, Method.DROP).refusal == ""
    other = make_small_quiz(singles=1, multiples=0, slug="mot-cau")
    lonely = sit(other, at, rights="1")
    assert plan_of(first_question(lonely).id, Method.DROP).figures.emptied == 1
    with pytest.raises(RuleBroken):
        decide(first_question(lonely).id, Method.DROP)
    stranger = actor_of(make_person(unit=make_unit("Sở khác"), roles=[Role.TRAINER]))
    with pytest.raises(NotAllowed):
        decide(question_id, Method.DROP, by=stranger)
