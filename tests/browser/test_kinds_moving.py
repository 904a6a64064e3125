"""Matching, ordering and sorting in Chromium: by buttons, by dragging, by selects alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from core.db import db
from people.access import Role
from people.models import Unit
from tests.support.factories_attempts import begin, standing_above
from tests.support.factories_people import make_person
from tests.support.factories_quizzes import make_bank, make_question, make_quiz
from tests.support.live import LiveServer
from tests.support.questions import CONTENT
from tests.support.sitting import Sitting


@pytest.fixture
def sitting(live: LiveServer, request: pytest.FixtureRequest) -> Iterator[Sitting]:
    """Begin an attempt of a trainer, so that the live server asks no package above for an occasion."""
    slug = re.sub(r"[^a-z]+", "-", request.node.name.lower()).strip("-")
    with live.app.app_context(), standing_above(live.app):
        bank = make_bank(f"Ngân hàng {slug}")
        for kind, prompt in (
            ("ordering", "Sắp xếp các bước khi không từ chối được quà tặng."),
            ("categorise", "Xếp các việc vào “bốn xin” và “bốn luôn”."),
            ("matching", "Ghép tình huống với cách ứng xử đúng."),
        ):
            make_question(bank, kind=kind, prompt=prompt, content=CONTENT[kind])
        quiz = make_quiz([bank], slug=slug)
        unit = db.session.get_one(Unit, quiz.unit_id)
        person = make_person(unit=unit, roles=[Role.TRAINER])
        yield Sitting(live, person, begin(quiz, person, preview=True))


def question(page: Page, kind: str) -> Locator:
    """Return the question of a kind: the order in which an attempt shows them is drawn."""
    return page.locator(f"fieldset:has([name^={kind}_])")


def saved(page: Page) -> None:
    expect(page.locator("[data-saved-text]")).to_have_text(re.compile(r"Đã lưu lúc \d\d:\d\d:\d\d"))


def drag(page: Page, line: Locator, onto: Locator, *, below: bool = False) -> None:
    """Drag a line by its text onto the middle, or just below the middle, of something else."""
    line.locator(".nep-row-text").hover()
    page.mouse.down()
    box = onto.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + (3 if below else 0), steps=4)
    page.mouse.up()


def test_lines_are_moved_by_buttons_and_by_dragging(sitting, new_page, axe):
    page = new_page(viewport={"width": 1280, "height": 2400})
    sitting.open(page)
    steps = question(page, "rank")
    lines, places = steps.locator("[data-row]"), steps.locator("[data-place]")
    texts = [text.strip() for text in lines.locator(".nep-row-text").all_inner_texts()]
    expect(places).to_have_text(["–"] * 4)
    expect(steps.get_by_role("button", name="Trả lời theo thứ tự này")).to_be_visible()

    up = steps.get_by_role("button", name=f"Chuyển lên: {texts[2]}")
    up.press("Enter")
    expect(up).to_be_focused()
    expect(steps.get_by_role("status")).to_have_text("Vị trí 2 trên 4")
    expect(places).to_have_text(["1", "2", "3", "4"])
    expect(lines.locator(".nep-row-text")).to_have_text([texts[0], texts[2], texts[1], texts[3]])
    expect(steps.get_by_role("button", name="Trả lời theo thứ tự này")).to_be_hidden()
    drag(page, lines.nth(0), lines.nth(3), below=True)
    ordered = [texts[2], texts[1], texts[3], texts[0]]
    expect(lines.locator(".nep-row-text")).to_have_text(ordered)

    boxes = question(page, "place")
    first_box, second_box = boxes.locator(".nep-box").all()
    smile = boxes.locator("[data-row]", has_text="Mỉm cười")
    drag(page, smile, first_box)
    expect(first_box.locator("[data-row]")).to_contain_text(["Mỉm cười"])
    expect(smile.get_by_role("combobox")).to_have_value(first_box.get_attribute("data-drop") or "")
    smile.get_by_role("combobox").select_option("Bốn luôn")
    expect(second_box.locator("[data-row]")).to_contain_text(["Mỉm cười"])
    drag(page, smile, boxes.locator(".nep-pool"))
    expect(boxes.locator(".nep-pool [data-row]")).to_have_count(5)
    boxes.get_by_label("Chào").select_option("Bốn xin")
    saved(page)
    axe(page)

    page.reload()
    expect(lines.locator(".nep-row-text")).to_have_text(ordered)
    expect(boxes.locator(".nep-box").first.locator("[data-row]")).to_contain_text(["Chào"])
    steps.evaluate("""fieldset => {
      for (const [place, select] of fieldset.querySelectorAll("select").entries()) select.value = 4 - place;
      fieldset.dispatchEvent(new CustomEvent("nep:filled"));
    }""")
    expect(lines.locator(".nep-row-text")).to_have_text(ordered[::-1])


def test_selects_alone_keep_what_was_chosen(sitting, page_without_js):
    page = page_without_js
    sitting.open(page)
    ranks = question(page, "rank").get_by_role("combobox")
    for place in (0, 2):
        ranks.nth(place).select_option("2")
    question(page, "place").get_by_label("Cảm ơn").select_option("Bốn xin")
    question(page, "pair").get_by_label("Phong bì").select_option("Im lặng cho qua")
    page.get_by_role("button", name="Lưu và làm tiếp").click()
    assert [ranks.nth(place).input_value() for place in range(4)] == ["2", "", "2", ""]
    expect(question(page, "pair").locator("option:checked")).to_contain_text(
        ["– Chọn –", "Im lặng cho qua", "– Chọn –"]
    )
    expect(page.locator("[data-row], .nep-row").locator("option:checked", has_text="Bốn xin")).to_have_count(1)
