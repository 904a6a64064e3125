"""What a learner reads about corrections: which attempts they changed, what in each, why, when and by whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Integer, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from core.clock import local_day
from core.db import db
from people.models import Person
from quizzes.correction_models import Correction, PassWithdrawal
from quizzes.corrections import DROP
from quizzes.models import Attempt, AttemptItem, AttemptStep
from quizzes.result_queries import reveals_of


@dataclass(frozen=True)
class CorrectionNote:
    """What a correction changed in one question. Marks in hundredths; ``before`` is None when it was judged so at once.

    ``after`` is None when the question was dropped.
    """

    number: int
    points: int
    before: int | None
    after: int | None
    note: str
    at: datetime
    by: str | None


@dataclass(frozen=True)
class WithdrawalNote:
    """Why a pass was withdrawn, when and by whom."""

    reason: str
    at: datetime
    by: str | None


@dataclass(frozen=True)
class CorrectedAttempt:
    """An attempt whose points a correction has changed, and the day on which the last one did."""

    attempt_id: int
    number: int
    occasion: str
    on: date


_BEFORE = aliased(AttemptStep)
_CHANGED = (
    select(Attempt.id, func.max(AttemptStep.at).label("at"))
    .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
    .join(AttemptStep, and_(AttemptStep.item_id == AttemptItem.id, AttemptStep.correction_id.is_not(None)))
    .join(_BEFORE, and_(_BEFORE.item_id == AttemptStep.item_id, _BEFORE.number == AttemptStep.number - 1))
    .where(
        Attempt.person_id == bindparam("person_id", type_=Integer),
        Attempt.occasion.in_(bindparam("occasions", expanding=True)),
        _BEFORE.action != "answer",
        _BEFORE.mark.is_distinct_from(AttemptStep.mark),
    )
    .group_by(Attempt.id)
)


def corrected_attempts(person_id: int, occasions: Iterable[str], at: datetime) -> list[CorrectedAttempt]:
    """Return a person's attempts on some occasions that corrections have changed, as far as they may read about it.

    One query while there is none. An attempt that was first judged after the correction has not been changed by it.
    """
    asked = {"person_id": person_id, "occasions": sorted(set(occasions))}
    changed = {row.id: row.at for row in db.session.execute(_CHANGED, asked)} if asked["occasions"] else {}
    if not changed:
        return []
    by_quiz: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in _attempts(changed):
        by_quiz[attempt.quiz_id].append(attempt)
    return [
        CorrectedAttempt(attempt.id, attempt.number, attempt.occasion, local_day(changed[attempt.id]))
        for attempts in by_quiz.values()
        for reveals in (reveals_of(attempts, at),)
        for attempt in attempts
        if reveals[attempt.id].verdicts
    ]


def _attempts(ids: Collection[int]) -> Iterable[Attempt]:
    return db.session.scalars(
        select(Attempt)
        .where(Attempt.id.in_(ids))
        .options(joinedload(Attempt.quiz_version, innerjoin=True))
        .order_by(Attempt.number)
    )


def notes_of(attempt_id: int) -> list[CorrectionNote]:
    """Return what corrections changed in an attempt, in their order. One query."""
    rows = db.session.execute(
        select(
            AttemptStep.item_id,
            AttemptItem.position,
            AttemptItem.points,
            AttemptStep.mark,
            AttemptStep.at,
            Correction.note,
            Person.full_name,
        )
        .join(AttemptItem, AttemptItem.id == AttemptStep.item_id)
        .outerjoin(Correction, Correction.id == AttemptStep.correction_id)
        .outerjoin(Person, Person.id == Correction.by_id)
        .where(AttemptItem.attempt_id == attempt_id, or_(AttemptStep.mark.is_not(None), AttemptStep.action == DROP))
        .order_by(AttemptStep.id)
    )
    before: dict[int, int | None] = {}
    notes = []
    for row in rows:
        if row.note is not None:
            notes.append(
                CorrectionNote(
                    row.position, row.points, before.get(row.item_id), row.mark, row.note, row.at, row.full_name
                )
            )
        before[row.item_id] = row.mark
    return notes


def withdrawal_of(attempt_id: int) -> WithdrawalNote | None:
    """Return the last withdrawal of the pass of an attempt. One query."""
    row = db.session.execute(
        select(PassWithdrawal.reason, PassWithdrawal.at, Person.full_name)
        .outerjoin(Person, Person.id == PassWithdrawal.by_id)
        .where(PassWithdrawal.attempt_id == attempt_id)
        .order_by(PassWithdrawal.id.desc())
        .limit(1)
    ).first()
    return WithdrawalNote(row.reason, row.at, row.full_name) if row else None
