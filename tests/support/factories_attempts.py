"""Attempts for tests, and what stands in for the packages above quizzes."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from core import clock
from core.db import db, transaction
from core.errors import DomainError
from people.access import Actor
from people.models import Person, Unit
from quizzes import answer_services, attempt_services, finish_services, queries
from quizzes.answer_services import SaveOutcome, TypedAnswer
from quizzes.hooks import Occasion, QuizHooks
from quizzes.models import Attempt, AttemptItem, QuestionVersion, Quiz
from tests.support.factories_people import actor_of
from tests.support.factories_quizzes import choices, make_bank, make_question, make_quiz, option

#: Two of four options are right.
TWO_RIGHT = choices(
    option("Từ chối nhận quà", right=True, explanation="Đúng: từ chối ngay là tốt nhất."),
    option("Báo cáo thủ trưởng", right=True, explanation="Đúng: phải báo cáo."),
    option("Giữ lại dùng", explanation="Sai: quà phải nộp lại."),
    option("Chia cho đồng nghiệp", explanation="Sai: chia nhau vẫn là nhận."),
)


@dataclass
class Above:
    """What the packages above quizzes say and hear."""

    key: str = "cycle:1"
    locked: DomainError | None = None
    finished: list[int] = field(default_factory=list)

    def find_occasion(self, by: Actor, quiz_id: int, on: date) -> Occasion:
        """Give everybody the latest version, unless the quiz is locked."""
        if self.locked is not None:
            raise self.locked
        version_id = queries.latest_published_version_id(quiz_id)
        assert version_id is not None
        return Occasion(self.key, queries.quiz_version(version_id))

    def on_finished(self, attempt: Attempt, by: Actor, at: datetime) -> None:
        """Note the attempt."""
        self.finished.append(attempt.id)


@contextmanager
def standing_above(app: Flask) -> Iterator[Above]:
    """Stand in for the packages above quizzes until the block ends."""
    above, before = Above(), app.extensions.get("nep_quiz_hooks")
    app.extensions["nep_quiz_hooks"] = QuizHooks(above.find_occasion, on_finished=(above.on_finished,))
    try:
        yield above
    finally:
        app.extensions["nep_quiz_hooks"] = before


def make_small_quiz(
    singles: int = 2, multiples: int = 1, slug: str = "kiem-tra-nho", unit: Unit | None = None, **rules: Any
) -> Quiz:
    """Make a published quiz of single and multiple choices from one bank, taken whole: 3 attempts, 30 minutes.

    ``rules`` (fields of ``QuizDraft``) say what is different.
    """
    bank = make_bank(f"Ngân hàng {slug}", unit)
    for number in range(1, singles + 1):
        make_question(bank, prompt=f"Câu một lựa chọn số {number}?")
    for number in range(1, multiples + 1):
        make_question(bank, kind="multiple_choice", content=TWO_RIGHT, prompt=f"Câu nhiều lựa chọn số {number}?")
    return make_quiz([bank], slug=slug, **rules)


def begin(
    quiz: Quiz,
    person: Person,
    at: datetime | None = None,
    *,
    preview: bool = False,
    seed: int = 1,
    typed_code: str = "",
) -> Attempt:
    """Begin an attempt in a transaction of its own."""
    by, at, rng = actor_of(person), at or clock.now(), random.Random(seed)
    with transaction():
        return attempt_services.start(quiz.id, by=by, at=at, rng=rng, preview=preview, typed_code=typed_code)


def items_of(attempt: Attempt) -> list[AttemptItem]:
    """Return the items of an attempt in order."""
    found = select(AttemptItem).where(AttemptItem.attempt_id == attempt.id).order_by(AttemptItem.position)
    return list(db.session.scalars(found))


def keys_of(item: AttemptItem, *, right: bool) -> list[str]:
    """Return the keys of the right or of the wrong options of an item."""
    spec = db.session.get_one(QuestionVersion, item.question_version_id).spec
    return [option["key"] for option in spec["options"] if option["right"] is right]


def right_answers(attempt: Attempt) -> dict[int, list[str]]:
    """Return the right answer to every item."""
    return {item.id: keys_of(item, right=True) for item in items_of(attempt)}


def give(
    attempt: Attempt,
    person: Person,
    answers: Mapping[int, Sequence[str]],
    at: datetime | None = None,
    *,
    base: int = 0,
) -> SaveOutcome:
    """Save answers (chosen keys by item id) in a transaction of its own."""
    typed = {item_id: TypedAnswer({"chosen": list(chosen)}, base) for item_id, chosen in answers.items()}
    with transaction():
        return answer_services.save(attempt.id, typed, by=actor_of(person), at=at or clock.now())


def hand_in(attempt: Attempt, person: Person, at: datetime | None = None) -> Attempt:
    """Finish an attempt in a transaction of its own."""
    with transaction():
        return finish_services.finish(attempt.id, by=actor_of(person), at=at or clock.now())
