"""Attempts under review: the list with its filters and file, and one attempt with everything that happened to it."""

from datetime import timedelta

import pytest

from core.db import db, transaction
from people.access import Role
from people.models import Unit
from quizzes import marking_services
from quizzes.models import AttemptStep
from tests.support.factories_attempts import begin, give, hand_in, items_of, keys_of, standing_above
from tests.support.factories_marking import hand_in_essay, make_essay_quiz, make_marker, mark
from tests.support.factories_people import actor_of, make_person, make_unit, sign_in
from tests.support.queries import count_queries


@pytest.fixture
def quiz(app, session, at):
    with standing_above(app):
        yield make_essay_quiz(unit=make_unit("Sở Nội vụ"))


@pytest.fixture
def office(quiz):
    return db.session.get_one(Unit, quiz.unit_id)


@pytest.fixture
def trainer(quiz, client):
    person = make_marker(quiz)
    sign_in(client, person)
    return person


def rows_of(page):
    return [row.text for row in page.all("tr") if row.is_inside("tbody")]


def test_the_list_finds_attempts_and_sends_them_as_a_file(client, quiz, office, trainer, at):
    bình, đạt = make_person("Lê Thị Bình", unit=office), make_person("=Đỗ Văn Đạt", unit=office)
    _attempt, essay = hand_in_essay(quiz, bình)
    hand_in_essay(quiz, đạt)
    begin(quiz, bình)
    mark(essay, trainer, 40, 20, 7)
    address = f"/manage/quizzes/{quiz.id}/attempts"
    with count_queries() as queries:
        assert len(rows_of(client.page(address))) == 3
    assert len(queries) <= 9, queries
    for asked, found in {
        "?q=binh": 2, "?q=Đạt&state=waiting": 1, "?state=passed": 1, "?state=open": 1, "?score_from=8,4": 0,
        "?score_from=8,3&score_to=8,35": 1, "?version=1": 3, "?day_to=19/11/2026": 0, "?day_from=20/11/2026": 3,
    }.items():  # fmt: skip
        assert len(rows_of(client.page(address + asked))) == found, asked
    assert "Kiểm tra" in client.page(f"{address}?day_from=32/13/2026&score_to=mười&state=nothing&version=x").text
    header, *lines = client.get(f"{address}.csv?state=waiting").get_data(as_text=True).splitlines()
    assert header.startswith("\ufeffTT;")
    assert [line.split(";")[2] for line in lines] == ["'=Đỗ Văn Đạt"]


def test_people_and_quizzes_of_other_units_are_not_shown(client, quiz, office, trainer):
    stranger, left = make_person("Trần Văn Lạ", unit=make_unit("Sở Khác")), make_person("Vũ Thị Cũ", unit=office)
    attempt, _essay = hand_in_essay(quiz, stranger)
    mine, _essay = hand_in_essay(quiz, left)
    assert "Trần Văn Lạ" not in client.page(f"/manage/quizzes/{quiz.id}/attempts").text
    client.page(f"/manage/quizzes/attempts/{attempt.id}", status=404)
    client.page(f"/manage/quizzes/attempts/{begin(quiz, left).id}", status=404)
    sign_in(client, make_person(unit=make_unit(), roles=[Role.INSPECTOR]))
    client.page(f"/manage/quizzes/{quiz.id}/attempts", status=404)
    client.page(f"/manage/quizzes/attempts/{mine.id}", status=404)


def test_an_attempt_tells_all_that_happened_to_it(client, quiz, office, trainer, at):
    learner = make_person("Lê Thị Bình", unit=office)
    attempt = begin(quiz, learner, at - timedelta(minutes=12, seconds=5))
    single = items_of(attempt)[1]
    give(attempt, learner, {single.id: keys_of(single, right=False)[:1]}, at - timedelta(minutes=1))
    hand_in(attempt, learner, at)
    db.session.add(
        AttemptStep(
            item_id=single.id, number=3, action="regrade", by_id=trainer.id, at=at, mark=100,
            question_version_id=single.question_version_id, reason="Đáp án cũ sai",
        )
    )  # fmt: skip
    page = client.page(f"/manage/quizzes/attempts/{attempt.id}")
    essay, choice = (" ".join(rows_of(table)) for table in page.all("table"))
    assert "12 phút 05 giây" in page.text
    assert "Chấm theo quy tắc của câu hỏi 0" in essay
    for words in (
        "Lưu câu trả lời",
        "Chấm theo quy tắc của câu hỏi 0",
        "Điều chỉnh điểm 1",
        trainer.full_name,
        "Đáp án cũ sai",
    ):
        assert words in choice
    assert "Bình" not in choice.replace("Lưu câu trả lời – Lê Thị Bình", "")


def test_the_review_does_not_tell_a_second_marker_the_first_mark(client, quiz, office, trainer, at):
    attempt, essay = hand_in_essay(quiz, make_person("Lê Thị Bình", unit=office))
    mark(essay, trainer, 40, 20, 7, comment="Bài tốt.")
    with transaction():
        marking_services.ask_second(essay, "Đối chiếu", by=actor_of(trainer), at=at)
    assert "8,35" in client.page(f"/manage/quizzes/attempts/{attempt.id}").text
    sign_in(client, make_marker(quiz, "Vũ Văn Hai"))
    assert "8,35" not in client.page(f"/manage/quizzes/{quiz.id}/attempts").text
    page = client.page(f"/manage/quizzes/attempts/{attempt.id}")
    for telling in ("8,35", "0,67", "1,67", "Bài tốt."):
        assert telling not in page.text
