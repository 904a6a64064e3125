"""Deciding what follows from a wrong question, and applying it to attempts, batch by batch, without losing anything.

Nothing old is changed: a correction adds a step to each attempt that was shown a wrong version, and the result is
settled anew. An attempt that is open when the correction is decided gets it at its end (``finish_services``).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import joinedload

from core import audit, jobs
from core.clock import local_day
from core.db import db
from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.models import Person
from people.services import ensure_in_unit
from quizzes import correction_queries, events
from quizzes.behaviour import COUNTS_FOR_NOTHING
from quizzes.correction_models import Correction
from quizzes.correction_preview import Plan
from quizzes.finish_services import correction_step, settle_by, tell_finished
from quizzes.marking_models import MarkingTask
from quizzes.models import Attempt, AttemptStep, Bank, Question
from quizzes.statistics_services import mark_stale
from quizzes.time_models import AttemptEvent

#: How many attempts one transaction corrects: on SQLite nobody else can write meanwhile, so it must be short.
BATCH = 200
#: The job that applies a correction.
JOB = "apply a correction"


def decide(plan: Plan, *, reason: str, note: str, by: Actor, at: datetime, return_url: str) -> tuple[Correction, int]:
    """Write a correction down and ask for the job that applies it; return both, the job by its id.

    :param plan: what was previewed, with its figures.
    :param reason: for the record.  :param note: what learners read.
    :raises NotAllowed: when the actor may not correct in the unit of the question's bank.
    :raises RuleBroken: when the plan can't be carried out, or a text is missing.
    """
    unit_id = db.session.scalars(select(Bank.unit_id).join(Question).where(Question.id == plan.question_id)).one()
    ensure_in_unit(by, Permission.CORRECT, unit_id, on=local_day(at))
    if plan.refusal:
        raise RuleBroken(plan.refusal)
    if not reason or not note:
        raise RuleBroken(_l("Say why, for the record, and what learners shall read."))
    correction = Correction(
        question_id=plan.question_id,
        wrong_version_ids=sorted(plan.wrong_version_ids),
        question_version_id=plan.version_id,
        method=plan.method.value,
        reason=reason,
        note=note,
        by_id=by.person_id,
        at=at,
        preview=plan.summary,
        done=0,
        last_attempt_id=0,
    )
    db.session.add(correction)
    db.session.flush()
    detail = {"correction_id": correction.id, "method": correction.method, **correction.preview}
    audit.record("question.correct", by=by, at=at, about=("question", plan.question_id), reason=reason, detail=detail)
    job_id = jobs.enqueue(
        JOB,
        {"correction_id": correction.id},
        key=job_key(correction.id),
        by_id=by.person_id,
        at=at,
        return_url=return_url,
    )
    return correction, job_id


def job_key(correction_id: int) -> str:
    """Return the key of the job that applies a correction: there is one at a time."""
    return f"correction:{correction_id}"


def apply_batch(correction_id: int, *, at: datetime, limit: int = BATCH) -> bool:
    """Correct the next attempts in a transaction of its own, and tell whether there are more.

    Safe to run twice and side by side: whoever comes second waits and goes on after the first.
    """
    correction = db.session.scalars(
        select(Correction)
        .where(Correction.id == correction_id)
        # Not against the keys of steps: whoever hands in holds an attempt and refers to the correction.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    if correction.finished_at is not None:
        return False
    attempt_ids = correction_queries.attempts_shown(
        correction.wrong_version_ids, after=correction.last_attempt_id, limit=limit
    )
    if not attempt_ids:
        correction.finished_at = at
        return False
    correction.done += _correct(correction, attempt_ids, at)
    correction.last_attempt_id = attempt_ids[-1]
    return True


def _correct(correction: Correction, attempt_ids: Sequence[int], at: datetime) -> int:
    """Correct the finished ones of some attempts and return how many. What a later correction has decided, stands."""
    # Open ones are locked too: one that is being handed in just now has ended, or will see this correction.
    attempts = db.session.scalars(
        select(Attempt)
        .where(Attempt.id.in_(attempt_ids))
        .options(joinedload(Attempt.quiz_version, innerjoin=True))
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).all()
    ended = {one.id: one for one in attempts if one.finished_at and one.occasion not in COUNTS_FOR_NOTHING}
    remedy = correction_queries.remedy_of(correction)
    rows = [
        row
        for row in correction_queries.items_shown(list(ended), correction.wrong_version_ids)
        if (row.correction_id or 0) < correction.id and remedy.applies_to(row.response)
    ]
    if not rows:
        return 0
    db.session.execute(
        insert(cast(Table, AttemptStep.__table__)),
        [
            {"item_id": row.item_id, "number": row.number + 1, "at": at, **correction_step(correction, remedy, row)}
            for row in rows
        ],
    )
    _close_tasks([row.item_id for row in rows])
    touched = {row.attempt_id: ended[row.attempt_id] for row in rows}
    _settle(touched, _decider(correction), at)
    _note(correction, touched, at)
    return len(touched)


def _settle(attempts: dict[int, Attempt], by: Actor, at: datetime) -> None:
    """Settle attempts anew and tell of those that have become a pass."""
    facts = correction_queries.facts_of(list(attempts))
    won = []
    for attempt_id, attempt in attempts.items():
        passed_before = bool(attempt.passed)
        settle_by(attempt, facts[attempt_id])
        if attempt.passed and not passed_before:
            won.append(attempt)
    mark_stale(attempt.quiz_version_id for attempt in attempts.values())
    for attempt in won:
        tell_finished(attempt, by=by, at=at)


def _close_tasks(item_ids: Iterable[int]) -> None:
    """Take what has been decided out of the markers' queue."""
    db.session.execute(
        update(MarkingTask).where(MarkingTask.item_id.in_(list(item_ids)), MarkingTask.state != "done"),
        {"state": "done"},
        execution_options={"synchronize_session": False},
    )


def _note(correction: Correction, attempt_ids: Iterable[int], at: datetime) -> None:
    """Write the correction into the logs of attempts."""
    detail = {"correction_id": correction.id}
    rows = [
        {"attempt_id": one, "at": at, "kind": events.CORRECT, "by_id": correction.by_id, "page": "", "detail": detail}
        for one in attempt_ids
    ]
    db.session.execute(insert(cast(Table, AttemptEvent.__table__)), rows)


def _decider(correction: Correction) -> Actor:
    """Return who has decided a correction: what follows from it is theirs."""
    if correction.by_id is None:
        return Actor(None, "Nếp")
    return Actor(correction.by_id, db.session.get_one(Person, correction.by_id).full_name)
