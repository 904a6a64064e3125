"""What packages above hand to lessons: which version of a course a person is to read, and what follows a reading."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app

from people.access import Actor

#: Return the course version that a person is to read, by course id and day; None means the latest published one.
CourseVersionFinder = Callable[[Actor, int, date], int | None]
#: Called with a lesson id after it was read for the first time in a year, inside the transaction.
ReadingListener = Callable[[int, Actor, datetime], None]
#: Called with a course id and its newly published version id, inside the transaction.
PublishListener = Callable[[int, int, Actor, datetime], None]


@dataclass(frozen=True)
class LessonHooks:
    """One explicit list of callables, set by ``app.py``."""

    find_course_version: CourseVersionFinder
    on_read: tuple[ReadingListener, ...] = ()
    on_published: tuple[PublishListener, ...] = ()


def lesson_hooks() -> LessonHooks:
    """Return what ``app.py`` handed over."""
    hooks: LessonHooks = current_app.extensions["nep_lesson_hooks"]
    return hooks
