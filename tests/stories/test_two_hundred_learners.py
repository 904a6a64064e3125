"""Two hundred learners answer while networks are cut, the server is killed, and time runs out: every answer that was
acknowledged is there at the end.

They speak the protocol of the page over HTTP (``tests.support.learners``). What each was told is in a ledger, and the
end is judged by it.
"""

import secrets
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Table, func, insert, select, update

from certificates.models import Certificate
from core import clock
from core.db import db, transaction
from core.text import name_sort_key
from lessons.models import LessonReading, LessonVersion
from people import passwords, services
from people.access import SYSTEM
from people.models import Account, Person, Posting, StaffGroup, Unit, UserSession
from quizzes.attempt_jobs import close_overdue
from quizzes.behaviour import LATE_GRACE
from quizzes.event_queries import log_of
from quizzes.kinds import kind_of
from quizzes.marking_models import MarkingTask
from quizzes.models import Attempt, AttemptDraft, AttemptItem, AttemptStep, QuestionVersion, Quiz
from quizzes.scoring import is_passed, mark_of, score_of
from quizzes.time_models import AttemptEvent
from tests.support.crowd import all_at_once
from tests.support.factories_attempts import TWO_RIGHT, begin
from tests.support.factories_people import LONG_AGO, PASSWORD, make_unit
from tests.support.factories_quizzes import QUESTION, make_bank, make_question, make_quiz
from tests.support.factories_training import Training, everybody_in, lesson_ids, make_course, open_year, plan
from tests.support.learners import Learner
from tests.support.live import LiveServer, serving
from tests.support.questions import CONTENT
from tests.support.wire import Visitor
from training import services as training_services
from training.models import Completion, Cycle
from training.services import RequirementFacts

SEED = 27
CROWD = 200
PASS_SCORE = 100
#: Workers are killed when so many answers have been acknowledged.
KILLS = (250, 700, 1200)
CONTENTS = {"single_choice": QUESTION.content, "multiple_choice": TWO_RIGHT, **CONTENT}

pytestmark = pytest.mark.parametrize("dialect", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)


@dataclass(frozen=True)
class Seat:
    """A person who is signed in and has an open attempt."""

    staff_code: str
    person_id: int
    attempt_id: int
    cookie: str
    specs: dict[int, tuple[str, Any]]


@pytest.fixture
def seats(own_app: Flask) -> Iterator[list[Seat]]:
    with own_app.app_context():
        training = make_training_of_all_kinds(make_unit("Sở Nội vụ"))
        people = make_people(training.unit, CROWD)
        today = clock.today()
        year = plan(everybody_in(training.unit), opens_on=today, due_on=today.replace(month=12, day=31))
        read_everything(open_year(training, year), people)
        yield list(take_seats(own_app, training.quiz, people))


def make_training_of_all_kinds(unit: Unit) -> Training:
    bank, course = make_bank(unit=unit), make_course(unit)
    for kind, content in CONTENTS.items():
        make_question(bank, kind=kind, content=content, prompt=f"Câu hỏi {kind}?")
    quiz = make_quiz([bank], pass_score=PASS_SCORE, shuffle_questions=False)
    facts = RequirementFacts("Bồi dưỡng", "Kế hoạch số 12/KH-SNV", unit.id, course.id, quiz.id)
    with transaction():
        return Training(unit, course, quiz, training_services.create_requirement(facts, by=SYSTEM, at=clock.now()))


def make_people(unit: Unit, count: int) -> list[Person]:
    """Make many at once, with one password for all."""
    now, hashed = clock.now(), passwords.hash_password(PASSWORD)
    people = [
        Person(
            staff_code=f"HV{number:03}", full_name=f"Học Viên {number}", name_key=name_sort_key(f"Học Viên {number}"),
            search_text=f"hoc vien {number}", staff_group=StaffGroup.CIVIL_SERVANT, created_at=now,
        )
        for number in range(count)
    ]  # fmt: skip
    db.session.add_all(people)
    db.session.flush()
    for person in people:
        db.session.add(Posting(person_id=person.id, unit_id=unit.id, title="Chuyên viên", valid_from=LONG_AGO))
        db.session.add(
            Account(person_id=person.id, password_hash=hashed, must_change_password=False, password_changed_at=now)
        )
    db.session.commit()
    return people


def read_everything(cycle: Cycle, people: list[Person]) -> None:
    now = clock.now()
    for lesson_id in lesson_ids(cycle):
        version_id = db.session.scalars(select(LessonVersion.id).where(LessonVersion.lesson_id == lesson_id)).one()
        rows = [
            {
                "person_id": person.id, "lesson_id": lesson_id, "year": clock.today().year,
                "lesson_version_id": version_id, "opened_at": now, "read_at": now,
            }
            for person in people
        ]  # fmt: skip
        db.session.execute(insert(LessonReading), rows)
    db.session.commit()


