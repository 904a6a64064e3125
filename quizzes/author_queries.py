"""What trainers can ask about banks, questions and quizzes. Everything begins with the units they may write for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, select
from sqlalchemy.orm import selectinload

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from core.pages import Page
from core.text import fold
from people.access import Actor, Permission
from people.models import Person
from people.queries import may_in_unit, unit_names, units_in_scope
from quizzes.behaviour import COUNTS_FOR_NOTHING
from quizzes.models import Attempt, AttemptItem, Bank, Question, QuestionVersion, Quiz, QuizSection, QuizVersion

Value = TypeVar("Value")


@dataclass(frozen=True)
class BankRow:
    """A bank in a list: published questions may be drawn, drafts wait, retired ones are kept for old attempts."""

    bank_id: int
    name: str
    unit_name: str
    published: int
    drafts: int
    retired: int


@dataclass(frozen=True)
class QuestionRow:
    """A question in a list, as its latest version says. ``state`` is a key of ``STATE_LABELS``."""

    question_id: int
    code: str
    prompt_html: str
    kind: str
    topic: str
    difficulty: str
    number: int
    state: str
    search_text: str


@dataclass(frozen=True)
class QuestionFilter:
    """What a trainer looks for in a bank; empty parts let everything through."""

    text: str = ""
    kind: str = ""
    difficulty: str = ""
    state: str = ""

    def takes(self, row: QuestionRow) -> bool:
        """Tell whether a question is among those looked for."""
        return (
            all(word in row.search_text for word in fold(self.text).split())
            and self.kind in ("", row.kind)
            and self.difficulty in ("", row.difficulty)
            and self.state in ("", row.state)
        )


@dataclass(frozen=True)
class VersionNote:
    """A version in a history: who wrote and published it and when, and how many attempts saw it."""

    number: int
    edited_by: str
    edited_at: datetime
    published_by: str
    published_at: datetime | None
    attempts: int


@dataclass(frozen=True)
class QuizRow:
    """A quiz in a list. ``published`` is the number of the version learners get; None while there is none."""

    quiz_id: int
    slug: str
    title: str
    unit_name: str
    published: int | None
    has_draft: bool
    attempts: int


def banks_in_scope(actor: Actor, on: date) -> list[BankRow]:
    """Return the banks of the units for which the actor writes, by name. Three queries."""
    banks = db.session.scalars(_banks(actor, on)).all()
    counts = {row.bank_id: row for row in db.session.execute(_question_counts([bank.id for bank in banks]))}
    names = unit_names({bank.unit_id for bank in banks}, on)
    rows = []
    for bank in banks:
        found = counts.get(bank.id)
        published, drafts, retired = (found.published, found.drafts, found.retired) if found else (0, 0, 0)
        rows.append(BankRow(bank.id, bank.name, names.get(bank.unit_id, ""), published, drafts, retired))
    return rows


def bank_choices(actor: Actor, on: date) -> list[tuple[int, str]]:
    """Return the banks from which the actor's quizzes may draw, for a form."""
    return [(bank.id, bank.name) for bank in db.session.scalars(_banks(actor, on))]


def bank(actor: Actor, bank_id: int, on: date) -> Bank:
    """Return a bank for which the actor writes.

    :raises NotFound: when there is none, or it belongs to another unit.
    """
    found = db.session.get(Bank, bank_id)
    if found is None or not may_in_unit(actor, Permission.AUTHOR, found.unit_id, on):
        raise NotFound(_l("There is no such question bank."))
    return found


def question(actor: Actor, question_id: int, on: date) -> Question:
    """Return a question with its bank and all its versions, the first one first.

    :raises NotFound: when there is none, or it belongs to another unit.
    """
    asked = select(Question).where(Question.id == question_id)
    found = db.session.scalar(asked.options(selectinload(Question.bank), selectinload(Question.versions)))
    if found is None or not may_in_unit(actor, Permission.AUTHOR, found.bank.unit_id, on):
        raise NotFound(_l("There is no such question."))
    return found


def question_page(bank_id: int, asked: QuestionFilter, number: int) -> Page[QuestionRow]:
    """Return a page of a bank's questions. One query: folded search is done here, as no database folds Vietnamese."""
    rows = [row for row in _question_rows(bank_id) if asked.takes(row)]
    page = Page[QuestionRow]([], number, len(rows))
    return Page(rows[page.first - 1 : page.first - 1 + page.size], number, len(rows))


def question_history(question_id: int) -> list[VersionNote]:
    """Return the versions of a question, the latest first. Three queries."""
    versions = db.session.scalars(
        select(QuestionVersion)
        .where(QuestionVersion.question_id == question_id)
        .order_by(QuestionVersion.number.desc())
    ).all()
    seen = (
        select(AttemptItem.question_version_id, func.count(AttemptItem.attempt_id.distinct()))
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.occasion.not_in(COUNTS_FOR_NOTHING))
        .where(AttemptItem.question_version_id.in_([version.id for version in versions]))
        .group_by(AttemptItem.question_version_id)
    )
    return _notes(versions, _pairs(seen))


def quizzes_drawing_from(actor: Actor, bank_id: int, on: date) -> list[tuple[int, str]]:
    """Return the quizzes of the actor's units whose published version draws from a bank: id and title."""
    rows = db.session.execute(
        select(Quiz.id, QuizVersion.title)
        .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
        .join(QuizSection, QuizSection.quiz_version_id == QuizVersion.id)
        .where(
            Quiz.unit_id.in_(units_in_scope(actor, Permission.AUTHOR, on)),
            QuizVersion.number == _newest_published_quiz(),
            QuizSection.bank_id == bank_id,
        )
        .order_by(QuizVersion.title, Quiz.id)
    )
    return [(quiz_id, title) for quiz_id, title in rows]


