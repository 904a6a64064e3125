"""What an answer file would change in an attempt that has ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.db import db
from quizzes import queries
from quizzes.answer_services import TypedAnswer
from quizzes.behaviour import given_in_time
from quizzes.kinds import BadResponse, Response, kind_of
from quizzes.models import Attempt, AttemptItem, AttemptStep, QuestionVersion


@dataclass(frozen=True)
class FileChange:
    """A question that a file answers otherwise than the system holds it."""

    item_id: int
    number: int
    prompt_html: str
    kind: str
    spec: Mapping[str, Any]
    question_version_id: int
    points: int
    #: Hundredths of a point until now; None when a person must mark it, or it no longer counts.
    mark: int | None
    #: How many steps the item has.
    steps: int
    response: Response
    stored: str
    typed: str
    given_at: datetime | None
    #: Whether it was given in time and the system has no later answer; only such are taken when a file is accepted.
    counts: bool


def changes(attempt: Attempt, saves: Sequence[Mapping[int, TypedAnswer]]) -> list[FileChange]:
    """Return what a file says otherwise than the system does, in the order of the questions. Three queries."""
    answers: dict[int, TypedAnswer] = {item_id: answer for save in saves for item_id, answer in save.items()}
    outcomes = queries.outcomes(attempt.id)
    steps = select(func.count()).where(AttemptStep.item_id == AttemptItem.id).scalar_subquery()
    rows = db.session.execute(
        select(AttemptItem, QuestionVersion, steps)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(AttemptItem.attempt_id == attempt.id, AttemptItem.id.in_(answers))
        .order_by(AttemptItem.position)
    ).all()
    found = (
        _change(attempt, item, version, count, answers[item.id], outcomes.get(item.id, queries.Outcome()))
        for item, version, count in rows
    )
    return [change for change in found if change is not None]


def _change(
    attempt: Attempt, item: AttemptItem, asked: QuestionVersion, steps: int, answer: TypedAnswer, now: queries.Outcome
) -> FileChange | None:
    """Return how an answer in a file differs, None when it says the same or means nothing."""
    kind = kind_of(asked.kind)
    spec = kind.parse(asked.spec)
    try:
        response = kind.read(spec, answer.fields)
    except BadResponse:
        return None
    if response == now.response or not (kind.is_answered(response) or kind.is_answered(now.response)):
        return None
    ends_at = min(filter(None, (attempt.due_at, attempt.finished_at)), default=None)
    in_time = given_in_time(answer.given_at, attempt.started_at, ends_at)
    newest = now.answered_at is None or (answer.given_at is not None and answer.given_at > now.answered_at)
    return FileChange(
        item_id=item.id,
        number=item.position,
        prompt_html=asked.prompt_html,
        kind=asked.kind,
        spec=asked.spec,
        question_version_id=item.question_version_id,
        points=item.points,
        mark=None if now.is_dropped else now.mark,
        steps=steps,
        response=response,
        stored=kind.summarise(spec, now.response),
        typed=kind.summarise(spec, response),
        given_at=answer.given_at,
        counts=in_time and newest,
    )