def take_seats(app: Flask, quiz: Quiz, people: list[Person]) -> Iterator[Seat]:
    """Begin one attempt by the service, give everybody the same, and sign everybody in."""
    first, now = begin(quiz, people[0]), clock.now()
    pattern = columns_of(first)
    others = [Attempt(**pattern | {"person_id": person.id}) for person in people[1:]]
    db.session.add_all(others)
    db.session.flush()
    asked = [columns_of(item) for item in items_of(first.id)]
    rows = [item | {"attempt_id": attempt.id} for attempt in others for item in asked]
    db.session.execute(insert(AttemptItem), rows)
    tokens = {person.id: secrets.token_urlsafe(32) for person in people}
    lasting = {"started_at": now, "last_seen_at": now, "expires_at": now + timedelta(hours=12)}
    sessions = [{"token_hash": services.token_hash(tokens[person.id]), "person_id": person.id} for person in people]
    db.session.execute(insert(UserSession), [session | lasting for session in sessions])
    db.session.commit()
    questions = {
        row.id: (row.kind, kind_of(row.kind).parse(row.spec)) for row in db.session.scalars(select(QuestionVersion))
    }
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    for person, attempt in zip(people, [first, *others], strict=True):
        specs = {item.id: questions[item.question_version_id] for item in items_of(attempt.id)}
        cookie = signer.dumps({"_user_id": tokens[person.id], "_fresh": True})
        yield Seat(person.staff_code, person.id, attempt.id, cookie, specs)


def columns_of(row: Any) -> dict[str, Any]:
    table: Table = row.__table__
    return {column.name: getattr(row, column.name) for column in table.columns if column.name != "id"}


def items_of(attempt_id: int) -> list[AttemptItem]:
    wanted = select(AttemptItem).where(AttemptItem.attempt_id == attempt_id).order_by(AttemptItem.position)
    return list(db.session.scalars(wanted))


def learner_at(number: int, seat: Seat, server: LiveServer) -> Learner:
    """Seat a learner; some have little time left, or none but for what was typed before."""
    learner = Learner(number, SEED, seat.staff_code, seat.attempt_id, seat.specs, leaves_essay=number % 3 == 0)
    learner.visitor = Visitor(server.url)
    learner.visitor.carry("nep_session", seat.cookie)
    now = clock.now()
    due_at = {
        0: now - timedelta(seconds=3),
        1: now - timedelta(seconds=6),
        2: now - LATE_GRACE + timedelta(seconds=4),
    }.get(number % 10, now + timedelta(minutes=30))
    if due_at < now:
        learner.typed_at = due_at - timedelta(seconds=30)
    times = {"started_at": now - timedelta(hours=1), "due_at": due_at}
    db.session.execute(update(Attempt).where(Attempt.id == seat.attempt_id).values(times))
    return learner


def disturb(server: LiveServer, learners: list[Learner], sitting: list[Future[None]]) -> None:
    """Kill workers now and then, and close what is over, until everybody has ended."""
    kills = list(KILLS)
    while not all(each.done() for each in sitting):
        if kills and sum(sum(learner.ledger.heard.values()) for learner in learners) >= kills[0]:
            server.kill_workers()
            kills.pop(0)
        assert close_overdue(clock.now())[1] == 0
        time.sleep(0.1)
    assert not kills, "they had ended before the server was killed often enough"


def test_every_acknowledged_answer_is_there_at_the_end(own_app, seats, tmp_path):
    log = tmp_path / "log"
    with serving(own_app, log, workers=2) as server, ThreadPoolExecutor(CROWD) as threads:
        learners = [learner_at(number, seat, server) for number, seat in enumerate(seats)]
        db.session.commit()
        sitting = [threads.submit(learner.sit) for learner in learners]
        disturb(server, learners, sitting)
        close_the_rest(own_app)
    found = ends()
    wrong = [(number, repr(error)) for number, each in enumerate(sitting) if (error := each.exception())]
    wrong += [(learner.number, fault) for learner in learners for fault in faults(learner, found[learner.attempt_id])]
    assert not wrong, in_full(learners, wrong)
    check_what_has_happened(learners, found)
    told = log.read_text(encoding="utf-8")
    assert '"status": 5' not in told
    assert "Traceback" not in told


def close_the_rest(app: Flask) -> None:
    """Close what nobody handed in, twice at once, as if the time of all were up."""
    far = clock.now() + timedelta(days=1)
    all_at_once(app, *[lambda: close_overdue(far)] * 2, inside=app.app_context)
    assert db.session.scalar(select(func.count()).select_from(AttemptDraft)) == 0


def in_full(learners: list[Learner], wrong: list[tuple[int, str]]) -> str:
    """Return what is wrong with whom, and all that the first of them saw."""
    seen = "\n  ".join(learners[wrong[0][0]].ledger.log)
    return "\n".join([f"seed {SEED}", *(f"learner {number}: {fault}" for number, fault in wrong[:20]), seen])


