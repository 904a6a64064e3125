"""What a learner's pages and the listeners ask: what somebody owes, how far they are, with which versions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Row, Select, and_, bindparam, case, exists, func, select
from sqlalchemy.orm import aliased

from certificates.models import Certificate
from core.db import db
from lessons.models import Course, CourseEntry, LessonReading, LessonVersion
from people.models import Person, Placement, Posting, Unit
from people.queries import in_force
from quizzes import time_queries
from quizzes.behaviour import LATE_GRACE
from quizzes.models import Attempt, QuizVersion
from quizzes.reveal import When
from training.models import AudienceRule, Completion, Cycle, Exemption, Obligation, Requirement, fulfils
from training.rules import CycleState, occasion_key


def read_for(cycle_year: Any, person_id: Any, lesson_id: Any) -> ColumnElement[bool]:
    """Return the condition that a lesson was read for a cycle: in its year, or later when the cycle is made up for."""
    return exists().where(
        LessonReading.person_id == person_id,
        LessonReading.lesson_id == lesson_id,
        LessonReading.year >= cycle_year,
        LessonReading.read_at.is_not(None),
    )


_PERSON = bindparam("person_id", type_=Integer)
_DAY = bindparam("day", type_=Date)
_OPENER = aliased(Person)
_WORKS_HERE = exists().where(Posting.person_id == _PERSON, in_force(Posting, _DAY))
_LAST_DAY = select(func.max(Posting.valid_to)).where(Posting.person_id == _PERSON).scalar_subquery()
_OBLIGATIONS: Any = (
    select(
        Obligation.id,
        Obligation.assigned_at,
        Cycle.id.label("cycle_id"),
        Cycle.year,
        Cycle.state,
        Cycle.opens_on,
        Cycle.due_on,
        Cycle.opened_at,
        Cycle.course_version_id,
        _OPENER.full_name.label("opened_by"),
        Requirement.title,
        Requirement.legal_basis,
        Requirement.quiz_id,
        QuizVersion.attempts_allowed,
        time_queries.extra_attempts(Requirement.quiz_id, _PERSON, _DAY).label("extra_attempts"),
        QuizVersion.show_score,
        QuizVersion.closes_at,
        AudienceRule.position.label("rule_number"),
        AudienceRule.staff_group,
        func.coalesce(Placement.name, Unit.code).label("rule_unit"),
        Exemption.category,
        Exemption.granted_at,
        Completion.completed_on,
        Completion.score,
        Certificate.id.label("certificate_id"),
        Certificate.revoked_at,
        case((~_WORKS_HERE, _LAST_DAY)).label("left_on"),
    )
    .select_from(Obligation)
    .join(Cycle, Cycle.id == Obligation.cycle_id)
    .join(Requirement, Requirement.id == Cycle.requirement_id)
    .join(QuizVersion, QuizVersion.id == Cycle.quiz_version_id)
    .join(AudienceRule, AudienceRule.id == Obligation.audience_rule_id)
    .join(Unit, Unit.id == AudienceRule.unit_id)
    .outerjoin(Placement, and_(Placement.unit_id == Unit.id, in_force(Placement, _DAY)))
    .outerjoin(_OPENER, _OPENER.id == Cycle.opened_by_id)
    .outerjoin(Exemption, and_(Exemption.obligation_id == Obligation.id, Exemption.revoked_at.is_(None)))
    .outerjoin(Completion, fulfils())
    .outerjoin(Certificate, Certificate.completion_id == Completion.id)
    .where(Obligation.person_id == _PERSON)
    .order_by(Cycle.year.desc(), Cycle.due_on, Cycle.id)
)


def obligations_of_person(person_id: int, day: date) -> Sequence[Row[Any]]:
    """Return everything a person owes or has fulfilled, the latest year first, with what tells why. One query."""
    return db.session.execute(_OBLIGATIONS, {"person_id": person_id, "day": day}).all()


_LESSONS_OF_CYCLES: Any = (
    select(
        Cycle.id.label("cycle_id"),
        CourseEntry.lesson_id,
        LessonVersion.title,
        LessonVersion.minutes,
        read_for(Cycle.year, _PERSON, CourseEntry.lesson_id).label("is_read"),
    )
    .join(CourseEntry, CourseEntry.course_version_id == Cycle.course_version_id)
    .join(LessonVersion, LessonVersion.id == CourseEntry.lesson_version_id)
    .where(Cycle.id.in_(bindparam("cycle_ids", expanding=True)))
    .order_by(Cycle.id, CourseEntry.position)
)


def lessons_of_cycles(person_id: int, cycle_ids: Iterable[int]) -> Sequence[Row[Any]]:
    """Return the lessons of cycles in order, and whether the person has read each. One query."""
    return db.session.execute(_LESSONS_OF_CYCLES, {"person_id": person_id, "cycle_ids": list(cycle_ids)}).all()


_ATTEMPTS_ON_OCCASIONS: Any = (
    select(
        Attempt.occasion,
        func.count(Attempt.finished_at).label("made"),
        func.max(case((Attempt.finished_at.is_(None), Attempt.id))).label("open_id"),
        func.max(Attempt.score).label("best"),
    )
    .where(Attempt.person_id == _PERSON, Attempt.occasion.in_(bindparam("occasions", expanding=True)))
    .group_by(Attempt.occasion)
)


def attempts_of_cycles(person_id: int, cycle_ids: Iterable[int]) -> dict[str, Row[Any]]:
    """Return, by occasion, how many attempts a person has made and the id of the open one. One query."""
    asked = {"person_id": person_id, "occasions": [occasion_key(number) for number in cycle_ids]}
    return {row.occasion: row for row in db.session.execute(_ATTEMPTS_ON_OCCASIONS, asked)}


#: How many lessons the course version of the surrounding statement's cycle has, and how many of them ``person_id`` has
#: read for it (as in ``read_for``).
LESSONS = (
    select(func.count())
    .where(CourseEntry.course_version_id == Cycle.course_version_id)
    .correlate(Cycle)
    .scalar_subquery()
    .label("lessons")
)
LESSONS_READ = (
    select(func.count(LessonReading.lesson_id.distinct()))
    .join(CourseEntry, CourseEntry.lesson_id == LessonReading.lesson_id)
    .where(
        CourseEntry.course_version_id == Cycle.course_version_id,
        LessonReading.person_id == _PERSON,
        LessonReading.year >= Cycle.year,
        LessonReading.read_at.is_not(None),
    )
    .correlate(Cycle)
    .scalar_subquery()
    .label("read")
)


def _by_urgency(wanted: Any) -> Any:
    """Let a person's obligations come by how soon they are due, those not completed first."""
    return (
        wanted.select_from(Obligation)
        .join(Cycle, Cycle.id == Obligation.cycle_id)
        .join(Requirement, Requirement.id == Cycle.requirement_id)
        .outerjoin(Completion, fulfils())
        .where(Obligation.person_id == _PERSON)
        .order_by(Completion.id.is_not(None), Cycle.state.desc(), Cycle.due_on, Cycle.id)
    )


