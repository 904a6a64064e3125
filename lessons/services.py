"""What reading leaves behind: that a lesson was opened, how far, and that it was read."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.clock import local_day
from core.db import db, is_sqlite
from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from lessons import queries
from lessons.hooks import lesson_hooks
from lessons.models import LessonReading
from people.access import Actor


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


def mark_read(lesson_id: int, *, by: Actor, at: datetime) -> bool:
    """Record that a person has read a lesson in this training year. Tells whether it was the first time.

    :raises NotFound: when no course version that the person may read has the lesson.
    :raises RuleBroken: when the person never opened it this year.
    """
    today = local_day(at)
    queries.outline_of_lesson(by, lesson_id, today)
    reading = db.session.scalar(
        select(LessonReading)
        .where(
            LessonReading.person_id == by.person_id,
            LessonReading.lesson_id == lesson_id,
            LessonReading.year == today.year,
        )
        .with_for_update()
    )
    if reading is None:
        raise RuleBroken(_l("You have not opened this lesson yet this year."), _l("Open it and read it first."))
    if reading.read_at is not None:
        return False
    reading.read_at = at
    reading.position = 1000
    db.session.flush()
    for listener in lesson_hooks().on_read:
        listener(lesson_id, by, at)
    return True
