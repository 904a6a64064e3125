"""Reading is recorded once per person, lesson and year; nobody can pretend it."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, literal, null, select

from core import clock
from core.db import db, transaction
from core.errors import NotFound, RuleBroken
from lessons import outline_queries, queries, reading_queries, services
from lessons.hooks import LessonHooks
from lessons.models import LessonReading
from tests.support.factories_lessons import (
    change_lesson,
    make_course,
    make_lesson,
    make_module,
    make_published_course,
    open_and_read,
    publish,
)
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.queries import count_queries


@pytest.fixture
def reader(session, at):
    return actor_of(make_person("Lê Văn Học", unit=make_unit()))


@pytest.fixture
def version(session, at):
    return make_published_course(make_unit(), lessons=3)


def first_lesson(version):
    return outline_queries.course_outline(version.id).lessons[0]


def open_first(version, reader, at):
    place = first_lesson(version)
    with transaction():
        services.open_lesson(place.lesson_id, place.lesson_version_id, by=reader, at=at)
    return place


def rows():
    return db.session.scalar(select(func.count()).select_from(LessonReading))


def test_opening_twice_writes_one_row(version, reader, at):
    open_first(version, reader, at)
    open_first(version, reader, at)
    assert rows() == 1


def test_reading_needs_opening_first(version, reader, at):
    with pytest.raises(RuleBroken), transaction():
        services.mark_read(first_lesson(version).lesson_id, by=reader, at=at)
    assert rows() == 0


def test_reading_again_keeps_the_first_moment_and_tells_nobody(app, version, reader, at, monkeypatch):
    heard = []
    listening = LessonHooks(null(), on_read=(lambda *facts: heard.append(facts),))
    monkeypatch.setitem(app.extensions, "nep_lesson_hooks", listening)
    place = open_first(version, reader, at)
    later = at.replace(hour=at.hour + 1)
    for moment, is_first in ((at, True), (later, False)):
        with transaction():
            assert services.mark_read(place.lesson_id, by=reader, at=moment).is_first is is_first
    assert heard == [(place.lesson_id, reader, at)]
    assert queries.lessons_read(reader.person_id, [place.lesson_id], 2026) == {place.lesson_id: at}


def test_a_listener_that_fails_undoes_the_reading(app, version, reader, at, monkeypatch):
    def fail(*_facts):
        raise RuntimeError("no")

    monkeypatch.setitem(app.extensions, "nep_lesson_hooks", LessonHooks(null(), on_read=(fail,)))
    place = open_first(version, reader, at)
    with pytest.raises(RuntimeError), transaction():
        services.mark_read(place.lesson_id, by=reader, at=at)
    db.session.expire_all()
    assert queries.lessons_read(reader.person_id, [place.lesson_id], 2026) == {}


def test_a_new_year_begins_at_midnight_in_vietnam(version, reader):
    place = first_lesson(version)
    last_of_2026, first_of_2027 = datetime(2026, 12, 31, 16, 59, tzinfo=UTC), datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    for moment in (last_of_2026, first_of_2027):
        with transaction():
            services.open_lesson(place.lesson_id, place.lesson_version_id, by=reader, at=moment)
    assert set(db.session.scalars(select(LessonReading.year))) == {2026, 2027}


def test_lessons_that_no_version_has_can_not_be_read(session, reader, at):
    unpublished = make_lesson(make_module(make_course(make_unit())))
    with pytest.raises(NotFound), transaction():
        services.mark_read(unpublished.id, by=reader, at=at)
    with pytest.raises(NotFound), transaction():
        services.mark_read(987_654, by=reader, at=at)


def test_position_is_kept_within_the_text_and_only_for_what_was_opened(version, reader, at):
    place = first_lesson(version)
    with transaction():
        services.save_position(place.lesson_id, 500, by=reader, at=at)
    assert rows() == 0
    open_first(version, reader, at)
    for sent, kept in ((420, 420), (9999, 1000), (-5, 0)):
        with transaction():
            services.save_position(place.lesson_id, sent, by=reader, at=at)
        db.session.expire_all()
        assert db.session.scalars(select(LessonReading.position)).one() == kept


def test_reading_follows_the_version_last_seen_until_it_is_read(session, reader, at):
    course = make_course(make_unit())
    lesson = make_lesson(make_module(course))
    first = publish(course)
    open_first(first, reader, at)
    change_lesson(lesson, "Chữ mới.")
    place = open_first(publish(course), reader, at)
    with transaction():
        services.mark_read(lesson.id, by=reader, at=at)
    change_lesson(lesson, "Chữ mới hơn.")
    open_first(publish(course), reader, at)
    reading = db.session.scalars(select(LessonReading)).one()
    assert reading.lesson_version_id == place.lesson_version_id
    assert reading.read_at == at


def test_a_pinned_version_is_what_its_reader_sees(app, session, reader, at, monkeypatch):
    course = make_course(make_unit())
    lesson = make_lesson(make_module(course))
    pinned = publish(course)
    change_lesson(lesson, "Chữ mới.")
    publish(course)
    monkeypatch.setitem(app.extensions, "nep_lesson_hooks", LessonHooks(literal(pinned.id)))
    assert "Chữ mới" not in reading_queries.lesson_page(reader, lesson.id, clock.today()).text.html
    monkeypatch.setitem(app.extensions, "nep_lesson_hooks", LessonHooks(null()))
    assert "Chữ mới" in reading_queries.lesson_page(reader, lesson.id, clock.today()).text.html


def test_progress_counts_lessons_of_the_version_by_person(version, reader, at):
    assert reader.person_id is not None
    outline = outline_queries.course_outline(version.id)
    other = actor_of(make_person("Trần Thị Khác", unit=make_unit()))
    open_and_read(version, reader, [outline.lesson_ids[0], outline.lesson_ids[2]])
    make_published_course(make_unit())
    assert other.person_id is not None
    assert queries.reading_progress([reader.person_id, other.person_id], version.id, 2026) == {reader.person_id: 2}
    assert queries.reading_progress([reader.person_id], version.id, 2027) == {}


@pytest.mark.parametrize("lessons", [1, 12])
def test_pages_ask_a_constant_number_of_questions(session, reader, at, lessons, app, monkeypatch):
    monkeypatch.setitem(app.extensions, "nep_lesson_hooks", LessonHooks(null()))
    version = make_published_course(make_unit(), lessons=lessons, slug="khoa-hoc-dem")
    place = first_lesson(version)
    for ask, most in (
        (lambda: reading_queries.lesson_page(reader, place.lesson_id, clock.today()), 2),
        (lambda: reading_queries.course_page(reader, "khoa-hoc-dem", clock.today()), 2),
        (lambda: queries.published_courses(reader.person_id, 2026), 2),
    ):
        db.session.expire_all()
        with count_queries() as asked:
            ask()
        assert len(asked) <= most, asked


def test_opening_at_the_same_moment_leaves_one_row(own_app, at):
    with own_app.app_context():
        version = make_published_course(make_unit(), lessons=1)
        reader = actor_of(make_person("Lê Văn Học", unit=make_unit()))
        place = first_lesson(version)
        db.session.remove()
    start, failed = threading.Barrier(8), []

    def open_it():
        with own_app.app_context():
            start.wait()
            try:
                with transaction():
                    services.open_lesson(place.lesson_id, place.lesson_version_id, by=reader, at=at)
                    services.mark_read(place.lesson_id, by=reader, at=at)
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with own_app.app_context():
        assert rows() == 1
