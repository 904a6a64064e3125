"""A published course as somebody is to read it: which version, its lessons in order, and how far they are in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, func, select, true

from core.db import db, table_of
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from lessons.hooks import LessonHooks, lesson_hooks
from lessons.models import Course, CourseEntry, CourseVersion, Lesson, LessonReading, LessonVersion, Module
from people.access import Actor


@dataclass(frozen=True)
class Reading:
    """How far a person is in a lesson that they opened in a training year."""

    lesson_version_id: int
    #: Where they stopped, in thousandths of the text.
    position: int
    read_at: datetime | None


@dataclass(frozen=True)
class OutlineLesson:
    """A lesson at its place in a course version; positions count from 1."""

    lesson_id: int
    lesson_version_id: int
    title: str
    minutes: int
    module_code: str
    module_title: str
    position: int
    #: The codes of the sources that it cites.
    sources: tuple[str, ...]
    #: How far the person for whom the outline was asked is; None when they have not opened it this year.
    reading: Reading | None

    @property
    def read_at(self) -> datetime | None:
        """Return when it was read this year."""
        return self.reading.read_at if self.reading else None


@dataclass(frozen=True)
class CourseOutline:
    """A course version with its lessons in order, as one person sees it in a training year."""

    course_version_id: int
    course_id: int
    slug: str
    title: str
    summary: str
    hours: int
    number: int
    published_at: datetime
    lessons: tuple[OutlineLesson, ...]

    @property
    def minutes(self) -> int:
        """Return the reading time of all lessons together."""
        return sum(lesson.minutes for lesson in self.lessons)

    @property
    def lesson_ids(self) -> tuple[int, ...]:
        """Return the lessons' ids in order."""
        return tuple(lesson.lesson_id for lesson in self.lessons)

    @property
    def read(self) -> int:
        """Return how many lessons are read."""
        return sum(lesson.read_at is not None for lesson in self.lessons)

    @property
    def source_codes(self) -> list[str]:
        """Return the codes of all sources that are cited, each once, in order of first use."""
        return list(dict.fromkeys(code for lesson in self.lessons for code in lesson.sources))

    def place_of(self, lesson_id: int) -> OutlineLesson | None:
        """Return a lesson's place, None when it is not part of this version."""
        return next((lesson for lesson in self.lessons if lesson.lesson_id == lesson_id), None)

    def before(self, place: OutlineLesson) -> OutlineLesson | None:
        """Return the lesson before another one."""
        return self.lessons[place.position - 2] if place.position > 1 else None

    def after(self, place: OutlineLesson) -> OutlineLesson | None:
        """Return the lesson after another one."""
        return self.lessons[place.position] if place.position < len(self.lessons) else None


_COURSES, _VERSIONS, _ENTRIES, _TEXTS, _READINGS = map(
    table_of, (Course, CourseVersion, CourseEntry, LessonVersion, LessonReading)
)
_NEWER = _VERSIONS.alias()
#: The version of a course that was published last.
_LATEST = (
    select(_NEWER.c.id)
    .where(_NEWER.c.course_id == _COURSES.c.id)
    .order_by(_NEWER.c.number.desc())
    .limit(1)
    .correlate(_COURSES)
    .scalar_subquery()
)
_GIVEN = bindparam("course_version_id", type_=Integer)
_AT_SLUG = _COURSES.c.slug == bindparam("slug")
_OF_LESSON = _COURSES.c.id == (
    select(Module.course_id)
    .join(Lesson, Lesson.module_id == Module.id)
    .where(Lesson.id == bindparam("lesson_id"))
    .scalar_subquery()
)


