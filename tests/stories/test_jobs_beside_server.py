"""`serve` as installed: a worker for jobs runs beside it, comes back when it dies, and goes when the server is gone."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock
from core.db import db
from quizzes.models import Attempt
from tests.support.factories_attempts import begin
from tests.support.factories_people import make_person
from tests.support.factories_training import everybody_in, lesson_ids, make_training, open_year, plan, read
from tests.support.live import LiveServer, serving
from tests.support.wire import Visitor

PATIENCE_SECONDS = 60
#: What is shown here has nothing to do with the kind of database.
pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture
def overdue(own_app) -> Iterator[int]:
    """Yield the id of an attempt whose time is up, and whose person never comes back."""
    with own_app.app_context():
        training, today = make_training(), clock.today()
        person = make_person(unit=training.unit)
        year = plan(everybody_in(training.unit), opens_on=today, due_on=today.replace(month=12, day=31))
        read(person, lesson_ids(open_year(training, year)))
        attempt = begin(training.quiz, person)
        attempt.started_at, attempt.due_at = clock.now() - timedelta(hours=1), clock.now() - timedelta(minutes=30)
        db.session.commit()
        yield attempt.id


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def is_closed(attempt_id: int) -> bool:
    db.session.rollback()
    return db.session.get_one(Attempt, attempt_id, populate_existing=True).finished_at is not None


def workers(server: LiveServer) -> set[int]:
    told = {pid: stated(pid, "cmdline") for pid in server.family()}
    return {pid for pid, command in told.items() if b"jobs\0work\0" in command and b"keeper.py" not in command}


def lives(pid: int) -> bool:
    return stated(pid, "stat").rpartition(b")")[2].split()[:1] not in ([], [b"Z"])


def stated(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""


def test_a_worker_closes_what_is_overdue_comes_back_and_never_outlives_the_server(own_app, overdue, tmp_path):
    with serving(own_app, tmp_path / "log", as_installed=True) as server:
        until(lambda: is_closed(overdue))
        (first,) = workers(server)
        os.kill(first, signal.SIGKILL)
        assert Visitor(server.url).get("/sign-in").status == 200
        until(lambda: bool(workers(server) - {first}))
        family = server.family()
        server.master.kill()
        server.master.wait(timeout=10)
        until(lambda: not any(lives(pid) for pid in family))
