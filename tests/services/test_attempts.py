"""The life of an attempt: start, save, conflict, finish; limits, deadlines, occasions."""

import json
import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from core import clock
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, RuleBroken
from people.access import SYSTEM, Role
from quizzes import answer_services, attempt_services, finish_services, queries
from quizzes.answer_services import TypedAnswer
from quizzes.behaviour import LATE_GRACE, NETWORK_GRACE, Ending, Phase
from quizzes.models import Attempt, AttemptDraft, AttemptStep
from tests.support.factories_attempts import (
    begin,
    give,
    hand_in,
    items_of,
    keys_of,
    make_small_quiz,
    right_answers,
)
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")

LIMIT = timedelta(minutes=30)


@pytest.fixture
def quiz(above, at):
    return make_small_quiz()


@pytest.fixture
def person(at):
    return make_person(unit=make_unit())


def steps_of(attempt):
    rows = db.session.execute(
        select(AttemptStep.item_id, AttemptStep.number, AttemptStep.action, AttemptStep.mark)
        .where(AttemptStep.item_id.in_([item.id for item in items_of(attempt)]))
        .order_by(AttemptStep.item_id, AttemptStep.number)
    )
    return [tuple(row) for row in rows]


def test_an_attempt_keeps_the_version_points_order_and_deadline(quiz, person, at):
    attempt = begin(quiz, person)
    items = items_of(attempt)
    assert (attempt.number, attempt.occasion, attempt.due_at) == (1, "cycle:1", at + LIMIT)
    assert attempt.quiz_version_id == queries.latest_published_version_id(quiz.id)
    assert [item.position for item in items] == [1, 2, 3]
    assert attempt.max_points == 300
    assert sorted(items[0].option_order) == sorted(keys_of(items[0], right=True) + keys_of(items[0], right=False))


def test_starting_again_goes_on_with_the_open_attempt(quiz, person, at):
    first = begin(quiz, person)
    assert begin(quiz, person, at + timedelta(minutes=29)).id == first.id


def test_answers_are_saved_and_counted(quiz, person, at, above):
    attempt = begin(quiz, person)
    outcome = give(attempt, person, right_answers(attempt))
    assert outcome.phase is Phase.OPEN
    assert not outcome.conflicts
    assert {stored.revision for stored in outcome.stored.values()} == {1}
    finished = hand_in(attempt, person, at + timedelta(minutes=5))
    assert (finished.points, finished.score, finished.passed, finished.finish_reason) == (300, 1000, True, "submitted")
    assert above.finished == [attempt.id]


def test_finishing_turns_drafts_into_steps_that_stay(quiz, person, at):
    attempt = begin(quiz, person)
    single = items_of(attempt)[0]
    give(attempt, person, {single.id: keys_of(single, right=True)})
    hand_in(attempt, person)
    assert [(number, action, mark) for item, number, action, mark in steps_of(attempt) if item == single.id] == [
        (1, "answer", None),
        (2, "mark", 100),
    ]
    unanswered = [step[1:] for step in steps_of(attempt) if step[0] != single.id]
    assert unanswered == [(1, "mark", 0), (1, "mark", 0)]
    assert db.session.scalar(select(func.count()).select_from(AttemptDraft)) == 0
    for change in (update(AttemptStep).values(mark=100), delete(AttemptStep)):
        with pytest.raises(DatabaseError, match="keeps what was written"), transaction():
            db.session.execute(change)


def test_half_of_a_multiple_choice_earns_half(quiz, person, at):
    attempt = begin(quiz, person)
    multiple = next(item for item in items_of(attempt) if len(keys_of(item, right=True)) == 2)
    give(attempt, person, {multiple.id: keys_of(multiple, right=True)[:1]})
    finished = hand_in(attempt, person)
    assert (finished.points, finished.score, finished.passed) == (50, 167, False)


def test_a_second_finish_returns_the_first_result(quiz, person, at, above):
    attempt = begin(quiz, person)
    give(attempt, person, right_answers(attempt))
    hand_in(attempt, person)
    before = steps_of(attempt)
    again = hand_in(attempt, person, at + timedelta(hours=1))
    assert (again.score, again.finished_at) == (1000, at)
    assert steps_of(attempt) == before
    assert above.finished == [attempt.id]


