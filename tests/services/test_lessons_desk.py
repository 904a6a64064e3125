"""Drafts, versions and courses: nothing published changes, nothing typed is lost, nobody writes in another's unit."""

from dataclasses import replace

import pytest
from sqlalchemy import func, null, select, text
from sqlalchemy.exc import DatabaseError

from core import clock
from core.audit import AuditEntry
from core.db import db, transaction
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from lessons import course_services, desk_queries, lesson_services
from lessons.hooks import LessonHooks
from lessons.models import CourseVersion, LessonVersion
from lessons.rules import Citation, CourseDraft, LessonDraft, ModuleDraft
from people.access import SYSTEM, Role
from tests.support.factories_lessons import (
    DRAFT,
    change_lesson,
    make_course,
    make_lesson,
    make_module,
    make_source,
    publish,
)
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.queries import count_queries


@pytest.fixture
def unit(session, at):
    return make_unit("Sở Nội vụ")


@pytest.fixture
def trainer(unit):
    return actor_of(make_person("Trần Thị Giảng", unit=unit, roles=[Role.TRAINER]))


@pytest.fixture
def stranger(session, at):
    return actor_of(make_person("Phạm Văn Lạ", unit=make_unit("Sở Khác"), roles=[Role.TRAINER]))


@pytest.fixture
def course(unit):
    return make_course(unit)


@pytest.fixture
def lesson(course):
    return make_lesson(make_module(course))


def save(lesson, who, at, *, based_on=None, **changed):
    with transaction():
        return lesson_services.save_draft(lesson.id, replace(DRAFT, **changed), based_on=based_on, by=who, at=at)


def versions():
    return db.session.scalar(select(func.count()).select_from(LessonVersion))


def test_a_trainer_of_a_unit_above_makes_a_course(unit, trainer, at):
    below = make_unit("Phòng Tổ chức", parent=unit)
    with transaction():
        made = course_services.create_course(CourseDraft("Văn hóa", "van-hoa"), unit_id=below.id, by=trainer, at=at)
    assert db.session.scalar(select(AuditEntry.action).where(AuditEntry.about_id == made.id)) == "course.create"


@pytest.mark.parametrize("slug", ["Văn hóa", "", "a b", "a--b", "../x", "a" * 81])
def test_a_course_needs_an_address_that_works(unit, trainer, at, slug):
    with pytest.raises(RuleBroken), transaction():
        course_services.create_course(CourseDraft("Văn hóa", slug), unit_id=unit.id, by=trainer, at=at)


def test_two_courses_can_not_share_an_address(unit, course, trainer, at):
    with pytest.raises(Conflict), transaction():
        course_services.create_course(CourseDraft("Khác", course.slug), unit_id=unit.id, by=trainer, at=at)


def test_another_units_trainer_changes_nothing(unit, course, lesson, stranger, at):
    module_id = lesson.module_id
    for act in (
        lambda: course_services.create_course(CourseDraft("X", "x"), unit_id=unit.id, by=stranger, at=at),
        lambda: course_services.edit_course(course.id, CourseDraft("X", "x"), by=stranger, at=at),
        lambda: course_services.add_module(course.id, ModuleDraft("X"), by=stranger, at=at),
        lambda: course_services.move_module(module_id, 1, by=stranger, at=at),
        lambda: course_services.publish_course(course.id, by=stranger, at=at),
        lambda: lesson_services.add_lesson(module_id, DRAFT, by=stranger, at=at),
        lambda: lesson_services.save_draft(lesson.id, DRAFT, based_on=None, by=stranger, at=at),
        lambda: lesson_services.publish_lesson(lesson.id, by=stranger, at=at),
        lambda: lesson_services.move_lesson(lesson.id, 1, by=stranger, at=at),
        lambda: lesson_services.retire_lesson(lesson.id, by=stranger, at=at),
        lambda: lesson_services.discard_draft(lesson.id, by=stranger, at=at),
    ):
        with pytest.raises(NotAllowed), transaction():
            act()
    assert desk_queries.courses_in_scope(stranger, clock.today()) == []
    assert versions() == 1


def test_what_does_not_exist_is_not_found(trainer, at):
    for act in (
        lambda: course_services.publish_course(99, by=trainer, at=at),
        lambda: lesson_services.publish_lesson(99, by=trainer, at=at),
        lambda: course_services.move_module(99, 1, by=trainer, at=at),
    ):
        with pytest.raises(NotFound), transaction():
            act()


