"""Learners read: pages, progress, and what a hand-made request may not do."""

import pytest
from sqlalchemy import func, select

from core.db import db
from lessons.models import LessonReading
from lessons.outline_queries import course_outline
from tests.support.factories_lessons import make_course, make_lesson, make_module, make_published_course, publish
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.forms import form_of
from tests.support.queries import count_queries


@pytest.fixture
def version(session, at):
    return make_published_course(make_unit("Sở Nội vụ"), lessons=3, title="Văn hóa công sở", slug="van-hoa")


@pytest.fixture
def lesson_ids(version):
    return course_outline(version.id).lesson_ids


@pytest.fixture
def reader(client, version):
    person = make_person("Lê Văn Học", unit=make_unit())
    sign_in(client, person)
    return person


def rows():
    return db.session.scalars(select(LessonReading).order_by(LessonReading.lesson_id)).all()


def links(page):
    return [link.get("href") for link in page.one("main").all("a")]


@pytest.mark.parametrize("path", ["/courses", "/courses/van-hoa", "/lessons/1", "/media/1"])
def test_a_visitor_is_sent_to_sign_in(client, version, path):
    response = client.get(path)
    assert response.status_code == 302
    assert "/sign-in" in response.headers["Location"]


def test_a_course_leads_to_the_first_lesson_that_is_not_read(client, reader, lesson_ids):
    assert f"/lessons/{lesson_ids[0]}" in links(client.page("/courses/van-hoa"))
    client.page(f"/lessons/{lesson_ids[0]}")
    response = client.submit(f"/lessons/{lesson_ids[0]}", action=f"/lessons/{lesson_ids[0]}/read")
    assert response.request.path == f"/lessons/{lesson_ids[1]}"
    main = client.page("/courses/van-hoa").one("main")
    assert main.one("progress").get("value") == "1"
    assert main.all("a", class_="btn btn-primary")[0]["href"] == f"/lessons/{lesson_ids[1]}"
    assert client.page("/courses").one("main").one("progress").get("value") == "1"


def test_reading_the_last_lesson_leads_back_to_the_course(client, reader, lesson_ids):
    for lesson_id in lesson_ids:
        response = client.submit(f"/lessons/{lesson_id}", action=f"/lessons/{lesson_id}/read")
    assert response.request.path == "/courses/van-hoa"
    assert "đã đọc hết" in response.text
    assert [row.read_at is not None for row in rows()] == [True] * 3


def test_opening_again_writes_nothing(client, reader, lesson_ids):
    client.page(f"/lessons/{lesson_ids[0]}")
    with count_queries() as asked:
        client.page(f"/lessons/{lesson_ids[0]}")
    assert not [statement for statement in asked if statement.startswith(("INSERT", "UPDATE"))]
    assert len(rows()) == 1


def test_sending_read_twice_is_harmless(client, reader, lesson_ids):
    form = form_of(client.page(f"/lessons/{lesson_ids[0]}"), f"/lessons/{lesson_ids[0]}/read")
    for _ in range(2):
        assert client.post(form.action, data=form.values).status_code == 303
    assert len(rows()) == 1


def test_a_lesson_that_was_not_opened_can_not_be_marked(client, reader, lesson_ids):
    token = form_of(client.page(f"/lessons/{lesson_ids[0]}"), f"/lessons/{lesson_ids[0]}/read").values
    response = client.post(f"/lessons/{lesson_ids[1]}/read", data=token)
    assert response.status_code == 422
    assert [row.lesson_id for row in rows()] == [lesson_ids[0]]


def test_without_the_token_nothing_is_marked(client, reader, lesson_ids):
    client.page(f"/lessons/{lesson_ids[0]}")
    assert client.post(f"/lessons/{lesson_ids[0]}/read").status_code == 400
    assert client.post(f"/lessons/{lesson_ids[0]}/position", data={"position": "5"}).status_code == 400
    assert rows()[0].read_at is None


@pytest.mark.parametrize(("sent", "kept"), [("350", 350), ("9999", 1000), ("-1", 0), ("1e3", 0), ("", 0), ("٣", 0)])
def test_the_place_is_kept_and_offered(client, reader, lesson_ids, sent, kept):
    path = f"/lessons/{lesson_ids[0]}"
    token = form_of(client.page(path), f"{path}/read").values
    assert client.post(f"{path}/position", data={**token, "position": sent}).status_code == 204
    assert rows()[0].position == kept
    offers = [link for link in client.page(path).all("a") if "data-resume" in link.attributes]
    assert [link["href"] for link in offers] == (["#part-1"] if kept == 350 else [])


def test_what_is_not_published_is_not_there(client, reader):
    lesson = make_lesson(make_module(make_course(make_unit(), slug="nhap")))
    for path in ("/courses/nhap", f"/lessons/{lesson.id}", "/lessons/99999", "/courses/khong-co", "/media/9"):
        client.page(path, status=404)
    assert rows() == []


@pytest.mark.parametrize("lessons", [1, 8])
def test_pages_ask_a_constant_number_of_questions(client, session, at, lessons):
    version = make_published_course(make_unit(), lessons=lessons, slug="dem")
    lesson_id = course_outline(version.id).lesson_ids[0]
    sign_in(client, make_person(unit=make_unit()))
    client.page(f"/lessons/{lesson_id}")
    for path, most in ((f"/lessons/{lesson_id}", 9), ("/courses/dem", 9), ("/courses", 4)):
        with count_queries() as asked:
            client.page(path)
        assert len(asked) <= most, (path, asked)


def test_the_newest_version_is_read_by_who_owes_none(client, reader):
    course = make_course(make_unit(), slug="moi")
    module = make_module(course)
    make_lesson(module, "Bài cũ")
    publish(course)
    make_lesson(module, "Bài thêm sau")
    assert "Bài thêm sau" not in client.page("/courses/moi").text
    publish(course)
    assert "Bài thêm sau" in client.page("/courses/moi").text


def test_readers_do_not_write_over_each_other(client, reader, lesson_ids):
    path = f"/lessons/{lesson_ids[0]}"
    client.submit(path, action=f"{path}/read", follow_redirects=False)
    sign_in(client, make_person("Trần Thị Khác", unit=make_unit()))
    assert form_of(client.page(path), f"{path}/read").values
    assert db.session.scalar(select(func.count()).select_from(LessonReading)) == 2
