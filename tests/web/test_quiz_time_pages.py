"""The pages about time: who sits at a quiz, minutes given back, more time and attempts, the event log."""

from datetime import timedelta

import pytest

from core import clock
from core.db import db, transaction
from people.access import Role
from people.models import Unit
from quizzes import event_services
from quizzes.models import Attempt
from tests.support.factories_attempts import begin, give, items_of, make_small_quiz, right_answers, standing_above
from tests.support.factories_people import actor_of, make_person, make_unit, sign_in
from tests.support.queries import count_queries

MINUTE = timedelta(minutes=1)
PAGE = "a" * 24


@pytest.fixture
def quiz(app, session, at):
    with standing_above(app):
        yield make_small_quiz(attempts_allowed=1)


@pytest.fixture
def unit(quiz) -> Unit:
    return db.session.get_one(Unit, quiz.unit_id)


@pytest.fixture
def trainer(unit, client):
    person = make_person("Bùi Thị Giảng", unit=unit, roles=[Role.TRAINER])
    sign_in(client, person)
    return person


@pytest.fixture
def learner(unit):
    return make_person("Đỗ Văn Học", unit=make_unit("Phòng Một cửa", parent=unit))


def test_a_trainer_sees_who_sits_and_gives_minutes_back(client, quiz, trainer, learner, at):
    attempt = begin(quiz, learner)
    give(attempt, learner, {items_of(attempt)[0].id: right_answers(attempt)[items_of(attempt)[0].id]})
    path = f"/manage/quizzes/{quiz.id}"
    assert "Đang làm bài" in client.page("/manage/time").text
    row = client.page(f"{path}/sittings").one("tbody").text
    for words in ("Đỗ Văn Học", "Phòng Một cửa", "09:00:00", "09:30:00", "1/3"):
        assert words in row
    wrong = client.submit(f"{path}/minutes?attempt={attempt.id}", minutes="500", reason="")
    assert wrong.status_code == 422
    assert "từ 1 đến 240" in wrong.text
    done = client.submit(f"{path}/minutes?attempt={attempt.id}", minutes="10", reason="Mất mạng từ 09:10 đến 09:20")
    assert "Đã trả lại phút cho 1 lượt làm bài" in done.text
    assert "09:40:00" in client.page(f"{path}/sittings").one("tbody").text
    sign_in(client, learner)
    assert client.get(f"/attempts/{attempt.id}/state").get_json()["seconds_left"] == 40 * 60


def test_the_same_form_sent_twice_gives_once(client, quiz, trainer, learner, at):
    attempt_id, path = begin(quiz, learner).id, f"/manage/quizzes/{quiz.id}/minutes"
    assert "Đã trả lại phút" in client.submit(path, minutes="10", reason="Mất điện", batch=PAGE).text
    assert "không cộng hai lần" in client.submit(path, minutes="10", reason="Mất điện", batch=PAGE).text
    assert db.session.get_one(Attempt, attempt_id).due_at == at + 40 * MINUTE


def test_who_was_cut_short_is_allowed_another_attempt(client, quiz, trainer, learner, at):
    begin(quiz, learner, at - 60 * MINUTE)
    page = client.page(f"/manage/quizzes/{quiz.id}/sittings")
    link = next(one["href"] for one in page.all("a") if "Cho thêm một lượt" in one.text)
    assert "Đã cho thêm" in client.submit(link, reason="Mất điện lúc 08:15", action="").text
    assert "Đỗ Văn Học" in client.page(f"/manage/quizzes/{quiz.id}/allowances").one("tbody").text
    sign_in(client, learner)
    assert client.submit(f"/quizzes/{quiz.id}", action=f"/quizzes/{quiz.id}/start").status_code == 200
    sign_in(client, trainer)
    ended = client.submit(f"/manage/quizzes/{quiz.id}/allowances", action="/manage/allowances")
    assert "Đã kết thúc" in ended.text


