"""The rules of a quiz at the start of an attempt, on its pages, and when its result is shown."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.clock import local_day
from core.db import db, transaction
from core.errors import NotAllowed, RuleBroken, TooMany
from people.access import SYSTEM, Role
from people.models import Unit
from quizzes import (
    answer_services,
    attempt_services,
    author_queries,
    extension_services,
    queries,
    quiz_services,
    result_queries,
)
from quizzes.answer_services import TypedAnswer
from quizzes.behaviour import LATE_GRACE, Phase
from quizzes.extension_services import Gift
from quizzes.marking_models import MarkingTask
from quizzes.statistics_jobs import refresh
from quizzes.take_labels import CodeRefused, WrongCode
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
from tests.support.factories_quizzes import published_version

pytestmark = pytest.mark.usefixtures("session")

MINUTE = timedelta(minutes=1)
PRACTICE: dict[str, Any] = {"practice": True, "attempts_allowed": None}


@pytest.fixture
def person(above, at):
    return make_person(unit=make_unit())


def guess(quiz, person, code, at):
    """Type an access code as the view does: a wrong one is noted once the start is undone."""
    try:
        return begin(quiz, person, at, typed_code=code)
    except WrongCode:
        with transaction():
            attempt_services.note_wrong_code(quiz.id, by=actor_of(person), at=at)
        raise


def test_attempts_begin_inside_the_window_and_end_with_it(person, at):
    quiz = make_small_quiz(opens_at=at + 10 * MINUTE, closes_at=at + 60 * MINUTE)
    with pytest.raises(RuleBroken, match="09:10 ngày 20/11/2026"):
        begin(quiz, person)
    attempt = begin(quiz, person, at + 45 * MINUTE)
    assert attempt.due_at == at + 60 * MINUTE
    hand_in(attempt, person, at + 50 * MINUTE)
    with pytest.raises(RuleBroken, match="đã đóng lúc 10:00"):
        begin(quiz, person, at + 60 * MINUTE)
    trainer = make_person(roles=[Role.TRAINER], unit=db.session.get_one(Unit, quiz.unit_id))
    trial = begin(quiz, trainer, at + 61 * MINUTE, preview=True)
    assert trial.due_at == at + 91 * MINUTE


def test_the_next_attempt_waits_and_the_exact_minute_is_told(person, at):
    quiz = make_small_quiz(wait_minutes=15)
    ended = at + timedelta(minutes=5, seconds=20)
    hand_in(begin(quiz, person), person, ended)
    with pytest.raises(RuleBroken, match="từ 09:21 ngày 20/11/2026"):
        begin(quiz, person, ended + 15 * MINUTE - timedelta(seconds=1))
    assert begin(quiz, person, ended + 15 * MINUTE).number == 2


def test_the_access_code_is_asked_for_at_the_start_only(person, at):
    quiz = make_small_quiz(access_code="Nếp 2026")
    with pytest.raises(CodeRefused, match="nhập mã"):
        begin(quiz, person)
    attempt = begin(quiz, person, typed_code=" nếp2026")
    assert begin(quiz, person).id == attempt.id


def test_a_code_can_be_guessed_eight_times_in_a_quarter_of_an_hour(person, at):
    quiz, other = make_small_quiz(access_code="đúng"), make_person("Lê Văn Bình")
    for turn in range(8):
        with pytest.raises(WrongCode):
            guess(quiz, person, f"sai {turn}", at)
    for code in ("sai", "đúng"):
        with pytest.raises(TooMany):
            guess(quiz, person, code, at + 14 * MINUTE)
    assert guess(quiz, other, "đúng", at).number == 1
    assert guess(quiz, person, "đúng", at + 16 * MINUTE).number == 1


def test_practice_counts_for_nothing_and_never_ends(person, at, above):
    quiz = make_small_quiz(**PRACTICE)
    for _ in range(3):
        attempt = begin(quiz, person)
        give(attempt, person, right_answers(attempt))
        hand_in(attempt, person)
    assert (attempt.occasion, attempt.number) == ("practice", 3)
    assert above.finished == []
    assert db.session.query(MarkingTask).count() == 0
    assert refresh(at) == 0
    assert [row.attempts for row in author_queries.quizzes_in_scope(SYSTEM, local_day(at))] == [0]


def test_who_is_asked_for_nothing_may_practise_in_the_quizzes_of_their_office(person, at, above):
    office = make_unit()
    quiz = make_small_quiz(unit=office, **PRACTICE)
    above.locked = NotAllowed("Không được giao.")
    member = make_person(unit=make_unit(parent=office))
    assert begin(quiz, member).occasion == "practice"
    with pytest.raises(NotAllowed):
        begin(quiz, person)
    with pytest.raises(NotAllowed):
        begin(make_small_quiz(slug="tinh-diem", unit=office), member)


def test_a_page_that_was_left_takes_no_new_answer(person, at):
    quiz = make_small_quiz(singles=3, multiples=0, one_way=True, per_page=1)
    attempt, by = begin(quiz, person), actor_of(person)
    first, second, _third = items_of(attempt)
    mine, other = keys_of(first, right=True), keys_of(first, right=False)[:1]
    assert give(attempt, person, {second.id: keys_of(second, right=True)}).refused == {second.id}
    give(attempt, person, {first.id: mine})
    for _ in range(2):
        with transaction():
            attempt_services.turn_page(attempt.id, left=1, by=by)
    assert queries.attempt(attempt.id).reached == 2
    assert give(attempt, person, {first.id: mine}).all_kept
    changed = {first.id: TypedAnswer({"chosen": other}, 1), second.id: TypedAnswer({"chosen": []}, 0)}
    with transaction():
        outcome = answer_services.save(attempt.id, changed, by=by, at=at)
    assert (outcome.phase, outcome.refused) == (Phase.OPEN, frozenset({first.id}))
    assert outcome.stored[first.id].response == {"chosen": mine}
    with transaction():
        attempt_services.turn_page(attempt.id, left=2, by=actor_of(make_person()))
    assert queries.attempt(attempt.id).reached == 2


def test_what_waits_for_the_close_waits_for_that_of_the_latest_version(person, at):
    quiz = make_small_quiz(closes_at=at + 60 * MINUTE, show_key="after_close")
    attempt = hand_in(begin(quiz, person), person)
    longer = replace(quiz_services.draft_of(published_version(quiz)), closes_at=at + 90 * MINUTE)
    quiz_services.put_quiz(quiz.slug, longer, unit_id=quiz.unit_id, by=SYSTEM, at=at)
    quiz_services.publish_quiz(quiz.id, by=SYSTEM, at=at)
    db.session.commit()
    attempt = queries.attempt(attempt.id)
    early = result_queries.reveals_of([attempt], at + 61 * MINUTE + LATE_GRACE)[attempt.id]
    assert (early.score, early.key, early.key_after) == (True, False, at + 90 * MINUTE)
    assert all(view.judged is None and not view.general_explanation for view in _views(attempt, early))
    later = result_queries.reveals_of([attempt], at + 91 * MINUTE + LATE_GRACE)[attempt.id]
    assert all(view.judged is not None for view in _views(attempt, later))


def test_what_waits_for_the_close_waits_for_who_was_given_time_past_it(person, at):
    quiz = make_small_quiz(closes_at=at + 60 * MINUTE, show_key="after_close")
    attempt = queries.attempt(hand_in(begin(quiz, person), person).id)
    other = make_person(unit=make_unit())
    slower = begin(quiz, other, at + 50 * MINUTE)
    after = at + 61 * MINUTE + LATE_GRACE
    gift = Gift(20, "Mất điện", "a" * 24, past_close=True)
    with transaction():
        extension_services.give_back(quiz.id, gift, by=SYSTEM, at=at + 55 * MINUTE)
    reveal = result_queries.reveals_of([queries.attempt(attempt.id)], after)[attempt.id]
    assert (reveal.key, reveal.key_after) == (False, at + 80 * MINUTE)
    hand_in(slower, other, after)
    assert result_queries.reveals_of([queries.attempt(attempt.id)], after)[attempt.id].key


def _views(attempt, reveal):
    return result_queries.result_views(attempt.id, reveal)


def test_without_verdicts_no_mark_leaves_the_queries(person, at):
    quiz = make_small_quiz(show_verdicts="never", show_key="never")
    attempt = begin(quiz, person)
    give(attempt, person, {items_of(attempt)[0].id: keys_of(items_of(attempt)[0], right=True)})
    attempt = queries.attempt(hand_in(attempt, person).id)
    views = _views(attempt, result_queries.reveals_of([attempt], at)[attempt.id])
    assert [(view.state, view.mark) for view in views] == [("answered", None), ("open", None), ("open", None)]
    assert views[0].answer == "Người nhận quà"
