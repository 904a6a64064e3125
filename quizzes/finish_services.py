"""Ending an attempt: its answers become steps, the steps are marked, and ``settle`` draws the sum."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, delete, insert, select
from sqlalchemy.orm import joinedload

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people.access import Actor
from quizzes import behaviour, queries
from quizzes.behaviour import COUNTS_FOR_NOTHING, Ending
from quizzes.hooks import quiz_hooks
from quizzes.kinds import kind_of
from quizzes.marking_models import MarkingTask
from quizzes.models import Attempt, AttemptDraft, AttemptItem, AttemptStep, QuestionVersion
from quizzes.scoring import mark_of, result_of

_STEPS = cast(Table, AttemptStep.__table__)


def finish(attempt_id: int, *, by: Actor, at: datetime, asked: Ending = Ending.SUBMITTED) -> Attempt:
    """End an attempt: keep the answers, mark them, and tell who listens. A finished attempt is returned as it is.

    :param by: its person, or the system when the time is up.
    :raises NotFound: when the attempt is not the actor's.
    """
    attempt = _locked(attempt_id, by)
    if attempt.finished_at is not None:
        return attempt
    rows = _items_to_close(attempt_id)
    steps = list(_closing_steps(rows, by, at))
    db.session.execute(insert(_STEPS), steps)
    if attempt.occasion not in COUNTS_FOR_NOTHING:
        _ask_markers(attempt, rows, {step["item_id"] for step in steps if step["action"] == "mark"}, at)
    db.session.execute(
        delete(AttemptDraft).where(
            AttemptDraft.item_id.in_(select(AttemptItem.id).where(AttemptItem.attempt_id == attempt_id))
        ),
        execution_options={"synchronize_session": False},
    )
    settle(attempt)
    attempt.finished_at, attempt.finish_reason = behaviour.ending(attempt.due_at, at, asked=asked)
    db.session.flush()
    if attempt.occasion not in COUNTS_FOR_NOTHING:
        for listener in quiz_hooks().on_finished:
            listener(attempt, by, at)
    return attempt


def _locked(attempt_id: int, by: Actor) -> Attempt:
    """Return the attempt for a change; whoever comes second waits and then sees what the first has done."""
    wanted = select(Attempt).where(Attempt.id == attempt_id)
    if not by.is_system:
        wanted = wanted.where(Attempt.person_id == by.person_id)
    attempt = db.session.scalar(
        wanted.options(joinedload(Attempt.quiz_version, innerjoin=True))
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    )
    if attempt is None:
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    return attempt


def _items_to_close(attempt_id: int) -> Sequence[Row[Any]]:
    """Return the items of an attempt with what was saved last. One query."""
    return db.session.execute(
        select(
            AttemptItem.id,
            AttemptItem.points,
            AttemptItem.question_version_id,
            QuestionVersion.kind,
            QuestionVersion.spec,
            AttemptDraft.response,
            AttemptDraft.saved_at,
            AttemptDraft.late,
            AttemptDraft.seconds,
        )
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .outerjoin(AttemptDraft, AttemptDraft.item_id == AttemptItem.id)
        .where(AttemptItem.attempt_id == attempt_id)
    ).all()


def _closing_steps(rows: Iterable[Row[Any]], by: Actor, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the steps that end an attempt: the answer as saved last, then its mark unless a person must give it."""
    for row in rows:
        kind = kind_of(row.kind)
        share = kind.grade(kind.parse(row.spec), row.response)
        step = {
            "item_id": row.id, "by_id": by.person_id, "question_version_id": row.question_version_id, "reason": "",
            "response": None, "mark": None, "late": False, "seconds": None,
        }  # fmt: skip
        if row.response is not None:
            said = {"response": row.response, "late": row.late, "seconds": row.seconds or None}
            yield step | {"number": 1, "action": "answer", "at": row.saved_at} | said
        if share is not None:
            number = 1 if row.response is None else 2
            yield step | {"number": number, "action": "mark", "at": at, "mark": mark_of(share, row.points)}


def _ask_markers(attempt: Attempt, rows: Iterable[Row[Any]], marked: set[int], at: datetime) -> None:
    """Queue what no rule could mark."""
    db.session.add_all(
        MarkingTask(item_id=row.id, quiz_id=attempt.quiz_id, question_version_id=row.question_version_id, since=at)
        for row in rows
        if row.id not in marked
    )


def settle(attempt: Attempt) -> None:
    """Write what the steps of an attempt come to. Nothing else writes its points, score and verdict."""
    found = queries.outcomes(attempt.id)
    item_ids = db.session.scalars(select(AttemptItem.id).where(AttemptItem.attempt_id == attempt.id))
    marks = [found[item_id].mark if item_id in found else None for item_id in item_ids]
    result = result_of(marks, attempt.max_points, attempt.quiz_version.pass_score)
    attempt.points, attempt.score, attempt.passed = result.points, result.score, result.passed
