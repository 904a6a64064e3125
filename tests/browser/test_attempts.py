"""Taking a quiz in Chromium: autosave, a cut network, two windows, an ended session, no script, a phone."""

import contextlib
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Error, Page, expect
from sqlalchemy import update

from core import clock
from core.db import db, transaction
from people.models import UserSession
from quizzes import queries
from quizzes.models import Attempt
from tests.support.factories_attempts import items_of, keys_of, standing_above
from tests.support.factories_people import PASSWORD, make_person
from tests.support.live import LiveServer
from tests.support.sitting import Sitting, sit


@pytest.fixture
def sitting(live: LiveServer) -> Iterator[Sitting]:
    """Begin a trainer's trial."""
    with live.app.app_context(), standing_above(live.app):
        yield sit(live)


def option(page: Page, question: int, place: int):
    return page.locator(f"#question-{question} .nep-option").nth(place)


def saved(page: Page) -> None:
    expect(page.locator("[data-saved-text]")).to_have_text(re.compile(r"Đã lưu lúc \d\d:\d\d:\d\d"))


def test_every_choice_is_saved_at_once_and_is_there_after_a_reload(sitting, page):
    sitting.open(page)
    option(page, 1, 1).click()
    saved(page)
    many = page.locator("#attempt input[type=checkbox]")
    many.nth(0).check()
    many.nth(2).check()
    saved(page)
    chosen = page.locator("#attempt input:checked")
    count = chosen.count()
    assert sum(len(keys) for keys in sitting.stored()) == count >= 2
    assert page.evaluate("Object.keys(localStorage)") == []
    page.reload()
    expect(chosen).to_have_count(count)


def test_a_cut_network_loses_no_answer(sitting, page):
    sitting.open(page)
    option(page, 1, 0).click()
    saved(page)
    page.context.set_offline(True)
    option(page, 1, 1).click()
    option(page, 2, 2).click()
    expect(page.locator("[data-saved-text]")).to_have_text("Đang chờ mạng: 2 câu")
    page.get_by_role("button", name="Nộp bài").click()
    expect(page.locator("[data-notice=notSubmitted]")).to_be_visible()
    page.context.set_offline(False)
    saved(page)
    items = items_of(sitting.attempt)
    assert sitting.stored()[:2] == [[items[0].option_order[1]], [items[1].option_order[2]]]


def test_a_lost_receipt_is_no_conflict(sitting, page):
    sitting.open(page)

    def swallow(route):
        route.fetch()
        route.abort()

    page.route("**/answers", swallow, times=1)
    option(page, 1, 0).click()
    expect(page.locator("[data-saved-text]")).to_have_text("Đang chờ mạng: 1 câu")
    option(page, 1, 1).click()
    saved(page)
    assert page.locator("[role=alert]").count() == 0
    assert sitting.stored()[0] == [items_of(sitting.attempt)[0].option_order[1]]


@pytest.mark.parametrize("end", ["reload", "crash"])
def test_unsent_answers_outlive_the_page(sitting, page, end):
    sitting.open(page)
    page.route("**/answers", lambda route: route.abort())
    option(page, 2, 1).click()
    expect(page.locator("[data-saved-text]")).to_have_text("Đang chờ mạng: 1 câu")
    if end == "reload":
        page.on("dialog", lambda dialog: dialog.accept())
        page.unroute("**/answers")
        page.route("**/answers", lambda route: route.abort(), times=1)
        page.reload()
    else:
        with contextlib.suppress(Error):
            page.goto("chrome://crash")
        page = page.context.new_page()
        page.goto(sitting.path)
    expect(option(page, 2, 1).locator("input")).to_be_checked()
    saved(page)
    assert sitting.stored()[1] == [items_of(sitting.attempt)[1].option_order[1]]


def test_answers_of_somebody_else_on_the_same_device_are_not_sent(sitting, page, live):
    other = Sitting(live, make_person("Lê Văn Bình", account=True), sitting.attempt)
    sitting.open(page)
    page.route("**/answers", lambda route: route.abort())
    option(page, 1, 0).click()
    expect(page.locator("[data-saved-text]")).to_have_text("Đang chờ mạng: 1 câu")
    page.unroute("**/answers")
    other.sign_in(page)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-notice=stranger]")).to_be_visible()
    assert sitting.stored()[0] == []
    sitting.sign_in(page)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page)
    assert len(sitting.stored()[0]) == 1


def test_two_windows_ask_which_answer_counts(sitting, page, axe):
    sitting.open(page)
    other = page.context.new_page()
    other.goto(sitting.path)
    elsewhere = page.locator("[data-notice=elsewhere]")
    expect(elsewhere).to_be_visible()
    elsewhere.get_by_role("button", name="Làm tiếp ở đây").click()
    expect(elsewhere).to_have_count(0)
    expect(other.locator("[data-notice=elsewhere]")).to_be_visible()
    option(page, 1, 0).click()
    saved(page)
    option(other, 1, 1).click()
    question = other.locator("#question-1")
    expect(question.get_by_role("alert")).to_be_visible()
    axe(other)
    assert sitting.stored()[0] == [items_of(sitting.attempt)[0].option_order[0]]
    question.get_by_role("button", name="đang chọn ở đây").click()
    saved(other)
    assert sitting.stored()[0] == [items_of(sitting.attempt)[0].option_order[1]]


