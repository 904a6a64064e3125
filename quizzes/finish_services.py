"""Ending an attempt: its answers become steps, the steps are marked, and ``settle`` draws the sum."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, delete, insert, select
from sqlalchemy.orm import joinedload

from core.db import db, table_of
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people.access import SYSTEM, Actor
from quizzes import behaviour, correction_queries
from quizzes.behaviour import COUNTS_FOR_NOTHING, Ending, Phase
from quizzes.correction_models import Correction
from quizzes.correction_queries import Facts
from quizzes.corrections import Remedy
from quizzes.hooks import quiz_hooks
from quizzes.kinds import kind_of
from quizzes.marking_models import MarkingTask
from quizzes.models import Attempt, AttemptDraft, AttemptItem, AttemptStep, QuestionVersion
from quizzes.scoring import mark_of
from quizzes.statistics_services import mark_stale

_STEPS = table_of(AttemptStep)
_ATTEMPT_ID = bindparam("attempt_id", type_=Integer)
_TO_CHANGE = (
    select(Attempt)
    .where(Attempt.id == _ATTEMPT_ID)
    .options(joinedload(Attempt.quiz_version, innerjoin=True))
    .with_for_update(of=Attempt)
    .execution_options(populate_existing=True)
)
_ITEMS_TO_CLOSE: Any = (
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
    .where(AttemptItem.attempt_id == _ATTEMPT_ID)
)
_FORGET_DRAFTS = delete(AttemptDraft).where(
    AttemptDraft.item_id.in_(select(AttemptItem.id).where(AttemptItem.attempt_id == _ATTEMPT_ID))
)


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
        _ask_markers(attempt, rows, {step["item_id"] for step in steps if step["action"] != "answer"}, at)
    db.session.execute(_FORGET_DRAFTS, {"attempt_id": attempt_id}, execution_options={"synchronize_session": False})
    settle_by(attempt, correction_queries.facts_of([attempt_id], are_new=True)[attempt_id])
    attempt.finished_at, attempt.finish_reason = behaviour.ending(attempt.due_at, at, asked=asked)
    tell_finished(attempt, by=by, at=at)
    return attempt


def finish_if_over(attempt_id: int, *, at: datetime) -> Attempt:
    """Close an attempt whose time is up, and return it; one that was given minutes in between goes on."""
    attempt = _locked(attempt_id, SYSTEM)
    if behaviour.phase(attempt.due_at, attempt.finished_at, at) is not Phase.OVER:
        return attempt
    return finish(attempt_id, by=SYSTEM, at=at, asked=Ending.EXPIRED)


def _locked(attempt_id: int, by: Actor) -> Attempt:
    """Return the attempt for a change; whoever comes second waits and then sees what the first has done."""
    wanted = _TO_CHANGE if by.is_system else _TO_CHANGE.where(Attempt.person_id == by.person_id)
    attempt = db.session.scalar(wanted, {"attempt_id": attempt_id})
    if attempt is None:
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    return attempt


def _items_to_close(attempt_id: int) -> Sequence[Row[Any]]:
    """Return the items of an attempt with what was saved last. One query."""
    return db.session.execute(_ITEMS_TO_CLOSE, {"attempt_id": attempt_id}).all()


def _closing_steps(rows: Sequence[Row[Any]], by: Actor, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the steps that end an attempt: the answer as saved last, then its mark unless a person must give it.

    What was shown wrong, as a correction has decided meanwhile, is judged by that correction alone.
    """
    corrected = correction_queries.remedies_for([row.question_version_id for row in rows])
    for row in rows:
        step = {
            "item_id": row.id, "number": 1, "by_id": by.person_id, "at": at, "reason": "", "correction_id": None,
            "question_version_id": row.question_version_id, "response": None, "mark": None, "late": False,
            "seconds": None,
        }  # fmt: skip
        if row.response is not None:
            said = {"response": row.response, "late": row.late, "seconds": row.seconds or None}
            yield step | {"action": "answer", "at": row.saved_at} | said
            step["number"] = 2
        correction, remedy = corrected.get(row.question_version_id, (None, None))
        if correction is not None and remedy is not None and remedy.applies_to(row.response):
            yield step | correction_step(correction, remedy, row)
        elif (mark := _mark(row)) is not None:
            yield step | {"action": "mark", "mark": mark}


def _mark(row: Row[Any]) -> int | None:
    """Return the hundredths of a point that an answer earns; None when a person must mark it."""
    kind = kind_of(row.kind)
    share = kind.grade(kind.parse(row.spec), row.response)
    return None if share is None else mark_of(share, row.points)


def correction_step(correction: Correction, remedy: Remedy, row: Any) -> dict[str, Any]:
    """Return what a correction says of a question in an attempt: the part of a step that is its own.

    :param row: with the ``response``, the ``points`` and the ``question_version_id`` that was shown.
    """
    return {
        "action": remedy.action,
        "mark": remedy.mark(row.response, row.points),
        "by_id": correction.by_id,
        "question_version_id": correction.question_version_id or row.question_version_id,
        "reason": correction.reason,
        "correction_id": correction.id,
    }


def _ask_markers(attempt: Attempt, rows: Iterable[Row[Any]], marked: set[int], at: datetime) -> None:
    """Queue what no rule could mark."""
    db.session.add_all(
        MarkingTask(item_id=row.id, quiz_id=attempt.quiz_id, question_version_id=row.question_version_id, since=at)
        for row in rows
        if row.id not in marked
    )


def settle(attempt: Attempt) -> None:
    """Write what the decisions on an attempt come to. Nothing else writes its points, score and verdict."""
    settle_by(attempt, correction_queries.facts_of([attempt.id])[attempt.id])


def settle_by(attempt: Attempt, facts: Facts) -> None:
    """Write what known decisions come to; its rules must be loaded with the attempt."""
    result = facts.verdict(attempt.quiz_version.pass_score)
    attempt.points, attempt.max_points, attempt.score = result.points, result.max_points, result.score
    attempt.passed, attempt.pass_kept = result.passed, result.pass_kept


def resettle(attempt_id: int, *, by: Actor, at: datetime) -> Attempt:
    """Settle a finished attempt anew, after steps were added in the same transaction, and tell what follows.

    A pass that was won stays (see ``quizzes.corrections``). Statistics are counted anew; who listens to finished
    attempts is told when the attempt has become a pass. An attempt that is open is returned as it is: it is settled at
    its end. Whether the actor may do this is for the caller to ask.

    :raises NotFound: when there is no such attempt.
    """
    attempt = _locked(attempt_id, SYSTEM)
    if attempt.finished_at is None:
        return attempt
    db.session.flush()
    passed_before = bool(attempt.passed)
    settle(attempt)
    mark_stale([attempt.quiz_version_id])
    if attempt.passed and not passed_before:
        tell_finished(attempt, by=by, at=at)
    return attempt


def tell_finished(attempt: Attempt, *, by: Actor, at: datetime) -> None:
    """Tell who listens of an attempt that counts, when it has ended or has become a pass; once more does no harm."""
    db.session.flush()
    if attempt.occasion not in COUNTS_FOR_NOTHING:
        for listener in quiz_hooks().on_finished:
            listener(attempt, by, at)
