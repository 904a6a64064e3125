"""What trainers can do to lessons: add, move, retire, draft, publish."""

import hashlib
from datetime import datetime

from sqlalchemy import func, select

from core import audit
from core.db import db
from core.errors import Conflict, RuleBroken
from core.html import clean, from_markdown
from core.i18n import lazy_gettext as _l
from lessons import desk_queries
from lessons.course_services import owned_course, swap
from lessons.models import Lesson, LessonVersion
from lessons.rules import Citation, LessonDraft, check_lesson, check_publishable
from library.queries import sources_by_code
from people.access import Actor


def rendered(text: str, text_format: str) -> str:
    """Return what an author typed as clean HTML."""
    return str(from_markdown(text) if text_format == "markdown" else clean(text))


def base_mark(version: LessonVersion) -> str:
    """Return the mark by which an editor says on which state of a lesson its text is based."""
    content = hashlib.sha256(repr(as_draft(version)).encode()).hexdigest()
    return f"{version.number}:{content[:16]}"


def as_draft(version: LessonVersion) -> LessonDraft:
    """Return a version as the value that was saved."""
    return LessonDraft(
        title=version.title,
        objective=version.objective,
        minutes=version.minutes,
        text=version.text,
        text_format=version.text_format,
        topics=tuple(version.topics),
        sources=tuple(Citation(each["code"], each.get("place", "")) for each in version.sources),
    )


def add_lesson(module_id: int, draft: LessonDraft, *, code: str = "", by: Actor, at: datetime) -> Lesson:
    """Add a lesson with its first draft at the end of a module.

    :raises NotAllowed: when the actor does not write for the course's unit.  :raises RuleBroken: see ``check_lesson``.
    """
    module = desk_queries.module(module_id)
    owned_course(module.course_id, by=by, at=at)
    _check(draft)
    last = db.session.scalar(select(func.max(Lesson.position)).where(Lesson.module_id == module_id)) or 0
    lesson = Lesson(module_id=module_id, position=last + 1, code=code)
    db.session.add(lesson)
    db.session.flush()
    version = LessonVersion(lesson_id=lesson.id, number=1)
    _write(version, draft, by=by, at=at)
    db.session.add(version)
    db.session.flush()
    audit.record("lesson.add", by=by, at=at, about=("lesson", lesson.id), detail={"module_id": module_id})
    return lesson


def save_draft(lesson_id: int, draft: LessonDraft, *, based_on: str | None, by: Actor, at: datetime) -> LessonVersion:
    """Keep what was typed as the draft of a lesson; a published version gets a new draft beside it.

    Text that says the same as the newest version changes nothing.

    :param based_on: the mark (:func:`base_mark`) of the state that the author saw; None writes whatever was there.
    :returns: the newest version: the draft, or the published one that says the same.
    :raises Conflict: when somebody saved in between; nothing is written.
    :raises NotAllowed: when the actor does not write for the course's unit.  :raises RuleBroken: see ``check_lesson``.
    """
    _owned(lesson_id, by=by, at=at)
    newest = desk_queries.newest_version(lesson_id)
    if based_on is not None and based_on != base_mark(newest):
        raise Conflict(
            _l("Somebody else saved this lesson while you were writing."),
            _l("Compare both texts below, then save again."),
        )
    _check(draft)
    if draft == as_draft(newest):
        return newest
    if newest.published_at is not None:
        newest = LessonVersion(lesson_id=lesson_id, number=newest.number + 1)
    _write(newest, draft, by=by, at=at)
    db.session.add(newest)
    db.session.flush()
    audit.record("lesson.edit", by=by, at=at, about=("lesson", lesson_id), detail={"number": newest.number})
    return newest


def discard_draft(lesson_id: int, *, by: Actor, at: datetime) -> None:
    """Throw the draft of a published lesson away; what is published stays.

    :raises RuleBroken: when there is no draft, or nothing but the draft.
    """
    _owned(lesson_id, by=by, at=at)
    draft = desk_queries.newest_version(lesson_id)
    if draft.published_at is not None:
        raise RuleBroken(_l("There is no draft to throw away."))
    if draft.number == 1:
        raise RuleBroken(_l("This lesson was never published."), _l("Retire it if it is not needed."))
    db.session.delete(draft)
    audit.record("lesson.discard_draft", by=by, at=at, about=("lesson", lesson_id), detail={"number": draft.number})


