"""Tallies as they are stored, as the values from which every figure follows. One query each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select

from core.db import db
from quizzes.behaviour import PRACTICE, PREVIEW
from quizzes.models import Attempt
from quizzes.statistics import ItemTally, ScoreTally
from quizzes.statistics_choices import ChoiceTally
from quizzes.statistics_models import ChoiceCount, ItemCount, ScoreCount


def uncounted() -> ColumnElement[bool]:
    """Return the condition that an attempt is to be counted: finished, wholly marked, one that counts, not counted yet.

    It is the condition of the index of these attempts, letter by letter, so that the index can serve it.
    """
    return (
        Attempt.score.is_not(None)
        & Attempt.counted_at.is_(None)
        & (Attempt.occasion != literal_column(f"'{PREVIEW}'"))
        & (Attempt.occasion != literal_column(f"'{PRACTICE}'"))
        & Attempt.finished_at.is_not(None)
    )


def kept(table: Any, first_only: bool) -> tuple[ColumnElement[bool], ...]:
    """Return the condition on the attempts that are asked for."""
    return (table.first.is_(True),) if first_only else ()


def score_tallies(quiz_version_id: int, first_only: bool) -> list[ScoreTally]:
    """Return how many attempts at a quiz version had which score."""
    rows = db.session.execute(
        select(ScoreCount.score, ScoreCount.count, ScoreCount.seconds).where(
            ScoreCount.quiz_version_id == quiz_version_id, *kept(ScoreCount, first_only)
        )
    )
    return [ScoreTally(*row) for row in rows]


def item_tallies(which: ColumnElement[bool], first_only: bool) -> dict[tuple[int, int], list[ItemTally]]:
    """Return tallies by quiz version and question version."""
    rows = db.session.execute(
        select(
            ItemCount.quiz_version_id,
            ItemCount.question_version_id,
            ItemCount.points,
            ItemCount.max_points,
            ItemCount.score,
            ItemCount.mark,
            ItemCount.count,
            ItemCount.timed,
            ItemCount.seconds,
        ).where(which, *kept(ItemCount, first_only))
    )
    found: dict[tuple[int, int], list[ItemTally]] = {}
    for quiz_version_id, question_version_id, *cell in rows:
        found.setdefault((quiz_version_id, question_version_id), []).append(ItemTally(*cell))
    return found


def choice_totals(quiz_version_id: int, first_only: bool) -> dict[int, dict[str, int]]:
    """Return how many made each choice, by question version."""
    rows = db.session.execute(
        select(ChoiceCount.question_version_id, ChoiceCount.choice, func.sum(ChoiceCount.count))
        .where(ChoiceCount.quiz_version_id == quiz_version_id, *kept(ChoiceCount, first_only))
        .group_by(ChoiceCount.question_version_id, ChoiceCount.choice)
    )
    found: dict[int, dict[str, int]] = {}
    for question_version_id, choice, count in rows:
        found.setdefault(question_version_id, {})[choice] = int(count)
    return found


def choice_tallies(question_version_ids: Sequence[int], first_only: bool) -> dict[int, list[ChoiceTally]]:
    """Return who made which choice, by question version, over all quizzes."""
    rows = db.session.execute(
        select(ChoiceCount.question_version_id, ChoiceCount.score, ChoiceCount.choice, func.sum(ChoiceCount.count))
        .where(ChoiceCount.question_version_id.in_(question_version_ids), *kept(ChoiceCount, first_only))
        .group_by(ChoiceCount.question_version_id, ChoiceCount.score, ChoiceCount.choice)
    )
    found: dict[int, list[ChoiceTally]] = {}
    for question_version_id, score, choice, count in rows:
        found.setdefault(question_version_id, []).append(ChoiceTally(score, choice, int(count)))
    return found
