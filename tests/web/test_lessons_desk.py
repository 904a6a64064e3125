"""Trainers write in the browser; nothing typed is lost, and nobody gets into another unit's courses."""

import pytest
from sqlalchemy import func, select

from core.db import db
from lessons.models import Course, CourseVersion, Lesson, LessonReading, LessonVersion, Module
from people.access import Role
from tests.support.factories_lessons import (
    TEXT,
    change_lesson,
    make_course,
    make_lesson,
    make_module,
    make_source,
    publish,
)
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.forms import form_of
from tests.support.html import parse
from tests.support.queries import count_queries


@pytest.fixture
def unit(session, at):
    return make_unit("Sở Nội vụ")


@pytest.fixture
def trainer(client, unit):
    person = make_person("Trần Thị Giảng", unit=unit, roles=[Role.TRAINER])
    sign_in(client, person)
    return person


@pytest.fixture
def lesson(unit):
    return make_lesson(make_module(make_course(unit, "Văn hóa công sở", slug="van-hoa")))


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def newest():
    return db.session.scalars(select(LessonVersion).order_by(LessonVersion.number.desc())).first()


def write(client, lesson, wish="save", **values):
    form = form_of(client.page(f"/manage/lessons/{lesson.id}"), form_id="editor")
    return client.post(form.action, data={**form.values, "wish": wish, **values}, follow_redirects=True)


def test_a_course_is_made_written_and_published_in_the_browser(client, trainer, unit):
    assert "Tạo khóa học" in client.page("/manage").text
    client.submit("/manage/courses/new", title="Ứng xử nơi công sở", hours="4")
    course = db.session.scalars(select(Course)).one()
    assert course.slug == "ung-xu-noi-cong-so"
    client.submit(f"/manage/courses/{course.id}/modules/new", title="Giao tiếp", code="M1")
    module = db.session.scalars(select(Module)).one()
    response = client.submit(f"/manage/modules/{module.id}/lessons/new", title="Lời chào", code="1.1")
    lesson = db.session.scalars(select(Lesson)).one()
    assert response.request.path == f"/manage/lessons/{lesson.id}"
    make_source("nd-59-2019")
    more = {"sources-0-code": "nd-59-2019", "sources-0-place": "Điều 26", "topics": "N24, N10"}
    response = write(client, lesson, "publish", text=TEXT, minutes="7", **more)
    assert "Đã công bố phiên bản 1" in response.text
    publishing = f"/manage/courses/{course.id}/publish"
    assert "Đã công bố phiên bản 1" in client.submit(f"/manage/courses/{course.id}", action=publishing).text
    assert "Không có gì thay đổi" in client.submit(f"/manage/courses/{course.id}", action=publishing).text
    assert count(CourseVersion) == 1
    page = client.page(f"/lessons/{lesson.id}")
    assert "bà Lụa" in page.text
    assert "Điều 26" in page.text
    assert newest().topics == ["N24", "N10"]


@pytest.mark.parametrize(
    "path",
    [
        "/manage/courses/{course}",
        "/manage/courses/{course}/edit",
        "/manage/courses/{course}/package",
        "/manage/courses/{course}/modules/new",
        "/manage/modules/{module}",
        "/manage/modules/{module}/lessons/new",
        "/manage/lessons/{lesson}",
        "/manage/lessons/{lesson}/preview",
        "/manage/lessons/{lesson}/versions",
        "/manage/lessons/{lesson}/versions/1",
    ],
)
@pytest.mark.parametrize("role", [Role.TRAINER, Role.ADMINISTRATOR, None])
def test_another_unit_stays_outside(client, lesson, path, role):
    other = make_unit("Sở Khác")
    sign_in(client, make_person("Phạm Văn Lạ", unit=other, roles=[role] if role else []))
    module = db.session.get_one(Module, lesson.module_id)
    address = path.format(course=module.course_id, module=module.id, lesson=lesson.id)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/manage/courses/{course}/publish",
        "/manage/modules/{module}/move",
        "/manage/lessons/{lesson}",
        "/manage/lessons/{lesson}/render",
        "/manage/lessons/{lesson}/move",
        "/manage/lessons/{lesson}/retire",
        "/manage/lessons/{lesson}/restore",
        "/manage/lessons/{lesson}/discard",
    ],
)
def test_posts_to_another_unit_change_nothing(client, lesson, path):
    sign_in(client, make_person("Phạm Văn Lạ", unit=make_unit("Sở Khác"), roles=[Role.TRAINER]))
    token = form_of(client.page("/manage/courses/new")).values["csrf_token"]
    module = db.session.get_one(Module, lesson.module_id)
    address = path.format(course=module.course_id, module=module.id, lesson=lesson.id)
    assert client.post(address, data={"csrf_token": token, "title": "x", "minutes": "5"}).status_code == 403
    assert (count(LessonVersion), count(CourseVersion)) == (1, 0)


def test_a_course_in_another_units_name_is_refused(client, trainer):
    other = make_unit("Sở Khác")
    response = client.submit("/manage/courses/new", title="Khóa", hours="1", unit_id=str(other.id))
    assert response.status_code == 422
    assert count(Course) == 0