def test_an_edit_after_publishing_makes_a_new_version_and_keeps_the_old(lesson, trainer, at):
    draft = save(lesson, trainer, at, text="Chữ mới")
    assert (draft.number, draft.published_at, draft.edited_by_id) == (2, None, trainer.person_id)
    assert "bà Lụa" in desk_queries.version(lesson.id, 1).html
    with transaction():
        lesson_services.publish_lesson(lesson.id, by=trainer, at=at)
    assert [note.published_by for note in desk_queries.history(lesson.id)] == ["Trần Thị Giảng", ""]


def test_the_same_text_makes_no_version(lesson, trainer, at):
    save(lesson, trainer, at)
    assert versions() == 1
    with pytest.raises(RuleBroken), transaction():
        lesson_services.publish_lesson(lesson.id, by=trainer, at=at)


def test_a_stale_draft_is_refused_and_changes_nothing(lesson, trainer, at):
    seen = lesson_services.base_mark(desk_queries.newest_version(lesson.id))
    save(lesson, SYSTEM, at, based_on=seen, text="Của người kia")
    with pytest.raises(Conflict):
        save(lesson, trainer, at, based_on=seen, text="Của tôi")
    assert desk_queries.newest_version(lesson.id).text == "Của người kia"


@pytest.mark.parametrize("statement", ["UPDATE lesson_version SET title = 'x'", "DELETE FROM lesson_version"])
def test_the_database_refuses_to_change_what_is_published(lesson, statement):
    with pytest.raises(DatabaseError), transaction():
        db.session.execute(text(statement))


@pytest.mark.parametrize(
    "changed",
    [{"title": ""}, {"minutes": 0}, {"minutes": 121}, {"text_format": "word"}, {"text": "x" * 100_001}],
)
def test_a_draft_that_makes_no_sense_is_refused(lesson, trainer, at, changed):
    with pytest.raises(RuleBroken):
        save(lesson, trainer, at, **changed)


def test_a_source_must_be_in_the_register(lesson, trainer, at):
    cited = (Citation("nd-59-2019", "Điều 26"),)
    with pytest.raises(RuleBroken, match="nd-59-2019"):
        save(lesson, trainer, at, sources=cited)
    make_source("nd-59-2019")
    assert save(lesson, trainer, at, sources=cited).sources == [{"code": "nd-59-2019", "place": "Điều 26"}]


@pytest.mark.parametrize("text", ["", "   ", "![](/media/1)", "![ ](/media/1)"])
def test_empty_texts_and_pictures_without_words_are_not_published(course, trainer, at, text):
    lesson = make_lesson(make_module(course), published=False, draft=replace(DRAFT, text=text))
    with pytest.raises(RuleBroken), transaction():
        lesson_services.publish_lesson(lesson.id, by=trainer, at=at)


@pytest.mark.parametrize(
    ("text_format", "hostile"),
    [
        ("markdown", "<script>alert(1)</script> <img src=x onerror=alert(1)>"),
        ("html", "<script>alert(1)</script><p onclick='x()'>a</p><img src='x' onerror='x()'>"),
        ("html", "<a href='javascript:alert(1)'>a</a><svg onload=alert(1)></svg><iframe src='//x'></iframe>"),
        ("html", "<a href='java\u200bscript:alert(1)'>a</a><img src='https://elsewhere.example/p.png' alt='x'>"),
        ("html", "<a href='https://exa\u200bmple.vn'>a</a><style>p{}</style><p style='color:red'>a</p>"),
        ("markdown", "[a](javascript:alert(1)) ![x](https://elsewhere.example/p.png)"),
    ],
)
def test_hostile_text_is_harmless(lesson, trainer, at, text_format, hostile):
    html = save(lesson, trainer, at, text=hostile, text_format=text_format).html.lower()
    for bad in ("<script", "<svg", "<iframe", "<style", " style=", 'href="java', "\u200b", 'src="http', "<img src=x"):
        assert bad not in html
    assert " onerror=" not in html.replace("&lt;img src=x onerror=alert(1)&gt;", "")


def test_a_course_is_published_with_the_last_published_lessons_in_order(course, trainer, at):
    module, later = make_module(course), make_module(course, "Ứng xử", code="M2")
    second, first = make_lesson(module, "Bài B"), make_lesson(module, "Bài A")
    third = make_lesson(later, "Bài C")
    with transaction():
        lesson_services.move_lesson(first.id, -1, by=trainer, at=at)
    change_lesson(third, "Nháp thôi", published=False)
    version = publish(course)
    _latest, entries = desk_queries.entries_of_latest(course.id)
    assert [entry.lesson_id for entry in entries] == [first.id, second.id, third.id]
    assert desk_queries.version(third.id, 1).id == entries[2].lesson_version_id
    assert (version.number, entries[2].module_code) == (1, "M2")


