"""Marking by hand: the queue, claims, marks, second markers and what follows for the result."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.db import db, transaction
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from people.access import Role
from people.models import Person, Unit
from quizzes import marking_queries, marking_services
from quizzes.marking import CLAIM, TaskState
from quizzes.marking_models import Marking
from quizzes.marking_services import MarkedMeanwhile
from quizzes.models import Attempt, AttemptStep
from tests.support.factories_attempts import standing_above
from tests.support.factories_marking import hand_in_essay, make_essay_quiz, make_marker, mark
from tests.support.factories_people import actor_of, give_role, make_person, make_unit
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")
FULL = (50, 25, 25)


@pytest.fixture
def quiz(above, at):
    return make_essay_quiz()


@pytest.fixture
def learner(quiz):
    return make_person(unit=db.session.get_one(Unit, quiz.unit_id))


@pytest.fixture
def marker(quiz):
    return make_marker(quiz)


@pytest.fixture
def second(quiz):
    return make_marker(quiz, "Vũ Văn Hai")


def claim_next(quiz, marker, at):
    with transaction():
        return marking_services.claim_next(quiz.id, None, by=actor_of(marker), at=at)


def ask_second(item_id, by, at, reason="Điểm chưa thuyết phục"):
    with transaction():
        marking_services.ask_second(item_id, reason, by=actor_of(by), at=at)


def marks_of(item_id):
    steps = select(AttemptStep.mark).where(AttemptStep.item_id == item_id, AttemptStep.mark.is_not(None))
    return list(db.session.scalars(steps.order_by(AttemptStep.number)))


def test_a_mark_settles_the_attempt_and_tells_of_the_pass_once(above, quiz, learner, marker, at):
    attempt, essay = hand_in_essay(quiz, learner)
    assert (attempt.score, attempt.passed) == (None, None)
    above.finished.clear()
    later = at + timedelta(hours=1)
    assert mark(essay, marker, 40, 20, 7, at=later, comment="Nêu thêm thời hạn nộp lại.") is TaskState.DONE
    attempt = db.session.get_one(Attempt, attempt.id)
    assert (attempt.points, attempt.score, attempt.passed) == (167, 835, True)
    assert above.finished == [attempt.id]
    step = db.session.scalars(select(AttemptStep).where(AttemptStep.item_id == essay, AttemptStep.mark == 67)).one()
    assert (step.action, step.by_id, step.at, list((step.criteria or {}).values())) == (
        "mark",
        marker.id,
        later,
        [40, 20, 7],
    )
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "attempt.mark")).one()
    assert (entry.by_id, entry.about_id, entry.detail["mark"]) == (marker.id, attempt.id, 67)
    assert marking_queries.quiz_queues(actor_of(marker), later) == []


def test_marks_keep_to_the_rubric_and_to_other_peoples_answers(quiz, learner, marker, at):
    _attempt, essay = hand_in_essay(quiz, learner)
    for wrong in ((51, 25, 25), (-1, 0, 0)):
        with pytest.raises(RuleBroken):
            mark(essay, marker, *wrong)
    with transaction(), pytest.raises(RuleBroken):
        marking_services.mark(
            essay, 1, {"other": 5}, answer_step=marking_queries.answer_step(essay), by=actor_of(marker), at=at
        )
    give_role(learner, Role.TRAINER, db.session.get_one(Unit, quiz.unit_id))
    with pytest.raises(NotAllowed):
        mark(essay, learner, *FULL)
    assert claim_next(quiz, learner, at) is None
    stranger = make_person(unit=make_unit(), roles=[Role.TRAINER])
    with pytest.raises(NotFound):
        mark(essay, stranger, *FULL)
    with pytest.raises(NotFound):
        claim_next(quiz, stranger, at)
    assert db.session.query(Marking).count() == 0


def test_two_markers_get_different_answers_until_a_claim_lapses(quiz, learner, marker, second, at):
    _attempt, first_essay = hand_in_essay(quiz, learner, at=at - timedelta(days=2))
    _attempt, other_essay = hand_in_essay(quiz, make_person("Lê Văn Bình"), at=at - timedelta(days=1))
    assert claim_next(quiz, marker, at) == first_essay
    assert claim_next(quiz, marker, at) == first_essay
    assert claim_next(quiz, second, at) == other_essay
    with transaction(), pytest.raises(Conflict):
        marking_services.claim(first_essay, by=actor_of(second), at=at + CLAIM - timedelta(seconds=1))
    with transaction():
        marking_services.claim(first_essay, by=actor_of(second), at=at + CLAIM)
    assert claim_next(quiz, make_marker(quiz, "Đỗ Thị Ba"), at + CLAIM) == other_essay


def test_whoever_comes_second_hears_of_it_and_overwrites_nothing(quiz, learner, marker, second):
    _attempt, essay = hand_in_essay(quiz, learner)
    mark(essay, marker, *FULL)
    with pytest.raises(MarkedMeanwhile):
        mark(essay, second, 0, 0, 0)
    assert marks_of(essay) == [100]


def test_a_second_marker_sees_no_mark_and_equal_marks_make_their_mean(quiz, learner, marker, second, at):
    attempt, essay = hand_in_essay(quiz, learner)
    mark(essay, marker, 30, 20, 10)
    ask_second(essay, marker, at)
    with pytest.raises(NotAllowed):
        mark(essay, marker, *FULL, round_=2)
    seen = marking_queries.answer(essay, actor_of(second), at)
    assert (seen.state, seen.given, seen.learner, seen.obstacle) == (TaskState.SECOND, [], "", None)
    assert [one.mark for one in marking_queries.answer(essay, actor_of(marker), at).given] == [60]
    assert mark(essay, second, 35, 20, 10, round_=2) is TaskState.DONE
    assert marks_of(essay) == [60, 63]
    assert db.session.get_one(Attempt, attempt.id).points == 163
    with pytest.raises(RuleBroken):
        ask_second(essay, marker, at)


def test_marks_far_apart_wait_for_a_third_person_who_sees_both(quiz, learner, marker, second, at):
    attempt, essay = hand_in_essay(quiz, learner)
    state = mark(essay, marker, 10, 10, 0, second_reason="Bài khó chấm")
    assert (state, marks_of(essay), db.session.get_one(Attempt, attempt.id).score) == (TaskState.SECOND, [], None)
    assert mark(essay, second, *FULL, round_=2) is TaskState.DECIDE
    assert (marks_of(essay), claim_next(quiz, second, at)) == ([], None)
    third = make_marker(quiz, "Đỗ Thị Ba")
    assert [one.mark for one in marking_queries.answer(essay, actor_of(third), at).given] == [20, 100]
    with pytest.raises(RuleBroken):
        mark(essay, third, 40, 20, 20, round_=3)
    assert mark(essay, third, 40, 20, 20, round_=3, reason="Đủ ý, thiếu căn cứ") is TaskState.DONE
    assert marks_of(essay) == [80]
    assert db.session.get_one(Attempt, attempt.id).score == 900


def test_a_later_mark_never_takes_a_pass_away(above, quiz, learner, marker, second, at):
    alone = make_essay_quiz("mot-bai-viet", db.session.get_one(Unit, quiz.unit_id), singles=0)
    attempt, essay = hand_in_essay(alone, learner)
    mark(essay, marker, 50, 0, 0)
    assert db.session.get_one(Attempt, attempt.id).passed
    above.finished.clear()
    ask_second(essay, marker, at)
    mark(essay, second, 40, 0, 0, round_=2)
    settled = db.session.get_one(Attempt, attempt.id)
    assert (settled.score, settled.passed, settled.pass_kept, above.finished) == (450, True, True, [])


def test_the_queue_counts_what_waits_for_whom_in_few_queries(quiz, learner, marker, second, at):
    for number in range(3):
        hand_in_essay(quiz, make_person(f"Trần Văn Người {number}"), at=at - timedelta(days=3 - number))
    _attempt, essay = hand_in_essay(quiz, learner)
    mark(essay, marker, *FULL, second_reason="Muốn đối chiếu")
    claim_next(quiz, second, at)
    by, quiz_id = actor_of(marker), quiz.id
    with count_queries() as queries:
        (row,) = marking_queries.quiz_queues(by, at)
        (question,) = marking_queries.question_queues(quiz_id, by, at)
    assert len(queries) <= 2
    assert (row.title, row.queue) == ("Kiểm tra liêm chính", question.queue)
    assert (row.queue.waiting, row.queue.second, row.queue.mine) == (3, 1, 2)
    assert row.queue.since == at - timedelta(days=3)


def test_two_marks_at_once_are_one_mark_and_one_conflict(own_app, at):
    with own_app.app_context(), standing_above(own_app):
        quiz = make_essay_quiz()
        _attempt, essay = hand_in_essay(quiz, make_person(unit=db.session.get_one(Unit, quiz.unit_id)))
        markers = [make_marker(quiz, name) for name in ("Phạm Thị Một", "Vũ Văn Hai")]
        both, heard = threading.Barrier(2), list[object]()

        def race(marker_id: int) -> None:
            with own_app.app_context():
                marker = db.session.get_one(Person, marker_id)
                both.wait(10)
                try:
                    heard.append(mark(essay, marker, *FULL))
                except MarkedMeanwhile as error:
                    heard.append(error)

        threads = [threading.Thread(target=race, args=(marker.id,)) for marker in markers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(type(one).__name__ for one in heard) == ["MarkedMeanwhile", "TaskState"]
        db.session.rollback()  # What the threads wrote is not in what was read before.
        assert marks_of(essay) == [100]