def check_what_has_happened(learners: list[Learner], found: dict[int, "End"]) -> None:
    """Check that the story told of what it is about."""
    heard = sum((Counter(learner.ledger.heard) for learner in learners), Counter[str]())
    assert heard["kept open"] > 800
    assert min(heard[what] for what in ("kept late", "conflict", "refused", "ended")) > 20, heard
    reasons = Counter(end.attempt.finish_reason for end in found.values())
    assert min(reasons["submitted"], reasons["expired"]) > 30, reasons
    assert sum(end.proofs["certificate"] for end in found.values()) > 10


@dataclass
class End:
    """Everything that is stored about an attempt."""

    attempt: Attempt
    items: list[AttemptItem]
    steps: dict[int, list[AttemptStep]]
    tasks: set[int]
    proofs: Counter[str]
    events: Counter[str]


def ends() -> dict[int, End]:
    """Return how all attempts stand, by id."""
    db.session.rollback()
    db.session.expire_all()
    found = {row.id: End(row, [], {}, set(), Counter(), Counter()) for row in db.session.scalars(select(Attempt))}
    by_person = {end.attempt.person_id: end for end in found.values()}
    whose = {}
    for item in db.session.scalars(select(AttemptItem)):
        whose[item.id] = found[item.attempt_id]
        found[item.attempt_id].items.append(item)
    for step in db.session.scalars(select(AttemptStep).order_by(AttemptStep.item_id, AttemptStep.number)):
        whose[step.item_id].steps.setdefault(step.item_id, []).append(step)
    for item_id in db.session.scalars(select(MarkingTask.item_id)):
        whose[item_id].tasks.add(item_id)
    for attempt_id, kind in db.session.execute(select(AttemptEvent.attempt_id, AttemptEvent.kind)):
        found[attempt_id].events[kind] += 1
    for table in (Completion, Certificate):
        for person_id in db.session.scalars(select(table.person_id)):
            by_person[person_id].proofs[table.__tablename__] += 1
    return found


def faults(learner: Learner, end: End) -> Iterator[str]:
    """Yield what is wrong with an attempt that has ended."""
    attempt = end.attempt
    kept = {item: steps[0].response for item, steps in end.steps.items() if steps[0].action == "answer"}
    yield from learner.ledger.judge({item: response for item, response in kept.items() if response is not None})
    marks: dict[int, int | None] = {}
    for item in end.items:
        kind, spec = learner.specs[item.id]
        share = kind_of(kind).grade(spec, kept.get(item.id))
        marks[item.id] = None if share is None else mark_of(share, item.points)
        wanted = ["answer"] * (item.id in kept) + ["mark"] * (share is not None)
        steps = end.steps.get(item.id, [])
        if [step.action for step in steps] != wanted or (share is not None and steps[-1].mark != marks[item.id]):
            yield f"item {item.id} has the steps {[(step.action, step.mark) for step in steps]}"
    if end.tasks != {item for item, mark in marks.items() if mark is None}:
        yield f"a marker is asked for {end.tasks}"
    points = sum(mark or 0 for mark in marks.values()) if None not in marks.values() else None
    score = None if points is None else score_of(points, sum(item.points for item in end.items))
    passed = None if score is None else is_passed(score, PASS_SCORE)
    if (attempt.points, attempt.score, attempt.passed) != (points, score, passed):
        yield f"the attempt comes to {(attempt.points, attempt.score, attempt.passed)}, not {(points, score, passed)}"
    if end.proofs != (Counter(completion=1, certificate=1) if passed else Counter()):
        yield f"passed: {passed}, and there are {end.proofs}"
    yield from faults_of_the_end(learner, end)


def faults_of_the_end(learner: Learner, end: End) -> Iterator[str]:
    """Yield what is wrong with how an attempt has ended, and with what its log tells of that."""
    attempt = end.attempt
    if attempt.finished_at is None:
        yield "the attempt has not ended"
        return
    told = Counter(line.kind for line in log_of(attempt)) if learner.number % 5 == 0 else end.events
    if learner.number % 5 == 0 and (told["submit"], told["expire"]) != (
        (1, 0) if attempt.finish_reason == "submitted" else (0, 1)
    ):
        yield f"it was {attempt.finish_reason}, and the log tells {told}"
    late = {item for item, steps in end.steps.items() if steps[0].late}
    if late and not (told["late"] and attempt.finish_reason == "expired"):
        yield f"late answers are kept, and the log tells {told}"
    in_time = learner.ledger.submits_acknowledged and attempt.due_at and attempt.due_at > clock.now()
    if in_time and attempt.finish_reason != "submitted":
        yield f"handing in was acknowledged, and the attempt was {attempt.finish_reason}"
