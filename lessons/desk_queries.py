"""What trainers can ask about courses, modules, lessons and their versions, drafts included."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import defer, selectinload

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from core.text import sort_key
from lessons.models import Course, CourseEntry, CourseVersion, Lesson, LessonVersion, Module
from lessons.queries import latest_course_version
from people.access import Actor, Permission
from people.models import Person
from people.queries import unit_names, units_in_scope


@dataclass(frozen=True)
class DeskCourse:
    """A course in a trainer's list."""

    course_id: int
    slug: str
    title: str
    unit_name: str
    lessons: int
    drafts: int
    #: Number of the version that learners see; None while there is none.
    published_number: int | None
    published_at: datetime | None


@dataclass(frozen=True)
class DeskLesson:
    """A lesson in a course's draft: what is published of it and whether a draft waits."""

    lesson_id: int
    code: str
    title: str
    minutes: int
    published_number: int | None
    has_draft: bool
    retired: bool


@dataclass(frozen=True)
class DeskModule:
    """A module in a course's draft, with its lessons in order; retired ones last."""

    module: Module
    lessons: tuple[DeskLesson, ...]


@dataclass(frozen=True)
class VersionNote:
    """A version in a lesson's history: who wrote and published it, and when."""

    number: int
    title: str
    edited_at: datetime
    edited_by: str
    published_at: datetime | None
    published_by: str


def courses_in_scope(actor: Actor, on: date) -> list[DeskCourse]:
    """Return the courses of the units for which the actor writes, by title. Four queries."""
    courses = db.session.scalars(
        select(Course).where(Course.unit_id.in_(units_in_scope(actor, Permission.AUTHOR, on)))
    ).all()
    ids = [course.id for course in courses]
    names = unit_names({course.unit_id for course in courses}, on)
    counts = {row.course_id: row for row in db.session.execute(_counts(ids))}
    latest = {version.course_id: version for version in _latest_versions(ids)}
    listed = [
        DeskCourse(
            course_id=course.id,
            slug=course.slug,
            title=course.title,
            unit_name=names.get(course.unit_id, ""),
            lessons=counts[course.id].lessons if course.id in counts else 0,
            drafts=counts[course.id].drafts if course.id in counts else 0,
            published_number=latest[course.id].number if course.id in latest else None,
            published_at=latest[course.id].published_at if course.id in latest else None,
        )
        for course in courses
    ]
    return sorted(listed, key=lambda course: sort_key(course.title))


def course(course_id: int) -> Course:
    """Return a course.

    :raises NotFound: when there is none with this id.
    """
    found = db.session.get(Course, course_id)
    if found is None:
        raise NotFound(_l("There is no such course."))
    return found


def course_with_slug(slug: str) -> Course | None:
    """Return the course at an address, if any."""
    return db.session.scalar(select(Course).where(Course.slug == slug))


def modules_of(course_id: int) -> list[DeskModule]:
    """Return the modules of a course's draft with their lessons, in order. Three queries."""
    modules = db.session.scalars(
        select(Module)
        .where(Module.course_id == course_id)
        .options(selectinload(Module.lessons).selectinload(Lesson.versions).load_only(*_LISTED))
        .order_by(Module.position, Module.id)
    ).all()
    return [
        DeskModule(each, tuple(sorted(map(_desk_lesson, each.lessons), key=lambda one: one.retired)))
        for each in modules
    ]


def module(module_id: int) -> Module:
    """Return a module with its course.

    :raises NotFound: when there is none with this id.
    """
    found = db.session.scalar(select(Module).where(Module.id == module_id).options(selectinload(Module.course)))
    if found is None:
        raise NotFound(_l("There is no such module."))
    return found


