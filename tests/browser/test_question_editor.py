"""The editor of questions in a browser: rows move at once, and nothing that was typed is lost."""

from typing import Any

import pytest

from core.db import db
from people.access import Role
from people.models import Person
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_quizzes import make_bank, make_question, make_quiz
from tests.support.questions import CONTENT


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    """Remember what was made on each server: rows of a live server stay."""
    return {}


@pytest.fixture
def desk(live, made):
    """Return the ids of a bank, a question and a quiz, and of their trainer."""
    if live.url not in made:
        with live.app.app_context():
            unit = make_unit("Phòng Đào tạo")
            person = make_person("Lê Thị Hoa", unit=unit, roles=[Role.TRAINER])
            bank = make_bank("Ngân hàng của trình soạn", unit)
            question = make_question(bank)
            quiz = make_quiz([bank], slug="bai-cua-trinh-soan")
            case = make_question(bank, kind="case_study", content=CONTENT["case_study"])
            made[live.url] = {
                "person": person.id, "bank": bank.id, "question": question.id, "quiz": quiz.id, "case": case.id,
            }  # fmt: skip
    return made[live.url]


@pytest.fixture
def enter(live, desk):
    """Return a function that signs a browser in as the trainer."""

    def sign_browser_in(page):
        with live.app.app_context():
            client = live.app.test_client()
            sign_in(client, db.session.get_one(Person, desk["person"]))
        cookie = client.get_cookie("nep_session")
        assert cookie is not None
        page.context.add_cookies([{"name": "nep_session", "value": cookie.value, "url": live.url}])
        return page

    return sign_browser_in


def test_rows_move_without_a_round_trip(page, desk, enter):
    enter(page)
    page.goto(f"/manage/banks/{desk['bank']}/questions/new?kind=single_choice")
    page.fill("#options-0-text", "Người nhận")
    page.fill("#options-1-text", "Người tặng")
    page.check("#options-0-right")
    page.check("#options-1-right")
    assert not page.is_checked("#options-0-right")
    page.locator("button[value='up-1@options']").click()
    assert [page.input_value(f"#options-{place}-text") for place in (0, 1)] == ["Người tặng", "Người nhận"]
    assert page.is_checked("#options-0-right")
    page.locator("[data-add]").click()
    assert page.evaluate("document.activeElement.id") == "options-4-text"
    page.locator("button[value='remove-0@options']").click()
    assert page.input_value("#options-0-text") == "Người nhận"
    assert page.locator("[data-row] legend").all_inner_texts()[-1] == "Phương án 4"
    page.fill("#prompt", "Ai nộp lại quà?")
    page.check("#options-0-right")
    page.fill("#options-1-text", "Người khác")
    page.locator("main").get_by_role("button", name="Lưu bản nháp").last.click()
    page.wait_for_url("**/manage/questions/*")
    assert page.input_value("#options-0-text") == "Người nhận"


def test_the_same_works_without_javascript(page_without_js, desk, enter):
    page = enter(page_without_js)
    page.goto(f"/manage/questions/{desk['question']}")
    first, second = (page.input_value(f"#options-{place}-text") for place in (0, 1))
    page.fill("#prompt", "Đã gõ nhưng chưa lưu")
    page.locator("button[value='down-0@options']").click()
    assert [page.input_value(f"#options-{place}-text") for place in (0, 1)] == [second, first]
    assert page.input_value("#prompt") == "Đã gõ nhưng chưa lưu"
    page.fill("#topic", "N19")
    page.press("#topic", "Enter")
    page.wait_for_load_state()
    assert page.locator(".nep-error-summary").count() == 0
    assert [page.input_value(f"#options-{place}-text") for place in (0, 1)] == [second, first]


def test_groups_follow_their_names_and_rows_move_inside_a_part(page, desk, enter):
    enter(page)
    page.goto(f"/manage/banks/{desk['bank']}/questions/new?kind=categorise")
    page.fill("#targets-0-text", "Bốn xin")
    page.fill("#targets-1-text", "Bốn luôn")
    page.select_option("#rows-0-target", label="Bốn luôn")
    page.fill("#targets-1-text", "4 luôn")
    page.locator("button[value='up-1@targets']").click()
    assert page.locator("#rows-0-target option:checked").inner_text() == "4 luôn"
    page.locator("[data-add=targets]").click()
    page.fill("#targets-2-text", "Khác")
    page.select_option("#rows-1-target", label="Khác")
    page.fill("#prompt", "Xếp vào nhóm")
    for place, text in enumerate(("Mỉm cười", "Im lặng")):
        page.fill(f"#rows-{place}-text", text)
    page.locator("main").get_by_role("button", name="Lưu bản nháp").last.click()
    page.wait_for_url("**/manage/questions/*")
    assert [page.input_value(f"#rows-{place}-target") for place in (0, 1)] == ["=4 luôn", "=Khác"]
    page.goto(f"/manage/banks/{desk['bank']}/questions/new?kind=case_study")
    for kind in ("ordering", "single_choice"):
        page.select_option("#new_part", kind)
        page.get_by_role("button", name="Thêm phần").click()
        page.locator(f"input[name$=kind][value={kind}]").first.wait_for(state="attached")
    page.fill("#parts-0-items-0-text", "Báo cáo")
    page.fill("#parts-1-options-1-text", "Đúng")
    page.check("#parts-1-options-1-right")
    page.locator("button[value='down-0@parts']").click()
    page.locator("button[value='down-0@parts-1-items']").click()
    page.locator("button[value='up-1@parts-0-options']").click()
    assert page.input_value("#parts-1-items-1-text") == "Báo cáo"
    assert page.input_value("#parts-0-options-0-text") == "Đúng"
    assert page.is_checked("#parts-0-options-0-right")


def test_pages_have_no_accessibility_violation_and_fit_a_phone(new_page, desk, enter, axe):
    for options in ({"color_scheme": "light"}, {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}}):
        page = enter(new_page(**options))
        bank, question, quiz = (f"{desk[name]}" for name in ("bank", "question", "quiz"))
        for path in (
            "/manage/banks", f"/manage/banks/{bank}", f"/manage/banks/{bank}/questions/new",
            f"/manage/banks/{bank}/questions/new?kind=categorise", f"/manage/questions/{desk['case']}",
            f"/manage/questions/{desk['case']}/preview", f"/manage/banks/{bank}/export",
            f"/manage/banks/{bank}/import", f"/manage/questions/{question}", f"/manage/questions/{question}/preview",
            f"/manage/questions/{question}/publish", f"/manage/questions/{question}/history", "/manage/quizzes",
            f"/manage/quizzes/{quiz}", f"/manage/quizzes/{quiz}/publish", f"/manage/quizzes/{quiz}/history",
        ):  # fmt: skip
            page.goto(path)
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