def test_publishing_again_without_a_change_makes_nothing(course, lesson, trainer, at):
    publish(course)
    with transaction():
        assert course_services.publish_course(course.id, by=trainer, at=at) is None
    change_lesson(lesson, "Chữ mới")
    assert publish(course).number == 2
    assert db.session.scalar(select(func.count()).select_from(CourseVersion)) == 2


def test_an_unpublished_lesson_stops_the_course_by_name(course, lesson, trainer, at):
    make_lesson(desk_queries.module(lesson.module_id), "Bài còn dở", published=False)
    with pytest.raises(RuleBroken, match="Bài còn dở"), transaction():
        course_services.publish_course(course.id, by=trainer, at=at)


def test_an_empty_course_is_not_published(course, trainer, at):
    make_module(course)
    with pytest.raises(RuleBroken), transaction():
        course_services.publish_course(course.id, by=trainer, at=at)


def test_a_retired_lesson_is_left_out_until_it_is_used_again(course, lesson, trainer, at):
    kept = make_lesson(desk_queries.module(lesson.module_id), "Bài giữ lại")
    with transaction():
        lesson_services.retire_lesson(lesson.id, by=trainer, at=at)
    publish(course)
    assert [entry.lesson_id for entry in desk_queries.entries_of_latest(course.id)[1]] == [kept.id]
    with transaction():
        lesson_services.restore_lesson(lesson.id, by=trainer, at=at)
    assert publish(course).number == 2


def test_listeners_hear_of_a_published_course_in_its_transaction(app, course, lesson, trainer, at, monkeypatch):
    def refuse(*_facts):
        raise RuntimeError("no")

    monkeypatch.setitem(app.extensions, "nep_lesson_hooks", LessonHooks(null(), on_published=(refuse,)))
    with pytest.raises(RuntimeError), transaction():
        course_services.publish_course(course.id, by=trainer, at=at)
    db.session.expire_all()
    assert desk_queries.entries_of_latest(course.id) == (None, [])


def test_lessons_move_across_modules_and_stop_at_the_ends(course, trainer, at):
    first, second = make_module(course), make_module(course, "Ứng xử", code="M2")
    lesson = make_lesson(first)
    for step, module in ((-1, first), (1, second), (1, second), (-1, first)):
        with transaction():
            lesson_services.move_lesson(lesson.id, step, by=trainer, at=at)
        assert desk_queries.lesson(lesson.id).module_id == module.id
    with transaction():
        course_services.move_module(second.id, -1, by=trainer, at=at)
    assert [part.module.id for part in desk_queries.modules_of(course.id)] == [second.id, first.id]


def test_a_draft_is_thrown_away_only_beside_something_published(course, lesson, trainer, at):
    change_lesson(lesson, "Nháp", published=False)
    with transaction():
        lesson_services.discard_draft(lesson.id, by=trainer, at=at)
    assert desk_queries.newest_version(lesson.id).number == 1
    unpublished = make_lesson(desk_queries.module(lesson.module_id), published=False)
    for one in (lesson, unpublished):
        with pytest.raises(RuleBroken), transaction():
            lesson_services.discard_draft(one.id, by=trainer, at=at)


@pytest.mark.parametrize("number", [1, 5])
def test_lists_ask_a_constant_number_of_questions(unit, trainer, at, number):
    for _ in range(number):
        course = make_course(unit)
        for _module in range(number):
            module = make_module(course)
            for _lesson in range(number):
                make_lesson(module)
        publish(course)
    course_id = course.id
    db.session.expire_all()
    with count_queries() as asked:
        assert len(desk_queries.courses_in_scope(trainer, clock.today())) == number
    assert len(asked) <= 4, asked
    db.session.expire_all()
    with count_queries() as asked:
        assert len(desk_queries.modules_of(course_id)) == number
    assert len(asked) <= 3, asked


def test_a_lesson_draft_reads_back_as_it_was_saved(lesson, trainer, at):
    make_source()
    wanted = LessonDraft("Tên", "Mục tiêu", 9, "<p>Chữ</p>", "html", ("N1", "N2"), (Citation("nd-59-2019"),))
    with transaction():
        saved = lesson_services.save_draft(lesson.id, wanted, based_on=None, by=trainer, at=at)
    assert lesson_services.as_draft(saved) == wanted
