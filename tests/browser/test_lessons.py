"""Reading and writing lessons in Chromium: light on a phone's line, resumed where left, harmless whatever was typed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.db import db
from lessons.models import Course, Lesson, LessonReading
from people.access import Role
from people.models import Person
from tests.support.factories_lessons import DRAFT, make_course, make_lesson, make_module, publish
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.live import LiveServer

LONG = "\n\n".join(f"## Phần {part}\n\n" + "Chị Hòa chào bà Lụa trước khi cầm hồ sơ. " * 20 for part in range(1, 9))
#: What a lesson may weigh on a first visit, everything counted, in bytes on the line.
MOST_BYTES = 100_000
HOSTILE = """
<script>alert(1)</script><img alt=x src=x onerror=alert(2)><svg onload=alert(3)><details open ontoggle=alert(4)>
<a href="javascript:alert(5)">nhấn</a><a href="java&#x0A;script:alert(6)">nhấn</a>
<iframe srcdoc="<script>alert(7)</script>"></iframe>
<math><mtext><table><mglyph><style><img alt=x src=x onerror=alert(8)></style></mglyph></table></mtext></math>
<form action="https://elsewhere.example"><button formaction="javascript:alert(9)">Gửi</button></form>
<p style="background:url(https://elsewhere.example/p)">chữ</p><img src="https://elsewhere.example/p.png" alt="x">
<noscript><p title="</noscript><img alt=x src=x onerror=alert(10)>"></noscript><base href="https://elsewhere.example/">
"""


@dataclass
class Reader:
    """A person with two published lessons on the live server."""

    live: LiveServer
    person: Person
    trainer: Person
    course: Course
    lessons: list[Lesson]

    def open(self, page: Page, path: str, *, who: Person | None = None) -> Page:
        """Sign the browser in and open a page."""
        client = self.live.app.test_client()
        sign_in(client, who or self.person)
        cookie = client.get_cookie("nep_session")
        assert cookie is not None
        page.context.add_cookies([{"name": "nep_session", "value": cookie.value, "url": self.live.url}])
        page.goto(path)
        return page

    @property
    def path(self) -> str:
        """Return the address of the first lesson."""
        return f"/lessons/{self.lessons[0].id}"


@pytest.fixture
def reader(live: LiveServer) -> Iterator[Reader]:
    with live.app.app_context():
        unit = make_unit()
        course = make_course(unit)
        module = make_module(course)
        lessons = [make_lesson(module, draft=replace(DRAFT, text=LONG)) for _ in range(2)]
        lessons.append(make_lesson(module, "Bài lạ", draft=replace(DRAFT, text=HOSTILE, text_format="html")))
        publish(course)
        trainer = make_person("Trần Thị Giảng", unit=unit, roles=[Role.TRAINER])
        yield Reader(live, make_person(unit=unit), trainer, course, lessons)


def position(reader: Reader) -> int | None:
    db.session.rollback()
    return db.session.scalar(select(LessonReading.position).where(LessonReading.person_id == reader.person.id))


def test_a_lesson_is_light_on_a_first_visit(reader, phone):
    session = phone.context.new_cdp_session(phone)
    session.send("Network.enable")
    weights: list[float] = []
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    reader.open(phone, reader.path)
    phone.wait_for_load_state("networkidle")
    assert len(weights) > 5
    assert sum(weights) < MOST_BYTES


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_and_fit_a_phone(reader, new_page, axe, theme):
    page = new_page(viewport={"width": 360, "height": 740}, color_scheme=theme)
    slug = reader.course.slug
    for path in ("/courses", f"/courses/{slug}", reader.path):
        reader.open(page, path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_reading_is_resumed_where_it_was_left(reader, page):
    reader.open(page, reader.path)
    page.locator("#part-5").scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, document.querySelector('#part-5').offsetTop)")
    page.wait_for_timeout(200)
    page.goto("/courses")
    page.wait_for_timeout(500)
    left = position(reader)
    assert left is not None
    assert 400 < left < 700
    page.goto(reader.path)
    link = page.locator("[data-resume]")
    expect(link).to_contain_text("Phần")
    link.click()
    expect(page.locator("#part-5")).to_be_in_viewport()
    expect(link).to_have_count(0)


def test_a_lesson_is_read_without_javascript(reader, page_without_js):
    page = reader.open(page_without_js, reader.path)
    page.get_by_role("button", name="Tôi đã đọc xong, sang bài sau").click()
    assert page.url.endswith(f"/lessons/{reader.lessons[1].id}")
    page.goto(reader.path)
    expect(page.get_by_text("Đã đọc lúc")).to_have_count(1)


def test_a_hostile_lesson_does_nothing(reader, page):
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    reader.open(page, f"/lessons/{reader.lessons[2].id}")
    for link in page.locator(".reading a, .reading button").all():
        link.click(timeout=2000)
    page.wait_for_timeout(300)
    assert dialogs == []
    assert page.url.startswith(reader.live.url)


def test_the_preview_follows_the_pen(reader, page, axe):
    reader.open(page, f"/manage/lessons/{reader.lessons[0].id}", who=reader.trainer)
    page.locator("textarea[name=text]").fill("## Đề mục mới\n\n<img src=x onerror=alert(1)>")
    expect(page.locator("[data-preview] h2[id=part-1]")).to_have_text("Đề mục mới")
    assert page.locator("[data-preview] img").count() == 0
    axe(page)
    page.get_by_role("button", name="Lưu bản nháp").click()
    expect(page.get_by_text("Đã lưu bản nháp.")).to_be_visible()


def test_the_desk_is_accessible(reader, new_page, axe):
    page = new_page(viewport={"width": 360, "height": 740})
    for path in ("/manage", f"/manage/courses/{reader.course.id}", "/manage/sources/new", "/manage/media"):
        reader.open(page, path, who=reader.trainer)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
