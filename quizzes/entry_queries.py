"""On what occasion somebody may attempt a quiz, in which they may practise, and whether an attempt may begin now.

A quiz for practice is open to the people of its unit and of all units below it, and to whom it is assigned.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.orm import aliased

from core.db import db
from core.errors import DomainError
from people.access import Actor
from people.models import Posting
from people.queries import in_force, units_above
from quizzes import queries
from quizzes.behaviour import PRACTICE, PREVIEW
from quizzes.gates import Gate, may_begin
from quizzes.hooks import Occasion, quiz_hooks
from quizzes.models import Attempt, Quiz, QuizVersion


def occasion_of(by: Actor, quiz_id: int, on: date) -> Occasion:
    """Return for what a person attempts a quiz: what the package above asks of them, else practice.

    :raises DomainError: that says why there is nothing.
    """
    try:
        occasion = quiz_hooks().find_occasion(by, quiz_id, on)
    except DomainError:
        found = db.session.execute(_practice(by.person_id, on).where(Quiz.id == quiz_id)).first()
        if found is None:
            raise
        return Occasion(PRACTICE, queries.quiz_version(found.version_id))
    return Occasion(PRACTICE, occasion.version) if occasion.version.practice else occasion


def practice_quizzes(person_id: int | None, on: date) -> Sequence[Row[int, str, int]]:
    """Return the quizzes in which a person may practise, by title: ``quiz_id, title, version_id``. One query."""
    return db.session.execute(_practice(person_id, on).order_by(QuizVersion.title, Quiz.id)).all()


def _practice(person_id: int | None, on: date) -> Select[int, str, int]:
    """Return a select of the quizzes for practice of a person's unit and of all units above it."""
    newer = aliased(QuizVersion)
    is_latest = ~exists().where(
        newer.quiz_id == Quiz.id, newer.number > QuizVersion.number, newer.published_at.is_not(None)
    )
    posted = select(Posting.unit_id).where(Posting.person_id == person_id, in_force(Posting, on))
    return (
        select(Quiz.id.label("quiz_id"), QuizVersion.title, QuizVersion.id.label("version_id"))
        .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
        .where(
            QuizVersion.practice.is_(True),
            QuizVersion.published_at.is_not(None),
            is_latest,
            Quiz.unit_id.in_(units_above(posted, on)),
        )
    )


def gate_of(
    version: QuizVersion,
    occasion_key: str,
    attempts: Sequence[Attempt],
    *,
    at: datetime,
    typed_code: str = "",
    extra_attempts: int = 0,
) -> Gate:
    """Return whether another attempt may begin on an occasion; a trainer's trial always may.

    :param attempts: all attempts of the person at the quiz.
    :param extra_attempts: attempts that they were given on top of the rule.
    """
    if occasion_key == PREVIEW:
        return Gate()
    ended = [one.finished_at for one in attempts if one.occasion == occasion_key and one.finished_at is not None]
    return may_begin(version, ended, at, typed_code=typed_code, extra_attempts=extra_attempts)