def test_the_same_answer_again_makes_no_new_revision(quiz, person, at):
    attempt = begin(quiz, person)
    answers = right_answers(attempt)
    give(attempt, person, answers)
    outcome = give(attempt, person, answers, at + timedelta(seconds=5))
    assert not outcome.conflicts
    assert {(stored.revision, stored.saved_at) for stored in outcome.stored.values()} == {(1, at)}


def test_a_stale_answer_is_a_conflict_and_overwrites_nothing(quiz, person, at):
    attempt = begin(quiz, person)
    first, second = items_of(attempt)[:2]
    mine, other = keys_of(first, right=True), keys_of(first, right=False)[:1]
    give(attempt, person, {first.id: mine})
    chosen = keys_of(second, right=True)
    outcome = give(attempt, person, {first.id: other, second.id: chosen}, base=0)
    assert list(outcome.conflicts) == [first.id]
    assert outcome.stored[first.id].response == {"chosen": mine}
    assert outcome.stored[second.id].response == {"chosen": chosen}
    mended = give(attempt, person, {first.id: other}, base=outcome.stored[first.id].revision)
    assert not mended.conflicts
    assert mended.stored[first.id].revision == 2


def test_a_revision_that_never_was_is_a_conflict(quiz, person, at):
    attempt = begin(quiz, person)
    first = items_of(attempt)[0]
    assert give(attempt, person, {first.id: keys_of(first, right=True)}, base=7).conflicts.keys() == {first.id}


def test_an_answer_can_be_taken_back(quiz, person, at):
    attempt = begin(quiz, person)
    multiple = next(item for item in items_of(attempt) if len(keys_of(item, right=True)) == 2)
    give(attempt, person, {multiple.id: keys_of(multiple, right=True)})
    give(attempt, person, {multiple.id: []}, base=1)
    assert not next(view for view in queries.item_views(attempt.id) if view.item_id == multiple.id).answered
    assert hand_in(attempt, person).points == 0


@pytest.mark.parametrize(
    ("late", "kept"),
    [(timedelta(0), True), (NETWORK_GRACE, True), (NETWORK_GRACE + timedelta(milliseconds=1), False)],
)
def test_the_server_judges_the_deadline(quiz, person, at, late, kept):
    attempt = begin(quiz, person)
    first = items_of(attempt)[0]
    outcome = give(attempt, person, {first.id: keys_of(first, right=True)}, at + LIMIT + late)
    assert outcome.phase is (Phase.OPEN if kept else Phase.LATE)
    finished = hand_in(attempt, person, at + LIMIT + late)
    assert finished.points == (100 if kept else 0)
    assert finished.finish_reason == ("submitted" if kept else "expired")
    assert finished.finished_at == (at + LIMIT + late if kept else at + LIMIT)


def test_after_the_end_nothing_is_saved_and_what_counts_is_told(quiz, person, at):
    attempt = begin(quiz, person)
    first = items_of(attempt)[0]
    mine, other = keys_of(first, right=True), keys_of(first, right=False)[:1]
    give(attempt, person, {first.id: mine})
    hand_in(attempt, person)
    outcome = give(attempt, person, {first.id: other}, base=1)
    assert outcome.phase is Phase.FINISHED
    assert outcome.stored[first.id].response == {"chosen": mine}
    unanswered = items_of(attempt)[1]
    assert give(attempt, person, {unanswered.id: []}).stored[unanswered.id].response is None


def test_overdue_attempts_are_found_and_closed_once(quiz, person, at, above, app):
    attempt = begin(quiz, person)
    give(attempt, person, {items_of(attempt)[0].id: keys_of(items_of(attempt)[0], right=True)})
    later = at + LIMIT + timedelta(days=2)
    assert queries.overdue_attempt_ids(at + LIMIT + LATE_GRACE) == []
    assert queries.overdue_attempt_ids(later) == [attempt.id]
    for _ in range(2):
        with transaction():
            finish_services.finish(attempt.id, by=SYSTEM, at=later, asked=Ending.EXPIRED)
    assert queries.overdue_attempt_ids(later) == []
    closed = queries.attempt(attempt.id)
    assert (closed.finish_reason, closed.finished_at, closed.points) == ("expired", at + LIMIT, 100)
    assert above.finished == [attempt.id]