def publish_lesson(lesson_id: int, *, by: Actor, at: datetime) -> LessonVersion:
    """Freeze the draft of a lesson. Learners see it after the course is published.

    :raises RuleBroken: when there is no draft, no text, or a picture without alternative text.
    :raises NotAllowed: when the actor does not write for the course's unit.
    """
    _owned(lesson_id, by=by, at=at)
    draft = desk_queries.newest_version(lesson_id)
    if draft.published_at is not None:
        raise RuleBroken(_l("Nothing has changed since the last published version."))
    check_publishable(draft.html)
    draft.published_at = at
    draft.published_by_id = by.person_id
    db.session.flush()
    audit.record("lesson.publish", by=by, at=at, about=("lesson", lesson_id), detail={"number": draft.number})
    return draft


def move_lesson(lesson_id: int, step: int, *, by: Actor, at: datetime) -> None:
    """Move a lesson one place up (-1) or down (1); from the end of a module into the next one.

    :raises NotAllowed: when the actor does not write for the course's unit.
    """
    lesson = _owned(lesson_id, by=by, at=at)
    row = _lessons_of(lesson.module_id)
    place = [each.id for each in row].index(lesson_id)
    if 0 <= place + step < len(row):
        swap(row, place, step)
    else:
        _move_to_neighbour(lesson, step)
    audit.record("lesson.move", by=by, at=at, about=("lesson", lesson_id), detail={"step": step})


def retire_lesson(lesson_id: int, *, by: Actor, at: datetime) -> None:
    """Take a lesson out of use: versions of the course published from now on leave it out.

    :raises NotAllowed: when the actor does not write for the course's unit.
    """
    lesson = _owned(lesson_id, by=by, at=at)
    if lesson.retired_at is None:
        lesson.retired_at = at
        audit.record("lesson.retire", by=by, at=at, about=("lesson", lesson_id))


def restore_lesson(lesson_id: int, *, by: Actor, at: datetime) -> None:
    """Take a retired lesson into use again.

    :raises NotAllowed: when the actor does not write for the course's unit.
    """
    lesson = _owned(lesson_id, by=by, at=at)
    if lesson.retired_at is not None:
        lesson.retired_at = None
        audit.record("lesson.restore", by=by, at=at, about=("lesson", lesson_id))


def _owned(lesson_id: int, *, by: Actor, at: datetime) -> Lesson:
    lesson = desk_queries.lesson(lesson_id)
    owned_course(lesson.module.course_id, by=by, at=at)
    return lesson


def _check(draft: LessonDraft) -> None:
    check_lesson(draft)
    unknown = {each.code for each in draft.sources} - sources_by_code(each.code for each in draft.sources).keys()
    if unknown:
        raise RuleBroken(
            _l("These sources are not in the register: %(codes)s.", codes=", ".join(sorted(unknown))),
            _l("Add them to the register of sources first."),
        )


def _write(version: LessonVersion, draft: LessonDraft, *, by: Actor, at: datetime) -> None:
    version.title = draft.title
    version.objective = draft.objective
    version.minutes = draft.minutes
    version.text_format = draft.text_format
    version.text = draft.text
    version.html = rendered(draft.text, draft.text_format)
    version.topics = list(draft.topics)
    version.sources = [{"code": each.code, "place": each.place} for each in draft.sources]
    version.edited_by_id = by.person_id
    version.edited_at = at


def _lessons_of(module_id: int) -> list[Lesson]:
    return list(
        db.session.scalars(select(Lesson).where(Lesson.module_id == module_id).order_by(Lesson.position, Lesson.id))
    )


def _move_to_neighbour(lesson: Lesson, step: int) -> None:
    """Move a lesson to the near end of the module before or after, if there is one."""
    modules = [each.module for each in desk_queries.modules_of(lesson.module.course_id)]
    target = [each.id for each in modules].index(lesson.module_id) + step
    if not 0 <= target < len(modules):
        return
    row = _lessons_of(modules[target].id)
    lesson.module_id = modules[target].id
    swap([lesson, *row] if step > 0 else [*row, lesson], 0, 0)
