"""What a learner reads about corrections of an attempt: what changed in it, why, when and by whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from core.db import db
from people.models import Person
from quizzes.correction_models import Correction, PassWithdrawal
from quizzes.corrections import DROP
from quizzes.models import AttemptItem, AttemptStep


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
