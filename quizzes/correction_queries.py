"""What can be asked about corrections, and the decisions from which the result of an attempt follows."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, case, func, or_, select, union_all
from sqlalchemy.orm import selectinload

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.models import Person
from people.queries import may_in_unit
from quizzes.correction_models import Correction, PassWithdrawal
from quizzes.corrections import DROP, Judgement, Remedy, Verdict, verdict
from quizzes.models import AttemptItem, AttemptStep, Question, QuestionVersion


@dataclass
class Facts:
    """What was decided about an attempt: the points of its questions, and every decision in its order."""

    points: dict[int, int] = field(default_factory=dict)
    judgements: list[Judgement] = field(default_factory=list)
    withdrawn_after: set[int] = field(default_factory=set)

    def verdict(self, pass_score: int) -> Verdict:
        """Return what it all comes to."""
        return verdict(self.points, self.judgements, pass_score, withdrawn_after=self.withdrawn_after)


def facts_of(attempt_ids: Collection[int], *, are_new: bool = False) -> dict[int, Facts]:
    """Return what was decided about attempts, by id. Two queries; one for attempts that end just now."""
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
    for attempt_id, step_id in () if are_new else _withdrawals(attempt_ids):
        found[attempt_id].withdrawn_after.add(step_id)
    return found


def _withdrawals(attempt_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    rows = db.session.execute(
        select(PassWithdrawal.attempt_id, PassWithdrawal.after_step_id).where(
            PassWithdrawal.attempt_id.in_(attempt_ids)
        )
    )
    return [(row.attempt_id, row.after_step_id) for row in rows]


def remedies_for(question_version_ids: Collection[int]) -> dict[int, tuple[Correction, Remedy]]:
    """Return the correction, of several the latest, that concerns each question version that was wrong. One query."""
    asked = select(QuestionVersion.question_id).where(QuestionVersion.id.in_(question_version_ids))
    rows = db.session.execute(
        select(Correction, QuestionVersion.kind, QuestionVersion.spec)
        .outerjoin(QuestionVersion, QuestionVersion.id == Correction.question_version_id)
        .where(Correction.question_id.in_(asked))
        .order_by(Correction.id)
    )
    found: dict[int, tuple[Correction, Remedy]] = {}
    for correction, kind, spec in rows:
        remedy = Remedy.of(correction.method, kind or "", spec)
        found.update((version_id, (correction, remedy)) for version_id in correction.wrong_version_ids)
    return found


def remedy_of(correction: Correction) -> Remedy:
    """Return the remedy of a correction. One query at most."""
    if correction.question_version_id is None:
        return Remedy.of(correction.method)
    version = db.session.get_one(QuestionVersion, correction.question_version_id)
    return Remedy.of(correction.method, version.kind, version.spec)


def attempts_shown(question_version_ids: Iterable[int], *, after: int, limit: int) -> list[int]:
    """Return the first attempts after one that were shown any of some question versions, by id. One query."""
    each = [
        select(AttemptItem.attempt_id)
        .where(AttemptItem.question_version_id == version_id, AttemptItem.attempt_id > after)
        .order_by(AttemptItem.attempt_id)
        .limit(limit)
        .subquery()
        for version_id in question_version_ids
    ]
    if not each:
        return []
    found = db.session.scalars(union_all(*(select(one.c.attempt_id) for one in each))).all()
    return sorted(set(found))[:limit]


def items_shown(attempt_ids: Collection[int], question_version_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Return the questions of attempts that were shown as some versions, each once. One query.

    Columns: ``item_id, attempt_id, points, question_version_id``, the ``number`` of the last step, the last
    ``response``, and ``correction_id`` of the latest correction so far.
    """
    last = (
        select(
            AttemptStep.item_id,
            func.max(AttemptStep.number).label("number"),
            func.max(AttemptStep.correction_id).label("correction_id"),
            func.max(case((AttemptStep.action == "answer", AttemptStep.number))).label("answered"),
        )
        .join(AttemptItem, AttemptItem.id == AttemptStep.item_id)
        .where(AttemptItem.attempt_id.in_(attempt_ids), AttemptItem.question_version_id.in_(question_version_ids))
        .group_by(AttemptStep.item_id)
        .subquery()
    )
    return db.session.execute(
        select(
            AttemptItem.id.label("item_id"),
            AttemptItem.attempt_id,
            AttemptItem.points,
            AttemptItem.question_version_id,
            func.coalesce(last.c.number, 0).label("number"),
            last.c.correction_id,
            AttemptStep.response,
        )
        .outerjoin(last, last.c.item_id == AttemptItem.id)
        .outerjoin(AttemptStep, and_(AttemptStep.item_id == AttemptItem.id, AttemptStep.number == last.c.answered))
        .where(AttemptItem.attempt_id.in_(attempt_ids), AttemptItem.question_version_id.in_(question_version_ids))
        .order_by(AttemptItem.id)
    ).all()


def question(actor: Actor, question_id: int, on: date) -> Question:
    """Return a question that the actor may correct, with its bank and all its versions.

    :raises NotFound: when there is none, or it belongs to another unit.
    """
    asked = select(Question).where(Question.id == question_id)
    found = db.session.scalar(asked.options(selectinload(Question.bank), selectinload(Question.versions)))
    if found is None or not may_in_unit(actor, Permission.CORRECT, found.bank.unit_id, on):
        raise NotFound(_l("There is no such question."))
    return found


def corrections_of(question_id: int) -> Sequence[tuple[Correction, str | None]]:
    """Return the corrections of a question with who decided each, the latest first. One query."""
    rows = db.session.execute(
        select(Correction, Person.full_name)
        .outerjoin(Person, Person.id == Correction.by_id)
        .where(Correction.question_id == question_id)
        .order_by(Correction.id.desc())
    )
    return [(row[0], row[1]) for row in rows]
