"""What can be asked about results: the questions with what was answered, and as much of the rest as may be shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core import html
from core.db import db
from quizzes.behaviour import COUNTS_FOR_NOTHING, PREVIEW, ItemState, state_of
from quizzes.kinds import kind_of
from quizzes.models import Attempt, AttemptDraft, AttemptItem, QuestionVersion, QuizVersion
from quizzes.queries import Outcome, outcomes
from quizzes.reveal import EVERYTHING, Reveal, When, key_since, later, visible
from quizzes.scoring import mark_of


@dataclass(frozen=True)
class ResultView:
    """A question with the answer given. What a reader may not see yet is not in it."""

    item_id: int
    number: int
    kind: str
    prompt_html: str
    #: The answer as plain text; empty when there is none.
    answer: str
    answered: bool
    #: Whether the answer was given in time and arrived late.
    late: bool
    points: int
    #: The code of the rule by which points are given.
    rule: str
    #: Without verdicts only ``open`` or ``answered``, and no mark.
    state: ItemState
    mark: int | None
    #: What the kind's ``judged`` returns; None without the key, and there is no explanation then.
    judged: Any
    general_explanation: str
    is_corrected: bool = False


def reveals_of(attempts: Sequence[Attempt], at: datetime) -> dict[int, Reveal]:
    """Return what the person of attempts at one quiz may see of each, by id. One query at most.

    What waits for the close waits for that of the latest version too, and for who was given time past the close: their
    attempts are still under way.
    """
    waits = any(
        When.AFTER_CLOSE in (version.show_score, version.show_verdicts, version.show_key)
        for version in (attempt.quiz_version for attempt in attempts)
    )
    latest, last_due = _closing_times(attempts[0].quiz_id) if waits else (None, None)
    return {attempt.id: _reveal(attempt, latest, last_due, at) for attempt in attempts}


def promised(version: QuizVersion, at: datetime) -> Reveal:
    """Return what a person sees of an attempt by this version as soon as it has ended."""
    return visible(version, finished=True, closes_at=version.closes_at, at=at)


def _reveal(attempt: Attempt, latest: datetime | None, last_due: datetime | None, at: datetime) -> Reveal:
    if attempt.occasion == PREVIEW:
        return EVERYTHING
    closes_at = _closes_at(attempt, latest, last_due)
    return visible(attempt.quiz_version, finished=attempt.finished_at is not None, closes_at=closes_at, at=at)


def key_readable_since(attempt: Attempt) -> datetime | None:
    """Return from when on the person of an attempt may read its key; None when it never comes, or has not ended.

    One query at most.
    """
    if attempt.finished_at is None:
        return None
    version = attempt.quiz_version
    latest, last_due = _closing_times(attempt.quiz_id) if version.show_key == When.AFTER_CLOSE else (None, None)
    closes_at = _closes_at(attempt, latest, last_due)
    return key_since(version, finished_at=attempt.finished_at, closes_at=closes_at)


def _closes_at(attempt: Attempt, latest: datetime | None, last_due: datetime | None) -> datetime | None:
    """Return when the last attempt of anybody must be in; None when the quiz does not close."""
    closes_at = later(attempt.quiz_version.closes_at, latest)
    return closes_at if closes_at is None else later(closes_at, last_due)


def _closing_times(quiz_id: int) -> tuple[datetime | None, datetime | None]:
    """Return when the version of a quiz that was published last closes, and when the last open attempt must be in."""
    closes_at = (
        select(QuizVersion.closes_at)
        .where(QuizVersion.quiz_id == quiz_id, QuizVersion.published_at.is_not(None))
        .order_by(QuizVersion.number.desc())
        .limit(1)
    )
    last_due = select(func.max(Attempt.due_at)).where(
        Attempt.quiz_id == quiz_id, Attempt.finished_at.is_(None), Attempt.occasion.not_in(COUNTS_FOR_NOTHING)
    )
    row = db.session.execute(select(closes_at.scalar_subquery(), last_due.scalar_subquery())).one()
    return row[0], row[1]


def result_views(attempt_id: int, reveal: Reveal) -> list[ResultView]:
    """Return the questions of a finished attempt, as they were judged last. Two queries; three after a correction."""
    rows = db.session.execute(
        select(AttemptItem, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(AttemptItem.attempt_id == attempt_id)
        .order_by(AttemptItem.position)
    ).all()
    found = outcomes(attempt_id)
    versions = {version.id: version for _item, version in rows}
    if judged_anew := {outcome.question_version_id for outcome in found.values()} - versions.keys() - {None}:
        versions |= _versions(judged_anew)
    return [
        _result_view(item, outcome, versions[outcome.question_version_id or asked.id], reveal)
        for item, asked in rows
        for outcome in (found.get(item.id, Outcome()),)
    ]


def checked_views(attempt_id: int, item_ids: Iterable[int], reveal: Reveal) -> dict[int, ResultView]:
    """Return questions of an open practice attempt by item id, judged as answered so far. One query.

    What was not answered is left out: the key to it is not for anybody.
    """
    rows = db.session.execute(
        select(AttemptItem, AttemptDraft, QuestionVersion)
        .join(AttemptDraft, AttemptDraft.item_id == AttemptItem.id)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(AttemptItem.attempt_id == attempt_id, AttemptItem.id.in_(list(item_ids)))
    )
    views = [_checked_view(item, draft, version, reveal) for item, draft, version in rows]
    return {view.item_id: view for view in views if view.answered}


def _checked_view(item: AttemptItem, draft: AttemptDraft, version: QuestionVersion, reveal: Reveal) -> ResultView:
    kind = kind_of(version.kind)
    share = kind.grade(kind.parse(version.spec), draft.response)
    mark = None if share is None else mark_of(share, item.points)
    return _result_view(item, Outcome(draft.response, mark), version, reveal)


def _versions(ids: Iterable[int | None]) -> dict[int, QuestionVersion]:
    rows = db.session.scalars(select(QuestionVersion).where(QuestionVersion.id.in_(ids)))
    return {version.id: version for version in rows}


def _result_view(item: AttemptItem, outcome: Outcome, version: QuestionVersion, reveal: Reveal) -> ResultView:
    kind = kind_of(version.kind)
    spec = kind.parse(version.spec)
    answered = kind.is_answered(outcome.response)
    return ResultView(
        item_id=item.id,
        number=item.position,
        kind=version.kind,
        prompt_html=version.prompt_html,
        answer=kind.summarise(spec, outcome.response),
        answered=answered,
        late=outcome.late,
        points=item.points,
        rule=kind.rule(spec),
        state=ItemState.DROPPED
        if outcome.is_dropped and reveal.verdicts
        else state_of(finished=reveal.verdicts, answered=answered, mark=outcome.mark, points=item.points),
        mark=outcome.mark if reveal.verdicts and not outcome.is_dropped else None,
        judged=kind.judged(spec, outcome.response, item.option_order) if reveal.key else None,
        general_explanation=html.from_inline_markdown(version.general_explanation) if reveal.key else "",
        is_corrected=outcome.is_corrected,
    )
