"""Background jobs: asked for once, run by exactly one runner, never lost."""

import json
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from core import clock, job_runs, jobs
from core.db import db, transaction
from core.errors import Conflict, RuleBroken
from core.job_models import Job
from core.job_runs import DEAD_AFTER, KEPT, MOST_TRIES, JobContext, JobStopped, run_next
from tests.support.crowd import all_at_once
from tests.support.factories_people import make_person

CROWD = 8


def ask(name: str, key: str = "", **options) -> int:
    options = {"by_id": None, "at": clock.now(), **options}
    with transaction():
        return jobs.enqueue(name, options.pop("arguments", {}), key=key or name, **options)


def row(job_id: int) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True)


@pytest.fixture
def kinds(app, session, monkeypatch) -> None:
    """Let the test register what it likes; afterwards only what the application can do is known."""
    monkeypatch.setitem(app.extensions, "nep_jobs", job_runs.Registry())


@pytest.fixture
def many(own_app) -> Iterator[Flask]:
    with own_app.app_context():
        yield own_app


def test_a_job_says_how_far_it_is_and_what_came_of_it(app, kinds, at):
    person = make_person()
    seen = []

    def run(job: JobContext):
        job.progress(1, 2)
        seen.append((row(job_id).state, row(job_id).done, job.arguments, job.by_id, job.at))
        job.progress(2, 2)
        return {"url": "/roster"}

    jobs.register("count", run, title="Đếm")
    job_id = ask("count", arguments={"year": 2026}, by_id=person.id, return_url="/my")
    assert jobs.job_view(job_id).state == "queued"
    assert jobs.run_pending(app) == 1

    assert seen == [("running", 1, {"year": 2026}, person.id, at)]
    view = jobs.job_view(job_id)
    assert (view.title, view.state, view.done, view.total, view.next_url) == ("Đếm", "done", 2, 2, "/roster")
    assert (view.started_at, view.finished_at) == (at, at)
    assert jobs.run_pending(app) == 0


def test_one_job_for_one_thing_at_a_time(app, kinds, at):
    first, second = make_person(), make_person()
    jobs.register("count", lambda _job: None)
    job_id = ask("count", "count:quiz:1", by_id=first.id)
    assert ask("count", "count:quiz:1", by_id=first.id) == job_id
    assert ask("count", "count:quiz:1") == job_id
    with pytest.raises(Conflict):
        ask("count", "count:quiz:1", by_id=second.id)

    jobs.run_pending(app)
    assert ask("count", "count:quiz:1", by_id=second.id) != job_id


def test_what_was_not_committed_was_not_asked_for(app, kinds, at):
    jobs.register("count", lambda _job: None)

    def ask_and_fail():
        with transaction():
            jobs.enqueue("count", {}, key="count", by_id=None, at=at)
            raise RuleBroken

    with pytest.raises(RuleBroken):
        ask_and_fail()
    with pytest.raises(LookupError):
        ask("unknown")
    assert jobs.run_pending(app) == 0
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_a_job_that_fails_says_why_and_may_be_asked_for_again(app, kinds, at):
    def refuse(_job: JobContext):
        raise RuleBroken("Năm 2026 đã khóa.", "Hãy mở lại năm.")

    def break_down(_job: JobContext):
        raise ZeroDivisionError("a name that belongs in no table")

    jobs.register("refuse", refuse)
    jobs.register("break", break_down)
    refused, broken = ask("refuse"), ask("break")
    assert jobs.run_pending(app) == 2
    assert (row(refused).state, row(refused).error) == ("failed", "Năm 2026 đã khóa. Hãy mở lại năm.")
    assert (row(broken).state, row(broken).error) == ("failed", "")
    assert ask("refuse") != refused