def test_an_ended_session_keeps_the_answers_until_the_person_is_back(sitting, page, axe):
    sitting.open(page)
    with transaction():
        db.session.execute(update(UserSession).values(ended_at=clock.now()))
    option(page, 1, 0).click()
    signed_out = page.locator("[data-notice=signedOut]")
    expect(signed_out.get_by_role("link")).to_have_attribute("target", "_blank")
    signed_out.get_by_role("button", name="Đăng nhập lại").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=name]").fill(sitting.person.staff_code)
    dialog.get_by_label("Mật khẩu").fill("không phải")
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(dialog.get_by_role("alert")).to_contain_text("không đúng")
    axe(page)
    dialog.get_by_label("Mật khẩu").fill(PASSWORD)
    dialog.get_by_role("button", name="Đăng nhập").click()
    saved(page)
    expect(dialog).to_be_hidden()
    expect(signed_out).to_have_count(0)
    assert len(sitting.stored()[0]) == 1


def test_a_file_brings_answers_that_the_network_does_not(sitting, page, axe, tmp_path):
    page.clock.install()
    sitting.open(page)
    page.route("**/answers", lambda route: route.abort())
    option(page, 1, 1).click()
    expect(page.locator("[data-saved-text]")).to_have_text("Đang chờ mạng: 1 câu")
    page.clock.fast_forward(40_000)
    offer = page.locator("[data-notice=file]")
    with page.expect_download() as download:
        offer.get_by_role("button", name="Tải tệp bài làm").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == f"bai-lam-{sitting.attempt.id}.nep"
    page.goto(f"{sitting.path}/answer-file")
    axe(page)
    page.get_by_label("Tệp bài làm").set_input_files(file)
    page.get_by_role("button", name="Nộp tệp").click()
    expect(option(page, 1, 1).locator("input")).to_be_checked()
    assert sitting.stored()[0] == [items_of(sitting.attempt)[0].option_order[1]]


def test_the_clock_hands_in_when_time_is_up(sitting, page):
    with transaction():
        db.session.execute(
            update(Attempt).where(Attempt.id == sitting.attempt.id).values(due_at=clock.now() + timedelta(seconds=6))
        )
    sitting.open(page)
    option(page, 1, 0).click()
    expect(page).to_have_url(re.compile(r"/result$"), timeout=15_000)
    db.session.rollback()
    db.session.expire_all()
    assert queries.attempt(sitting.attempt.id).finished_at is not None
    assert len(queries.outcomes(sitting.attempt.id)) == 3


def test_the_clock_can_be_hidden(sitting, page):
    sitting.open(page)
    expect(page.locator("[data-timer-text]")).to_have_text(re.compile(r"Còn \d+:\d\d"))
    page.get_by_role("button", name="Ẩn đồng hồ").click()
    expect(page.locator("[data-timer-text]")).to_be_hidden()


def test_from_the_questions_to_the_result(sitting, page, axe):
    sitting.open(page)
    axe(page)
    for number, item in enumerate(items_of(sitting.attempt), start=1):
        for key in keys_of(item, right=True):
            page.locator(f"#question-{number} input[value={key}]").check()
    saved(page)
    page.get_by_role("button", name="Nộp bài").click()
    expect(page).to_have_url(re.compile(r"/confirm$"))
    axe(page)
    page.get_by_role("button", name="Nộp bài").click()
    expect(page).to_have_url(re.compile(r"/result$"))
    expect(page.locator("main")).to_contain_text("10/10")
    axe(page)


def test_without_javascript(sitting, page_without_js):
    page = sitting.open(page_without_js)
    option(page, 1, 0).click()
    page.get_by_role("button", name="Lưu và làm tiếp").click()
    expect(page.locator("#attempt input:checked")).to_have_count(1)
    page.get_by_role("button", name="Nộp bài").click()
    expect(page.get_by_role("listitem").filter(has_text="Câu")).to_have_count(2)
    page.get_by_role("button", name="Nộp bài").click()
    expect(page).to_have_url(re.compile(r"/result$"))
    expect(page.locator("main")).to_contain_text("Chưa trả lời")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone(sitting, new_page, axe, theme):
    page = new_page(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, color_scheme=theme)
    sitting.open(page)
    option(page, 1, 0).tap()
    saved(page)
    for path in ("", "/confirm"):
        page.goto(f"{sitting.path}{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Nộp bài").tap()
    expect(page).to_have_url(re.compile(r"/result$"))
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
