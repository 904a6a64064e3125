"""The page of a background job in Chromium: it follows the work by itself, and says so to everybody."""

from typing import Any

from playwright.sync_api import Page, expect

from core import clock
from core.db import db
from core.job_models import Job
from tests.support.factories_people import make_person, sign_in
from tests.support.live import LiveServer


def change(job_id: int, **values: Any) -> None:
    for name, value in values.items():
        setattr(db.session.get_one(Job, job_id), name, value)
    db.session.commit()


def open_as_asker(live: LiveServer, page: Page) -> int:
    person = make_person()
    job = Job(name="count", arguments={}, key=f"count:{person.id}", by_id=person.id, created_at=clock.now())
    db.session.add(job)
    db.session.commit()
    client = live.app.test_client()
    sign_in(client, person)
    cookie = client.get_cookie("nep_session")
    assert cookie is not None
    page.context.add_cookies([{"name": "nep_session", "value": cookie.value, "url": live.url}])
    page.goto(f"/jobs/{job.id}")
    return job.id


def test_the_page_follows_the_work_to_its_end(live, page, axe):
    with live.app.app_context():
        job_id = open_as_asker(live, page)
        expect(page.locator("[data-job-words]")).to_have_text("Đang chờ đến lượt")
        axe(page)
        change(job_id, state="running", started_at=clock.now(), done=6, total=12)
        expect(page.get_by_role("status")).to_have_text("6/12")
        expect(page.get_by_role("progressbar", name="Tiến độ")).to_have_attribute("value", "6")
        change(job_id, state="failed", finished_at=clock.now(), error="Năm 2026 đã khóa.")
        expect(page.locator("[data-autofocus]")).to_be_focused()
        expect(page.locator("main")).to_contain_text("Năm 2026 đã khóa.")
        axe(page)
