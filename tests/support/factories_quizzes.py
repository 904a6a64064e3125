"""Banks, questions and quizzes for tests, made through the ordinary services and committed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core import clock
from core.db import db
from people.access import SYSTEM
from people.models import Unit
from quizzes import bank_services, quiz_services
from quizzes.models import Bank, Question, Quiz, QuizVersion
from quizzes.question_content import QuestionInput
from quizzes.quiz_drafts import QuizDraft, SectionDraft
from tests.support.factories_people import make_unit


def option(text: str, *, right: bool = False, explanation: str = "", key: str = "") -> dict[str, Any]:
    """Return an option as typed."""
    return {"text": text, "right": right, "explanation": explanation, "key": key}


def choices(*options: dict[str, Any], shuffle: bool = True, rule: str = "partial") -> dict[str, Any]:
    """Return the typed content of a question with options."""
    return {"options": list(options), "shuffle": shuffle, "rule": rule}


#: A question that every rule takes; change what a test is about with :func:`dataclasses.replace`.
QUESTION = QuestionInput(
    kind="single_choice",
    prompt="Ai phải nộp lại quà tặng **không đúng quy định**?",
    content=choices(
        option("Người nhận quà", right=True, explanation="Đúng: người nhận báo cáo và nộp lại."),
        option("Người tặng quà", explanation="Người tặng không giữ quà nữa."),
        option("Bộ phận văn thư", explanation="Văn thư chỉ vào sổ."),
    ),
)


def make_bank(name: str = "Ngân hàng Liêm chính", unit: Unit | None = None) -> Bank:
    """Make an empty bank."""
    bank = bank_services.create_bank(name, (unit or make_unit()).id, by=SYSTEM, at=clock.now())
    db.session.commit()
    return bank


def make_question(bank: Bank, *, publish: bool = True, **values: Any) -> Question:
    """Make a question from :data:`QUESTION` with other values, published unless told otherwise."""
    typed = replace(QUESTION, **values)
    version = bank_services.save_question_draft(bank.id, None, typed, based_on=None, by=SYSTEM, at=clock.now())
    if publish:
        bank_services.publish_question(version.question_id, by=SYSTEM, at=clock.now())
    db.session.commit()
    return db.session.get_one(Question, version.question_id)


def make_questions(bank: Bank, count: int) -> list[Question]:
    """Make several published questions."""
    return [make_question(bank, prompt=f"Câu hỏi thử số {number}?") for number in range(1, count + 1)]


def make_quiz(
    banks: Sequence[Bank],
    *,
    slug: str = "kiem-tra-liem-chinh",
    unit: Unit | None = None,
    draw_count: int | None = None,
    **rules: Any,
) -> Quiz:
    """Make a quiz that draws from banks, published; ``rules`` are fields of ``QuizDraft``."""
    sections = tuple(SectionDraft(bank.id, draw_count) for bank in banks)
    draft = QuizDraft(title="Kiểm tra liêm chính", sections=sections, attempts_allowed=3, time_limit_minutes=30)
    draft = replace(draft, **rules)
    unit_id = unit.id if unit else banks[0].unit_id
    quiz = quiz_services.put_quiz(slug, draft, unit_id=unit_id, by=SYSTEM, at=clock.now())
    quiz_services.publish_quiz(quiz.id, by=SYSTEM, at=clock.now())
    db.session.commit()
    return quiz


def published_version(quiz: Quiz) -> QuizVersion:
    """Return the version of a quiz that was published last."""
    version = quiz_services.last_published(quiz.id)
    assert version is not None
    return version
