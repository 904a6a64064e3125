"""How people of the demonstration sit a quiz: who knows how much, and what they answer."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.db import db, transaction
from demo.mishap import Misprint
from people.access import Actor
from quizzes import answer_services, attempt_services, finish_services
from quizzes.answer_services import TypedAnswer
from quizzes.models import AttemptItem, QuestionVersion

#: How much better or worse than usual people answer the easiest and the hardest question.
EASY = 0.25


@dataclass(frozen=True)
class Knowing:
    """Somebody who answers choices rightly with the chance ``knows``, and writes ``essay``.

    Some questions are harder for everybody; a misprinted one is answered by what is really right.
    """

    knows: float
    chance: random.Random
    slip: Misprint | None = None
    essay: str = ""

    def answer(self, version_id: int, kind: str, spec: dict[str, Any]) -> Mapping[str, list[str]]:
        """Return the fields of an answer to a question, a choice or an essay."""
        if kind == "essay":
            return {"text": [self.essay]}
        misprinted = self.slip is not None and version_id == self.slip.version_id
        options = self.slip.truth["options"] if self.slip and misprinted else spec["options"]
        right = [str(option["key"]) for option in options if option["right"]]
        wrong = [str(option["key"]) for option in options if not option["right"]]
        ease = EASY if misprinted else random.Random(version_id).uniform(-EASY, EASY)
        return {"chosen": right if self.chance.random() < self.knows + ease else [self.chance.choice(wrong)]}


def sit(
    quiz_id: int,
    learner: Actor,
    at: datetime,
    knowing: Knowing,
    *,
    minutes: int | None = None,
    leave_out: int = 0,
    hand_in: bool = True,
) -> int:
    """Make an attempt and return its id.

    :param minutes: how long it lasts; by chance when nothing is said.
    :param leave_out: how many questions at the end stay unanswered.
    :param hand_in: whether it ends; otherwise it stays open.
    """
    minutes = minutes or knowing.chance.randrange(8, 27)
    with transaction():
        attempt_id = attempt_services.start(quiz_id, by=learner, at=at, rng=knowing.chance).id
        typed = list(_typed(attempt_id, knowing))
        kept = dict(typed[: len(typed) - leave_out])
        answer_services.save(attempt_id, kept, by=learner, at=at + timedelta(minutes=minutes - 1))
        if hand_in:
            finish_services.finish(attempt_id, by=learner, at=at + timedelta(minutes=minutes))
    return attempt_id


def _typed(attempt_id: int, knowing: Knowing) -> Iterator[tuple[int, TypedAnswer]]:
    rows = db.session.execute(
        select(AttemptItem.id, QuestionVersion.id.label("version_id"), QuestionVersion.kind, QuestionVersion.spec)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(AttemptItem.attempt_id == attempt_id)
        .order_by(AttemptItem.position)
    )
    for row in rows:
        answer = knowing.answer(row.version_id, row.kind, row.spec)
        yield row.id, TypedAnswer(answer, base_revision=0, seconds=knowing.chance.randrange(12, 45))
