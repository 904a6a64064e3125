"""A wrong key: published by mistake, found out weeks later, mended, and corrected for those who had it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.clock import local_day
from core.db import db, transaction
from demo import cast
from quizzes import bank_services, correction_queries, correction_services
from quizzes.correction_preview import plan_for
from quizzes.corrections import Method
from quizzes.models import Question, QuestionVersion
from quizzes.question_content import input_of

CODE = "M7-7.3-01"
RIGHT, WRONG = "05 ngày làm việc", "03 ngày làm việc"
REASON = "Khi sửa câu chữ, đáp án bị đánh dấu nhầm sang phương án “03 ngày làm việc” (minh họa)."
NOTE = (
    "Đáp án của câu về thời hạn nộp lại quà đã bị ghi nhầm. Đáp án đúng là 05 ngày làm việc. "
    "Bài của anh/chị đã được chấm lại theo đáp án đúng."
)


@dataclass(frozen=True)
class Misprint:
    """The version with the wrong key, and the spec that tells what is really right."""

    version_id: int
    truth: dict[str, Any]


def misprint(quiz_id: int, at: datetime) -> Misprint:
    """Let the trainer reword a question, mark the wrong option as right, and publish that with the quiz."""
    right = bank_services.latest_version(_question_id()).spec
    wrong = _publish(
        WRONG, "Trễ nhất là khi nào người nhận quà không đúng quy định phải báo cáo và nộp lại?", quiz_id, at
    )
    return Misprint(wrong.id, right)


def mend(slip: Misprint, quiz_id: int, at: datetime) -> None:
    """Let the trainer publish the right key, and correct the attempts that were marked by the wrong one."""
    trainer = cast.actor(cast.TRAINER)
    right = _publish(RIGHT, None, quiz_id, at)
    with transaction():
        question = correction_queries.question(trainer, right.question_id, local_day(at))
        plan = plan_for(
            question,
            method=Method.RECOMPUTE,
            version_id=right.id,
            wrong_version_ids=[slip.version_id],
            on=local_day(at),
        )
        correction, _job = correction_services.decide(
            plan, reason=REASON, note=NOTE, by=trainer, at=at, return_url=f"/manage/questions/{question.id}/correct"
        )
        correction_id = correction.id
    more = True
    while more:
        with transaction():
            more = correction_services.apply_batch(correction_id, at=at)


def _publish(right: str, prompt: str | None, quiz_id: int, at: datetime) -> QuestionVersion:
    """Publish the question with the option that begins so as the right one, together with the quiz."""
    trainer = cast.actor(cast.TRAINER)
    with transaction():
        question_id = _question_id()
        typed = input_of(bank_services.latest_version(question_id))
        options = [option | {"right": option["text"].startswith(right)} for option in typed.content["options"]]
        typed = replace(typed, prompt=prompt or typed.prompt, content={**typed.content, "options": options})
        bank_id = db.session.get_one(Question, question_id).bank_id
        bank_services.save_question_draft(bank_id, question_id, typed, based_on=None, by=trainer, at=at)
        version = bank_services.publish_question(question_id, also_publish_quizzes=(quiz_id,), by=trainer, at=at)
        db.session.flush()
    return version


def _question_id() -> int:
    return db.session.scalars(select(Question.id).where(Question.code == CODE)).one()
