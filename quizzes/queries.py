"""What can be asked about quizzes and attempts. What an open attempt shows comes without any key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, func, literal, select
from sqlalchemy.orm import joinedload

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from quizzes.asked import Asked
from quizzes.behaviour import LATE_GRACE
from quizzes.blueprint import PoolEntry, PoolSection
from quizzes.corrections import DROP
from quizzes.kinds import Response, kind_of
from quizzes.models import (
    Attempt,
    AttemptDraft,
    AttemptItem,
    AttemptStep,
    PoolQuestion,
    QuestionVersion,
    Quiz,
    QuizSection,
    QuizVersion,
)


@dataclass(frozen=True)
class ItemView:
    """A question of an open attempt as its page shows it."""

    number: int
    prompt_html: str
    asked: Asked
    revision: int
    sequence: int
    seconds: int
    answered: bool

    @property
    def item_id(self) -> int:
        """Return the id of the item."""
        return self.asked.item_id


@dataclass(frozen=True)
class Outcome:
    """The last response and the last mark of an item, and the question version that it was judged by."""

    response: Response | None = None
    mark: int | None = None
    question_version_id: int | None = None
    answered_at: datetime | None = None
    #: Whether the response was given in time and arrived late.
    late: bool = False
    #: Whether a correction has taken the question out.
    is_dropped: bool = False
    #: Whether any correction has decided about it.
    is_corrected: bool = False


def quiz(quiz_id: int) -> Quiz:
    """Return a quiz.

    :raises NotFound: when there is none.
    """
    found = db.session.get(Quiz, quiz_id)
    if found is None:
        raise NotFound(_l("This quiz does not exist, or is not for you."))
    return found


def quiz_version(quiz_version_id: int) -> QuizVersion:
    """Return the rules of a quiz."""
    return db.session.get_one(QuizVersion, quiz_version_id)


def latest_published_version_id(quiz_id: int) -> int | None:
    """Return the id of the version that was published last, None when none was."""
    return db.session.scalar(
        select(QuizVersion.id)
        .where(QuizVersion.quiz_id == quiz_id, QuizVersion.published_at.is_not(None))
        .order_by(QuizVersion.number.desc())
        .limit(1)
    )


def _sizes() -> Any:
    of_version = QuizSection.quiz_version_id == bindparam("quiz_version_id")
    pooled = (
        select(QuizSection.id, QuizSection.draw_count, func.count(PoolQuestion.id).label("size"))
        .outerjoin(PoolQuestion, PoolQuestion.section_id == QuizSection.id)
        .where(of_version, QuizSection.draw_count.is_not(None))
        .group_by(QuizSection.id, QuizSection.draw_count)
    )
    # Sections that take all may share questions, which come once.
    whole = (
        select(literal(0), literal(None), func.count(PoolQuestion.question_version_id.distinct()))
        .join(QuizSection, QuizSection.id == PoolQuestion.section_id)
        .where(of_version, QuizSection.draw_count.is_(None))
    )
    return pooled.union_all(whole)


_SIZES = _sizes()


def question_count(quiz_version_id: int) -> int:
    """Return how many questions an attempt at a quiz version has. One query."""
    rows = db.session.execute(_SIZES, {"quiz_version_id": quiz_version_id})
    return sum(row.size if row.draw_count is None else min(row.draw_count, row.size) for row in rows)


_POOLS: Any = (
    select(
        QuizSection.id,
        QuizSection.draw_count,
        QuizSection.points,
        QuestionVersion.question_id,
        QuestionVersion.id.label("version_id"),
    )
    .join(PoolQuestion, PoolQuestion.section_id == QuizSection.id)
    .join(QuestionVersion, QuestionVersion.id == PoolQuestion.question_version_id)
    .where(QuizSection.quiz_version_id == bindparam("quiz_version_id"))
    .order_by(QuizSection.position, PoolQuestion.position, PoolQuestion.id)
)


def pool_sections(quiz_version_id: int) -> list[PoolSection]:
    """Return what an attempt at a quiz version is drawn from, in the author's order. One query."""
    rows = db.session.execute(_POOLS, {"quiz_version_id": quiz_version_id}).all()
    sections = groupby(rows, key=lambda row: (row.id, row.draw_count, row.points))
    return [
        PoolSection(tuple(PoolEntry(row.question_id, row.version_id) for row in section), draw_count, points)
        for (_id, draw_count, points), section in sections
    ]


