"""What can be asked about published courses and about reading. Drafts are asked for in ``lessons.desk_queries``."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from core.text import sort_key
from lessons.hooks import lesson_hooks
from lessons.models import Course, CourseEntry, CourseVersion, Lesson, LessonReading, LessonVersion, Module
from people.access import Actor


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


@dataclass(frozen=True)
class CourseOutline:
    """A course version with its lessons in order."""

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

    def place_of(self, lesson_id: int) -> OutlineLesson | None:
        """Return a lesson's place, None when it is not part of this version."""
        return next((lesson for lesson in self.lessons if lesson.lesson_id == lesson_id), None)


@dataclass(frozen=True)
class CourseSummary:
    """A published course in a list, with how far one person is this year."""

    slug: str
    title: str
    summary: str
    hours: int
    lessons: int
    minutes: int
    read: int


def latest_course_version(course_id: int) -> CourseVersion | None:
    """Return the version of a course that was published last, None while there is none. One query."""
    return db.session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course_id).order_by(CourseVersion.number.desc()).limit(1)
    )


def course_outline(course_version_id: int) -> CourseOutline:
    """Return a course version with its lessons in order. One query.

    :raises NotFound: when there is no such version.
    """
    rows = db.session.execute(
        select(CourseVersion, Course.slug, CourseEntry, LessonVersion.title, LessonVersion.minutes)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(CourseEntry, CourseEntry.course_version_id == CourseVersion.id)
        .join(LessonVersion, LessonVersion.id == CourseEntry.lesson_version_id)
        .where(CourseVersion.id == course_version_id)
        .order_by(CourseEntry.position)
    ).all()
    if not rows:
        raise NotFound(_l("This course does not exist, or is not published yet."))
    version = rows[0].CourseVersion
    return CourseOutline(
        course_version_id=version.id,
        course_id=version.course_id,
        slug=rows[0].slug,
        title=version.title,
        summary=version.summary,
        hours=version.hours,
        number=version.number,
        published_at=version.published_at,
        lessons=tuple(
            OutlineLesson(
                lesson_id=row.CourseEntry.lesson_id,
                lesson_version_id=row.CourseEntry.lesson_version_id,
                title=row.title,
                minutes=row.minutes,
                module_code=row.CourseEntry.module_code,
                module_title=row.CourseEntry.module_title,
                position=place,
            )
            for place, row in enumerate(rows, 1)
        ),
    )


def outline_for(actor: Actor, course_id: int, on: date) -> CourseOutline:
    """Return the course as this person is to read it: the version that they owe, else the latest.

    :raises NotFound: when no version is published.
    """
    pinned = lesson_hooks().find_course_version(actor, course_id, on)
    if pinned is None and (latest := latest_course_version(course_id)) is not None:
        pinned = latest.id
    return course_outline(pinned or 0)


def outline_by_slug(actor: Actor, slug: str, on: date) -> CourseOutline:
    """Return the course at an address, as this person is to read it.

    :raises NotFound: when there is none, or no version is published.
    """
    return outline_for(actor, db.session.scalar(select(Course.id).where(Course.slug == slug)) or 0, on)


def outline_of_lesson(actor: Actor, lesson_id: int, on: date) -> tuple[CourseOutline, OutlineLesson]:
    """Return the course version in which a person may read a lesson, and the lesson's place in it.

    The version that they owe comes first; a lesson that only the latest version has may be read too.

    :raises NotFound: when no version that this person may read has the lesson.
    """
    course_id = db.session.scalar(
        select(Module.course_id).join(Lesson, Lesson.module_id == Module.id).where(Lesson.id == lesson_id)
    )
    outline = outline_for(actor, course_id or 0, on)
    place = outline.place_of(lesson_id)
    if place is None and (latest := latest_course_version(outline.course_id)) is not None:
        outline = course_outline(latest.id)
        place = outline.place_of(lesson_id)
    if place is None:
        raise NotFound(_l("This lesson does not exist, or is not published yet."))
    return outline, place


def readings(person_id: int | None, lesson_ids: Iterable[int], year: int) -> dict[int, LessonReading]:
    """Return what a person opened or read of these lessons in a training year, by lesson. One query."""
    found = db.session.scalars(
        select(LessonReading).where(
            LessonReading.person_id == person_id,
            LessonReading.lesson_id.in_(list(lesson_ids)),
            LessonReading.year == year,
        )
    )
    return {reading.lesson_id: reading for reading in found}


def lessons_read(person_id: int | None, lesson_ids: Iterable[int], year: int) -> dict[int, datetime]:
    """Return which of these lessons a person has read in a training year, and when. One query."""
    return {
        lesson_id: reading.read_at
        for lesson_id, reading in readings(person_id, lesson_ids, year).items()
        if reading.read_at is not None
    }


def reading_progress(person_ids: Iterable[int], course_version_id: int, year: int) -> dict[int, int]:
    """Return how many lessons of a course version each person has read in a training year. One query.

    Persons who have read none are left out; compare with ``len(course_outline(...).lessons)``.
    """
    rows = db.session.execute(
        select(LessonReading.person_id, func.count().label("lessons"))
        .join(CourseEntry, CourseEntry.lesson_id == LessonReading.lesson_id)
        .where(
            CourseEntry.course_version_id == course_version_id,
            LessonReading.person_id.in_(list(person_ids)),
            LessonReading.year == year,
            LessonReading.read_at.is_not(None),
        )
        .group_by(LessonReading.person_id)
    )
    return {row.person_id: row.lessons for row in rows}


def published_courses(person_id: int | None, year: int) -> list[CourseSummary]:
    """Return every course that is published, by title, with how far a person is in a training year. Two queries."""
    counted = db.session.execute(
        select(CourseEntry.course_version_id, CourseEntry.lesson_id, LessonVersion.minutes, LessonReading.read_at)
        .join(LessonVersion, LessonVersion.id == CourseEntry.lesson_version_id)
        .outerjoin(
            LessonReading,
            (LessonReading.lesson_id == CourseEntry.lesson_id)
            & (LessonReading.person_id == person_id)
            & (LessonReading.year == year),
        )
        .where(CourseEntry.course_version_id.in_(_latest_ids()))
    )
    entries: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for row in counted:
        entries[row.course_version_id].append((row.minutes, row.read_at is not None))
    courses = db.session.execute(
        select(Course.slug, CourseVersion)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.id.in_(_latest_ids()))
    )
    summaries = [
        CourseSummary(
            slug=slug,
            title=version.title,
            summary=version.summary,
            hours=version.hours,
            lessons=len(entries[version.id]),
            minutes=sum(minutes for minutes, _ in entries[version.id]),
            read=sum(read for _, read in entries[version.id]),
        )
        for slug, version in courses
    ]
    return sorted(summaries, key=lambda course: sort_key(course.title))


def lesson_version(lesson_version_id: int) -> LessonVersion:
    """Return the text of a lesson version. One query."""
    return db.session.get_one(LessonVersion, lesson_version_id)


def cited_sources(outline: CourseOutline) -> list[str]:
    """Return the codes of all sources that a course version cites, each once, in order of first use. One query."""
    versions = db.session.execute(
        select(LessonVersion.id, LessonVersion.sources).where(
            LessonVersion.id.in_([lesson.lesson_version_id for lesson in outline.lessons])
        )
    )
    cited = {row.id: row.sources for row in versions}
    codes = (citation["code"] for lesson in outline.lessons for citation in cited[lesson.lesson_version_id])
    return list(dict.fromkeys(codes))


def _latest_ids() -> Select[int]:
    newer = aliased(CourseVersion)
    return select(func.max(newer.id)).group_by(newer.course_id)