def test_a_stale_editor_loses_nothing_and_shows_both_texts(client, trainer, lesson):
    form = form_of(client.page(f"/manage/lessons/{lesson.id}"), form_id="editor")
    change_lesson(lesson, "Chữ của người kia", published=False)
    data = {**form.values, "text": "Chữ của tôi", "wish": "save"}
    response = client.post(form.action, data=data)
    assert response.status_code == 409
    assert "Chữ của tôi" in response.text
    assert "Chữ của người kia" in response.text
    assert newest().text == "Chữ của người kia"
    again = form_of(parse(response.text), form_id="editor")
    assert client.post(form.action, data={**again.values, "wish": "save"}).status_code == 303
    assert newest().text == "Chữ của tôi"


def test_the_same_form_twice_saves_once(client, trainer, lesson):
    form = form_of(client.page(f"/manage/lessons/{lesson.id}"), form_id="editor")
    data = {**form.values, "text": "Chữ mới", "wish": "save"}
    assert client.post(form.action, data=data).status_code == 303
    assert client.post(form.action, data=data).status_code == 409
    assert count(LessonVersion) == 2


def test_preview_saves_nothing_and_works_without_scripts(client, trainer, lesson):
    response = write(client, lesson, "preview", text="## Xem thử\n\n<script>alert(1)</script>")
    assert response.status_code == 200
    assert '<h2 id="part-1">Xem thử</h2>' in response.text
    assert "<script>alert" not in response.text
    assert count(LessonVersion) == 1
    form = form_of(client.page(f"/manage/lessons/{lesson.id}"), form_id="editor")
    answer = client.post(f"/manage/lessons/{lesson.id}/render", data={**form.values, "text": "**đậm**"})
    assert answer.json == {"html": "<p><strong>đậm</strong></p>\n"}


@pytest.mark.parametrize(
    "values", [{"title": ""}, {"minutes": "0"}, {"minutes": "năm"}, {"text": "x" * 100_001}, {"text_format": "word"}]
)
def test_a_wrong_field_keeps_what_was_typed(client, trainer, lesson, values):
    response = write(client, lesson, **{"text": "Chữ dài tôi đã soạn", **values})
    assert response.status_code == 422
    assert values.get("text", "Chữ dài tôi đã soạn") in response.text
    assert count(LessonVersion) == 1


def test_a_megabyte_of_text_is_refused(client, trainer, lesson):
    assert write(client, lesson, text="ă" * 1_000_000).status_code in {413, 422}
    assert count(LessonVersion) == 1


def test_publishing_says_what_is_missing(client, trainer, lesson):
    response = write(client, lesson, "publish", text="![](/media/1)")
    assert response.status_code == 422
    assert "mô tả thay thế" in response.text
    assert count(LessonVersion) == 1
    make_lesson(db.session.get_one(Module, lesson.module_id), "Bài còn dở", published=False)
    course_id = db.session.get_one(Module, lesson.module_id).course_id
    response = client.submit(f"/manage/courses/{course_id}", action=f"/manage/courses/{course_id}/publish")
    assert "Bài còn dở" in response.text
    assert count(CourseVersion) == 0


def test_history_shows_versions_and_their_differences(client, trainer, lesson):
    change_lesson(lesson, TEXT.replace("bà Lụa", "ông Mận"))
    assert "Phiên bản" in client.page(f"/manage/lessons/{lesson.id}/versions").text
    page = client.page(f"/manage/lessons/{lesson.id}/versions/2")
    assert ["ông Mận" in line.text for line in page.all("ins")] == [True]
    assert ["bà Lụa" in line.text for line in page.all("del")] == [True]
    client.page(f"/manage/lessons/{lesson.id}/versions/9", status=404)


def test_lessons_and_modules_are_ordered_by_buttons(client, trainer, lesson):
    module = db.session.get_one(Module, lesson.module_id)
    second = make_lesson(module, "Bài hai")
    path = f"/manage/courses/{module.course_id}"
    client.submit(path, action=f"/manage/lessons/{second.id}/move", direction="up")
    main = client.page(path).one("main").text
    assert main.index("Bài hai") < main.index("Lời chào")


def test_looking_as_a_trainer_records_nothing(client, trainer, lesson):
    change_lesson(lesson, "Bản nháp mới", published=False)
    assert "Bản nháp mới" in client.page(f"/manage/lessons/{lesson.id}/preview").text
    assert count(LessonReading) == 0


def test_a_course_is_downloaded_as_a_package(client, trainer, lesson):
    course_id = db.session.get_one(Module, lesson.module_id).course_id
    response = client.get(f"/manage/courses/{course_id}/package")
    assert response.mimetype == "application/zip"
    assert response.data[:2] == b"PK"
    assert 'filename="van-hoa.zip"' in response.headers["Content-Disposition"]


@pytest.mark.parametrize("number", [1, 6])
def test_desk_pages_ask_a_constant_number_of_questions(client, trainer, unit, number):
    for _ in range(number):
        course = make_course(unit)
        module = make_module(course)
        for _lesson in range(number):
            make_lesson(module)
        publish(course)
    course_id = course.id
    for path, most in (("/manage", 14), ("/manage/courses", 7), (f"/manage/courses/{course_id}", 9)):
        client.page(path)
        with count_queries() as asked:
            client.page(path)
        assert len(asked) <= most, (path, len(asked), asked)
