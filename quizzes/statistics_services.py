"""Counting finished attempts into tallies: each exactly once, in batches, in constant memory.

Whoever counts a quiz version holds the lock on its row of ``quiz_statistic``; so does whoever marks it stale. Attempts
that somebody else has locked are left for the next time, so that counting never waits for a correction that waits for
it. What an attempt adds and the note that it is counted are written in one transaction.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Row, Table, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.db import Base, db, insert_if_new, is_sqlite
from quizzes.kinds import kind_of
from quizzes.models import Attempt, AttemptItem, AttemptStep, QuestionVersion, QuizVersion
from quizzes.statistics_choices import NOTHING
from quizzes.statistics_models import ChoiceCount, ItemCount, QuizStatistic, ScoreCount
from quizzes.statistics_tally_queries import uncounted

#: The step by which a correction takes a question out of an attempt.
DROP = "drop"
#: How many attempts one transaction counts: on SQLite nobody else can write meanwhile, so it must be short.
BATCH = 200


def count_new(*, at: datetime, limit: int = BATCH, quiz_id: int | None = None) -> int:
    """Count attempts of one quiz version that are not counted yet, and return how many were dealt with.

    To be called in a transaction of its own, again and again until it returns 0: then nothing is left that somebody
    else is not counting just now. A stale version is first forgotten, batch by batch; its old figures stay until all
    its attempts are free to be counted again.

    :param quiz_id: only this quiz.
    """
    claimed = _claim(quiz_id)
    if claimed is None:
        return 0
    forgotten = 0
    if claimed.stale:
        forgotten = _forget(claimed.quiz_version_id, limit)
        if _is_counted(claimed.quiz_version_id):
            return forgotten
        for table in (ScoreCount, ItemCount, ChoiceCount):
            db.session.execute(
                delete(table).where(table.quiz_version_id == claimed.quiz_version_id),
                execution_options={"synchronize_session": False},
            )
        claimed.stale = False
    return forgotten + _count(claimed, limit, at)


def mark_stale(quiz_version_ids: Iterable[int]) -> None:
    """Let quiz versions be counted anew, because marks of finished attempts change; in the transaction that does so."""
    rows = [{"quiz_version_id": version_id, "stale": True} for version_id in sorted(set(quiz_version_ids))]
    if rows:
        statement = _insert(QuizStatistic)
        db.session.execute(
            statement.on_conflict_do_update(index_elements=["quiz_version_id"], set_={"stale": True}), rows
        )


def _claim(quiz_id: int | None) -> QuizStatistic | None:
    """Return the row, locked, of a version that has something to count and that nobody else is counting."""
    waits = exists().where(Attempt.quiz_version_id == QuizVersion.id, uncounted())
    wanted = (
        select(QuizVersion.id, QuizStatistic.quiz_version_id.label("known"))
        .outerjoin(QuizStatistic, QuizStatistic.quiz_version_id == QuizVersion.id)
        .where(QuizVersion.published_at.is_not(None), or_(waits, QuizStatistic.stale.is_(True)))
    )
    if quiz_id is not None:
        wanted = wanted.where(QuizVersion.quiz_id == quiz_id)
    found = db.session.execute(wanted.order_by(QuizVersion.id)).all()
    new = next((row.id for row in found if row.known is None), None)
    if new is not None:
        db.session.execute(insert_if_new(QuizStatistic).values(quiz_version_id=new, stale=False))
    return db.session.scalar(
        select(QuizStatistic)
        .where(QuizStatistic.quiz_version_id.in_([row.id for row in found]))
        .order_by(QuizStatistic.quiz_version_id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def _is_counted(quiz_version_id: int) -> bool:
    """Tell whether any attempt of a version is noted as counted."""
    counted = exists().where(Attempt.quiz_version_id == quiz_version_id, Attempt.counted_at.is_not(None))
    return bool(db.session.scalar(select(counted)))


def _forget(quiz_version_id: int, limit: int) -> int:
    """Free counted attempts of a version to be counted again, and return how many."""
    counted = (
        select(Attempt.id)
        .where(Attempt.quiz_version_id == quiz_version_id, Attempt.counted_at.is_not(None))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    ids = db.session.scalars(counted).all()
    _note(ids, None)
    return len(ids)


def _note(attempt_ids: Sequence[int], at: datetime | None) -> None:
    """Write down when attempts were counted, or that they are not."""
    db.session.execute(
        update(Attempt).where(Attempt.id.in_(attempt_ids)).values(counted_at=at),
        execution_options={"synchronize_session": False},
    )


@dataclass
class _Sums:
    """What a batch adds: counts, known times and seconds by the keys of the three tables."""

    scores: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    durations: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    items: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    timed: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    seconds: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    choices: Counter[tuple[Any, ...]] = field(default_factory=Counter)


def _count(claimed: QuizStatistic, limit: int, at: datetime) -> int:
    """Count a batch of attempts of a version whose row is locked, and return how many."""
    version_id = claimed.quiz_version_id
    attempts = db.session.execute(
        select(Attempt.id, Attempt.score, Attempt.max_points, Attempt.number, Attempt.started_at, Attempt.finished_at)
        .where(Attempt.quiz_version_id == version_id, uncounted())
        .order_by(Attempt.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    if not attempts:
        return 0
    sums, by_id = _Sums(), {attempt.id: attempt for attempt in attempts}
    for attempt in attempts:
        key = (version_id, attempt.number == 1, attempt.score)
        sums.scores[key] += 1
        sums.durations[key] += max(0, int((attempt.finished_at - attempt.started_at).total_seconds()))
    for item in _items(list(by_id)):
        _add_item(sums, version_id, by_id[item.attempt_id], item)
    _store(sums)
    _note(list(by_id), at)
    claimed.counted_at = at
    return len(attempts)


@dataclass(frozen=True, slots=True)
class _Item:
    """A question of a finished attempt: the choices made, the mark, and the seconds where they are known."""

    attempt_id: int
    question_version_id: int
    points: int
    mark: int
    seconds: int | None
    choices: tuple[str, ...]


def _items(attempt_ids: Sequence[int]) -> Iterator[_Item]:
    """Yield the questions of attempts with what their steps come to. Two queries."""
    shown = select(AttemptItem.question_version_id).where(AttemptItem.attempt_id.in_(attempt_ids))
    versions = db.session.execute(
        select(QuestionVersion.id, QuestionVersion.kind, QuestionVersion.spec).where(QuestionVersion.id.in_(shown))
    )
    questions = {row.id: _Question(row.kind, row.spec) for row in versions}
    steps = db.session.execute(
        select(
            AttemptItem.id,
            AttemptItem.attempt_id,
            AttemptItem.question_version_id,
            AttemptItem.points,
            AttemptStep.action,
            AttemptStep.response,
            AttemptStep.mark,
            AttemptStep.seconds,
        )
        .join(AttemptStep, AttemptStep.item_id == AttemptItem.id)
        .where(AttemptItem.attempt_id.in_(attempt_ids))
        .order_by(AttemptItem.id, AttemptStep.number)
    )
    for _item_id, of_item in groupby(steps, key=lambda step: step.id):
        item = _summed(list(of_item), questions)
        if item is not None:
            yield item


class _Question:
    """A question version, parsed once for a batch."""

    def __init__(self, kind: str, spec: dict[str, Any]) -> None:
        self._kind = kind_of(kind)
        self._spec = self._kind.parse(spec)
        self._has_choices = bool(self._kind.tally_labels(self._spec))

    def choices(self, response: dict[str, Any] | None) -> tuple[str, ...]:
        """Return the keys to count for a response; none where there is nothing to choose."""
        if not self._has_choices:
            return ()
        return self._kind.tally(self._spec, response) if self._kind.is_answered(response) else (NOTHING,)


def _summed(steps: Sequence[Row[Any]], questions: dict[int, _Question]) -> _Item | None:
    """Return what the steps of one question come to: the last response, mark and time; None when it was dropped."""
    response = mark = seconds = None
    for step in steps:
        response = step.response if step.response is not None else response
        mark = None if step.action == DROP else step.mark if step.mark is not None else mark
        seconds = step.seconds or seconds
    if mark is None:
        return None
    first = steps[0]
    choices = questions[first.question_version_id].choices(response)
    return _Item(first.attempt_id, first.question_version_id, first.points, mark, seconds, choices)


def _add_item(sums: _Sums, version_id: int, attempt: Any, item: _Item) -> None:
    """Add a question of an attempt (a row with its number, score and points)."""
    common = (version_id, item.question_version_id, attempt.number == 1)
    key = (*common, item.points, attempt.max_points, attempt.score, item.mark)
    sums.items[key] += 1
    if item.seconds is not None:
        sums.timed[key] += 1
        sums.seconds[key] += item.seconds
    for choice in item.choices:
        sums.choices[(*common, attempt.score, choice)] += 1


def _store(sums: _Sums) -> None:
    """Add a batch to what is stored."""
    _add_up(ScoreCount, [(*key, count, sums.durations[key]) for key, count in sums.scores.items()])
    _add_up(ItemCount, [(*key, count, sums.timed[key], sums.seconds[key]) for key, count in sums.items.items()])
    _add_up(ChoiceCount, [(*key, count) for key, count in sums.choices.items()])


def _add_up(model: type[Base], rows: list[tuple[Any, ...]]) -> None:
    """Insert rows; where there is one with the same key, add its sums. Values are in the order of the columns."""
    if not rows:
        return
    table = cast(Table, model.__table__)
    statement = _insert(model)
    totals = [column for column in table.columns if not column.primary_key]
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column.name: column + statement.excluded[column.name] for column in totals},
    )
    names = table.columns.keys()
    db.session.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def _insert(model: type[Base]) -> Any:
    """Return the insert of the database in use, which can resolve conflicts."""
    return (sqlite.insert if is_sqlite() else postgresql.insert)(cast(Table, model.__table__))
