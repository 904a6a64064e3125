"""What is still on the device when an attempt is handed in, or has ended without it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.factories_attempts import give, hand_in, items_of, standing_above
from tests.support.live import LiveServer
from tests.support.sitting import Sitting, sit


@pytest.fixture
def sitting(live: LiveServer) -> Iterator[Sitting]:
    """Begin an attempt that counts, two questions on each page."""
    with live.app.app_context(), standing_above(live.app):
        yield sit(live, preview=False, per_page=2, show_key="never")


def option(page: Page, question: int, place: int):
    return page.locator(f"#question-{question} .nep-option").nth(place)


def answer_that_is_not_sent(sitting: Sitting, page: Page, question: int, place: int) -> Page:
    """Choose an option without a network, close the window, and return another one of the same browser."""
    sitting.open(page)
    page.context.set_offline(True)
    option(page, question, place).click()
    expect(page.locator("[data-saved-text]")).to_have_text("Đang chờ mạng: 1 câu")
    fresh = page.context.new_page()
    page.close()
    fresh.context.set_offline(False)
    return fresh


def test_the_result_tells_what_never_arrived_and_makes_a_file_of_it(sitting, page, axe, tmp_path):
    page = answer_that_is_not_sent(sitting, page, 1, 1)
    hand_in(sitting.attempt, sitting.person)
    page.goto(sitting.path)
    left = page.locator("[data-left]")
    expect(left).to_contain_text("Trên máy này còn 1 câu trả lời chưa gửi được")
    expect(left.get_by_role("listitem")).to_have_text(["Câu 1"])
    axe(page)
    with page.expect_download() as download:
        left.get_by_role("button", name="Tải tệp bài làm").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    left.get_by_role("link", name="Nộp tệp bài làm").click()
    page.get_by_label("Tệp bài làm").set_input_files(file)
    page.get_by_role("button", name="Nộp tệp").click()
    expect(page.locator("main")).to_contain_text("giảng viên sẽ quyết định về tệp này")
    left.get_by_text("Xóa khỏi máy này", exact=True).click()
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Xóa").click()
    expect(left).to_be_hidden()
    page.reload(wait_until="networkidle")
    expect(left).to_be_hidden()


def test_what_the_system_has_after_all_is_not_told(sitting, page):
    item = items_of(sitting.attempt)[0]
    page = answer_that_is_not_sent(sitting, page, 1, 1)
    give(sitting.attempt, sitting.person, {item.id: [item.option_order[1]]})
    hand_in(sitting.attempt, sitting.person)
    with page.expect_response("**/answers") as asked:
        page.goto(sitting.path)
    assert asked.value.status == 409
    page.reload(wait_until="networkidle")
    expect(page.locator("[data-left]")).to_be_hidden()


def test_a_decision_on_another_page_holds_up_handing_in(sitting, page, axe):
    item = items_of(sitting.attempt)[0]
    page = answer_that_is_not_sent(sitting, page, 1, 1)
    give(sitting.attempt, sitting.person, {item.id: [item.option_order[0]]})
    page.goto(f"{sitting.path}?page=2")
    contested = page.locator("[data-notice^=contested]")
    expect(contested).to_contain_text("Câu 1")
    page.get_by_role("button", name="Nộp bài").click()
    expect(page.locator("[data-notice=notSubmitted]")).to_contain_text("Chưa nộp bài")
    page.goto(f"{sitting.path}/confirm")
    page.get_by_role("button", name="Nộp bài", exact=True).click()
    left = page.locator("[data-left]")
    expect(left).to_be_focused()
    axe(page)
    left.get_by_role("link", name="Câu 1").click()
    page.get_by_role("button", name="đang chọn ở đây").click()
    expect(page.locator("[data-saved-text]")).to_contain_text("Đã lưu")
    assert sitting.stored()[0] == [item.option_order[1]]
    page.goto(f"{sitting.path}/confirm")
    page.get_by_role("button", name="Nộp bài", exact=True).click()
    expect(page).to_have_url(re.compile(r"/result$"))