def quizzes_in_scope(actor: Actor, on: date) -> list[QuizRow]:
    """Return the quizzes of the units for which the actor writes, by title. Four queries."""
    quizzes = db.session.scalars(
        select(Quiz)
        .where(Quiz.unit_id.in_(units_in_scope(actor, Permission.AUTHOR, on)))
        .options(selectinload(Quiz.versions))
    ).all()
    ids = [quiz.id for quiz in quizzes]
    counted = select(Attempt.quiz_id, func.count()).where(
        Attempt.quiz_id.in_(ids), Attempt.occasion.not_in(COUNTS_FOR_NOTHING)
    )
    attempts = _pairs(counted.group_by(Attempt.quiz_id))
    names = unit_names({quiz.unit_id for quiz in quizzes}, on)
    rows = [
        QuizRow(
            quiz_id=quiz.id,
            slug=quiz.slug,
            title=quiz.versions[-1].title,
            unit_name=names.get(quiz.unit_id, ""),
            published=max((v.number for v in quiz.versions if v.published_at), default=None),
            has_draft=quiz.versions[-1].published_at is None,
            attempts=attempts.get(quiz.id, 0),
        )
        for quiz in quizzes
    ]
    return sorted(rows, key=lambda row: (fold(row.title), row.quiz_id))


def quiz(actor: Actor, quiz_id: int, on: date) -> Quiz:
    """Return a quiz with its versions, their sections and banks.

    :raises NotFound: when there is none, or it belongs to another unit.
    """
    sections = selectinload(Quiz.versions).selectinload(QuizVersion.sections).selectinload(QuizSection.bank)
    found = db.session.scalar(select(Quiz).where(Quiz.id == quiz_id).options(sections))
    if found is None or not may_in_unit(actor, Permission.AUTHOR, found.unit_id, on):
        raise NotFound(_l("There is no such quiz."))
    return found


def quiz_history(quiz_id: int) -> list[VersionNote]:
    """Return the versions of a quiz, the latest first. Three queries."""
    versions = db.session.scalars(
        select(QuizVersion).where(QuizVersion.quiz_id == quiz_id).order_by(QuizVersion.number.desc())
    ).all()
    seen = (
        select(Attempt.quiz_version_id, func.count())
        .where(Attempt.occasion.not_in(COUNTS_FOR_NOTHING))
        .where(Attempt.quiz_version_id.in_([version.id for version in versions]))
        .group_by(Attempt.quiz_version_id)
    )
    return _notes(versions, _pairs(seen))


def _banks(actor: Actor, on: date) -> Select[Bank]:
    return select(Bank).where(Bank.unit_id.in_(units_in_scope(actor, Permission.AUTHOR, on))).order_by(Bank.name)


def _question_counts(bank_ids: Sequence[int]) -> Select[int, int, int, int]:
    """Return a select of how many questions of each bank are published, wait as drafts, and are retired."""
    has_published = (
        select(QuestionVersion.id)
        .where(QuestionVersion.question_id == Question.id, QuestionVersion.published_at.is_not(None))
        .exists()
    )
    has_draft = (
        select(QuestionVersion.id)
        .where(QuestionVersion.question_id == Question.id, QuestionVersion.published_at.is_(None))
        .exists()
    )
    in_use = Question.retired_at.is_(None)
    return (
        select(
            Question.bank_id,
            _count(and_(in_use, has_published)).label("published"),
            _count(and_(in_use, has_draft)).label("drafts"),
            _count(Question.retired_at.is_not(None)).label("retired"),
        )
        .where(Question.bank_id.in_(bank_ids))
        .group_by(Question.bank_id)
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _question_rows(bank_id: int) -> list[QuestionRow]:
    newest = (
        select(func.max(QuestionVersion.number))
        .where(QuestionVersion.question_id == Question.id)
        .correlate(Question)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Question.id, Question.code, Question.retired_at, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.bank_id == bank_id, QuestionVersion.number == newest)
        .order_by(Question.code, Question.id)
    )
    return [
        QuestionRow(
            question_id=question_id,
            code=code,
            prompt_html=version.prompt_html,
            kind=version.kind,
            topic=version.topic,
            difficulty=version.difficulty,
            number=version.number,
            state=_state(version, retired_at),
            search_text=fold(f"{code} {version.topic} {version.prompt_text}"),
        )
        for question_id, code, retired_at, version in rows
    ]


def _state(version: QuestionVersion, retired_at: datetime | None) -> str:
    if retired_at:
        return "retired"
    if version.published_at:
        return "published"
    return "changed" if version.number > 1 else "draft"


def _newest_published_quiz() -> ScalarSelect[int]:
    newer = QuizVersion.__table__.alias()
    return (
        select(func.max(newer.c.number))
        .where(newer.c.quiz_id == Quiz.id, newer.c.published_at.is_not(None))
        .correlate(Quiz)
        .scalar_subquery()
    )


def _pairs(asked: Select[int, Value]) -> dict[int, Value]:
    return {key: value for key, value in db.session.execute(asked)}  # noqa: C416 - rows are no plain tuples to mypy


def _notes(versions: Sequence[QuestionVersion] | Sequence[QuizVersion], seen: dict[int, int]) -> list[VersionNote]:
    ids = {person for version in versions for person in (version.edited_by_id, version.published_by_id)}
    named = select(Person.id, Person.full_name).where(Person.id.in_([one for one in ids if one]))
    names = _pairs(named)
    return [
        VersionNote(
            number=version.number,
            edited_by=names.get(version.edited_by_id or 0, ""),
            edited_at=version.edited_at,
            published_by=names.get(version.published_by_id or 0, ""),
            published_at=version.published_at,
            attempts=seen.get(version.id, 0),
        )
        for version in versions
    ]
