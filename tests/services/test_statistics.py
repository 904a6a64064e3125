"""Counting attempts: each exactly once, the same in any batches, anew after a correction."""

import json
from collections import Counter
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from core.db import db, transaction
from people.access import Role
from people.models import Unit
from quizzes import finish_services, queries, statistics_services
from quizzes.models import Attempt, AttemptStep
from quizzes.statistics_jobs import refresh
from quizzes.statistics_models import ChoiceCount, ItemCount, ScoreCount
from quizzes.statistics_queries import standing
from quizzes.statistics_values import Standing
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
from tests.support.factories_people import make_person, make_unit
from tests.support.queries import count_queries

TABLES = (ScoreCount, ItemCount, ChoiceCount)


@pytest.fixture
def above(app, session):
    with standing_above(app) as above:
        yield above


@pytest.fixture
def quiz(above, at):
    return make_small_quiz()


def sit(quiz, at, rights: int, person=None) -> Attempt:
    """Let somebody answer so many questions rightly and the next one wrongly, and hand in after 4 minutes."""
    person = person or make_person(unit=make_unit())
    attempt = begin(quiz, person, at)
    items = items_of(attempt)
    answers = dict(list(right_answers(attempt).items())[:rights])
    answers |= {item.id: keys_of(item, right=False)[:1] for item in items[rights : rights + 1]}
    give(attempt, person, answers, at)
    return hand_in(attempt, person, at + timedelta(minutes=4))


def stored() -> list[list[Any]]:
    return [sorted(tuple(row) for row in db.session.execute(select(*table.__table__.columns))) for table in TABLES]


def told(attempts: list[Attempt]) -> list[Any]:
    """Count the attempts one by one from their steps, as a child would."""
    scores: Counter[Any] = Counter()
    items: Counter[Any] = Counter()
    choices: Counter[Any] = Counter()
    for one in attempts:
        first = one.number == 1
        scores[one.quiz_version_id, first, one.score] += 1
        for item in items_of(one):
            steps = db.session.scalars(
                select(AttemptStep).where(AttemptStep.item_id == item.id).order_by(AttemptStep.number)
            ).all()
            marks = [step.mark for step in steps if step.mark is not None]
            about = (one.quiz_version_id, item.question_version_id, first)
            items[*about, item.points, one.max_points, one.score, marks[-1]] += 1
            chosen = [key for step in steps if step.response for key in step.response["chosen"]]
            choices.update((*about, one.score, key) for key in chosen or [""])
    return [scores, items, choices]


def kept() -> list[Any]:
    """Return what is stored: counts by the keys of the three tables."""
    scores, items, choices = stored()
    return [
        {row[:3]: row[3] for row in scores},
        {row[:7]: row[7] for row in items},
        {row[:5]: row[5] for row in choices},
    ]


def test_what_is_stored_is_what_the_attempts_say(quiz, at):
    twice = make_person(unit=make_unit())
    sat = [sit(quiz, at, rights) for rights in (0, 1, 2)] + [sit(quiz, at, 1, twice)]
    sat.append(sit(quiz, at + timedelta(hours=1), 3, twice))
    begin(quiz, make_person(unit=make_unit()), at)
    trainer = make_person(unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER])
    hand_in(begin(quiz, trainer, at, preview=True), trainer, at)

    assert (refresh(at), refresh(at)) == (5, 0)
    assert kept() == told(sat)
    assert sum(row[4] for row in stored()[0]) == 5 * 4 * 60, "seconds"
    assert standing([sat[0].quiz_version_id]).as_of == at


def test_batches_come_to_the_same_as_counting_all_at_once(quiz, at):
    first, *_others = [sit(quiz, at, rights) for rights in (0, 1, 1, 3)]
    version_id = first.quiz_version_id
    for _ in range(4):
        with transaction():
            assert statistics_services.count_new(at=at, limit=1) == 1
    one_by_one = stored()
    with transaction():
        statistics_services.mark_stale([version_id])
    assert refresh(at) == 8, "each is let go and counted again"
    assert stored() == one_by_one


def correct(attempt: Attempt, at, **step) -> None:
    """Mark the first question of an attempt again, as a correction does."""
    item = items_of(attempt)[0]
    with transaction():
        db.session.execute(
            insert(AttemptStep),
            {"item_id": item.id, "number": 3, "at": at, "question_version_id": item.question_version_id, **step},
        )
        finish_services.settle(queries.attempt(attempt.id))
        statistics_services.mark_stale([attempt.quiz_version_id])


def test_a_correction_is_counted_anew_and_until_then_the_old_figures_stay(quiz, at):
    attempts = [sit(quiz, at, rights) for rights in (0, 1, 2)]
    version_id = attempts[0].quiz_version_id
    refresh(at)
    before = kept()
    correct(attempts[0], at, action="regrade", mark=100)
    assert kept() == before
    assert standing([version_id]).stale

    with transaction():
        assert statistics_services.count_new(at=at, limit=2) == 2
    assert kept() == before, "not all attempts are let go yet"
    refresh(at)
    assert kept() == told(attempts) != before
    assert standing([version_id]) == Standing(at, 0, stale=False)


def test_a_dropped_question_no_longer_counts(quiz, at):
    attempt = sit(quiz, at, 3)
    correct(attempt, at, action="drop", mark=None)
    refresh(at)
    _dropped, *others = items_of(attempt)
    found = set(db.session.scalars(select(ItemCount.question_version_id)))
    assert found == {item.question_version_id for item in others}


def test_the_number_of_queries_does_not_grow_with_the_attempts(quiz, at):
    def queries_for(count: int) -> int:
        for _ in range(count):
            sit(quiz, at, 2)
        with count_queries() as queries, transaction():
            assert statistics_services.count_new(at=at) == count
        return len(queries)

    queries_for(1)
    assert queries_for(1) == queries_for(4) <= 12


def test_the_command_counts_one_quiz_or_all(app, quiz, at):
    sit(quiz, at, 1)
    run = app.test_cli_runner()
    assert "There is no quiz" in run.invoke(args=["statistics", "refresh", "--quiz", "nowhere"]).output
    answer = run.invoke(args=["statistics", "refresh", "--quiz", quiz.slug, "--json"])
    assert json.loads(answer.output) == {"counted": 1}
    assert json.loads(run.invoke(args=["statistics", "refresh", "--json"]).output) == {"counted": 0}


def test_many_who_count_at_once_count_each_attempt_once(own_app, at):
    with own_app.app_context(), standing_above(own_app):
        quiz = make_small_quiz()
        attempts = [sit(quiz, at, place % 4) for place in range(6)]

        def job():
            done = 0
            for _ in range(12):
                with transaction():
                    done += statistics_services.count_new(at=at, limit=1)
            return done

        def stale():
            with transaction():
                statistics_services.mark_stale([version_id])
            return 0

        version_id = attempts[0].quiz_version_id
        assert sum(all_at_once(own_app, *[job] * 4, inside=nullcontext)) == 6
        assert kept() == told(attempts)
        all_at_once(own_app, *[job] * 3, stale, stale, inside=nullcontext)
        refresh(at)
        assert kept() == told(attempts)