def lesson(lesson_id: int) -> Lesson:
    """Return a lesson with its module and course.

    :raises NotFound: when there is none with this id.
    """
    found = db.session.scalar(
        select(Lesson)
        .where(Lesson.id == lesson_id)
        .options(selectinload(Lesson.module).selectinload(Module.course))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(_l("There is no such lesson."))
    return found


def newest_version(lesson_id: int) -> LessonVersion:
    """Return the draft of a lesson, or its last published version when no draft waits."""
    return db.session.scalars(
        select(LessonVersion).where(LessonVersion.lesson_id == lesson_id).order_by(LessonVersion.number.desc()).limit(1)
    ).one()


def version(lesson_id: int, number: int) -> LessonVersion:
    """Return a version of a lesson by its number.

    :raises NotFound: when there is none.
    """
    found = db.session.scalar(
        select(LessonVersion).where(LessonVersion.lesson_id == lesson_id, LessonVersion.number == number)
    )
    if found is None:
        raise NotFound(_l("There is no such version."))
    return found


def history(lesson_id: int) -> list[VersionNote]:
    """Return all versions of a lesson, the newest first. Two queries."""
    versions = db.session.scalars(
        select(LessonVersion)
        .where(LessonVersion.lesson_id == lesson_id)
        .options(defer(LessonVersion.text), defer(LessonVersion.html))
        .order_by(LessonVersion.number.desc())
    ).all()
    names = _names({who for each in versions for who in (each.edited_by_id, each.published_by_id) if who})
    return [
        VersionNote(
            number=each.number,
            title=each.title,
            edited_at=each.edited_at,
            edited_by=names.get(each.edited_by_id or 0, ""),
            published_at=each.published_at,
            published_by=names.get(each.published_by_id or 0, ""),
        )
        for each in versions
    ]


def course_history(course_id: int) -> list[VersionNote]:
    """Return all published versions of a course, the newest first. Two queries."""
    versions = db.session.scalars(
        select(CourseVersion).where(CourseVersion.course_id == course_id).order_by(CourseVersion.number.desc())
    ).all()
    names = _names({each.published_by_id for each in versions if each.published_by_id})
    return [
        VersionNote(
            number=each.number,
            title=each.title,
            edited_at=each.published_at,
            edited_by="",
            published_at=each.published_at,
            published_by=names.get(each.published_by_id or 0, ""),
        )
        for each in versions
    ]


def publishable_entries(course_id: int) -> list[tuple[Lesson, Module, LessonVersion | None]]:
    """Return the lessons in use of a course's draft in order, with the last published version of each. One query."""
    last = (
        select(LessonVersion.lesson_id, func.max(LessonVersion.id).label("version_id"))
        .where(LessonVersion.published_at.is_not(None))
        .group_by(LessonVersion.lesson_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Lesson, Module, LessonVersion)
        .join(Module, Module.id == Lesson.module_id)
        .outerjoin(last, last.c.lesson_id == Lesson.id)
        .outerjoin(LessonVersion, LessonVersion.id == last.c.version_id)
        .where(Module.course_id == course_id, Lesson.retired_at.is_(None))
        .order_by(Module.position, Module.id, Lesson.position, Lesson.id)
    )
    return [(row.Lesson, row.Module, row.LessonVersion) for row in rows]


def entries_of_latest(course_id: int) -> tuple[CourseVersion | None, list[CourseEntry]]:
    """Return the last published version of a course and its entries in order. Two queries."""
    latest = latest_course_version(course_id)
    if latest is None:
        return None, []
    entries = db.session.scalars(
        select(CourseEntry).where(CourseEntry.course_version_id == latest.id).order_by(CourseEntry.position)
    )
    return latest, list(entries)


_LISTED = (LessonVersion.number, LessonVersion.title, LessonVersion.minutes, LessonVersion.published_at)


def _desk_lesson(each: Lesson) -> DeskLesson:
    newest = each.versions[-1]
    published = [one.number for one in each.versions if one.published_at]
    return DeskLesson(
        lesson_id=each.id,
        code=each.code,
        title=newest.title,
        minutes=newest.minutes,
        published_number=published[-1] if published else None,
        has_draft=newest.published_at is None,
        retired=each.retired_at is not None,
    )


def _counts(course_ids: Sequence[int]) -> Select[int, int, int]:
    return (
        select(
            Module.course_id,
            func.count(Lesson.id.distinct()).label("lessons"),
            func.sum(case((LessonVersion.published_at.is_(None), 1), else_=0)).label("drafts"),
        )
        .join(Lesson, Lesson.module_id == Module.id)
        .join(LessonVersion, LessonVersion.lesson_id == Lesson.id)
        .where(Module.course_id.in_(course_ids), Lesson.retired_at.is_(None))
        .group_by(Module.course_id)
    )


def _latest_versions(course_ids: Sequence[int]) -> Sequence[CourseVersion]:
    latest = (
        select(func.max(CourseVersion.id))
        .where(CourseVersion.course_id.in_(course_ids))
        .group_by(CourseVersion.course_id)
    )
    return db.session.scalars(select(CourseVersion).where(CourseVersion.id.in_(latest))).all()


def _names(person_ids: set[int]) -> dict[int, str]:
    if not person_ids:
        return {}
    rows = db.session.execute(select(Person.id, Person.full_name).where(Person.id.in_(person_ids)))
    return {row.id: row.full_name for row in rows}


def modules_by_code(course_id: int) -> dict[str, Module]:
    """Return the modules of a course's draft by their codes. One query."""
    modules = db.session.scalars(select(Module).where(Module.course_id == course_id).order_by(Module.position.desc()))
    return {each.code: each for each in modules}


def lessons_by_code(course_id: int) -> dict[str, Lesson]:
    """Return the lessons of a course's draft by their codes, retired ones too. One query."""
    lessons = db.session.scalars(
        select(Lesson)
        .join(Module, Module.id == Lesson.module_id)
        .where(Module.course_id == course_id)
        .order_by(Lesson.id.desc())
    )
    return {each.code: each for each in lessons}


def last_published(lesson_id: int) -> LessonVersion | None:
    """Return the version of a lesson that was published last, None while there is none."""
    return db.session.scalar(
        select(LessonVersion)
        .where(LessonVersion.lesson_id == lesson_id, LessonVersion.published_at.is_not(None))
        .order_by(LessonVersion.number.desc())
        .limit(1)
    )
