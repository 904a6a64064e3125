"""Courses, lessons, sources and pictures for tests, made through the ordinary services and committed."""

import io
import itertools
from dataclasses import replace
from typing import Any

from PIL import Image

from core import clock
from core.db import transaction
from lessons import course_services, lesson_services, services
from lessons.models import Course, CourseVersion, Lesson, LessonVersion, Module
from lessons.outline_queries import course_outline
from lessons.rules import CourseDraft, LessonDraft, ModuleDraft
from library.rules import SourceDraft
from library.services import put_source
from people.access import SYSTEM, Actor
from people.models import Unit

_numbers = itertools.count(1)
TEXT = "## Một buổi sáng\n\nChị Hòa chào **bà Lụa** trước khi cầm hồ sơ.\n\n## Ghi nhớ\n\n- Chào trước.\n"
DRAFT = LessonDraft(title="Lời chào ở quầy", objective="Sau bài này, anh/chị chào trước.", minutes=6, text=TEXT)


def make_source(code: str = "nd-59-2019", **facts: Any) -> None:
    """Enter a source in the register."""
    draft = SourceDraft(code=code, title=f"Nghị định {code}", number="59/2019/NĐ-CP")
    with transaction():
        put_source(replace(draft, **facts), by=SYSTEM, at=clock.now())


def make_course(unit: Unit, title: str = "", *, slug: str = "") -> Course:
    """Make a course without modules."""
    number = next(_numbers)
    draft = CourseDraft(title=title or f"Văn hóa công sở {number}", slug=slug or f"khoa-hoc-{number}", hours=4)
    with transaction():
        return course_services.create_course(draft, unit_id=unit.id, by=SYSTEM, at=clock.now())


def make_module(course: Course, title: str = "Giao tiếp", *, code: str = "M1") -> Module:
    """Add a module to a course."""
    with transaction():
        return course_services.add_module(course.id, ModuleDraft(title, code), by=SYSTEM, at=clock.now())


def make_lesson(module: Module, title: str = "", *, published: bool = True, draft: LessonDraft = DRAFT) -> Lesson:
    """Add a lesson to a module, published unless told otherwise."""
    draft = replace(draft, title=title) if title else draft
    with transaction():
        lesson = lesson_services.add_lesson(module.id, draft, by=SYSTEM, at=clock.now())
        if published:
            lesson_services.publish_lesson(lesson.id, by=SYSTEM, at=clock.now())
    return lesson


def change_lesson(lesson: Lesson, text: str, *, published: bool = True) -> LessonVersion:
    """Give a lesson another text, published unless told otherwise."""
    with transaction():
        version = lesson_services.save_draft(
            lesson.id, replace(DRAFT, text=text), based_on=None, by=SYSTEM, at=clock.now()
        )
        if published:
            lesson_services.publish_lesson(lesson.id, by=SYSTEM, at=clock.now())
    return version


def publish(course: Course) -> CourseVersion:
    """Publish a course as it stands."""
    with transaction():
        version = course_services.publish_course(course.id, by=SYSTEM, at=clock.now())
    assert version is not None, "There was something new to publish."
    return version


def make_published_course(unit: Unit, lessons: int = 2, *, title: str = "", slug: str = "") -> CourseVersion:
    """Make a course of one module with some lessons, and publish it."""
    course = make_course(unit, title, slug=slug)
    module = make_module(course)
    for number in range(1, lessons + 1):
        make_lesson(module, f"Bài số {number}")
    return publish(course)


def open_and_read(version: CourseVersion, who: Actor, lesson_ids: list[int]) -> None:
    """Let a person open and read lessons."""
    for lesson in course_outline(version.id).lessons:
        if lesson.lesson_id in lesson_ids:
            with transaction():
                services.open_lesson(lesson.lesson_id, lesson.lesson_version_id, by=who, at=clock.now())
                services.mark_read(lesson.lesson_id, by=who, at=clock.now())


def picture(width: int = 40, height: int = 30, picture_format: str = "PNG", **options: Any) -> bytes:
    """Return a small picture as a file."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), "#205080").save(target, picture_format, **options)
    return target.getvalue()
