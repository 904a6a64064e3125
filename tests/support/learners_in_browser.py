"""Learners in Chromium: each fills in the page of an attempt while something goes wrong, and it has to be well again.

A story is a function that takes a :class:`Desk` and returns the page in which everything is said to be saved.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Error, Locator, Page, expect
from sqlalchemy import update

from core import clock
from core.db import db, transaction
from people.models import Person, UserSession
from quizzes.kinds import Response, kind_of
from quizzes.models import Attempt
from tests.support.factories_people import PASSWORD
from tests.support.learners import Specs
from tests.support.live import LiveServer

#: The page itself tries again after 2 and 4 seconds.
PATIENCE_MS = 15_000
SAVED = re.compile(r"Đã lưu lúc \d\d:\d\d:\d\d")
#: How a question is filled in, in the way of a number; returns the fields that say the same.
Fill = Callable[[Locator, int], Mapping[str, Sequence[str]]]


def fill_choice(question: Locator, way: int) -> Mapping[str, Sequence[str]]:
    """Choose an option."""
    option = question.locator("input[type=radio]").nth(way)
    option.check()
    return {"chosen": [option.input_value()]}


def fill_choices(question: Locator, way: int) -> Mapping[str, Sequence[str]]:
    """Choose all options but one."""
    boxes = question.locator("input[type=checkbox]").all()
    for place, box in enumerate(boxes):
        box.set_checked(place != way)
    return {"chosen": [box.input_value() for place, box in enumerate(boxes) if place != way]}


def fill_line(question: Locator, way: int) -> Mapping[str, Sequence[str]]:
    """Write a line, and leave it."""
    text = f"Báo cáo & xin ý kiến lần {way}"
    line = question.locator("input[maxlength]")
    line.fill(text)
    line.blur()
    return {"text": [text]}


def fill_gap(question: Locator, way: int) -> Mapping[str, Sequence[str]]:
    """Choose from a list, where the first entry says nothing."""
    choice = question.locator("select")
    name = str(choice.get_attribute("name")).rpartition("-")[0]
    return {name: choice.select_option(index=way + 1)}


FILLS: Mapping[str, Fill] = {
    "single_choice": fill_choice,
    "multiple_choice": fill_choices,
    "short_answer": fill_line,
    "gaps": fill_gap,
}


@dataclass
class Desk:
    """A learner with an open attempt, and a browser of their own."""

    server: LiveServer
    context: BrowserContext
    person: Person
    attempt: Attempt
    specs: Specs
    #: What was typed last, by item.
    typed: dict[int, Response] = field(default_factory=dict)
    #: What no script caught.
    errors: list[str] = field(default_factory=list)

    def opened(self) -> Page:
        """Open the attempt in a new tab and wait for its script: it removes the button to save."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"/attempts/{self.attempt.id}")
        expect(page.locator("[data-save-button]")).to_have_count(0)
        return page

    def fill(self, page: Page, way: int) -> None:
        """Answer every question; another ``way`` (0 to 2) gives another answer to each."""
        for item, (kind, spec) in self.specs.items():
            fields = FILLS[kind](page.locator(f"[data-item='{item}']"), way)
            self.typed[item] = kind_of(kind).read(spec, fields)

    def loses_touch(self, page: Page) -> None:
        """Wait until the page says that everything waits."""
        expect(page.locator("[data-saved-text]")).to_have_text(f"Đang chờ mạng: {len(self.specs)} câu")

    def hand_in(self, page: Page) -> None:
        """Hand in by the buttons of the pages."""
        page.get_by_role("button", name="Nộp bài").click()
        expect(page).to_have_url(re.compile("/confirm$"))
        page.get_by_role("button", name="Nộp bài").click()
        expect(page).to_have_url(re.compile("/result$"))


def says_saved(page: Page) -> None:
    """Wait until the page says of everything that it is saved."""
    states = page.locator("[data-item-state]:not([hidden])")
    expect(states.filter(has_not_text=SAVED)).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("[data-saved-text]")).to_have_text(SAVED, timeout=PATIENCE_MS)


# ---- Stories ---------------------------------------------------------------------------------------------------------


def without_network(desk: Desk) -> Page:
    """Change every answer while the network is cut."""
    page = desk.opened()
    desk.fill(page, 0)
    says_saved(page)
    desk.context.set_offline(True)
    desk.fill(page, 1)
    desk.loses_touch(page)
    desk.context.set_offline(False)
    return page


def after_a_crash(desk: Desk) -> Page:
    """Lose the page with answers that were never sent, and open it anew: this device has kept them."""
    page = desk.opened()
    desk.fill(page, 0)
    says_saved(page)
    page.route("**/answers", lambda route: route.abort())
    desk.fill(page, 1)
    desk.loses_touch(page)
    with suppress(Error):
        page.goto("chrome://crash")
    return desk.opened()


def in_two_tabs(desk: Desk) -> Page:
    """Answer in one tab, then otherwise in another that knew nothing of it; decide for that one, go on in the first."""
    first, second = desk.opened(), desk.opened()
    desk.fill(first, 0)
    says_saved(first)
    desk.fill(second, 1)
    for item in desk.specs:
        second.locator(f"[data-item='{item}']").get_by_role("button", name="đang chọn ở đây").click()
    says_saved(second)
    first.get_by_role("button", name="Làm tiếp ở đây").click()
    expect(first.locator("input[maxlength]")).to_have_value(second.locator("input[maxlength]").input_value())
    return first


def signed_out(desk: Desk) -> Page:
    """Change every answer when the server has ended the session, and sign in again without leaving the page."""
    page = desk.opened()
    desk.fill(page, 0)
    says_saved(page)
    with transaction():
        mine = UserSession.person_id == desk.person.id
        db.session.execute(update(UserSession).where(mine).values(ended_at=clock.now()))
    desk.fill(page, 1)
    page.get_by_role("button", name="Đăng nhập lại").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=name]").fill(desk.person.staff_code)
    dialog.get_by_label("Mật khẩu").fill(PASSWORD)
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(dialog).to_be_hidden()
    return page


STORIES = (without_network, after_a_crash, in_two_tabs, signed_out)