_DUTIES_WITH_QUIZ = (
    _by_urgency(
        select(
            Cycle.id.label("cycle_id"),
            Cycle.opens_on,
            Cycle.state,
            QuizVersion,
            Completion.id.is_not(None).label("completed"),
            LESSONS,
            LESSONS_READ,
        )
    )
    .join(QuizVersion, QuizVersion.id == Cycle.quiz_version_id)
    .where(Requirement.quiz_id == bindparam("quiz_id"), Cycle.state != CycleState.DRAFT)
)


def duties_with_quiz(person_id: int, quiz_id: int) -> Sequence[Row[Any]]:
    """Return a person's obligations that a quiz fulfils, the most urgent first. One query."""
    return db.session.execute(_DUTIES_WITH_QUIZ, {"person_id": person_id, "quiz_id": quiz_id}).all()


#: The course version that ``person_id`` owes on ``day`` of the surrounding statement's course; see ``lessons.hooks``.
OWED_VERSION = (
    _by_urgency(select(Cycle.course_version_id))
    .where(Requirement.course_id == Course.id, Cycle.state == CycleState.OPEN, Cycle.opens_on <= _DAY)
    .limit(1)
    .correlate(Course)
    .scalar_subquery()
)


def verdict_withheld_until(show_score: str, closes_at: datetime | None, at: datetime) -> datetime | None:
    """Return until when the people of a quiz do not learn whether they have passed; None when they may know.

    A quiz that never shows its score withholds no completion: its certificate is due to its person.
    """
    if show_score != When.AFTER_CLOSE or closes_at is None or at > closes_at + LATE_GRACE:
        return None
    return closes_at


def withheld_completions(person_id: int, at: datetime) -> Select[int]:
    """Return a select of the completions of a person of which they do not learn yet."""
    return (
        select(Completion.id)
        .join(Cycle, Cycle.id == Completion.cycle_id)
        .join(QuizVersion, QuizVersion.id == Cycle.quiz_version_id)
        .where(
            Completion.person_id == person_id,
            QuizVersion.show_score == When.AFTER_CLOSE,
            QuizVersion.closes_at >= at - LATE_GRACE,
        )
    )


def certificate_of_attempt(attempt_id: int) -> int | None:
    """Return the certificate that an attempt earned."""
    return db.session.scalar(
        select(Certificate.id)
        .join(Completion, Completion.id == Certificate.completion_id)
        .where(Completion.attempt_id == attempt_id)
    )
