"""What the draw and the authors of blueprints ask the database: published questions of banks, and what a person saw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core.db import db
from core.text import sort_key
from quizzes.blueprint import Candidate, Seen, pools_of, shortfalls, topics_of
from quizzes.models import Attempt, AttemptItem, Bank, PoolQuestion, Question, QuestionVersion, QuizSection
from quizzes.quiz_drafts import SectionDraft
from quizzes.rule_labels import shortfall_text


@dataclass(frozen=True)
class Supply:
    """The questions that each section may take as things stand, and sentences about what is missing."""

    pools: list[list[Candidate]]
    missing: list[str]

    @property
    def sizes(self) -> list[int]:
        """Return how many questions each section may take."""
        return [len(pool) for pool in self.pools]


def supply(sections: Sequence[SectionDraft]) -> Supply:
    """Return what banks have for sections. One query, and another when something is missing."""
    pools = pools_of(sections, candidates(section.bank_id for section in sections))
    short = shortfalls(sections, pools)
    if not short:
        return Supply(pools, [])
    rows = db.session.execute(select(Bank.id, Bank.name).where(Bank.id.in_({section.bank_id for section in sections})))
    banks = {row.id: row.name for row in rows}
    return Supply(pools, [shortfall_text(each, sections, banks) for each in short])


def topics_in(bank_ids: Iterable[int]) -> list[str]:
    """Return the topics that questions of banks name, as a reader expects them ordered. One query."""
    asked = (
        select(QuestionVersion.topic)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.bank_id.in_(set(bank_ids)), Question.retired_at.is_(None))
        .distinct()
    )
    return sorted({topic for named in db.session.scalars(asked) for topic in topics_of(named)}, key=_in_order)


def _in_order(topic: str) -> tuple[str, int, str]:
    """Return a sort key that has N4 before N19."""
    word = topic.rstrip("0123456789")
    return sort_key(word), int(topic[len(word) :] or 0), topic


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
