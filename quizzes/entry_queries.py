"""On what occasion somebody may attempt a quiz, and whether an attempt may begin now."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from people.access import Actor
from people.models import Posting
from people.queries import in_force, units_below
from quizzes import queries
from quizzes.behaviour import PRACTICE, PREVIEW
from quizzes.gates import Gate, may_begin
from quizzes.hooks import Occasion, quiz_hooks
from quizzes.models import Attempt, Quiz, QuizVersion


def occasion_of(by: Actor, quiz_id: int, on: date) -> Occasion:
    """Return for what a person attempts a quiz: what the package above asks of them, else practice.

    A quiz for practice is open to the people of its unit and of all units below it, and to whom it is assigned.

    :raises DomainError: that says why there is nothing.
    """
    try:
        occasion = quiz_hooks().find_occasion(by, quiz_id, on)
    except DomainError:
        version_id = queries.latest_published_version_id(quiz_id)
        if version_id is None or not _may_practise(by, quiz_id, version_id, on):
            raise
        return Occasion(PRACTICE, version_id)
    if queries.quiz_version(occasion.quiz_version_id).practice:
        return Occasion(PRACTICE, occasion.quiz_version_id)
    return occasion


def _may_practise(by: Actor, quiz_id: int, version_id: int, on: date) -> bool:
    if not queries.quiz_version(version_id).practice:
        return False
    unit_id = db.session.scalars(select(Quiz.unit_id).where(Quiz.id == quiz_id)).one()
    posted = select(Posting.id).where(
        Posting.person_id == by.person_id,
        in_force(Posting, on),
        Posting.unit_id.in_(select(units_below([unit_id], on).c.unit_id)),
    )
    return db.session.scalar(posted.limit(1)) is not None


def gate_of(
    version: QuizVersion, occasion_key: str, attempts: Sequence[Attempt], *, at: datetime, typed_code: str = ""
) -> Gate:
    """Return whether another attempt may begin on an occasion; a trainer's trial always may.

    :param attempts: all attempts of the person at the quiz.
    """
    if occasion_key == PREVIEW:
        return Gate()
    ended = [one.finished_at for one in attempts if one.occasion == occasion_key and one.finished_at is not None]
    return may_begin(version, ended, at, typed_code=typed_code)