@lru_cache(maxsize=16)
def _outline(version: ColumnElement[Any], course: ColumnElement[bool]) -> Select[Any]:
    """Return the statement of a course version in order, with what ``person_id`` has read of it in ``year``."""
    return (
        select(
            *_VERSIONS.c["course_id", "title", "summary", "hours", "number", "published_at"],
            _COURSES.c.slug,
            *_ENTRIES.c["course_version_id", "lesson_id", "lesson_version_id", "module_code", "module_title"],
            *(_TEXTS.c[name].label(f"lesson_{name}") for name in ("title", "minutes", "sources")),
            _READINGS.c.lesson_version_id.label("version_opened"),
            _READINGS.c.position,
            _READINGS.c.read_at,
        )
        .join(_VERSIONS, _VERSIONS.c.course_id == _COURSES.c.id)
        .join(_ENTRIES, _ENTRIES.c.course_version_id == _VERSIONS.c.id)
        .join(_TEXTS, _TEXTS.c.id == _ENTRIES.c.lesson_version_id)
        .outerjoin(
            _READINGS,
            and_(
                _READINGS.c.lesson_id == _ENTRIES.c.lesson_id,
                _READINGS.c.person_id == bindparam("person_id", type_=Integer),
                _READINGS.c.year == bindparam("year", type_=Integer),
            ),
        )
        .where(course, _VERSIONS.c.id == version)
        .order_by(_ENTRIES.c.position)
    )


@lru_cache(maxsize=4)
def _owed_or_latest(hooks: LessonHooks) -> ColumnElement[Any]:
    return func.coalesce(hooks.owed_version, _LATEST)


def course_outline(course_version_id: int) -> CourseOutline:
    """Return a course version with its lessons in order, as nobody has read any. One query.

    :raises NotFound: when there is no such version.
    """
    asked = {"course_version_id": course_version_id, "person_id": None, "year": 0}
    return _made_of(db.session.execute(_outline(_GIVEN, true()), asked).all())


def outline_by_slug(actor: Actor, slug: str, on: date) -> CourseOutline:
    """Return the course at an address, as this person is to read it: the version that they owe, else the latest.

    One query.

    :raises NotFound: when there is none, or no version is published.
    """
    statement = _outline(_owed_or_latest(lesson_hooks()), _AT_SLUG)
    return _made_of(db.session.execute(statement, _as_seen_by(actor, on) | {"slug": slug}).all())


def outline_of_lesson(actor: Actor, lesson_id: int, on: date) -> tuple[CourseOutline, OutlineLesson]:
    """Return the course version in which a person may read a lesson, and the lesson's place in it. One query or two.

    The version that they owe comes first; a lesson that only the latest version has may be read too.

    :raises NotFound: when no version that this person may read has the lesson.
    """
    asked = _as_seen_by(actor, on) | {"lesson_id": lesson_id}
    for version in (_owed_or_latest(lesson_hooks()), _LATEST):
        outline = _made_of(db.session.execute(_outline(version, _OF_LESSON), asked).all())
        place = outline.place_of(lesson_id)
        if place is not None:
            return outline, place
    raise NotFound(_l("This lesson does not exist, or is not published yet."))


def _as_seen_by(actor: Actor, on: date) -> dict[str, Any]:
    return {"person_id": actor.person_id, "year": on.year, "day": on}


def _made_of(rows: Sequence[Row[Any]]) -> CourseOutline:
    if not rows:
        raise NotFound(_l("This course does not exist, or is not published yet."))
    version = rows[0]
    return CourseOutline(
        course_version_id=version.course_version_id,
        course_id=version.course_id,
        slug=version.slug,
        title=version.title,
        summary=version.summary,
        hours=version.hours,
        number=version.number,
        published_at=version.published_at,
        lessons=tuple(
            OutlineLesson(
                lesson_id=row.lesson_id,
                lesson_version_id=row.lesson_version_id,
                title=row.lesson_title,
                minutes=row.lesson_minutes,
                module_code=row.module_code,
                module_title=row.module_title,
                position=place,
                sources=tuple(citation["code"] for citation in row.lesson_sources),
                reading=None if row.version_opened is None else Reading(row.version_opened, row.position, row.read_at),
            )
            for place, row in enumerate(rows, 1)
        ),
    )
