"""What the draw and the authors of blueprints ask the database: published questions of banks, and what a person saw."""

from collections.abc import Iterable

from sqlalchemy import func, select

from core.db import db
from quizzes.blueprint import Candidate, Seen
from quizzes.models import Attempt, AttemptItem, PoolQuestion, Question, QuestionVersion, QuizSection


def candidates(bank_ids: Iterable[int]) -> list[Candidate]:
    """Return the questions that quizzes may ask of banks, each as published last, by code. One query."""
    newest = (
        select(func.max(QuestionVersion.number))
        .where(QuestionVersion.question_id == Question.id, QuestionVersion.published_at.is_not(None))
        .correlate(Question)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Question.id.label("question_id"),
            QuestionVersion.id.label("question_version_id"),
            Question.bank_id,
            QuestionVersion.topic,
            QuestionVersion.difficulty,
        )
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.bank_id.in_(set(bank_ids)), Question.retired_at.is_(None), QuestionVersion.number == newest)
        .order_by(Question.code, Question.id)
    )
    return [Candidate(**row._mapping) for row in rows]


def seen_before(person_id: int, quiz_version_id: int) -> dict[int, Seen]:
    """Return which questions of a quiz version a person saw in any attempt, by question id. One query."""
    asked = (
        select(QuestionVersion.question_id)
        .join(PoolQuestion, PoolQuestion.question_version_id == QuestionVersion.id)
        .join(QuizSection, QuizSection.id == PoolQuestion.section_id)
        .where(QuizSection.quiz_version_id == quiz_version_id)
    )
    rows = db.session.execute(
        select(QuestionVersion.question_id, func.count().label("times"), func.max(Attempt.started_at).label("last_at"))
        .join(AttemptItem, AttemptItem.question_version_id == QuestionVersion.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.person_id == person_id, QuestionVersion.question_id.in_(asked))
        .group_by(QuestionVersion.question_id)
    )
    return {row.question_id: Seen(row.times, row.last_at) for row in rows}
