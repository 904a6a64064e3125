"""The editor of a quiz's rules in a browser: the questions of a section are counted while it is being written."""

from playwright.sync_api import expect

from core.db import db
from people.access import Role
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_quizzes import make_bank, make_question, make_quiz


def test_questions_are_counted_while_a_section_is_written(live, phone, axe):
    with live.app.app_context():
        unit = make_unit("Phòng Khảo thí")
        person = make_person("Trần Văn Bình", unit=unit, roles=[Role.TRAINER])
        bank = make_bank("Ngân hàng của người soạn bài kiểm tra", unit)
        for topic, difficulty in (("N4", "easy"), ("N19", "hard"), ("N4, N19", "hard")):
            make_question(bank, prompt=f"Câu {topic}?", topic=topic, difficulty=difficulty)
        address = f"/manage/quizzes/{make_quiz([bank], slug='dem-cau-hoi').id}"
        client = live.app.test_client()
        sign_in(client, person)
        cookie = client.get_cookie("nep_session")
        db.session.remove()
    assert cookie is not None
    phone.context.add_cookies([{"name": "nep_session", "value": cookie.value, "url": live.url}])
    phone.goto(address)
    counts = phone.locator("[data-there]")
    expect(counts).to_have_text("Có 3 câu hỏi đã công bố.")
    phone.select_option("#sections-0-topic", "N19")
    expect(counts).to_have_text("Có 2 câu hỏi đã công bố.")
    phone.select_option("#sections-0-difficulty", "easy")
    expect(counts).to_have_text("Có 0 câu hỏi đã công bố.")
    phone.locator("[data-add]").click()
    expect(counts.nth(1)).to_have_text("Có 3 câu hỏi đã công bố.")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(phone)
