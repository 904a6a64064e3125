"""What trainers can do to courses and modules: make, edit, order, publish."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from core import audit
from core.clock import local_day
from core.db import db
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from lessons import desk_queries
from lessons.hooks import lesson_hooks
from lessons.models import Course, CourseEntry, CourseVersion, Lesson, Module
from lessons.rules import CourseDraft, ModuleDraft, check_course, check_module
from people.access import Actor, Permission
from people.services import ensure_in_unit


def create_course(draft: CourseDraft, *, unit_id: int, by: Actor, at: datetime) -> Course:
    """Make a course that belongs to a unit.

    :raises NotAllowed: when the actor does not write for the unit.  :raises Conflict: when the address is taken.
    """
    ensure_in_unit(by, Permission.AUTHOR, unit_id, on=local_day(at))
    check_course(draft)
    course = Course(
        unit_id=unit_id, slug=draft.slug, title=draft.title, summary=draft.summary, hours=draft.hours, created_at=at
    )
    db.session.add(course)
    _flush_slug()
    audit.record("course.create", by=by, at=at, about=("course", course.id), detail={"slug": course.slug})
    return course


def edit_course(course_id: int, draft: CourseDraft, *, by: Actor, at: datetime) -> bool:
    """Change what is written about a course; learners see it after the next publishing. Tells whether it changed.

    :raises NotAllowed: when the actor does not write for the course's unit.
    :raises Conflict: when the address is taken.
    """
    course = owned_course(course_id, by=by, at=at)
    check_course(draft)
    wanted = {"slug": draft.slug, "title": draft.title, "summary": draft.summary, "hours": draft.hours}
    before = {name: getattr(course, name) for name, value in wanted.items() if getattr(course, name) != value}
    for name in before:
        setattr(course, name, wanted[name])
    if before:
        _flush_slug()
        audit.record("course.edit", by=by, at=at, about=("course", course.id), detail={"before": before})
    return bool(before)


def owned_course(course_id: int, *, by: Actor, at: datetime) -> Course:
    """Return a course, locked until the transaction ends.

    :raises NotFound: when there is none.  :raises NotAllowed: when the actor does not write for its unit.
    """
    course = db.session.get(Course, course_id, with_for_update=True)
    if course is None:
        raise NotFound(_l("There is no such course."))
    ensure_in_unit(by, Permission.AUTHOR, course.unit_id, on=local_day(at))
    return course


def add_module(course_id: int, draft: ModuleDraft, *, by: Actor, at: datetime) -> Module:
    """Add a module at the end of a course's draft.

    :raises NotAllowed: when the actor does not write for the course's unit.
    """
    owned_course(course_id, by=by, at=at)
    check_module(draft)
    last = db.session.scalar(select(func.max(Module.position)).where(Module.course_id == course_id)) or 0
    module = Module(course_id=course_id, position=last + 1, code=draft.code, title=draft.title, summary=draft.summary)
    db.session.add(module)
    db.session.flush()
    audit.record("module.add", by=by, at=at, about=("module", module.id), detail={"course_id": course_id})
    return module


def edit_module(module_id: int, draft: ModuleDraft, *, by: Actor, at: datetime) -> bool:
    """Change what is written about a module. Tells whether it changed.

    :raises NotAllowed: when the actor does not write for the course's unit.
    """
    module = desk_queries.module(module_id)
    owned_course(module.course_id, by=by, at=at)
    check_module(draft)
    wanted = {"code": draft.code, "title": draft.title, "summary": draft.summary}
    before = {name: getattr(module, name) for name, value in wanted.items() if getattr(module, name) != value}
    for name in before:
        setattr(module, name, wanted[name])
    if before:
        audit.record("module.edit", by=by, at=at, about=("module", module.id), detail={"before": before})
    return bool(before)


def move_module(module_id: int, step: int, *, by: Actor, at: datetime) -> None:
    """Move a module one place up (-1) or down (1); at the end of the row it stays.

    :raises NotAllowed: when the actor does not write for the course's unit.
    """
    module = desk_queries.module(module_id)
    owned_course(module.course_id, by=by, at=at)
    order = [each.module for each in desk_queries.modules_of(module.course_id)]
    swap(order, [each.id for each in order].index(module_id), step)
    audit.record("module.move", by=by, at=at, about=("module", module_id), detail={"step": step})


def swap(order: Sequence[Module | Lesson], place: int, step: int) -> None:
    """Exchange two neighbours and number the row anew, from 1."""
    row = list(order)
    if 0 <= place + step < len(row):
        row[place], row[place + step] = row[place + step], row[place]
    for position, each in enumerate(row, 1):
        each.position = position


def arrange(course_id: int, order: Sequence[tuple[int, Sequence[int]]], *, by: Actor, at: datetime) -> bool:
    """Put modules and their lessons into an order; what is not named follows after. Tells whether anything moved.

    :param order: module ids with the lesson ids of each.
    """
    owned_course(course_id, by=by, at=at)
    moved = False
    modules = db.session.scalars(select(Module).where(Module.course_id == course_id).order_by(Module.position))
    moved |= _number(modules.all(), [module_id for module_id, _lessons in order])
    for module_id, lesson_ids in order:
        in_module = or_(Lesson.module_id == module_id, Lesson.id.in_(lesson_ids))
        lessons = db.session.scalars(select(Lesson).where(in_module).order_by(Lesson.position)).all()
        moved |= any(lesson.module_id != module_id for lesson in lessons)
        for lesson in lessons:
            lesson.module_id = module_id
        moved |= _number(lessons, lesson_ids)
    if moved:
        audit.record("course.arrange", by=by, at=at, about=("course", course_id))
    return moved


def publish_course(course_id: int, *, by: Actor, at: datetime) -> CourseVersion | None:
    """Freeze the course as it stands: its words and the last published version of each lesson in use.

    :returns: the new version, or None when it would say the same as the last one.
    :raises RuleBroken: when there is no lesson, or some lesson was never published; it names them.
    :raises NotAllowed: when the actor does not write for the course's unit.
    """
    course = owned_course(course_id, by=by, at=at)
    entries = desk_queries.publishable_entries(course_id)
    if not entries:
        raise RuleBroken(_l("The course has no lesson yet."), _l("Add a module with a lesson, and publish the lesson."))
    unpublished = [lesson for lesson, _module, version in entries if version is None]
    if unpublished:
        titles = [desk_queries.newest_version(lesson.id).title for lesson in unpublished]
        raise RuleBroken(
            _l("These lessons have no published version: %(titles)s.", titles="; ".join(titles)),
            _l("Publish them first, or retire those that are not ready."),
        )
    content = [
        (module.code, module.title, lesson.id, version.id) for lesson, module, version in entries if version is not None
    ]
    latest, latest_entries = desk_queries.entries_of_latest(course_id)
    if latest is not None and _says_the_same(course, content, latest, latest_entries):
        return None
    return _freeze(course, content, (latest.number if latest else 0) + 1, by=by, at=at)


Content = list[tuple[str, str, int, int]]


def _says_the_same(course: Course, content: Content, latest: CourseVersion, entries: list[CourseEntry]) -> bool:
    before = [(each.module_code, each.module_title, each.lesson_id, each.lesson_version_id) for each in entries]
    words = (course.title, course.summary, course.hours) == (latest.title, latest.summary, latest.hours)
    return words and content == before


def _freeze(course: Course, content: Content, number: int, *, by: Actor, at: datetime) -> CourseVersion:
    version = CourseVersion(
        course_id=course.id,
        number=number,
        title=course.title,
        summary=course.summary,
        hours=course.hours,
        published_by_id=by.person_id,
        published_at=at,
    )
    db.session.add(version)
    db.session.flush()
    db.session.add_all(
        CourseEntry(
            course_version_id=version.id,
            position=position,
            module_code=code,
            module_title=title,
            lesson_id=lesson_id,
            lesson_version_id=lesson_version_id,
        )
        for position, (code, title, lesson_id, lesson_version_id) in enumerate(content, 1)
    )
    db.session.flush()
    detail = {"number": number, "lessons": len(content)}
    audit.record("course.publish", by=by, at=at, about=("course", course.id), detail=detail)
    for listener in lesson_hooks().on_published:
        listener(course.id, version.id, by, at)
    return version


def _flush_slug() -> None:
    """Write the course's address, which the database keeps unique."""
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict(_l("Another course has this address already."), _l("Choose another address.")) from None


def _number(row: Sequence[Module | Lesson], wanted: Sequence[int]) -> bool:
    """Number a row anew, the wanted ones first. Tells whether a number changed."""
    rank = {each_id: place for place, each_id in enumerate(wanted)}
    ordered = sorted(row, key=lambda each: rank.get(each.id, len(rank)))
    changed = False
    for position, each in enumerate(ordered, 1):
        changed |= each.position != position
        each.position = position
    return changed
