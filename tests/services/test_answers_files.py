"""Answer files: merged by rule while the attempt runs, decided by a person after its end."""

from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from core import clock, files, sealing
from core.audit import AuditEntry
from core.db import db, transaction
from core.errors import BadFile, Conflict, NotAllowed, NotFound, RuleBroken
from people.access import Role
from people.models import Person, Unit
from quizzes import (
    answer_file_changes,
    answer_file_queries,
    answer_file_services,
    answer_services,
    marking_queries,
    queries,
    result_queries,
)
from quizzes.answer_file_forms import saves_in
from quizzes.answer_services import TypedAnswer
from quizzes.marking_services import AnswerChanged
from quizzes.models import AttemptStep
from quizzes.time_models import AttemptEvent
from tests.support.answer_files import answer_file, hand_in_file, seal
from tests.support.factories_attempts import begin, give, hand_in, items_of, keys_of, make_small_quiz
from tests.support.factories_marking import make_essay_quiz, make_marker, mark
from tests.support.factories_people import actor_of, make_person, make_unit

pytestmark = pytest.mark.usefixtures("session")

A = "a" * 24
LIMIT = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def quiz(above, at):
    return make_small_quiz(show_key="never")


@pytest.fixture
def person(at):
    return make_person(unit=make_unit())


@pytest.fixture
def trainer(quiz):
    return make_person("Lê Văn Bình", unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER])


def body(item, keys, given_at, sequence=1, base=0):
    given = int(given_at.timestamp() * 1000)
    marks = f"revision-{item.id}={base}&writer-{item.id}={A}&sequence-{item.id}={sequence}&given-{item.id}={given}"
    return "&".join([marks, *(f"chosen-{item.id}={key}" for key in keys)])


def decide(attempt, trainer, *, accept=True, at=None):
    """Decide about the last file of an attempt as its page does, in a transaction of its own."""
    by, now = actor_of(trainer), at or clock.now()
    event = answer_file_queries.file_event(db.session.scalars(
        select(AttemptEvent.id).where(AttemptEvent.kind == "hand_in_file").order_by(AttemptEvent.id.desc())
    ).first() or 0)  # fmt: skip
    saves = saves_in(files.get(event.detail["file"]), current_app.config["NEP"].secret_key, attempt.id)
    changes = answer_file_changes.changes(queries.attempt(attempt.id), saves)
    with transaction():
        return answer_file_services.decide(event.id, changes, accept, "Mất điện cả phòng", by=by, at=now)


def test_before_the_end_a_file_is_saved_by_the_rules_of_saving(quiz, person, at):
    attempt = begin(quiz, person)
    first, second, third = items_of(attempt)
    give(attempt, person, {first.id: keys_of(first, right=True)})
    unseen, fresh = body(first, keys_of(first, right=False)[:1], at), body(second, keys_of(second, right=True), at)
    older, newer = body(third, third.option_order[:1], at), body(third, keys_of(third, right=True), at, sequence=2)
    done = hand_in_file(attempt, person, [f"{unseen}&{fresh}&{older}", newer], at + MINUTE)
    assert (done.kept, done.left, done.waits) == (2, 1, False)
    assert hand_in(attempt, person, at + 2 * MINUTE).points == 300


def test_after_the_end_a_trainer_decides_and_what_was_given_in_time_counts(quiz, person, trainer, at, above):
    attempt, due = begin(quiz, person), at + LIMIT
    first, second, third = items_of(attempt)
    give(attempt, person, {third.id: keys_of(third, right=True)}, at + 20 * MINUTE)
    hand_in(attempt, person, due + 10 * MINUTE)
    earned = queries.attempt(attempt.id).points or 0
    saves = [
        body(first, keys_of(first, right=True), due - MINUTE)
        + "&" + body(second, keys_of(second, right=True), due + MINUTE)
        + "&" + body(third, keys_of(third, right=False)[:1], at + 10 * MINUTE)
    ]  # fmt: skip
    assert hand_in_file(attempt, person, saves, due + 60 * MINUTE).waits
    assert queries.attempt(attempt.id).points == earned
    waiting = answer_file_queries.waiting_files(actor_of(trainer), clock.today())
    assert [file.full_name for file in waiting] == [person.full_name]
    decide(attempt, trainer, at=due + 90 * MINUTE)
    now = queries.attempt(attempt.id)
    assert (now.points, now.passed, now.finished_at) == (earned + 100, True, due)
    steps = db.session.scalars(select(AttemptStep).where(AttemptStep.item_id == first.id).order_by(AttemptStep.number))
    assert [(step.action, step.late, step.mark) for step in steps] == [
        ("mark", False, 0), ("answer", True, None), ("mark", False, 100),
    ]  # fmt: skip
    assert above.finished == [attempt.id, attempt.id]
    assert answer_file_queries.waiting_files(actor_of(trainer), clock.today()) == []
    assert (
        db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()[-1] == "attempt.decide_answer_file"
    )
    with pytest.raises(Conflict):
        decide(attempt, trainer)


def test_a_refused_file_changes_nothing(quiz, person, trainer, at, above):
    attempt = begin(quiz, person)
    first = items_of(attempt)[0]
    hand_in(attempt, person, at + 5 * MINUTE)
    hand_in_file(attempt, person, [body(first, keys_of(first, right=True), at + MINUTE)], at + 6 * MINUTE)
    decide(attempt, trainer, accept=False)
    assert queries.attempt(attempt.id).points == 0
    assert above.finished == [attempt.id]
    assert db.session.scalars(select(AuditEntry.reason).order_by(AuditEntry.id)).all()[-1] == "Mất điện cả phòng"


