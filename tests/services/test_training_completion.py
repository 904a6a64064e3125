"""From the last lesson and the quiz to one completion and one certificate, whatever races."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlalchemy import select

from certificates.models import Certificate, CertificateSeries
from core import audit
from core.audit import AuditEntry
from core.db import db, transaction
from core.errors import NotAllowed, RuleBroken
from lessons.models import Module
from lessons.outline_queries import outline_by_slug
from lessons.queries import latest_course_version
from people.access import SYSTEM
from people.models import Posting
from quizzes import finish_services
from quizzes.models import Attempt
from tests.support.factories_attempts import begin, give, hand_in, items_of, keys_of
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.factories_training import (
    ISSUER,
    add_lesson,
    complete,
    everybody_in,
    lesson_ids,
    make_training,
    obligation_of,
    open_year,
    plan,
    publish_course,
    read,
    sit,
)
from training import completion_services, services
from training.models import Completion, Exemption
from training.rules import occasion_key

TODAY = date(2026, 11, 20)
in_transaction = pytest.mark.usefixtures("session", "at")


def completions():
    return db.session.scalars(select(Completion)).all()


def certificates():
    return db.session.scalars(select(Certificate).order_by(Certificate.number)).all()


@in_transaction
def test_passing_makes_completion_certificate_and_audit_with_who_the_person_was(at):
    top = make_unit("Ủy ban nhân dân tỉnh")
    training = make_training(make_unit("Sở Nội vụ", parent=top))
    person = make_person("Đỗ Thị Ánh Ngọc", unit=training.unit, title="Phó Trưởng phòng")
    cycle = open_year(training)
    read(person, lesson_ids(cycle), datetime(2026, 11, 2, 3, tzinfo=UTC))
    sit(person, training, right=False)
    attempt = sit(person, training)

    made = completions()[0]
    assert made.attempt_id == attempt.id
    assert made.attempts_made == 2
    assert (made.started_on, made.completed_on) == (date(2026, 11, 2), TODAY)
    assert made.score == 1000
    assert (made.full_name, made.job_title) == ("Đỗ Thị Ánh Ngọc", "Phó Trưởng phòng")
    assert made.unit_path == "Ủy ban nhân dân tỉnh > Sở Nội vụ"
    certificate = certificates()[0]
    assert certificate.completion_id == made.id
    assert (certificate.year, certificate.number, len(certificate.token)) == (2026, 1, 26)
    assert certificate.unit_name == "Sở Nội vụ"
    assert certificate.title == "Giấy xác nhận hoàn thành"
    written = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [*written[-3:]].count("obligation.complete") == 1
    assert "certificate.issue" in written


@in_transaction
def test_a_completion_keeps_the_unit_of_that_day(at):
    training = make_training()
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    complete(person, training, cycle)
    posting = db.session.scalars(select(Posting).where(Posting.person_id == person.id)).one()
    posting.valid_to = TODAY
    db.session.add(Posting(person_id=person.id, unit_id=make_unit("Nơi mới").id, title="Khác", valid_from=TODAY))
    person.full_name = "Tên đã sửa"
    db.session.commit()
    kept = completions()[0]
    assert (kept.unit_name, kept.full_name) == ("Sở Nội vụ", "Nguyễn Thị An")


@in_transaction
@pytest.mark.parametrize("right", [True, False])
def test_nothing_is_completed_without_a_pass(at, right):
    training = make_training()
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    read(person, lesson_ids(cycle))
    sit(person, training, right=right)
    assert len(completions()) == len(certificates()) == int(right)


@in_transaction
def test_the_quiz_waits_for_every_lesson(at):
    training = make_training(lessons=3)
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    read(person, lesson_ids(cycle)[:1])
    with pytest.raises(RuleBroken, match="2"):
        begin(training.quiz, person)
    read(person, lesson_ids(cycle)[1:])
    assert begin(training.quiz, person).occasion == occasion_key(cycle.id)


@in_transaction
def test_occasions_are_refused_with_their_reason(at):
    training = make_training(lessons=0)
    person, stranger = make_person(unit=training.unit), make_person(unit=make_unit())
    with pytest.raises(NotAllowed):
        begin(training.quiz, person)
    cycle = open_year(training, plan(everybody_in(training.unit), opens_on=date(2026, 11, 21)))
    with pytest.raises(RuleBroken, match="21/11/2026"):
        begin(training.quiz, person)
    with pytest.raises(NotAllowed):
        begin(training.quiz, stranger)
    tomorrow = datetime(2026, 11, 21, 3, tzinfo=UTC)
    sit(person, training, tomorrow)
    with pytest.raises(RuleBroken):
        begin(training.quiz, person, tomorrow)
    with transaction():
        services.close_cycle(cycle.id, by=SYSTEM, at=tomorrow)
    with pytest.raises(RuleBroken):
        begin(training.quiz, person, tomorrow)


@in_transaction
def test_exempt_people_may_complete_all_the_same(at):
    training = make_training()
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    owed = obligation_of(person, cycle)
    db.session.add(Exemption(obligation_id=owed.id, category="study", reason="Đi học dài hạn", granted_at=at))
    db.session.commit()
    assert complete(person, training, cycle).obligation_id == owed.id


@in_transaction
def test_a_new_year_starts_afresh_and_keeps_the_old_one(at):
    training = make_training()
    person = make_person(unit=training.unit)
    first = open_year(training)
    complete(person, training, first)
    new_year = datetime(2027, 1, 8, 3, tzinfo=UTC)
    second = open_year(
        training, plan(everybody_in(training.unit), opens_on=date(2027, 1, 4), due_on=date(2027, 12, 31)), at=new_year
    )
    with pytest.raises(RuleBroken):
        begin(training.quiz, person, new_year)
    complete(person, training, second, new_year)
    assert [made.cycle_id for made in completions()] == [first.id, second.id]
    assert sorted((one.year, one.number) for one in certificates()) == [(2026, 1), (2027, 1)]


@in_transaction
def test_lessons_read_in_january_make_up_for_the_year_before(at):
    training = make_training()
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    read(person, lesson_ids(cycle)[:1])
    january = datetime(2027, 1, 8, 3, tzinfo=UTC)
    read(person, lesson_ids(cycle)[1:], january)
    sit(person, training, january)
    assert completions()[0].completed_on == date(2027, 1, 8)


@in_transaction
def test_new_lessons_taken_over_hold_the_completion_back_until_read(at):
    training = make_training()
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    read(person, lesson_ids(cycle))
    attempt = begin(training.quiz, person)
    module = db.session.scalars(select(Module).where(Module.course_id == training.course.id)).one()
    extra = add_lesson(module, 3)
    publish_course(training.course, listen=True)
    give(attempt, person, {item.id: keys_of(item, right=True) for item in items_of(attempt)})
    hand_in(attempt, person)
    assert completions() == []
    read(person, [extra.id])
    with transaction():
        completion_services.record_reading(extra.id, actor_of(person), at, issuer=ISSUER)
    assert completions()[0].attempt_id == attempt.id


@in_transaction
def test_a_version_without_the_missing_lesson_completes_those_who_passed(at):
    training = make_training()
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    read(person, lesson_ids(cycle))
    attempt = begin(training.quiz, person)
    module = db.session.scalars(select(Module).where(Module.course_id == training.course.id)).one()
    extra = add_lesson(module, 3)
    publish_course(training.course, listen=True)
    give(attempt, person, {item.id: keys_of(item, right=True) for item in items_of(attempt)})
    hand_in(attempt, person)
    extra.retired_at = at
    db.session.commit()
    publish_course(training.course, listen=True)
    assert len(completions()) == len(certificates()) == 1


@in_transaction
def test_the_pinned_course_version_is_the_one_to_read(at):
    training = make_training()
    person, stranger = make_person(unit=training.unit), make_person(unit=make_unit())
    cycle = open_year(training, plan(everybody_in(training.unit), follows=False))
    publish_course(training.course, listen=True)
    latest = latest_course_version(training.course.id)
    assert latest is not None
    read_by_person, *read_by_others = (
        outline_by_slug(who, training.course.slug, TODAY).course_version_id
        for who in (actor_of(person), actor_of(stranger), SYSTEM)
    )
    assert read_by_person == cycle.course_version_id
    assert read_by_others == [latest.id] * 2


@in_transaction
def test_recording_an_attempt_twice_changes_nothing(at):
    training = make_training()
    person = make_person(unit=training.unit)
    complete(person, training, open_year(training))
    attempt = db.session.scalars(select(Attempt)).one()
    for _ in range(2):
        with transaction():
            completion_services.record_attempt(attempt, actor_of(person), at, issuer=ISSUER)
    assert len(completions()) == len(certificates()) == 1


@in_transaction
def test_a_failure_at_the_end_leaves_nothing_half_done(at, monkeypatch):
    training = make_training()
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    read(person, lesson_ids(cycle))
    attempt = begin(training.quiz, person)
    give(attempt, person, {item.id: keys_of(item, right=True) for item in items_of(attempt)})

    def break_down(*_args, **_values):
        raise RuntimeError("power cut")

    monkeypatch.setattr(audit, "record", break_down)
    with pytest.raises(RuntimeError):
        hand_in(attempt, person)
    monkeypatch.undo()
    db.session.expire_all()
    assert (completions(), certificates()) == ([], [])
    assert db.session.get_one(Attempt, attempt.id).finished_at is None
    hand_in(attempt, person)
    assert [one.number for one in certificates()] == [1]


def at_once(app, count, act):
    """Run an action in many threads with own connections, begun together; return what each returned or raised."""
    barrier = Barrier(min(count, 12))

    def run(number):
        with app.app_context():
            if number < barrier.parties:
                barrier.wait()
            try:
                return act(number)
            except Exception as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(barrier.parties) as pool:
        return list(pool.map(run, range(count)))


def test_fifty_submits_at_once_make_one_completion_and_one_certificate(own_app, at):
    with own_app.app_context():
        training = make_training()
        person = make_person(unit=training.unit)
        cycle = open_year(training)
        read(person, lesson_ids(cycle))
        attempt = begin(training.quiz, person)
        give(attempt, person, {item.id: keys_of(item, right=True) for item in items_of(attempt)})
        actor, attempt_id = actor_of(person), attempt.id
        db.session.remove()

    def submit(_number):
        with transaction():
            return finish_services.finish(attempt_id, by=actor, at=at).passed

    results = at_once(own_app, 50, submit)
    with own_app.app_context():
        assert results == [True] * 50
        assert [one.number for one in certificates()] == [1]
        assert len(completions()) == 1
        assert db.session.get_one(CertificateSeries, 2026).last_number == 1


def test_thirty_people_finishing_at_once_get_numbers_without_a_gap(own_app, at):
    with own_app.app_context():
        training = make_training(lessons=1)
        people = [make_person(f"Lê Văn {number}", unit=training.unit) for number in range(30)]
        cycle = open_year(training)
        waiting = []
        for person in people:
            read(person, lesson_ids(cycle))
            attempt = begin(training.quiz, person)
            give(attempt, person, {item.id: keys_of(item, right=True) for item in items_of(attempt)})
            waiting.append((attempt.id, actor_of(person)))
        db.session.remove()

    def submit(number):
        attempt_id, actor = waiting[number]
        fails = number % 5 == 0
        with transaction():
            finish_services.finish(attempt_id, by=actor, at=at)
            if fails:
                raise RuntimeError("power cut")
        return True

    results = at_once(own_app, 30, submit)
    assert sum(result is True for result in results) == 24
    assert all(isinstance(result, RuntimeError) for result in results if result is not True)
    with own_app.app_context():
        assert [one.number for one in certificates()] == list(range(1, 25))
        assert len(completions()) == 24


def test_the_last_lesson_and_the_quiz_at_once_complete_once(own_app, at):
    """Neither may overlook the other: without the lock on the obligation both could see the other's work missing."""
    rounds = []
    with own_app.app_context():
        for _ in range(8):
            training = make_training(lessons=1)
            person = make_person(unit=training.unit)
            cycle = open_year(training)
            read(person, lesson_ids(cycle))
            attempt = begin(training.quiz, person)
            give(attempt, person, {item.id: keys_of(item, right=True) for item in items_of(attempt)})
            module = db.session.scalars(select(Module).where(Module.course_id == training.course.id)).one()
            extra = add_lesson(module, 2)
            publish_course(training.course, listen=True)
            rounds.append((attempt.id, extra.id, person.id, actor_of(person)))
        db.session.remove()

    def act(number):
        attempt_id, lesson_id, person_id, actor = rounds[number // 2]
        with transaction():
            if number % 2:
                finish_services.finish(attempt_id, by=actor, at=at)
            else:
                from lessons.models import LessonReading, LessonVersion

                version_id = db.session.scalars(
                    select(LessonVersion.id).where(LessonVersion.lesson_id == lesson_id)
                ).one()
                db.session.add(
                    LessonReading(
                        person_id=person_id,
                        lesson_id=lesson_id,
                        year=2026,
                        lesson_version_id=version_id,
                        opened_at=at,
                        read_at=at,
                    )
                )
                db.session.flush()
                completion_services.record_reading(lesson_id, actor, at, issuer=ISSUER)
        return True

    results = at_once(own_app, 16, act)
    assert results == [True] * 16
    with own_app.app_context():
        assert len(completions()) == len(certificates()) == 8
