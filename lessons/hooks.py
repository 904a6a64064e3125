"""What packages above hand to lessons: which version of a course a person is to read, and what follows a reading."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement

from people.access import Actor

#: Called with a lesson id after it was read for the first time in a year, inside the transaction.
ReadingListener = Callable[[int, Actor, datetime], None]
#: Called with a course id and its newly published version id, inside the transaction.
PublishListener = Callable[[int, int, Actor, datetime], None]


@dataclass(frozen=True)
class LessonHooks:
    """One explicit list of callables, set by ``app.py``."""

    #: The course version that a person is to read, null for the latest published one; an expression for a statement
    #: about ``Course``, with the parameters ``person_id`` and ``day``.
    owed_version: ColumnElement[Any]
    on_read: tuple[ReadingListener, ...] = ()
    on_published: tuple[PublishListener, ...] = ()


def lesson_hooks() -> LessonHooks:
    """Return what ``app.py`` handed over."""
    hooks: LessonHooks = current_app.extensions["nep_lesson_hooks"]
    return hooks
