"""An attempt of several pages, and practice, in Chromium: with script, on a phone, in the dark."""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.db import db
from people.access import Role
from people.models import Unit
from quizzes import queries
from quizzes.models import Attempt
from tests.support.factories_attempts import begin, make_small_quiz, standing_above
from tests.support.factories_people import make_person, sign_in
from tests.support.live import LiveServer

_numbers = itertools.count(1)
DARK_PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}
Sit = Callable[..., Attempt]


@pytest.fixture
def sit(live: LiveServer) -> Iterator[Sit]:
    """Return a function that opens a trainer's attempt at a quiz with the given rules in a browser."""
    with live.app.app_context(), standing_above(live.app):

        def open_attempt(page: Page, **rules: Any) -> Attempt:
            quiz = make_small_quiz(slug=f"nhieu-trang-{next(_numbers)}", **rules)
            person = make_person(unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER])
            attempt = begin(quiz, person, preview=True)
            client = live.app.test_client()
            sign_in(client, person)
            cookie = client.get_cookie("nep_session")
            assert cookie is not None
            page.context.add_cookies([{"name": "nep_session", "value": cookie.value, "url": live.url}])
            page.goto(f"/attempts/{attempt.id}")
            return attempt

        yield open_attempt


def answered(attempt: Attempt) -> list[bool]:
    """Return which questions have an answer on the server."""
    db.session.rollback()
    return [view.answered for view in queries.item_views(attempt.id)]


def test_forwards_only_with_a_network_that_fails(sit, new_page, axe):
    page = new_page(**DARK_PHONE)
    attempt = sit(page, one_way=True, per_page=1)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.route("**/answers", lambda route: route.abort())
    page.locator("#question-1 .nep-option").nth(0).tap()
    page.get_by_role("button", name="Câu tiếp theo").tap()
    expect(page.locator("[data-notice=notSubmitted]")).to_be_visible()
    page.unroute("**/answers")
    page.get_by_role("button", name="Câu tiếp theo").tap()
    expect(page.locator("#question-2")).to_be_visible()
    page.go_back()
    page.goto(f"/attempts/{attempt.id}?page=1")
    expect(page.locator("#question-2")).to_be_visible()
    expect(page.locator("#question-1")).to_have_count(0)
    axe(page)
    assert answered(attempt) == [True, False, False]


def test_the_overview_leads_to_a_page_and_takes_the_answers_along(sit, page):
    attempt = sit(page, per_page=2)
    page.locator("#question-1 .nep-option").nth(0).click()
    page.get_by_role("button", name="Câu hỏi 3").click()
    expect(page).to_have_url(re.compile(r"page=2#question-3$"))
    page.locator("#question-3 .nep-option").nth(0).click()
    page.get_by_role("button", name="Trang trước").click()
    expect(page.locator("#question-1 input:checked")).to_have_count(1)
    assert answered(attempt) == [True, False, True]


def test_practice_shows_at_once_what_is_right(sit, page, axe):
    attempt = sit(page, practice=True, attempts_allowed=None)
    page.locator("#question-1 .nep-option").nth(0).click()
    page.get_by_role("button", name="Kiểm tra Câu 1").click()
    checked = page.locator("section.nep-question")
    expect(checked).to_have_count(1)
    expect(checked).to_contain_text("Cách tính điểm")
    axe(page)
    checked.get_by_role("link", name="Làm lại câu này").click()
    expect(page.locator("#question-1 input:checked")).to_have_count(1)
    assert answered(attempt) == [True, False, False]
