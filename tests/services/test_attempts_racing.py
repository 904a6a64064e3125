"""Many at once on one attempt: real connections, both databases."""

import random

import pytest
from sqlalchemy import func, select

from core.db import db
from people.access import SYSTEM, Actor
from quizzes import answer_services, attempt_services, finish_services, queries
from quizzes.answer_services import TypedAnswer
from quizzes.behaviour import Phase
from quizzes.models import Attempt, AttemptDraft, AttemptItem, AttemptStep
from tests.support.crowd import all_at_once
from tests.support.factories_attempts import begin, give, items_of, make_small_quiz, right_answers, standing_above
from tests.support.factories_people import make_person, make_unit

CROWD = 50


@pytest.fixture
def above(own_app):
    with own_app.app_context(), standing_above(own_app) as above:
        yield above


@pytest.fixture
def quiz(above, at):
    return make_small_quiz()


@pytest.fixture
def person(above, at):
    return make_person(unit=make_unit())


def test_fifty_submits_make_one_ending(own_app, above, quiz, person, at):
    attempt = begin(quiz, person)
    give(attempt, person, right_answers(attempt))
    attempt_id, by = attempt.id, Actor(person.id, person.full_name)

    def finish():
        return finish_services.finish(attempt_id, by=by, at=at).score

    assert set(all_at_once(own_app, *[finish] * CROWD)) == {1000}
    assert above.finished == [attempt_id]
    assert db.session.scalar(select(func.count()).select_from(AttemptStep)) == 2 * len(items_of(attempt))


def test_many_starts_make_one_attempt(own_app, above, quiz, person, at):
    quiz_id, by = quiz.id, Actor(person.id, person.full_name)

    def start():
        return attempt_services.start(quiz_id, by=by, at=at, rng=random.Random(2)).id

    assert len(set(all_at_once(own_app, *[start] * 12))) == 1
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1
    assert db.session.scalar(select(func.count()).select_from(AttemptItem)) == 3


def test_two_windows_saving_at_once_never_overwrite_each_other_unseen(own_app, above, quiz, person, at):
    attempt = begin(quiz, person)
    attempt_id, item = attempt.id, items_of(attempt)[0]
    item_id, by = item.id, Actor(person.id, person.full_name)

    def saving(key):
        def save():
            typed = {item_id: TypedAnswer({"chosen": [key]}, 0)}
            return answer_services.save(attempt_id, typed, by=by, at=at)

        return save

    keys = [item.option_order[place % 3] for place in range(12)]
    outcomes = all_at_once(own_app, *[saving(key) for key in keys])
    stored = {outcome.stored[item_id].response["chosen"][0] for outcome in outcomes}
    assert len(stored) == 1
    for key, outcome in zip(keys, outcomes, strict=True):
        assert (item_id in outcome.conflicts) is (key not in stored)
        assert outcome.stored[item_id].revision == 1


def test_racing_changes_of_one_page_end_with_its_last(own_app, above, quiz, person, at):
    item = items_of(begin(quiz, person))[0]
    attempt_id, by, keys = item.attempt_id, Actor(person.id, person.full_name), item.option_order

    def saving(sequence):
        typed = {item.id: TypedAnswer({"chosen": [keys[sequence % 2]]}, 0, "a" * 24, sequence)}
        return lambda: answer_services.save(attempt_id, typed, by=by, at=at)

    outcomes = all_at_once(own_app, *[saving(sequence) for sequence in range(1, 13)])
    assert all(outcome.all_kept for outcome in outcomes)
    draft = db.session.get_one(AttemptDraft, item.id)
    assert (draft.sequence, draft.response) == (12, {"chosen": [keys[0]]})


def test_saves_racing_a_submit_are_counted_or_refused(own_app, above, quiz, person, at):
    attempt = begin(quiz, person)
    attempt_id, by = attempt.id, Actor(person.id, person.full_name)

    def saving(item_id, chosen):
        typed = {item_id: TypedAnswer({"chosen": chosen}, 0)}
        return lambda: answer_services.save(attempt_id, typed, by=by, at=at)

    jobs = [saving(*answer) for answer in right_answers(attempt).items() for _ in range(4)]
    jobs.insert(len(jobs) // 2, lambda: finish_services.finish(attempt_id, by=SYSTEM, at=at))
    outcomes = [done for done in all_at_once(own_app, *jobs) if isinstance(done, answer_services.SaveOutcome)]
    kept = queries.outcomes(attempt_id)
    for outcome in outcomes:
        for item_id, stored in outcome.stored.items():
            if outcome.phase is Phase.OPEN:
                assert kept[item_id].response == stored.response
    assert queries.attempt(attempt_id).finished_at is not None
    assert above.finished == [attempt_id]