def stored_specs(question_version_ids: Iterable[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Return kind and stored spec of question versions, by id. One query."""
    rows = db.session.execute(
        select(QuestionVersion.id, QuestionVersion.kind, QuestionVersion.spec).where(
            QuestionVersion.id.in_(set(question_version_ids))
        )
    )
    return {row.id: (row.kind, row.spec) for row in rows}


def open_attempt(person_id: int, quiz_id: int) -> Attempt | None:
    """Return the attempt at a quiz that a person has not ended yet."""
    return db.session.scalar(
        select(Attempt).where(Attempt.person_id == person_id, Attempt.quiz_id == quiz_id, Attempt.finished_at.is_(None))
    )


_ATTEMPTS_OF = (
    select(Attempt)
    .where(Attempt.person_id == bindparam("person_id"), Attempt.quiz_id == bindparam("quiz_id"))
    .options(joinedload(Attempt.quiz_version, innerjoin=True))
    .order_by(Attempt.started_at.desc(), Attempt.id.desc())
)


def attempts_of(person_id: int, quiz_id: int) -> Sequence[Attempt]:
    """Return a person's attempts at a quiz with their rules, the latest first. One query."""
    return db.session.scalars(_ATTEMPTS_OF, {"person_id": person_id, "quiz_id": quiz_id}).all()


_ATTEMPT = (
    select(Attempt)
    .where(Attempt.id == bindparam("attempt_id"))
    .options(joinedload(Attempt.quiz_version, innerjoin=True))
)


def attempt(attempt_id: int) -> Attempt:
    """Return an attempt with the rules of its quiz; who may see it is for the caller to ask.

    :raises NotFound: when there is none.
    """
    found = db.session.scalar(_ATTEMPT, {"attempt_id": attempt_id})
    if found is None:
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    return found


def attempt_of(person_id: int | None, attempt_id: int) -> Attempt:
    """Return a person's own attempt.

    :raises NotFound: when there is none, or it is somebody else's.
    """
    found = attempt(attempt_id)
    if found.person_id != person_id:
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    return found


def item_count(attempt_id: int) -> int:
    """Return how many questions an attempt has."""
    return db.session.scalar(select(func.count()).where(AttemptItem.attempt_id == attempt_id)) or 0


def overdue_attempt_ids(at: datetime) -> Sequence[int]:
    """Return the attempts whose time is up and which nobody has closed, the longest overdue first."""
    return db.session.scalars(
        select(Attempt.id)
        .where(Attempt.finished_at.is_(None), Attempt.due_at < at - LATE_GRACE)
        .order_by(Attempt.due_at, Attempt.id)
    ).all()


_ITEMS_TO_SHOW: Any = (
    select(
        AttemptItem.id,
        AttemptItem.position,
        AttemptItem.option_order,
        QuestionVersion.kind,
        QuestionVersion.prompt_html,
        QuestionVersion.spec,
        AttemptDraft.response,
        AttemptDraft.revision,
        AttemptDraft.sequence,
        AttemptDraft.seconds,
    )
    .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
    .outerjoin(AttemptDraft, AttemptDraft.item_id == AttemptItem.id)
    .where(AttemptItem.attempt_id == bindparam("attempt_id"))
    .order_by(AttemptItem.position)
)


def item_views(attempt_id: int) -> list[ItemView]:
    """Return the questions of an open attempt with the answers saved so far. One query."""
    return [_item_view(row) for row in db.session.execute(_ITEMS_TO_SHOW, {"attempt_id": attempt_id})]


def _item_view(row: Row[Any]) -> ItemView:
    kind = kind_of(row.kind)
    spec = kind.parse(row.spec)
    return ItemView(
        number=row.position,
        prompt_html=row.prompt_html,
        asked=Asked(row.kind, kind.shown(spec, row.option_order), kind.fields(spec, row.response), row.id),
        revision=row.revision or 0,
        sequence=row.sequence or 0,
        seconds=row.seconds or 0,
        answered=kind.is_answered(row.response),
    )


def outcomes(attempt_id: int) -> dict[int, Outcome]:
    """Return what the steps of an attempt come to, by item id. One query."""
    steps = db.session.execute(
        select(
            AttemptStep.item_id,
            AttemptStep.action,
            AttemptStep.correction_id,
            AttemptStep.response,
            AttemptStep.mark,
            AttemptStep.question_version_id,
            AttemptStep.at,
            AttemptStep.late,
        )
        .join(AttemptItem, AttemptItem.id == AttemptStep.item_id)
        .where(AttemptItem.attempt_id == attempt_id)
        .order_by(AttemptStep.item_id, AttemptStep.number)
    )
    found: dict[int, Outcome] = {}
    for step in steps:
        before = found.get(step.item_id, Outcome())
        responds, marks = step.response is not None, step.mark is not None
        found[step.item_id] = Outcome(
            response=step.response if responds else before.response,
            mark=step.mark if marks else before.mark,
            question_version_id=step.question_version_id if marks else before.question_version_id,
            answered_at=step.at if responds else before.answered_at,
            late=step.late if responds else before.late,
            is_dropped=step.action == DROP or (before.is_dropped and not marks),
            is_corrected=before.is_corrected or step.correction_id is not None,
        )
    return found