def test_attempts_are_limited_per_occasion(quiz, person, at, above):
    for number in (1, 2, 3):
        attempt = begin(quiz, person)
        assert attempt.number == number
        hand_in(attempt, person)
    with pytest.raises(RuleBroken):
        begin(quiz, person)
    above.key = "cycle:2"
    assert begin(quiz, person).number == 1


def test_an_attempt_of_last_year_is_closed_when_a_new_one_begins(quiz, person, at, above):
    old = begin(quiz, person)
    above.key = "cycle:2"
    new = begin(quiz, person, at + timedelta(minutes=1))
    assert new.id != old.id
    assert queries.attempt(old.id).finish_reason == "expired"
    assert above.finished == [old.id]


def test_a_locked_quiz_says_why(quiz, person, above):
    above.locked = RuleBroken("Đọc hết bài học đã.")
    with pytest.raises(RuleBroken, match="Đọc hết"):
        begin(quiz, person)


def test_only_a_trainer_of_the_unit_tries_a_quiz_and_it_counts_for_nothing(quiz, person, at, above):
    with pytest.raises(NotAllowed):
        begin(quiz, person, preview=True)
    unit = make_unit()
    with pytest.raises(NotAllowed):
        begin(quiz, make_person(unit=unit, roles=[Role.TRAINER]), preview=True)
    trainer = make_person(roles=[Role.TRAINER], unit=db.session.get_one(type(unit), quiz.unit_id))
    for _ in range(4):
        trial = begin(quiz, trainer, preview=True)
        hand_in(trial, trainer)
    assert trial.occasion == "preview"
    assert above.finished == []
    counts = begin(quiz, trainer)
    assert counts.number == 1
    with pytest.raises(RuleBroken):
        begin(quiz, trainer, preview=True)
    assert queries.attempt(counts.id).finished_at is None


def test_the_system_takes_no_quiz(quiz, at):
    with pytest.raises(NotAllowed):
        attempt_services.start(quiz.id, by=SYSTEM, at=at, rng=random.Random(1))


def test_somebody_elses_attempt_is_not_there(quiz, person, at):
    attempt = begin(quiz, person)
    other = make_person("Lê Văn Bình", unit=make_unit())
    item = items_of(attempt)[0]
    with pytest.raises(NotFound):
        give(attempt, other, {item.id: keys_of(item, right=True)})
    with pytest.raises(NotFound):
        hand_in(attempt, other)
    with pytest.raises(NotFound):
        queries.attempt_of(other.id, attempt.id)


def test_forged_items_and_options_are_refused_and_save_nothing(quiz, person, at):
    attempt = begin(quiz, person)
    other = begin(make_small_quiz(slug="kiem-tra-khac"), person)
    mine, foreign = items_of(attempt)[0], items_of(other)[0]
    good = {mine.id: keys_of(mine, right=True)}
    with pytest.raises(NotFound):
        give(attempt, person, {**good, foreign.id: keys_of(foreign, right=True)})
    with pytest.raises(NotFound):
        give(attempt, person, {**good, 2**31 - 1: ["a1"]})
    with pytest.raises(RuleBroken):
        give(attempt, person, {**good, items_of(attempt)[1].id: ["zz9"]})
    assert db.session.scalar(select(func.count()).select_from(AttemptDraft)) == 0


def test_the_stored_result_follows_from_the_steps(quiz, person, at):
    attempt = begin(quiz, person)
    give(attempt, person, right_answers(attempt))
    finished = hand_in(attempt, person)
    stored = (finished.points, finished.score, finished.passed)
    with transaction():
        db.session.execute(update(Attempt).values(points=1, score=2, passed=False))
        again = finish_services._locked(attempt.id, SYSTEM)
        finish_services.settle(again)
    assert (again.points, again.score, again.passed) == stored