def test_an_accommodation_is_given_and_ended(client, quiz, trainer, learner, at):
    path, wrong = "/manage/accommodations", {"staff_code": "KHONGCO", "extra_percent": "50", "reason": "Thị lực"}
    assert "Không có ai mang mã này" in client.submit(path, action="", **wrong).text
    client.submit(path, action="", **{**wrong, "staff_code": learner.staff_code})
    row = client.page(path).one("tbody").text
    assert "Đỗ Văn Học" in row
    assert "+50%" in row
    sign_in(client, learner)
    assert "kéo dài 45 phút" in client.page(f"/quizzes/{quiz.id}").text
    sign_in(client, trainer)
    assert "chưa từng có hiệu lực" in client.submit(path, action="/manage/accommodations/").text


def test_the_log_tells_in_order_what_happened_and_only_to_whom_it_concerns(client, quiz, trainer, learner, at):
    attempt = begin(quiz, learner)
    with transaction():
        event_services.tell(attempt.id, "open", PAGE, by=actor_of(learner), at=at)
        event_services.tell(attempt.id, "online", PAGE, by=actor_of(learner), at=at + 3 * MINUTE)
        event_services.tell(attempt.id, "offline", PAGE, seconds_ago=60, by=actor_of(learner), at=at + 3 * MINUTE)
    client.submit(f"/manage/quizzes/{quiz.id}/minutes", minutes="10", reason="Mất mạng")
    with clock.frozen(at + 60 * MINUTE):
        sign_in(client, learner)
        assert f"/attempts/{attempt.id}/log" in client.get(f"/attempts/{attempt.id}/result").text
        page = client.page(f"/attempts/{attempt.id}/log")
        rows = [row.text for row in page.one("tbody").all("tr")]
        moments = ["09:00:00", "09:00:00", "09:00:00", "09:02:00", "09:03:00", "09:40:00"]
        assert [row.split()[0] for row in rows] == moments
        told = " ".join(rows)
        for words in ("Mất mạng", "Thêm 10 phút. Hạn nộp mới: 09:40:00", "Bùi Thị Giảng", "09:03:00"):
            assert words in told
        assert "không bao giờ làm thay đổi điểm" in page.text
        for other, status in ((trainer, 200), (make_person(unit=make_unit("Sở Khác"), roles=[Role.TRAINER]), 404)):
            sign_in(client, other)
            assert client.get(f"/attempts/{attempt.id}/log").status_code == status


def test_a_log_is_for_who_looks_after_its_person_and_its_reason_for_who_gives_them_time(
    client, quiz, unit, trainer, learner
):
    attempt, stranger = begin(quiz, learner), begin(quiz, make_person("Hồ Thị Xa", unit=make_unit("Sở Khác")))
    granted = {"staff_code": learner.staff_code, "extra_percent": "50", "reason": "Thị lực kém", "also_open": "y"}
    client.submit("/manage/accommodations", action="", **granted)
    inspector = make_person(unit=unit, roles=[Role.INSPECTOR])
    for reader, reads_reason in ((trainer, True), (learner, True), (inspector, False)):
        sign_in(client, reader)
        told = client.page(f"/attempts/{attempt.id}/log").one("tbody").text
        assert "Hạn nộp mới: 09:45:00" in told
        assert ("Thị lực kém" in told) is reads_reason
    sign_in(client, trainer)
    assert client.get(f"/attempts/{stranger.id}/log").status_code == 404
    links = [link["href"] for link in client.page(f"/manage/quizzes/{quiz.id}/sittings").one("tbody").all("a")]
    assert f"/attempts/{attempt.id}/log" in links
    assert f"/attempts/{stranger.id}/log" not in links


def test_the_list_of_those_who_sit_takes_the_same_queries_for_any_number(client, quiz, unit, trainer, at):
    counts = []
    for _size in range(2):
        for _more in range(3):
            begin(quiz, make_person(unit=unit))
        with count_queries() as asked:
            client.get(f"/manage/quizzes/{quiz.id}/sittings")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8, asked
