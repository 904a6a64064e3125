"""What a learner's pages and the listeners ask: what somebody owes, how far they are, with which versions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased

from certificates.models import Certificate
from core.db import db
from lessons.models import CourseEntry, LessonReading, LessonVersion
from people.models import Person, Placement, Posting, Unit
from people.queries import in_force
from quizzes.behaviour import LATE_GRACE
from quizzes.models import Attempt, QuizVersion
from quizzes.reveal import When
from training.models import AudienceRule, Completion, Cycle, Exemption, Obligation, Requirement
from training.rules import occasion_key


def read_for(cycle_year: Any, person_id: Any, lesson_id: Any) -> ColumnElement[bool]:
    """Return the condition that a lesson was read for a cycle: in its year, or later when the cycle is made up for."""
    return exists().where(
        LessonReading.person_id == person_id,
        LessonReading.lesson_id == lesson_id,
        LessonReading.year >= cycle_year,
        LessonReading.read_at.is_not(None),
    )


def obligations_of_person(person_id: int, day: date) -> Sequence[Row[Any]]:
    """Return everything a person owes or has fulfilled, the latest year first, with what tells why. One query."""
    opener = aliased(Person)
    works_here = exists().where(Posting.person_id == person_id, in_force(Posting, day))
    last_day = select(func.max(Posting.valid_to)).where(Posting.person_id == person_id).scalar_subquery()
    wanted: Any = (
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
            opener.full_name.label("opened_by"),
            Requirement.title,
            Requirement.legal_basis,
            Requirement.quiz_id,
            QuizVersion.attempts_allowed,
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
            case((~works_here, last_day)).label("left_on"),
        )
        .select_from(Obligation)
        .join(Cycle, Cycle.id == Obligation.cycle_id)
        .join(Requirement, Requirement.id == Cycle.requirement_id)
        .join(QuizVersion, QuizVersion.id == Cycle.quiz_version_id)
        .join(AudienceRule, AudienceRule.id == Obligation.audience_rule_id)
        .join(Unit, Unit.id == AudienceRule.unit_id)
        .outerjoin(Placement, and_(Placement.unit_id == Unit.id, in_force(Placement, day)))
        .outerjoin(opener, opener.id == Cycle.opened_by_id)
        .outerjoin(Exemption, and_(Exemption.obligation_id == Obligation.id, Exemption.revoked_at.is_(None)))
        .outerjoin(Completion, Completion.obligation_id == Obligation.id)
        .outerjoin(Certificate, Certificate.completion_id == Completion.id)
        .where(Obligation.person_id == person_id)
        .order_by(Cycle.year.desc(), Cycle.due_on, Cycle.id)
    )
    return db.session.execute(wanted).all()


def lessons_of_cycles(person_id: int, cycle_ids: Iterable[int]) -> Sequence[Row[Any]]:
    """Return the lessons of cycles in order, and whether the person has read each. One query."""
    wanted: Any = (
        select(
            Cycle.id.label("cycle_id"),
            CourseEntry.lesson_id,
            LessonVersion.title,
            LessonVersion.minutes,
            read_for(Cycle.year, person_id, CourseEntry.lesson_id).label("is_read"),
        )
        .join(CourseEntry, CourseEntry.course_version_id == Cycle.course_version_id)
        .join(LessonVersion, LessonVersion.id == CourseEntry.lesson_version_id)
        .where(Cycle.id.in_(list(cycle_ids)))
        .order_by(Cycle.id, CourseEntry.position)
    )
    return db.session.execute(wanted).all()


def attempts_of_cycles(person_id: int, cycle_ids: Iterable[int]) -> dict[str, Row[Any]]:
    """Return, by occasion, how many attempts a person has made and the id of the open one. One query."""
    rows = db.session.execute(
        select(
            Attempt.occasion,
            func.count(Attempt.finished_at).label("made"),
            func.max(case((Attempt.finished_at.is_(None), Attempt.id))).label("open_id"),
            func.max(Attempt.score).label("best"),
        )
        .where(Attempt.person_id == person_id, Attempt.occasion.in_([occasion_key(number) for number in cycle_ids]))
        .group_by(Attempt.occasion)
    )
    return {row.occasion: row for row in rows}


def open_duties(person_id: int, *conditions: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Return a person's obligations in open cycles, those not completed first, then by due day.

    Columns: ``obligation_id, cycle_id, year, opens_on, course_version_id, quiz_version_id, completed``.
    """
    wanted: Any = (
        select(
            Obligation.id.label("obligation_id"),
            Cycle.id.label("cycle_id"),
            Cycle.year,
            Cycle.opens_on,
            Cycle.state,
            Cycle.course_version_id,
            Cycle.quiz_version_id,
            Completion.id.is_not(None).label("completed"),
        )
        .select_from(Obligation)
        .join(Cycle, Cycle.id == Obligation.cycle_id)
        .join(Requirement, Requirement.id == Cycle.requirement_id)
        .outerjoin(Completion, Completion.obligation_id == Obligation.id)
        .where(Obligation.person_id == person_id, *conditions)
        .order_by(Completion.id.is_not(None), Cycle.state.desc(), Cycle.due_on, Cycle.id)
    )
    return db.session.execute(wanted).all()


def verdict_withheld_until(show_score: str, closes_at: datetime | None, at: datetime) -> datetime | None:
    """Return until when the people of a quiz do not learn whether they have passed; None when they may know.

    A quiz that never shows its score withholds no completion: its certificate is due to its person.
    """
    if show_score != When.AFTER_CLOSE or closes_at is None or at > closes_at + LATE_GRACE:
        return None
    return closes_at


def is_verdict_withheld(quiz_version_id: int, at: datetime) -> bool:
    """Tell whether the people of a quiz do not learn yet whether they have passed."""
    version = db.session.get_one(QuizVersion, quiz_version_id)
    return verdict_withheld_until(version.show_score, version.closes_at, at) is not None


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


def reading_progress(person_id: int, cycle_year: int, course_version_id: int) -> tuple[int, int]:
    """Return how many lessons a course version has and how many of them were read for a cycle's year."""
    is_read = read_for(cycle_year, person_id, CourseEntry.lesson_id)
    row = db.session.execute(
        select(func.count(), func.count(case((is_read, 1)))).where(CourseEntry.course_version_id == course_version_id)
    ).one()
    return row[0], row[1]


def certificate_of_attempt(attempt_id: int) -> int | None:
    """Return the certificate that an attempt earned."""
    return db.session.scalar(
        select(Certificate.id)
        .join(Completion, Completion.id == Certificate.completion_id)
        .where(Completion.attempt_id == attempt_id)
    )
