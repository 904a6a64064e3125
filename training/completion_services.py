"""What follows learning: occasions for attempts, completions with their certificates, and new versions taken over.

``app.py`` hands these functions to lessons and quizzes; the listeners run in the transaction of what they listen to.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Row, and_, bindparam, func, select

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
from training.models import Completion, CompletionWithdrawal, Cycle, Obligation, Requirement, fulfils
from training.rules import CycleState, cycle_of_occasion, earns_completion, occasion_key


def find_occasion(actor: Actor, quiz_id: int, day: date) -> Occasion:
    """Return the cycle for which a person attempts a quiz; of several, one not completed comes first.

    Exempt people may attempt it too; and who has passed without knowing it yet, as those may who have not.

    :raises NotAllowed: when the person owes no cycle with this quiz.
    :raises RuleBroken: when the cycle is closed, not open yet or completed, or lessons are unread.
    """
    duties = queries.duties_with_quiz(actor.person_id or 0, quiz_id)
    if not duties:
        raise NotAllowed(_l("This quiz has not been assigned to you."), _l("See My training for what you have to do."))
    duty = next((duty for duty in duties if duty.state == CycleState.OPEN), duties[0])
    version = duty.QuizVersion
    withheld_until = queries.verdict_withheld_until(version.show_score, version.closes_at, local_midnight(day))
    if duty.completed and withheld_until is None:
        raise RuleBroken(_l("You have already passed this quiz."), _l("Your certificate is under My training."))
    if duty.state == CycleState.CLOSED:
        raise RuleBroken(_l("This year's training is closed."), _l("Ask your personnel officer what to do."))
    if day < duty.opens_on:
        raise RuleBroken(_("This quiz opens on %(day)s.", day=cell_text(duty.opens_on)))
    if unread := duty.lessons - duty.read:
        raise RuleBroken(
            ngettext("%(num)d lesson is still unread.", "%(num)d lessons are still unread.", unread),
            _l("The quiz opens when every lesson has been read. Continue under My training."),
        )
    return Occasion(occasion_key(duty.cycle_id), version)


def record_attempt(attempt: Attempt, by: Actor, at: datetime, *, issuer: Issuer) -> None:
    """Make the completion and the certificate that a finished attempt earns; nothing when it earns none.

    Only the attempt that counts earns one, by the rule of the cycle's quiz version: any that passes where the best
    counts, the first alone where the first does, and where the last does the one that is the last when it ends. What
    was earned stays, whatever comes after.
    """
    cycle_id = cycle_of_occasion(attempt.occasion)
    if not attempt.passed or cycle_id is None:
        return
    done_at = attempt.finished_at or at
    _complete_what_is_earned(attempt.person_id, Cycle.id == cycle_id, done_at=done_at, issuer=issuer, by=by, at=at)


def record_reading(lesson_id: int, by: Actor, at: datetime, *, issuer: Issuer) -> None:
    """Complete what only waited for this lesson: when a version with new lessons was taken over after the quiz."""
    reads_it = Cycle.course_version_id.in_(
        select(CourseEntry.course_version_id).where(CourseEntry.lesson_id == lesson_id)
    )
    of_cycle = and_(Cycle.state == CycleState.OPEN, reads_it)
    _complete_what_is_earned(by.person_id or 0, of_cycle, done_at=at, issuer=issuer, by=by, at=at)


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
            _complete_what_is_earned(person_id, Cycle.id == cycle.id, done_at=at, issuer=issuer, by=by, at=at)


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
            .outerjoin(Completion, fulfils())
            .where(Obligation.cycle_id == cycle_id, Completion.id.is_(None), Obligation.person_id.in_(passed))
            .order_by(Obligation.person_id)
        )
    )


def _complete_what_is_earned(
    person_id: int, of_cycle: ColumnElement[bool], *, done_at: datetime, issuer: Issuer, by: Actor, at: datetime
) -> None:
    """Complete obligations once, when they are earned; certificate and audit entry belong to the same transaction.

    The lock makes the last lesson, the quiz and a withdrawal wait for each other, so that the last of them sees all.
    Whether a completion stands is therefore asked behind the lock, never together with it.
    """
    duties = db.session.execute(
        select(Obligation.id, Cycle)
        .join(Cycle, Cycle.id == Obligation.cycle_id)
        .where(Obligation.person_id == person_id, of_cycle)
        .order_by(Obligation.id)
        .with_for_update(of=Obligation)
    ).all()
    for obligation_id, cycle in duties:
        found = _earned(person_id, cycle)
        achievement = _write_completion(obligation_id, cycle, *found, done_at) if found else None
        if found is None or achievement is None:
            continue
        certificate = issue(achievement, issuer=issuer, by=by, at=at)
        detail = {"cycle_id": cycle.id, "attempt_id": found[0].id, "certificate_id": certificate.id}
        audit.record("obligation.complete", by=by, at=at, about=("obligation", obligation_id), detail=detail)


def complete_again(person_id: int, cycle_id: int, *, issuer: Issuer, by: Actor, at: datetime) -> None:
    """Complete what another attempt earns after the completion of a person was withdrawn, dated by its end."""
    found = _earned(person_id, db.session.get_one(Cycle, cycle_id))
    if found is not None:
        done_at = found[0].finished_at or at
        _complete_what_is_earned(person_id, Cycle.id == cycle_id, done_at=done_at, issuer=issuer, by=by, at=at)


_PERSON, _CYCLE = bindparam("person_id", type_=Integer), bindparam("cycle_id", type_=Integer)
_ENDED_ATTEMPTS: Any = (
    select(Attempt, QuizVersion.counting, queries.LESSONS, queries.LESSONS_READ)
    .select_from(Attempt)
    .join(Cycle, Cycle.id == _CYCLE)
    .join(QuizVersion, QuizVersion.id == Cycle.quiz_version_id)
    .join(Obligation, and_(Obligation.cycle_id == Cycle.id, Obligation.person_id == _PERSON))
    .outerjoin(Completion, fulfils())
    .where(
        Attempt.person_id == _PERSON,
        Attempt.occasion == bindparam("occasion"),
        Attempt.finished_at.is_not(None),
        Completion.id.is_(None),
    )
)


def _earned(person_id: int, cycle: Cycle) -> tuple[Attempt, int] | None:
    """Return the attempt that earns the completion of a cycle, and how many have ended; None when none does yet.

    None too while a completion stands. One query, asked behind the lock.
    """
    asked = {"person_id": person_id, "cycle_id": cycle.id, "occasion": occasion_key(cycle.id)}
    rows = db.session.execute(_ENDED_ATTEMPTS, asked).all()
    attempt = counts([row.Attempt for row in rows], rows[0].counting) if rows else None
    if attempt is None or not earns_completion(rows[0].lessons, rows[0].read, bool(attempt.passed)):
        return None
    return attempt, len(rows)


def _write_completion(
    obligation_id: int, cycle: Cycle, attempt: Attempt, attempts_made: int, done_at: datetime
) -> Achievement | None:
    """Insert the completion with who and where the person was that day; None when there is one already."""
    completed_on = local_day(done_at)
    then = _as_it_was(attempt.person_id, cycle, completed_on)
    person, posting = then.Person, then.Posting
    last_day = posting.valid_to - timedelta(days=1) if posting.valid_to else completed_on
    path = unit_path(posting.unit_id, min(completed_on, last_day))
    shared: dict[str, Any] = {
        "person_id": person.id,
        "full_name": person.full_name,
        "birth_date": person.birth_date,
        "unit_name": path[-1] if path else "",
        "job_title": posting.title,
        "course_title": then.course_title,
        "hours": then.hours,
        "started_on": local_day(min(then.opened_at or attempt.started_at, attempt.started_at)),
        "completed_on": completed_on,
        "score": attempt.score,
    }
    completion_id = db.session.scalar(
        insert_if_new(Completion)
        .values(
            **shared,
            obligation_id=obligation_id,
            number=_withdrawn_before(obligation_id) + 1,
            cycle_id=cycle.id,
            attempt_id=attempt.id,
            attempts_made=attempts_made,
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


def _withdrawn_before(obligation_id: int) -> ColumnElement[int]:
    """Return how many completions of an obligation were withdrawn; the next one comes after them."""
    return (
        select(func.count(CompletionWithdrawal.completion_id))
        .join(Completion, Completion.id == CompletionWithdrawal.completion_id)
        .where(Completion.obligation_id == obligation_id)
        .scalar_subquery()
    )


_OPENED_AT = (
    select(func.min(LessonReading.opened_at))
    .join(CourseEntry, CourseEntry.lesson_id == LessonReading.lesson_id)
    .where(
        CourseEntry.course_version_id == Cycle.course_version_id,
        LessonReading.person_id == _PERSON,
        LessonReading.year >= Cycle.year,
    )
    .correlate(Cycle)
    .scalar_subquery()
    .label("opened_at")
)
_AS_IT_WAS: Any = (
    select(Person, Posting, CourseVersion.title.label("course_title"), CourseVersion.hours, _OPENED_AT)
    .select_from(Person)
    .join(Posting, Posting.person_id == Person.id)
    .join(Cycle, Cycle.id == _CYCLE)
    .join(CourseVersion, CourseVersion.id == Cycle.course_version_id)
    .where(Person.id == _PERSON, Posting.valid_from <= bindparam("on", type_=Date))
    .order_by(Posting.valid_from.desc(), Posting.id.desc())
    .limit(1)
)


def _as_it_was(person_id: int, cycle: Cycle, on: date) -> Row[Any]:
    """Return a person with their posting of a day (or the last one before), the course, and when they began to read it.

    One query. Columns: ``Person, Posting, course_title, hours, opened_at``.
    """
    return db.session.execute(_AS_IT_WAS, {"person_id": person_id, "cycle_id": cycle.id, "on": on}).one()
