"""The page of a background job: how far it is, what came of it, and that it is nobody else's."""

import pytest

from core import clock
from core.db import db
from core.job_models import Job
from tests.support.factories_people import make_person, sign_in

JSON = {"Accept": "application/json"}


@pytest.fixture
def asker(session, at):
    return make_person()


@pytest.fixture
def job(asker) -> Job:
    job = Job(name="count", arguments={}, key="count", by_id=asker.id, return_url="/account", created_at=clock.now())
    db.session.add(job)
    db.session.commit()
    return job


def change(job: Job, **values) -> str:
    for name, value in values.items():
        setattr(job, name, value)
    db.session.commit()
    return f"/jobs/{job.id}"


def test_a_job_under_way_shows_how_far_it_is(client, asker, job, at):
    sign_in(client, asker)
    page = client.page(change(job))
    assert "Đang chờ đến lượt" in page.text
    path = change(job, state="running", done=3, total=12, started_at=at)
    page = client.page(path)
    bar = page.one("progress")
    assert (bar["value"], bar["max"]) == ("3", "12")
    assert "3/12" in page.text
    assert path in [link["href"] for link in page.all("a")], "without a script, a link looks again"
    words = page.one("span", **{"data-job-words": ""}).text
    told = {"state": "running", "done": 3, "total": 12, "is_over": False, "words": words}
    assert client.get(path, headers=JSON).json == told


def test_a_finished_job_leads_on_and_a_failed_one_says_what_to_do(client, asker, job, at):
    sign_in(client, asker)
    over = {"finished_at": at, "started_at": at}
    page = client.page(change(job, state="done", result={"url": "/my"}, **over))
    assert page.one("a", **{"class": "btn btn-primary"})["href"] == "/my"
    page = client.page(change(job, result={"url": "https://elsewhere.example"}))
    assert page.one("a", **{"class": "btn btn-primary"})["href"] == "/account"
    page = client.page(change(job, state="failed", result=None, error="Năm 2026 đã khóa."))
    assert "Năm 2026 đã khóa." in page.text
    assert page.one("a", **{"class": "btn btn-primary"})["href"] == "/account"


def test_a_job_is_nobody_elses(client, job):
    sign_in(client, make_person())
    assert client.get(f"/jobs/{job.id}").status_code == 404
    assert client.get("/jobs/999999", headers=JSON).status_code == 404
