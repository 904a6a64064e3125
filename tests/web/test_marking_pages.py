"""The pages of marking: queue, rubric, conflict, second markers, and what the learner reads."""

import pytest

from core.db import db, transaction
from people.models import Unit
from quizzes import marking_services
from quizzes.models import Attempt
from tests.support.factories_attempts import standing_above
from tests.support.factories_marking import criterion_keys, hand_in_essay, make_essay_quiz, make_marker, mark
from tests.support.factories_people import actor_of, make_person, make_unit, sign_in

ADDRESS = "/manage/marking/answers/{}"


@pytest.fixture
def quiz(app, session, at):
    with standing_above(app):
        yield make_essay_quiz(unit=make_unit("Sở Nội vụ"))


@pytest.fixture
def learner(quiz):
    return make_person("Lê Thị Bình", unit=db.session.get_one(Unit, quiz.unit_id))


@pytest.fixture
def marker(quiz, client):
    person = make_marker(quiz)
    sign_in(client, person)
    return person


def points(item_id, *given):
    return {f"points_{key}": text for key, text in zip(criterion_keys(item_id), given, strict=True)}


def test_a_marker_goes_from_the_queue_through_the_rubric_to_the_next_answer(client, quiz, learner, marker):
    attempt, essay = hand_in_essay(quiz, learner)
    _attempt, other = hand_in_essay(quiz, make_person("Trần Văn Cường"))
    assert "Kiểm tra liêm chính" in client.page("/manage/marking").one("tbody").text
    answer = client.submit(f"/manage/marking/{quiz.id}", action=f"/manage/marking/{quiz.id}/next")
    assert answer.request.path == ADDRESS.format(essay)
    assert "Lê Thị Bình" not in answer.text
    assert "Tôi từ chối nhận quà" in answer.text
    wrong = client.submit(answer.request.path, action="", **points(essay, "0,6", "0,2", ""), wish="next")
    assert wrong.status_code == 422
    assert "Tối đa 0,5 điểm." in wrong.text
    given = points(essay, "0,4", "0.2", "0")
    saved = client.submit(answer.request.path, **given, comment="Thiếu căn cứ pháp lý.", wish="next")
    assert saved.request.path == ADDRESS.format(other)
    assert db.session.get_one(Attempt, attempt.id).score == 800
    assert "Lê Thị Bình" in client.page(answer.request.path).text


def test_an_answer_that_somebody_marked_meanwhile_shows_both(client, quiz, learner, marker):
    _attempt, essay = hand_in_essay(quiz, learner)
    other = make_marker(quiz, "Vũ Văn Hai")
    client.submit(f"/manage/marking/{quiz.id}", action=f"/manage/marking/{quiz.id}/next")
    form = {"round": "1", "answer_step": "1", **points(essay, "0,1", "0,2", "0"), "comment": "Bài sơ sài."}
    token = client.page(ADDRESS.format(essay)).all("input", name="csrf_token")[0]["value"]
    mark(essay, other, 50, 25, 25)
    answer = client.post(ADDRESS.format(essay), data={"csrf_token": token, **form})
    assert answer.status_code == 409
    for words in ("đã có người khác chấm", "Bài sơ sài.", "Vũ Văn Hai", "0,1"):
        assert words in answer.text


def test_who_is_held_off_sees_why(client, quiz, learner, marker):
    _attempt, essay = hand_in_essay(quiz, learner)
    other = make_marker(quiz, "Vũ Văn Hai")
    client.submit(f"/manage/marking/{quiz.id}", action=f"/manage/marking/{quiz.id}/next")
    sign_in(client, other)
    page = client.page(ADDRESS.format(essay))
    assert "Người khác đang chấm câu trả lời này" in page.text
    assert page.all("form", id="marking") == []
    sign_in(client, make_marker(make_essay_quiz("khac", make_unit("Sở Khác"))))
    client.page(ADDRESS.format(essay), status=404)


def test_a_second_marker_is_asked_for_with_a_reason_and_marks_blind(client, quiz, learner, marker):
    _attempt, essay = hand_in_essay(quiz, learner)
    mark(essay, marker, 50, 25, 15, comment="Bài tốt.")
    address = ADDRESS.format(essay)
    assert client.submit(f"{address}/second").status_code == 422
    client.submit(f"{address}/second", reason="Học viên đề nghị chấm lại")
    sign_in(client, make_marker(quiz, "Vũ Văn Hai"))
    page = client.submit(address, action=f"{address}/claim")
    assert "Học viên đề nghị chấm lại" in page.text
    assert "Bài tốt." not in page.text
    assert "Lê Thị Bình" not in page.text
    listed = f"/manage/quizzes/{quiz.id}/attempts"
    assert learner.full_name in client.page(listed).text
    for asked in ("score_from=0", "score_to=10", "state=passed", "state=failed"):
        assert learner.full_name not in client.page(f"{listed}?{asked}").text, "a filter would tell the first mark"
    saved = client.submit(address, **points(essay, "0,2", "0", "0"), wish="stay")
    assert "người thứ ba sẽ quyết định" in saved.text


def test_the_learner_reads_what_waits_and_then_points_and_comments(client, quiz, learner, at):
    attempt, essay = hand_in_essay(quiz, learner)
    sign_in(client, learner)
    address = f"/attempts/{attempt.id}/result"
    page = client.page(address)
    assert "1 câu trả lời chờ chấm, lâu nhất từ 09:00 ngày 20/11/2026" in page.text
    first = make_marker(quiz)
    mark(essay, first, 30, 20, 7, comment="Thiếu căn cứ pháp lý.")
    page = client.page(address)
    assert "chờ chấm" not in page.text
    assert [row.text for row in page.one("table").all("tr")[1:]] == [
        "Nêu đúng quy định về nhận quà 0,3 0,5",
        "Xử lý khéo léo, giữ hòa khí 0,2 0,25",
        "Diễn đạt rõ ràng 0,07 0,25",
    ]
    assert "Thiếu căn cứ pháp lý." in page.text
    with transaction():
        marking_services.ask_second(essay, "Học viên đề nghị", by=actor_of(first), at=at)
    assert "điểm có thể thay đổi" in client.page(address).text
    mark(essay, make_marker(quiz, "Vũ Văn Hai"), 30, 25, 10, round_=2, comment="Đủ ý.")
    page = client.page(address)
    for words in (
        "Trước đó, từ 09:00 ngày 20/11/2026: 0,57 điểm.",
        "Thiếu căn cứ pháp lý.",
        "Đủ ý.",
        "0,61/1 điểm",
    ):
        assert words in page.text
    assert first.full_name not in page.text