def test_a_later_step_outweighs_an_earlier_one(quiz, person, at):
    attempt = begin(quiz, person)
    item = items_of(attempt)[0]
    give(attempt, person, {item.id: keys_of(item, right=False)[:1]})
    hand_in(attempt, person)
    with transaction():
        db.session.add(
            AttemptStep(
                item_id=item.id,
                number=3,
                action="regrade",
                at=at,
                mark=100,
                question_version_id=item.question_version_id,
                reason="Đáp án sai",
            )
        )
        db.session.flush()
        finish_services.settle(finish_services._locked(attempt.id, SYSTEM))
    assert queries.attempt(attempt.id).points == 100
    assert queries.outcomes(attempt.id)[item.id].response == {"chosen": keys_of(item, right=False)[:1]}


def test_a_save_is_one_read_and_one_write(quiz, person, at):
    attempt = begin(quiz, person)
    attempt_id, by, answers = attempt.id, actor_of(person), right_answers(attempt)
    for chosen in ({}, answers):
        typed = {item: TypedAnswer({"chosen": chosen.get(item, [])}, 0) for item in answers}
        with count_queries() as statements, transaction():
            answer_services.save(attempt_id, typed, by=by, at=at)
        assert len(statements) == 1 + bool(chosen), statements


@pytest.mark.parametrize("size", [1, 40])
def test_starting_and_finishing_take_the_same_queries_for_any_size(above, person, at, size):
    quiz = make_small_quiz(singles=size, slug=f"co-{size}-cau")
    quiz_id, by = quiz.id, actor_of(person)
    with count_queries() as starting, transaction():
        attempt = attempt_services.start(quiz_id, by=by, at=at, rng=random.Random(1))
    give(attempt, person, right_answers(attempt))
    attempt_id = attempt.id
    with count_queries() as finishing, transaction():
        finish_services.finish(attempt_id, by=by, at=at)
    assert len(starting) <= 8, starting
    assert len(finishing) <= 7, finishing


@pytest.mark.usefixtures("at")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_repeated_or_late_ends_as_the_run_in_order(quiz, data):
    """A client saves in order; the network repeats requests, at any later time. The end is the same."""
    person = make_person()
    attempt = begin(quiz, person)
    item = next(item for item in items_of(attempt) if len(keys_of(item, right=True)) == 2)
    subsets = st.lists(st.sampled_from(item.option_order), unique=True).map(sorted)
    sequence = data.draw(st.lists(subsets, min_size=1, max_size=5))
    revision = 0
    sent: list[tuple[list[str], int]] = []
    expected: list[str] = []
    for chosen in sequence:
        for again_chosen, again_base in data.draw(st.lists(st.sampled_from(sent or [([], 0)]), max_size=2)):
            give(attempt, person, {item.id: again_chosen}, base=again_base)
        outcome = give(attempt, person, {item.id: chosen}, base=revision)
        sent.append((chosen, revision))
        assert not outcome.conflicts
        revision, expected = outcome.stored[item.id].revision, chosen
    hand_in(attempt, person)
    for again_chosen, again_base in sent:
        give(attempt, person, {item.id: again_chosen}, base=again_base)
    hand_in(attempt, person)
    response = queries.outcomes(attempt.id).get(item.id)
    assert sorted(((response and response.response) or {}).get("chosen", [])) == expected


def test_the_command_closes_what_is_overdue_and_may_run_again(quiz, person, at, above, app):
    attempt_id = begin(quiz, person).id
    db.session.commit()
    runner = app.test_cli_runner()
    with clock.frozen(at + LIMIT + timedelta(hours=1)):
        first, second = (runner.invoke(args=["attempts", "finish-overdue", "--json"]) for _ in range(2))
    assert json.loads(first.output) == {"finished": 1, "failed": 0}
    assert json.loads(second.output) == {"finished": 0, "failed": 0}
    assert above.finished == [attempt_id]