def test_what_a_dead_runner_left_is_begun_anew_and_the_dead_one_is_not_believed(app, kinds, at):
    begun: list[JobContext] = []

    def run(job: JobContext):
        begun.append(job)
        if len(begun) == 2:
            with pytest.raises(JobStopped):
                begun[0].progress(1, 2)
            return {"runner": "second"}
        with clock.frozen(at + DEAD_AFTER + timedelta(seconds=1)):
            assert run_next()  # Another runner, which thinks this one dead.
        return {"runner": "first"}

    jobs.register("count", run)
    job_id = ask("count")
    assert run_next()
    assert (row(job_id).state, row(job_id).result, row(job_id).tries) == ("done", {"runner": "second"}, 2)


def test_a_job_that_takes_its_runners_with_it_is_given_up(app, kinds, at):
    jobs.register("count", lambda _job: pytest.fail("It must not be begun again."))
    job_id = ask("count")
    with transaction():
        dead = {"state": "running", "tries": MOST_TRIES, "seen_at": at - DEAD_AFTER - timedelta(seconds=1)}
        db.session.execute(update(Job).where(Job.id == job_id).values(dead))
    assert jobs.run_pending(app) == 0
    assert (row(job_id).state, row(job_id).finished_at) == ("failed", at)


def test_a_stop_puts_the_job_under_way_back(app, kinds, at):
    jobs.register("count", lambda job: job.progress(1, 2))
    job_id = ask("count")
    assert run_next(stopping=lambda: True)
    assert (row(job_id).state, row(job_id).tries) == ("queued", 0)
    assert run_next()
    assert row(job_id).state == "done"


def test_every_job_has_exactly_one_runner(many):
    ran: list[int] = []
    jobs.register("note", lambda job: ran.append(job.arguments["number"]))
    ids = all_at_once(many, *[lambda: jobs.enqueue("note", {"number": 0}, key="0", by_id=None, at=clock.now())] * CROWD)
    assert len(set(ids)) == 1
    for number in range(1, CROWD):
        ask("note", str(number), arguments={"number": number})
    counts = all_at_once(many, *[lambda: jobs.run_pending(many)] * CROWD, inside=nullcontext)
    assert sum(counts) == CROWD
    assert sorted(ran) == list(range(CROWD))


def test_a_runner_is_seen_alive_while_its_job_says_nothing(many, at, monkeypatch):
    monkeypatch.setattr(job_runs, "BEAT_SECONDS", 0.01)
    later = at + DEAD_AFTER

    def run(_job: JobContext):
        deadline = time.monotonic() + 30
        with clock.frozen(later):
            while row(job_id).seen_at != later:
                assert time.monotonic() < deadline

    jobs.register("long", run)
    job_id = ask("long")
    assert jobs.run_pending(many) == 1
    assert row(job_id).state == "done"


def test_periodic_work_that_takes_long_is_not_begun_a_second_time(kinds, at):
    begun: list[object] = []

    def run(moment):
        begun.append(moment)
        assert job_runs.run_minutely("look")

    jobs.every_minute("look", run)
    assert job_runs.run_minutely("look")
    assert begun == [at]
    assert job_runs.run_minutely("look")
    assert begun == [at, at]


def test_what_ended_long_ago_is_forgotten(app, kinds, at):
    jobs.register("count", lambda _job: None)
    with clock.frozen(at - KEPT - timedelta(days=1)):
        ask("count", "old")
        jobs.run_pending(app)
    waiting = ask("count", "new", at=at - KEPT - timedelta(days=1))
    jobs.forget_old(at)
    assert list(db.session.scalars(select(Job.id))) == [waiting]


def test_the_commands_run_what_waits_and_list_it(app, kinds, at):
    called: list[object] = []
    jobs.register("count", lambda _job: None)
    jobs.every_minute("look", called.append)
    jobs.every_minute("fall over", lambda _at: 1 / 0)
    ask("count")
    runner = app.test_cli_runner()
    done = runner.invoke(args=["jobs", "run", "--once", "--json"])
    assert (json.loads(done.stdout), done.exit_code) == ({"run": 1, "failed": ["fall over"]}, 1)
    assert called == [at]
    (listed,) = json.loads(runner.invoke(args=["jobs", "list", "--json"]).output)
    assert (listed["name"], listed["state"]) == ("count", "done")
