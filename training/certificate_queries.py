"""What becomes of certificates when attempts become passes, or stand as passes below the mark."""

from collections.abc import Collection

from sqlalchemy import String, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from certificates.models import Certificate
from core.db import db
from lessons.models import CourseEntry
from quizzes.models import Attempt, QuizVersion
from training.models import Completion, Cycle, Obligation, fulfils
from training.queries import read_for
from training.rules import occasion_key


def certificates_at_stake(won: Collection[int], kept: Collection[int]) -> tuple[int, int]:
    """Return how many certificates would come, and how many would be in question. Two queries at most.

    :param won: attempts that would become passes, all those of a person at once: a duty is completed once.
    :param kept: attempts whose pass would stand although the score falls below the mark.
    """
    return _to_come(won) if won else 0, _in_question(kept) if kept else 0


def _to_come(won: Collection[int]) -> int:
    """Count the duties without a completion that passes would fulfil, as ``completion_services`` decides it."""
    other = aliased(Attempt)
    of_occasion = and_(
        other.person_id == Attempt.person_id, other.occasion == Attempt.occasion, other.finished_at.is_not(None)
    )
    counts = or_(
        QuizVersion.counting == "best",
        and_(QuizVersion.counting == "first", ~exists().where(of_occasion, other.number < Attempt.number)),
        and_(QuizVersion.counting == "last", ~exists().where(of_occasion, other.number > Attempt.number)),
    )
    lacks_lesson = exists().where(
        CourseEntry.course_version_id == Cycle.course_version_id,
        ~read_for(Cycle.year, Obligation.person_id, CourseEntry.lesson_id),
    )
    prefix = literal(occasion_key(0).removesuffix("0"))
    wanted = (
        select(func.count(Obligation.id.distinct()))
        .select_from(Attempt)
        .join(Obligation, Obligation.person_id == Attempt.person_id)
        .join(Cycle, and_(Cycle.id == Obligation.cycle_id, Attempt.occasion == prefix + cast(Cycle.id, String)))
        .join(QuizVersion, QuizVersion.id == Cycle.quiz_version_id)
        .outerjoin(Completion, fulfils())
        .where(Attempt.id.in_(won), Completion.id.is_(None), counts, ~lacks_lesson)
    )
    return db.session.scalars(wanted).one()


def _in_question(kept: Collection[int]) -> int:
    return db.session.scalars(
        select(func.count(Certificate.id))
        .join(Completion, Completion.id == Certificate.completion_id)
        .where(Completion.attempt_id.in_(kept), Certificate.revoked_at.is_(None))
    ).one()
