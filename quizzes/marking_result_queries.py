"""What a learner reads about the marking of their own answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.db import db
from quizzes.marking import TaskState, counting_rounds
from quizzes.marking_models import MarkingTask
from quizzes.marking_queries import CriterionLine, given_marks, is_corrected, rubric_of
from quizzes.models import AttemptItem, AttemptStep, QuestionVersion
from quizzes.reveal import Reveal


@dataclass(frozen=True)
class MarkingResult:
    """How far the marking of an answer is, and what it came to. Without verdicts only how far it is."""

    #: Since when the answer waits for its first points; None when it has points.
    waiting_since: datetime | None
    #: Since when a second marker, or a decision, is awaited although points have been given.
    checked_since: datetime | None
    #: The criteria with the points earned and the most they are worth.
    lines: Sequence[tuple[CriterionLine, int]] = ()
    comments: Sequence[str] = ()
    #: Marks by hand that counted before the present one, the first one first: when, and hundredths of a point.
    earlier: Sequence[tuple[datetime, int]] = ()


def marking_results(attempt_id: int, reveal: Reveal) -> dict[int, MarkingResult]:
    """Return the marking of the answers of an attempt that persons mark, by item id. Three queries at most.

    Answers about which a correction of the question has decided are left out: that is told with the correction.
    """
    rows = db.session.execute(
        select(MarkingTask, AttemptItem.points, QuestionVersion)
        .join(AttemptItem, AttemptItem.id == MarkingTask.item_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(AttemptItem.attempt_id == attempt_id, ~is_corrected())
    ).all()
    if not rows:
        return {}
    items = [row.MarkingTask.item_id for row in rows]
    steps = _marks(items)
    given = given_marks(items) if reveal.verdicts else {}
    return {
        task.item_id: _result(
            task,
            rubric_of(version, points),
            steps.get(task.item_id, []),
            [one.comment for one in given.get(task.item_id, [])],
            reveal=reveal,
        )
        for task, points, version in rows
    }


def _marks(item_ids: Sequence[int]) -> dict[int, list[AttemptStep]]:
    found: dict[int, list[AttemptStep]] = {}
    asked = select(AttemptStep).where(AttemptStep.item_id.in_(item_ids), AttemptStep.criteria.is_not(None))
    for step in db.session.scalars(asked.order_by(AttemptStep.item_id, AttemptStep.number)):
        found.setdefault(step.item_id, []).append(step)
    return found


def _result(
    task: MarkingTask,
    rubric: Sequence[CriterionLine],
    marks: Sequence[AttemptStep],
    comments: Sequence[str],
    *,
    reveal: Reveal,
) -> MarkingResult:
    is_open = task.state != TaskState.DONE
    waiting = task.since if is_open and not marks else None
    checked = task.since if is_open and marks else None
    if not reveal.verdicts or not marks:
        return MarkingResult(waiting, checked)
    rounds = counting_rounds(task.state, len(comments), is_marked=True)
    last: dict[str, Any] = marks[-1].criteria or {}
    return MarkingResult(
        waiting,
        checked,
        lines=[(line, last.get(line.key, 0)) for line in rubric],
        comments=[comments[number - 1] for number in rounds if number <= len(comments) and comments[number - 1]],
        earlier=[(step.at, step.mark or 0) for step in marks[:-1]],
    )
