"""Correcting attempts after a wrong question: what the preview and the job take, and how their memory grows.

Two questions turn out to have a wrong key: one was in every attempt, the other in a tenth of them. Each is previewed
and corrected in a process of its own, whose peak of memory is its own too.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, select, text

from app import create_app
from benchmarks.data import ROOT_ID
from benchmarks.databases import Database
from benchmarks.figures import Figure
from benchmarks.processor import peak_memory_mib
from core import clock, jobs
from core.db import db, is_sqlite, transaction
from people.access import SYSTEM
from people.models import Person
from quizzes import bank_services, correction_preview, correction_queries, correction_services
from quizzes.correction_jobs import apply_correction
from quizzes.correction_preview import Plan
from quizzes.corrections import Method
from quizzes.models import Question, QuestionVersion
from quizzes.question_content import QuestionInput, input_of
from settings import Settings

QUESTIONS, POINTS = 10, 200
#: The places of the questions that were wrong; the first one was asked in a tenth of the attempts alone.
IN_A_TENTH, IN_ALL = 4, 5
#: What we want to stay below, in seconds for 1,000 attempts.
PREVIEW_AIM, CORRECT_AIM = 0.3, 3.0


@dataclass(frozen=True)
class Work:
    """What a process of its own is to do: preview, or correct, a question by its latest version."""

    settings: Settings
    question_id: int
    correct: bool


@dataclass(frozen=True)
class Done:
    """How many attempts it was about, the seconds, and the peak of memory in MiB."""

    attempts: int
    seconds: float
    memory: float

    @property
    def seconds_per_thousand(self) -> float:
        """Return the seconds for 1,000 attempts."""
        return self.seconds * 1_000 / self.attempts


def measure(database: Database) -> Iterator[Figure]:
    """Yield the time for 1,000 attempts, and the memory for all attempts against that for a tenth of them."""
    with database.app.app_context():
        count = db.session.scalars(select(func.count()).select_from(Person)).one()
        rare, usual = _write_answers(count)
    settings = database.app.config["NEP"]
    for what, correct, aim in (("previewing", False, PREVIEW_AIM), ("correcting", True, CORRECT_AIM)):
        small, large = (_apart(Work(settings, question_id, correct)) for question_id in (rare, usual))
        title = f"{what} {large.attempts:,} attempts"
        yield Figure(f"{title}: 1,000 of them", database.name, large.seconds_per_thousand, aim, "s", 1)
        yield Figure(f"{title}: memory against a tenth", database.name, large.memory, small.memory, "MiB", 1.1)


def _apart(work: Work) -> Done:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_run, work).result()


def _run(work: Work) -> Done:
    with create_app(work.settings).app_context():
        measured: Callable[[int], int] = _correct if work.correct else _preview
        began = time.perf_counter()
        attempts = measured(work.question_id)
        return Done(attempts, time.perf_counter() - began, peak_memory_mib(Path("/proc/self")))


def _preview(question_id: int) -> int:
    return _plan(question_id).figures.attempts


def _correct(question_id: int) -> int:
    plan = _plan(question_id)
    with transaction():
        correction, _job_id = correction_services.decide(
            plan, reason="Đo", note="Đo", by=SYSTEM, at=clock.now(), return_url="/"
        )
    done: int = apply_correction(jobs.JobContext({"correction_id": correction.id}, None, clock.now()))["attempts"]
    assert done == plan.figures.attempts
    return done


def _plan(question_id: int) -> Plan:
    question = correction_queries.question(SYSTEM, question_id, clock.today())
    wrong, right = (version.id for version in question.versions)
    return correction_preview.plan_for(
        question, method=Method.RECOMPUTE, version_id=right, wrong_version_ids=[wrong], on=clock.today()
    )


def _write_answers(count: int) -> tuple[int, int]:
    """Give the first finished attempts questions, answers and marks; return the questions that were wrong."""
    with transaction():
        bank = bank_services.create_bank("Ngân hàng đo sửa điểm", ROOT_ID, by=SYSTEM, at=clock.now())
        versions = [_publish(bank.id, place) for place in range(1, QUESTIONS + 2)]
    with transaction():
        for place, version in enumerate(versions[:QUESTIONS], start=1):
            _write_question(version, place, count if place != IN_A_TENTH else count // 10)
        _write_question(versions[QUESTIONS], IN_A_TENTH, count, after=count // 10)
        db.session.execute(
            text(
                "UPDATE attempt SET points = id % 10 * :points, max_points = 10 * :points, score = id % 10 * 100, "
                "passed = id % 10 >= 5 WHERE finished_at IS NOT NULL AND id <= :count"
            ),
            {"points": POINTS, "count": count},
        )
    with transaction():
        for place in (IN_A_TENTH, IN_ALL):
            _publish_right_key(versions[place - 1])
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return versions[IN_A_TENTH - 1].question_id, versions[IN_ALL - 1].question_id


def _write_question(version: QuestionVersion, place: int, count: int, *, after: int = 0) -> None:
    """Ask a question in attempts; the last digit of an attempt says how many of its questions were answered rightly."""
    right, wrong = (option["key"] for option in version.spec["options"])
    asked = {"place": place, "version": version.id, "points": POINTS, "after": after, "count": count}
    answers = {"right": f'{{"chosen": ["{right}"]}}', "wrong": f'{{"chosen": ["{wrong}"]}}'}
    among = "attempt.finished_at IS NOT NULL AND attempt.id > :after AND attempt.id <= :count"
    joined = f"FROM attempt_item AS item JOIN attempt ON attempt.id = item.attempt_id WHERE {among}"
    step = "INSERT INTO attempt_step (item_id, number, action, at, response, mark, question_version_id, reason)"
    is_right = "item.attempt_id % 10 >= :place"
    answer = f"CASE WHEN {is_right} THEN :right ELSE :wrong END"
    if not is_sqlite():
        answer = f"CAST({answer} AS JSON)"
    for statement in (
        "INSERT INTO attempt_item (attempt_id, position, question_version_id, points, option_order) "
        f"SELECT id, :place, :version, :points, '[]' FROM attempt WHERE {among}",
        f"{step} SELECT item.id, 1, 'answer', attempt.finished_at, "
        f"{answer}, NULL, :version, '' {joined} AND position = :place",
        f"{step} SELECT item.id, 2, 'mark', attempt.finished_at, NULL, "
        f"CASE WHEN {is_right} THEN :points ELSE 0 END, :version, '' {joined} AND position = :place",
    ):
        db.session.execute(text(statement), asked | answers)


def _publish(bank_id: int, place: int) -> QuestionVersion:
    options = [{"text": f"Phương án {letter} của câu {place}", "right": letter == "A"} for letter in "AB"]
    typed = QuestionInput(kind="single_choice", prompt=f"Câu đo số {place}?", content={"options": options})
    draft = bank_services.save_question_draft(bank_id, None, typed, based_on=None, by=SYSTEM, at=clock.now())
    return bank_services.publish_question(draft.question_id, by=SYSTEM, at=clock.now())


def _publish_right_key(wrong: QuestionVersion) -> None:
    typed = input_of(wrong)
    options = [option | {"right": not option["right"]} for option in typed.content["options"]]
    question = db.session.get_one(Question, wrong.question_id)
    typed = replace(typed, code=question.code, content={**typed.content, "options": options})
    bank_services.save_question_draft(
        question.bank_id, question.id, typed, based_on=bank_services.revision_of(wrong), by=SYSTEM, at=clock.now()
    )
    bank_services.publish_question(question.id, by=SYSTEM, at=clock.now())
