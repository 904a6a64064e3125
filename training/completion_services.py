"""What follows learning: occasions for attempts, completions with their certificates, and new versions taken over.

``app.py`` hands these functions to lessons and quizzes; the listeners run in the transaction of what they listen to.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from certificates.services import Achievement, issue
from core import audit
from core.clock import local_day, local_midnight
from core.db import db, insert_if_new
from core.errors import NotAllowed, RuleBroken
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from core.tables import cell_text
from lessons.models import CourseEntry, CourseVersion, LessonReading
from people.access import Actor
from people.models import Person, Posting
from people.queries import unit_path
from quizzes.gates import counts
from quizzes.hooks import Occasion
from quizzes.models import Attempt, QuizVersion
from settings import Issuer
from training import queries
from training.models import Completion, Cycle, Obligation, Requirement
from training.rules import CycleState, cycle_of_occasion, earns_completion, occasion_key


def find_occasion(actor: Actor, quiz_id: int, day: date) -> Occasion:
    """Return the cycle for which a person attempts a quiz; of several, one not completed comes first.

    Exempt people may attempt it too; and who has passed without knowing it yet, as those may who have not.

    :raises NotAllowed: when the person owes no cycle with this quiz.
    :raises RuleBroken: when the cycle is closed, not open yet or completed, or lessons are unread.
    """
    duties = queries.open_duties(actor.person_id or 0, Requirement.quiz_id == quiz_id, Cycle.state != CycleState.DRAFT)
    if not duties:
        raise NotAllowed(_l("This quiz has not been assigned to you."), _l("See My training for what you have to do."))
    duty = next((duty for duty in duties if duty.state == CycleState.OPEN), duties[0])
    if duty.completed and not queries.is_verdict_withheld(duty.quiz_version_id, local_midnight(day)):
        raise RuleBroken(_l("You have already passed this quiz."), _l("Your certificate is under My training."))
    if duty.state == CycleState.CLOSED:
        raise RuleBroken(_l("This year's training is closed."), _l("Ask your personnel officer what to do."))
    if day < duty.opens_on:
        raise RuleBroken(_("This quiz opens on %(day)s.", day=cell_text(duty.opens_on)))
    lessons, read = queries.reading_progress(actor.person_id or 0, duty.year, duty.course_version_id)
    if read < lessons:
        raise RuleBroken(
            ngettext("%(num)d lesson is still unread.", "%(num)d lessons are still unread.", lessons - read),
            _l("The quiz opens when every lesson has been read. Continue under My training."),
        )
    return Occasion(occasion_key(duty.cycle_id), duty.quiz_version_id)


def find_course_version(actor: Actor, course_id: int, day: date) -> int | None:
    """Return the course version that a person is to read for their open cycle; None when none binds them."""
    duties = queries.open_duties(
        actor.person_id or 0, Requirement.course_id == course_id, Cycle.state == CycleState.OPEN, Cycle.opens_on <= day
    )
    return duties[0].course_version_id if duties else None


def record_attempt(attempt: Attempt, by: Actor, at: datetime, *, issuer: Issuer) -> None:
    """Make the completion and the certificate that a finished attempt earns; nothing when it earns none.

    Only the attempt that counts earns one, by the rule of the cycle's quiz version: any that passes where the best
    counts, the first alone where the first does, and where the last does the one that is the last when it ends. What
    was earned stays, whatever comes after.
    """
    cycle_id = cycle_of_occasion(attempt.occasion)
    if not attempt.passed or cycle_id is None:
        return
    _complete_if_earned(attempt.person_id, cycle_id, done_at=attempt.finished_at or at, issuer=issuer, by=by, at=at)


def record_reading(lesson_id: int, by: Actor, at: datetime, *, issuer: Issuer) -> None:
    """Complete what only waited for this lesson: when a version with new lessons was taken over after the quiz."""
    reads_it = Cycle.course_version_id.in_(
        select(CourseEntry.course_version_id).where(CourseEntry.lesson_id == lesson_id)
    )
    for duty in queries.open_duties(by.person_id or 0, Cycle.state == CycleState.OPEN, reads_it):
        if not duty.completed:
            _complete_if_earned(by.person_id or 0, duty.cycle_id, done_at=at, issuer=issuer, by=by, at=at)


def adopt_course_version(course_id: int, version_id: int, by: Actor, at: datetime, *, issuer: Issuer) -> None:
    """Take a newly published course version over into the open cycles that follow versions.

    Who passed the quiz and lacked only a lesson that is gone now, is done.
    """
    for cycle in _following_cycles(Requirement.course_id == course_id):
        cycle.course_version_id = version_id
        db.session.flush()
        detail = {"course_version_id": version_id}
        audit.record("cycle.adopt_version", by=by, at=at, about=("cycle", cycle.id), detail=detail)
        for person_id in _passed_without_completion(cycle.id):
            _complete_if_earned(person_id, cycle.id, done_at=at, issuer=issuer, by=by, at=at)


def adopt_quiz_version(quiz_id: int, version_id: int, by: Actor, at: datetime) -> None:
    """Take a newly published quiz version over into the open cycles that follow versions. Attempts keep theirs.

    A version for practice is not taken over: nobody could fulfil anything with it.
    """
    if db.session.get_one(QuizVersion, version_id).practice:
        return
    for cycle in _following_cycles(Requirement.quiz_id == quiz_id):
        cycle.quiz_version_id = version_id
        detail = {"quiz_version_id": version_id}
        audit.record("cycle.adopt_version", by=by, at=at, about=("cycle", cycle.id), detail=detail)


def _following_cycles(of_requirement: object) -> list[Cycle]:
    return list(
        db.session.scalars(
            select(Cycle)
            .join(Requirement, Requirement.id == Cycle.requirement_id)
            .where(of_requirement, Cycle.state == CycleState.OPEN, Cycle.follows_versions.is_(True))  # type: ignore[arg-type]
            .order_by(Cycle.id)
            .with_for_update(of=Cycle)
        )
    )


def _passed_without_completion(cycle_id: int) -> list[int]:
    passed = select(Attempt.person_id).where(Attempt.occasion == occasion_key(cycle_id), Attempt.passed.is_(True))
    return list(
        db.session.scalars(
            select(Obligation.person_id)
            .outerjoin(Completion, Completion.obligation_id == Obligation.id)
            .where(Obligation.cycle_id == cycle_id, Completion.id.is_(None), Obligation.person_id.in_(passed))
            .order_by(Obligation.person_id)
        )
    )


def _complete_if_earned(
    person_id: int, cycle_id: int, *, done_at: datetime, issuer: Issuer, by: Actor, at: datetime
) -> None:
    """Complete an obligation once, when it is earned; its certificate and audit entry belong to the same transaction.

    The lock makes the last lesson and the quiz wait for each other, so that one of them sees both.
    """
    obligation = db.session.scalar(
        select(Obligation).where(Obligation.person_id == person_id, Obligation.cycle_id == cycle_id).with_for_update()
    )
    if obligation is None:
        return
    cycle = db.session.get_one(Cycle, cycle_id)
    lessons, read = queries.reading_progress(person_id, cycle.year, cycle.course_version_id or 0)
    attempt = _counting_attempt(person_id, cycle)
    if attempt is None or not earns_completion(lessons, read, bool(attempt.passed)):
        return
    achievement = _write_completion(obligation, cycle, attempt, done_at)
    if achievement is None:
        return
    certificate = issue(achievement, issuer=issuer, by=by, at=at)
    detail = {"cycle_id": cycle_id, "attempt_id": attempt.id, "certificate_id": certificate.id}
    audit.record("obligation.complete", by=by, at=at, about=("obligation", obligation.id), detail=detail)


def _counting_attempt(person_id: int, cycle: Cycle) -> Attempt | None:
    """Return the attempt of a person that counts for a cycle, of those that have ended."""
    ended = db.session.scalars(
        select(Attempt).where(
            Attempt.person_id == person_id,
            Attempt.occasion == occasion_key(cycle.id),
            Attempt.finished_at.is_not(None),
        )
    ).all()
    return counts(ended, db.session.get_one(QuizVersion, cycle.quiz_version_id).counting)


def _write_completion(obligation: Obligation, cycle: Cycle, attempt: Attempt, done_at: datetime) -> Achievement | None:
    """Insert the completion with who and where the person was that day; None when there is one already."""
    person = db.session.get_one(Person, obligation.person_id)
    course = db.session.get_one(CourseVersion, cycle.course_version_id)
    completed_on = local_day(done_at)
    posting, posted_on = _posting_of(person.id, completed_on)
    path = unit_path(posting.unit_id, posted_on)
    shared: dict[str, Any] = {
        "person_id": person.id,
        "full_name": person.full_name,
        "birth_date": person.birth_date,
        "unit_name": path[-1] if path else "",
        "job_title": posting.title,
        "course_title": course.title,
        "hours": course.hours,
        "started_on": _started_on(cycle, attempt),
        "completed_on": completed_on,
        "score": attempt.score,
    }
    completion_id = db.session.scalar(
        insert_if_new(Completion)
        .values(
            **shared,
            obligation_id=obligation.id,
            cycle_id=cycle.id,
            attempt_id=attempt.id,
            attempts_made=_attempts_made(attempt),
            completed_at=done_at,
            staff_code=person.staff_code,
            sex=person.sex,
            staff_group=person.staff_group,
            rank=person.rank,
            unit_id=posting.unit_id,
            unit_path=" > ".join(path),
        )
        .returning(Completion.id)
    )
    return Achievement(completion_id=completion_id, **shared) if completion_id is not None else None


def _posting_of(person_id: int, on: date) -> tuple[Posting, date]:
    """Return where a person worked on a day, or last before it, and the day on which that held."""
    posting = db.session.scalars(
        select(Posting)
        .where(Posting.person_id == person_id, Posting.valid_from <= on)
        .order_by(Posting.valid_from.desc(), Posting.id.desc())
        .limit(1)
    ).one()
    last_day = posting.valid_to - timedelta(days=1) if posting.valid_to else on
    return posting, min(on, last_day)


def _started_on(cycle: Cycle, attempt: Attempt) -> date:
    """Return the day on which the person began: with the first lesson of the course in that year, or the quiz."""
    opened_at = db.session.scalar(
        select(LessonReading.opened_at)
        .join(CourseEntry, CourseEntry.lesson_id == LessonReading.lesson_id)
        .where(
            CourseEntry.course_version_id == cycle.course_version_id,
            LessonReading.person_id == attempt.person_id,
            LessonReading.year >= cycle.year,
        )
        .order_by(LessonReading.opened_at)
        .limit(1)
    )
    return local_day(min(opened_at or attempt.started_at, attempt.started_at))


def _attempts_made(attempt: Attempt) -> int:
    made = select(func.count()).where(
        Attempt.person_id == attempt.person_id,
        Attempt.quiz_id == attempt.quiz_id,
        Attempt.occasion == attempt.occasion,
        Attempt.finished_at.is_not(None),
    )
    return db.session.scalar(made) or 0
