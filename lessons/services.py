"""What reading leaves behind: that a lesson was opened, how far, and that it was read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.clock import local_day
from core.db import db, is_sqlite, table_of
from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from lessons import outline_queries
from lessons.hooks import lesson_hooks
from lessons.models import LessonReading
from lessons.outline_queries import CourseOutline, OutlineLesson
from people.access import Actor

_READINGS = table_of(LessonReading)


def open_lesson(lesson_id: int, lesson_version_id: int, *, by: Actor, at: datetime) -> None:
    """Write down, once a year, that a person opened a lesson; later and at the same moment it changes nothing.

    Until the lesson is read, the row follows the version that the person saw last.
    """
    insert = sqlite_insert if is_sqlite() else postgres_insert
    added = insert(LessonReading).values(
        person_id=by.person_id,
        lesson_id=lesson_id,
        year=local_day(at).year,
        lesson_version_id=lesson_version_id,
        opened_at=at,
        position=0,
    )
    db.session.execute(
        added.on_conflict_do_update(
            index_elements=["person_id", "lesson_id", "year"],
            set_={"lesson_version_id": lesson_version_id},
            where=LessonReading.read_at.is_(None) & (LessonReading.lesson_version_id != lesson_version_id),
        )
    )


def save_position(lesson_id: int, position: int, *, by: Actor, at: datetime) -> None:
    """Remember how far a person came in a lesson that they opened; otherwise nothing is written.

    :param position: thousandths of the text; what is outside is brought to the nearer end.
    """
    db.session.execute(
        update(LessonReading)
        .where(
            LessonReading.person_id == by.person_id,
            LessonReading.lesson_id == lesson_id,
            LessonReading.year == local_day(at).year,
        )
        .values(position=min(max(position, 0), 1000))
    )


@dataclass(frozen=True)
class MarkedRead:
    """A lesson that is read now, at its place; and whether this was the first time in the year."""

    outline: CourseOutline
    place: OutlineLesson
    is_first: bool

    @property
    def is_all_read(self) -> bool:
        """Tell whether every lesson of the course is read now."""
        return all(lesson is self.place or lesson.read_at for lesson in self.outline.lessons)


def mark_read(lesson_id: int, *, by: Actor, at: datetime) -> MarkedRead:
    """Record that a person has read a lesson in this training year.

    :raises NotFound: when no course version that the person may read has the lesson.
    :raises RuleBroken: when the person never opened it this year.
    """
    today = local_day(at)
    outline, place = outline_queries.outline_of_lesson(by, lesson_id, today)
    if place.reading is None:
        raise RuleBroken(_l("You have not opened this lesson yet this year."), _l("Open it and read it first."))
    of_reader = {"person_id": by.person_id, "lesson_id": lesson_id, "year": today.year}
    marked = update(_READINGS).filter_by(**of_reader).where(_READINGS.c.read_at.is_(None))
    is_first = (
        db.session.execute(marked.values(read_at=at, position=1000).returning(_READINGS.c.id)).first() is not None
    )
    if is_first:
        for listener in lesson_hooks().on_read:
            listener(lesson_id, by, at)
    return MarkedRead(outline, place, is_first)
