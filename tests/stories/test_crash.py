"""The server is killed in the midst of saving and handing in: all or nothing, and what was acknowledged is there."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from certificates.models import Certificate
from core import clock
from core.db import db
from quizzes.models import Attempt, AttemptDraft, AttemptItem, AttemptStep
from tests.support.factories_attempts import begin, items_of, right_answers
from tests.support.factories_people import make_person
from tests.support.factories_training import Training, everybody_in, lesson_ids, make_training, open_year, plan, read
from tests.support.live import LiveServer, serving
from tests.support.wire import CutOff, Visitor
from training.models import Completion, Obligation

ROUNDS = 10
QUESTIONS = 6
CROWD = 50


@dataclass
class Sitting:
    """A learner with an open attempt: what the right answers are, and what the server has acknowledged so far."""

    staff_code: str
    person_id: int
    attempt_id: int
    right: dict[int, list[str]]
    acknowledged: set[int] = field(default_factory=set)
    submit_acknowledged: bool = False

    @property
    def path(self) -> str:
        return f"/attempts/{self.attempt_id}"

    def play(self, visitor: Visitor) -> None:
        """Save every answer that is not stored yet, one request each, and hand in; note each acknowledgement."""
        state = visitor.get(f"{self.path}/state", "application/json").json
        token = str(state["csrf_token"])
        for item_id, chosen in self.right.items():
            if not state["answers"][str(item_id)]["answered"]:
                fields = {"csrf_token": token, f"revision-{item_id}": "0", f"chosen-{item_id}": chosen}
                assert visitor.post(f"{self.path}/answers", fields, "application/json").status == 200
                self.acknowledged.add(item_id)
        answer = visitor.post(f"{self.path}/submit", {"csrf_token": token})
        assert answer.status == 302
        self.submit_acknowledged = True


@pytest.fixture
def training(own_app) -> Iterator[Training]:
    with own_app.app_context():
        yield make_training(questions=QUESTIONS)


@pytest.fixture
def server(own_app, training, tmp_path) -> Iterator[LiveServer]:
    with serving(own_app, tmp_path / "log", workers=2) as server:
        yield server


def sittings(training: Training, count: int) -> list[Sitting]:
    """Make learners who owe, have read everything and have begun the quiz."""
    today = clock.today()
    people = [make_person(unit=training.unit, account=True) for _ in range(count)]
    cycle = open_year(
        training, plan(everybody_in(training.unit), opens_on=today, due_on=today.replace(month=12, day=31))
    )
    found = []
    for person in people:
        read(person, lesson_ids(cycle))
        attempt = begin(training.quiz, person)
        found.append(Sitting(person.staff_code, person.id, attempt.id, right_answers(attempt)))
    return found


def signed_in(server: LiveServer, sitting: Sitting) -> Visitor:
    visitor = Visitor(server.url)
    visitor.sign_in(sitting.staff_code)
    return visitor


def check_nothing_is_torn(sitting: Sitting) -> bool:
    """Check the attempt against what was acknowledged, and return whether it has ended."""
    db.session.rollback()
    db.session.expire_all()
    attempt = db.session.get_one(Attempt, sitting.attempt_id)
    items = {item.id for item in items_of(attempt)}
    drafts = {
        draft.item_id: draft.response
        for draft in db.session.scalars(select(AttemptDraft).join(AttemptItem).where(AttemptItem.id.in_(items)))
    }
    steps = list(db.session.scalars(select(AttemptStep).where(AttemptStep.item_id.in_(items))))
    kept = {step.item_id: step.response for step in steps if step.action == "answer"} or drafts
    for item_id in sitting.acknowledged:
        assert kept[item_id] == {"chosen": sitting.right[item_id]}
    proofs = [
        db.session.scalar(select(func.count()).select_from(table).where(table.person_id == sitting.person_id))
        for table in (Completion, Certificate)
    ]
    if attempt.finished_at is None:
        assert not sitting.submit_acknowledged
        assert (steps, proofs) == ([], [0, 0])
        return False
    assert sorted((step.item_id, step.action) for step in steps) == sorted(
        (item_id, action) for item_id in items for action in ("answer", "mark")
    )
    assert (attempt.passed, attempt.score, proofs) == (True, 1000, [1, 1])
    return True


def check_numbers(count: int) -> None:
    """Check that certificates are numbered from 1 without a gap, one for each completion."""
    numbers = db.session.scalars(select(Certificate.number).order_by(Certificate.number)).all()
    assert list(numbers) == list(range(1, count + 1))
    assert db.session.scalar(select(func.count()).select_from(Completion)) == count


def test_workers_killed_at_any_moment_tear_nothing(server, training):
    chance = random.Random(27)
    ended_at_once, longest = 0, 0.0
    learners = [(sitting, signed_in(server, sitting)) for sitting in sittings(training, ROUNDS + 1)]
    for number, (sitting, visitor) in enumerate(learners):
        began = time.monotonic()
        with ThreadPoolExecutor(1) as player:
            playing = player.submit(play_until_cut_off, sitting, visitor)
            if number:
                time.sleep(chance.uniform(0.02, 1.1) * longest)
                server.kill_workers()
            playing.result()
        longest = longest or time.monotonic() - began
        ended_at_once += check_nothing_is_torn(sitting)
        play_on(sitting, visitor)
    assert ended_at_once >= 1
    check_numbers(ROUNDS + 1)


def play_until_cut_off(sitting: Sitting, visitor: Visitor) -> None:
    with suppress(CutOff):
        sitting.play(visitor)


def play_on(sitting: Sitting, visitor: Visitor) -> None:
    """Come back after the crash, still signed in, and bring it to its end."""
    if visitor.get(f"{sitting.path}/state", "application/json").json["phase"] == "open":
        sitting.play(visitor)
    assert check_nothing_is_torn(sitting)


def test_a_killed_server_starts_again_where_it_was(own_app, training, tmp_path):
    first, second = sittings(training, 2)
    with serving(own_app, tmp_path / "first", workers=2) as server, ThreadPoolExecutor(2) as players:
        visitors = [signed_in(server, sitting) for sitting in (first, second)]
        playing = [players.submit(play_until_cut_off, *pair) for pair in zip((first, second), visitors, strict=True)]
        while len(first.acknowledged) < QUESTIONS // 2:
            time.sleep(0.002)
        server.kill()
        for each in playing:
            each.result()
    with serving(own_app, tmp_path / "second", workers=2) as server:
        for sitting, visitor in zip((first, second), visitors, strict=True):
            check_nothing_is_torn(sitting)
            visitor.url = server.url
            play_on(sitting, visitor)
    check_numbers(2)


def test_fifty_submits_over_http_give_one_certificate(server, training):
    (sitting,) = sittings(training, 1)
    visitor = signed_in(server, sitting)
    state = visitor.get(f"{sitting.path}/state", "application/json").json
    fields: dict[str, str | list[str]] = {"csrf_token": str(state["csrf_token"])}
    for item_id, chosen in sitting.right.items():
        fields |= {f"revision-{item_id}": "0", f"chosen-{item_id}": chosen}
    assert visitor.post(f"{sitting.path}/answers", fields, "application/json").status == 200
    gate = threading.Barrier(CROWD)

    def submit(_number: int) -> tuple[int, str]:
        gate.wait()
        answer = visitor.post(f"{sitting.path}/submit", {"csrf_token": fields["csrf_token"]})
        return answer.status, answer.headers["Location"]

    with ThreadPoolExecutor(CROWD) as crowd:
        answers = set(crowd.map(submit, range(CROWD)))
    assert answers == {(302, f"{sitting.path}/result")}
    assert visitor.get(f"{sitting.path}/result").status == 200
    assert check_nothing_is_torn(sitting)
    check_numbers(1)
    assert db.session.scalar(select(func.count()).select_from(Obligation)) == 1
