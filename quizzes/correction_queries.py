"""What can be asked about corrections, and the decisions from which the result of an attempt follows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select

from core.db import db
from quizzes.correction_models import PassWithdrawal
from quizzes.corrections import Judgement, Verdict, verdict
from quizzes.models import AttemptItem, AttemptStep

#: The step that takes a question out of an attempt.
DROP = "drop"


@dataclass
class Facts:
    """What was decided about an attempt: the points of its questions, and every decision in its order."""

    points: dict[int, int] = field(default_factory=dict)
    judgements: list[Judgement] = field(default_factory=list)
    withdrawn_after: set[int] = field(default_factory=set)

    def verdict(self, pass_score: int) -> Verdict:
        """Return what it all comes to."""
        return verdict(self.points, self.judgements, pass_score, withdrawn_after=self.withdrawn_after)


def facts_of(attempt_ids: Collection[int]) -> dict[int, Facts]:
    """Return what was decided about attempts, by id. Two queries."""
    found = {attempt_id: Facts() for attempt_id in attempt_ids}
    judges = and_(AttemptStep.item_id == AttemptItem.id, or_(AttemptStep.mark.is_not(None), AttemptStep.action == DROP))
    rows = db.session.execute(
        select(
            AttemptItem.attempt_id,
            AttemptItem.id,
            AttemptItem.points,
            AttemptStep.id.label("step_id"),
            AttemptStep.action,
            AttemptStep.mark,
        )
        .outerjoin(AttemptStep, judges)
        .where(AttemptItem.attempt_id.in_(attempt_ids))
        .order_by(AttemptStep.id)
    )
    for row in rows:
        facts = found[row.attempt_id]
        facts.points[row.id] = row.points
        if row.step_id is not None:
            facts.judgements.append(Judgement(row.step_id, row.id, None if row.action == DROP else row.mark))
    for attempt_id, step_id in _withdrawals(attempt_ids):
        found[attempt_id].withdrawn_after.add(step_id)
    return found


def _withdrawals(attempt_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    rows = db.session.execute(
        select(PassWithdrawal.attempt_id, PassWithdrawal.after_step_id).where(
            PassWithdrawal.attempt_id.in_(attempt_ids)
        )
    )
    return [(row.attempt_id, row.after_step_id) for row in rows]
