"""Answering in words, with a phone that runs no script: every kind, to the end, and once more after a reload."""

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from core.db import db
from people.access import Role
from people.models import Person, Unit
from quizzes.models import Attempt
from tests.browser.conftest import PHONE
from tests.support.factories_attempts import begin, standing_above
from tests.support.factories_people import make_person, sign_in
from tests.support.factories_quizzes import make_bank, make_question, make_quiz
from tests.support.live import LiveServer
from tests.support.questions import CONTENT

NAMES = ("short_answer", "numeric", "gaps", "case_study", "essay")
PROMPTS = {
    "short_answer": "Ai trả lời báo chí thay mặt cơ quan?",
    "numeric": "Quà tặng không đúng quy định phải nộp lại trong thời hạn nào?",
    "gaps": "Điền vào chỗ trống.",
    "case_study": "Đọc tình huống rồi trả lời từng phần.",
    "essay": "Trình bày cách xử lý khi người dân **gửi quà** cảm ơn.",
}
ESSAY = "\n  Từ chối,\n\nrồi báo cáo <b>ngay</b>."
#: What the page of the result says about the answers of :func:`fill`.
JUDGED = {
    "short_answer": ["Đúng một phần", "0,5/1 điểm", "Đáp án: Người phát ngôn"],
    "numeric": ["năm", "Không đọc được câu trả lời này thành số.", "Đáp án: 5 ngày làm việc"],
    "gaps": ["Đúng một phần", "0,67/1 điểm", "Chỗ trống 2: 6", "Đáp án: 05"],
    "case_study": ["100% số điểm của phần này", "50% số điểm của phần này", "0,88/1 điểm"],
    "essay": [
        "Câu do người chấm; không chấm ở lượt này",
        "6 từ",
        "rồi báo cáo <b>ngay</b>.",
        "Nêu đúng quy định về nhận quà",
        "50%",
    ],
}
_numbers = itertools.count(1)


@pytest.fixture
def attempt(live: LiveServer) -> Iterator[tuple[Person, Attempt]]:
    """Begin a trainer's attempt at a quiz with a question of every kind that is answered in words."""
    with live.app.app_context(), standing_above(live.app):
        bank = make_bank("Ngân hàng trả lời bằng lời")
        for name in NAMES:
            make_question(bank, kind=name, content=CONTENT[name], prompt=PROMPTS[name])
        quiz = make_quiz([bank], slug=f"tra-loi-bang-loi-{next(_numbers)}")
        person = make_person(unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER])
        yield person, begin(quiz, person, preview=True)


def opened(page: Page, live: LiveServer, attempt: tuple[Person, Attempt]) -> Page:
    db.session.rollback()  # The server has written since.
    client = live.app.test_client()
    sign_in(client, attempt[0])
    cookie = client.get_cookie("nep_session")
    assert cookie is not None
    page.context.add_cookies([{"name": "nep_session", "value": cookie.value, "url": live.url}])
    page.goto(f"/attempts/{attempt[1].id}")
    return page


def question(page: Page, name: str) -> Locator:
    return page.locator(".nep-question", has_text=PROMPTS[name].replace("**", ""))


def fill(page: Page) -> None:
    question(page, "short_answer").get_by_label("Câu trả lời của anh/chị").fill("văn phòng")
    question(page, "numeric").get_by_label("Câu trả lời của anh/chị (ngày làm việc)").fill("năm")
    gaps = question(page, "gaps")
    gaps.get_by_label("Chỗ trống 1").select_option("thủ trưởng cơ quan")
    gaps.get_by_label("Chỗ trống 2").fill("6")
    gaps.get_by_label("Chỗ trống 3").fill("Hoà nhã")
    case = question(page, "case_study")
    case.get_by_text("Báo cáo thủ trưởng").click()
    case.get_by_label("Câu trả lời của anh/chị (ngày làm việc)").fill("5")
    case.get_by_label("Chỗ trống 1").fill("hai triệu")
    case.get_by_label("Chỗ trống 2").select_option("đồng nghiệp")
    question(page, "essay").locator("textarea").fill(ESSAY)


def test_every_kind_in_words_is_answered_on_a_phone_without_script(live, attempt, new_page, axe):
    axe(opened(new_page(viewport=PHONE), live, attempt))
    page = opened(new_page(viewport=PHONE, java_script_enabled=False), live, attempt)
    fill(page)
    page.get_by_role("button", name="Lưu và làm tiếp").click()
    expect(question(page, "essay").locator("textarea")).to_have_value(ESSAY)
    expect(question(page, "numeric").locator("input:not([type=hidden])")).to_have_value("năm")
    expect(question(page, "case_study").get_by_label("Chỗ trống 2").locator("option:checked")).to_have_text(
        "đồng nghiệp"
    )
    page.get_by_role("button", name="Nộp bài").click()
    page.get_by_role("button", name="Nộp bài").click()
    for name, said in JUDGED.items():
        for words in said:
            expect(question(page, name)).to_contain_text(words)
    axe(opened(new_page(viewport=PHONE), live, attempt))
