"""Essays that wait for a marker, for tests."""

from datetime import datetime
from typing import Any

from core import clock
from core.db import db, transaction
from people.access import Role
from people.models import Person, Unit
from quizzes import answer_services, marking_queries, marking_services
from quizzes.answer_services import TypedAnswer
from quizzes.marking import TaskState
from quizzes.models import Attempt, AttemptItem, QuestionVersion, Quiz
from tests.support.factories_attempts import begin, give, hand_in, items_of, keys_of
from tests.support.factories_people import actor_of, make_person
from tests.support.factories_quizzes import make_bank, make_question, make_quiz
from tests.support.questions import CONTENT

#: What the learner of a test writes.
ESSAY = "Tôi từ chối nhận quà và giải thích quy định.\n\nSau đó tôi báo cáo thủ trưởng bằng văn bản."


def make_essay_quiz(slug: str = "bai-viet", unit: Unit | None = None, singles: int = 1, **rules: Any) -> Quiz:
    """Make a published quiz of one essay, worth 1 point, and some single choices; the pass mark is 5."""
    bank = make_bank(f"Ngân hàng {slug}", unit)
    make_question(bank, kind="essay", content=CONTENT["essay"], prompt="Bạn **xử lý** thế nào khi có quà để lại quầy?")
    for number in range(1, singles + 1):
        make_question(bank, prompt=f"Câu một lựa chọn số {number}?")
    return make_quiz([bank], slug=slug, shuffle_questions=False, **rules)


def hand_in_essay(quiz: Quiz, person: Person, text: str = ESSAY, *, at: datetime | None = None) -> tuple[Attempt, int]:
    """Hand an essay in, everything else answered right, and return the attempt and the item of the essay."""
    at = at or clock.now()
    attempt = begin(quiz, person, at)
    essay, *others = items_of(attempt)
    with transaction():
        typed = {essay.id: TypedAnswer({"text": [text]}, 0)}
        answer_services.save(attempt.id, typed, by=actor_of(person), at=at)
    if others:
        give(attempt, person, {item.id: keys_of(item, right=True) for item in others}, at)
    return hand_in(attempt, person, at), essay.id


def criterion_keys(item_id: int) -> list[str]:
    """Return the keys of the rubric of an essay, in order: worth 0.5, 0.25 and 0.25 points."""
    item = db.session.get_one(AttemptItem, item_id)
    return [one["key"] for one in db.session.get_one(QuestionVersion, item.question_version_id).spec["criteria"]]


def make_marker(quiz: Quiz, name: str = "Phạm Thị Chấm") -> Person:
    """Make a trainer of the unit that owns a quiz."""
    return make_person(name, unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER])


def mark(
    item_id: int,
    marker: Person,
    *points: int,
    round_: int = 1,
    step: int | None = None,
    at: datetime | None = None,
    **more: str,
) -> TaskState:
    """Give a mark in a transaction of its own, the points in the order of the rubric, for the answer of a step."""
    criteria = dict(zip(criterion_keys(item_id), points, strict=True))
    with transaction():
        step = marking_queries.answer_step(item_id) if step is None else step
        by, now = actor_of(marker), at or clock.now()
        return marking_services.mark(item_id, round_, criteria, answer_step=step, by=by, at=now, **more)
