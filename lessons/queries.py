"""What can be asked about published courses and about reading. Drafts are asked for in ``lessons.desk_queries``."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from core.db import db
from core.text import sort_key
from lessons.models import Course, CourseEntry, CourseVersion, LessonReading, LessonVersion


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


def lessons_read(person_id: int | None, lesson_ids: Iterable[int], year: int) -> dict[int, datetime]:
    """Return which of these lessons a person has read in a training year, and when. One query."""
    rows = db.session.execute(
        select(LessonReading.lesson_id, LessonReading.read_at).where(
            LessonReading.person_id == person_id,
            LessonReading.lesson_id.in_(list(lesson_ids)),
            LessonReading.year == year,
            LessonReading.read_at.is_not(None),
        )
    )
    return {row.lesson_id: row.read_at for row in rows}


def reading_progress(person_ids: Iterable[int], course_version_id: int, year: int) -> dict[int, int]:
    """Return how many lessons of a course version each person has read in a training year. One query.

    Persons who have read none are left out; compare with ``len(outline_queries.course_outline(...).lessons)``.
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


def _latest_ids() -> Select[int]:
    newer = aliased(CourseVersion)
    return select(func.max(newer.id)).group_by(newer.course_id)