def test_no_file_takes_a_pass_away(quiz, person, trainer, at):
    attempt = begin(quiz, person)
    first, second = items_of(attempt)[:2]
    give(attempt, person, {item.id: keys_of(item, right=True) for item in (first, second)})
    assert hand_in(attempt, person, at + 5 * MINUTE).passed
    worse = "&".join(body(item, keys_of(item, right=False)[:1], at + MINUTE) for item in (first, second))
    hand_in_file(attempt, person, [worse], at + 6 * MINUTE)
    decide(attempt, trainer)
    kept = queries.attempt(attempt.id)
    assert (kept.points, kept.passed, kept.pass_kept) == (0, True, True)


def test_who_may_decide(quiz, person, at):
    attempt = begin(quiz, person)
    hand_in(attempt, person)
    hand_in_file(attempt, person, [body(items_of(attempt)[0], ["a1"], at)])
    elsewhere = make_person(unit=make_unit(), roles=[Role.TRAINER])
    assert answer_file_queries.waiting_files(actor_of(elsewhere), clock.today()) == []
    with pytest.raises(NotAllowed):
        decide(attempt, elsewhere)


def test_files_come_in_time_and_not_too_often_and_from_their_person(quiz, person, at):
    attempt = begin(quiz, person)
    saves = [body(items_of(attempt)[0], [], at)]
    with pytest.raises(NotFound):
        hand_in_file(attempt, make_person("Lê Văn Bình"), saves)
    for _ in range(5):
        hand_in_file(attempt, person, saves)
    with pytest.raises(RuleBroken):
        hand_in_file(attempt, person, saves)
    other = begin(make_small_quiz(slug="kiem-tra-khac"), person)
    hand_in(other, person)
    with pytest.raises(RuleBroken):
        hand_in_file(other, person, [], at + timedelta(hours=24, seconds=1))


def test_a_file_that_was_changed_or_is_of_another_attempt_is_refused(app, quiz, person, at):
    attempt = begin(quiz, person)
    secret, data = current_app.config["NEP"].secret_key, answer_file(attempt.id, ["revision-1=0"])
    assert saves_in(data, secret, attempt.id)[0][1].base_revision == 0
    changed = [data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] for place in range(len(data))]
    no_text = answer_file(attempt.id, ["revision-1=0&text-1=\ud800"])  # Half a character: no page could show it.
    bad = [*changed, no_text, b"", b"{}", b"[]", b"\x00" * 100, b"[" * 100_000, seal("[]", sealing.public_key(secret))]
    for file in bad:
        with pytest.raises(BadFile):
            saves_in(file, secret, attempt.id)
    with pytest.raises(BadFile):
        saves_in(data, secret, attempt.id + 1)
    with pytest.raises(BadFile):
        saves_in(data, "another secret key of this length", attempt.id)


def test_a_mark_is_for_the_answer_that_the_marker_has_read(above, person, at):
    quiz = make_essay_quiz(singles=0, show_key="never")
    attempt, marker = begin(quiz, person), make_marker(quiz)
    essay = items_of(attempt)[0].id
    with transaction():
        answer_services.save(
            attempt.id, {essay: TypedAnswer({"text": ["Tôi từ chối."]}, 0)}, by=actor_of(person), at=at
        )
    hand_in(attempt, person, at + 10 * MINUTE)
    seen = marking_queries.answer(essay, actor_of(marker), at + 10 * MINUTE).step
    given = int((at + 5 * MINUTE).timestamp() * 1000)
    hand_in_file(attempt, person, [f"revision-{essay}=1&given-{essay}={given}&text-{essay}=Nhận."], at + 20 * MINUTE)
    decide(attempt, make_marker(quiz, "Lê Văn Bình"), at=at + 30 * MINUTE)
    with pytest.raises(AnswerChanged):
        mark(essay, marker, 50, 25, 25, step=seen, at=at + 40 * MINUTE)
    assert queries.attempt(attempt.id).points is None
    mark(essay, marker, 0, 0, 0, at=at + 40 * MINUTE)
    assert queries.attempt(attempt.id).points == 0


@pytest.mark.parametrize("show_key", ["after", "after_close"])
def test_who_handed_in_and_can_read_the_key_hands_in_no_file(above, person, at, show_key):
    quiz = make_small_quiz(show_key=show_key, closes_at=at + 60 * MINUTE)
    attempt, expired = begin(quiz, person), begin(quiz, make_person("Lê Thị Bình"))
    hand_in(attempt, person, at + 10 * MINUTE)
    if show_key == "after_close":
        assert hand_in_file(attempt, person, [], at + 62 * MINUTE).waits
    with pytest.raises(RuleBroken):
        hand_in_file(attempt, person, [], at + 63 * MINUTE)
    someone = db.session.get_one(Person, expired.person_id)
    hand_in(expired, someone, at + LIMIT + 10 * MINUTE)
    assert hand_in_file(expired, someone, [], at + 63 * MINUTE).waits
    since = {"after": at + LIMIT, "after_close": at + 62 * MINUTE}
    assert result_queries.key_readable_since(queries.attempt(expired.id)) == since[show_key]
