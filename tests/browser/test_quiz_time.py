"""Minutes given back reach the page of an attempt, and the pages about time work on a phone, in Chromium."""

import re

from playwright.sync_api import Page, expect

from core import clock
from core.db import db, transaction
from people.access import Role
from people.models import Person, Unit
from quizzes import time_services
from quizzes.time_services import Span
from tests.support.factories_attempts import begin, make_small_quiz, standing_above
from tests.support.factories_people import actor_of, make_person, sign_in
from tests.support.live import LiveServer

DARK_PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}


def enter(live: LiveServer, page: Page, person: Person) -> None:
    client = live.app.test_client()
    sign_in(client, person)
    cookie = client.get_cookie("nep_session")
    assert cookie is not None
    page.context.add_cookies([{"name": "nep_session", "value": cookie.value, "url": live.url}])


def test_minutes_given_on_a_phone_reach_an_open_page(live, new_page, axe):
    with live.app.app_context(), standing_above(live.app):
        quiz = make_small_quiz(slug="tra-lai-phut")
        unit = db.session.get_one(Unit, quiz.unit_id)
        learner, trainer = make_person("Đỗ Văn Học", unit=unit), make_person(unit=unit, roles=[Role.TRAINER])
        with transaction():
            time_services.grant_allowance(
                quiz.id, span=Span("Mất điện", clock.today(), clock.today()), staff_code=learner.staff_code,
                extra_attempts=1, by=actor_of(trainer), at=clock.now(),
            )  # fmt: skip
        attempt_id, quiz_id = begin(quiz, learner).id, quiz.id
        sitting, desk = new_page(), new_page(**DARK_PHONE)
        enter(live, sitting, learner)
        enter(live, desk, trainer)
        sitting.goto(f"/attempts/{attempt_id}")
        expect(sitting.locator("[data-timer-text]")).to_contain_text(re.compile(r"\b(29|30):"))

        desk.goto(f"/manage/quizzes/{quiz_id}/sittings")
        axe(desk)
        desk.get_by_role("link", name="Trả lại phút", exact=True).tap()
        expect(desk.get_by_label("Số phút")).to_be_visible()
        axe(desk)
        desk.get_by_label("Số phút").fill("10")
        desk.get_by_label("Lý do").fill("Mất mạng từ 09:10 đến 09:20")
        desk.get_by_role("button", name="Trả lại phút").tap()
        expect(desk.get_by_role("status")).to_contain_text("Đã trả lại phút cho 1 lượt làm bài")

        sitting.locator("#question-1 .nep-option").nth(0).click()
        expect(sitting.locator("[data-timer-text]")).to_contain_text(re.compile(r"\b(39|40):"))
        for path in ("/manage/accommodations", f"/manage/quizzes/{quiz_id}/allowances", f"/attempts/{attempt_id}/log"):
            desk.goto(path)
            axe(desk)
            assert desk.evaluate("document.documentElement.scrollWidth") <= 360
