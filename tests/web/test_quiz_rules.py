"""The trainer's page of a quiz's rules: everything is asked for, judged together and shown again."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from core.db import db
from people.access import Role
from quizzes import quiz_services
from quizzes.models import Quiz
from quizzes.quiz_drafts import QuizDraft, SectionDraft
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_quizzes import make_bank, make_question, make_quiz, published_version
from tests.support.forms import form_of
from tests.support.html import parse

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture
def bank(client):
    """Return a bank of the signed-in trainer: 3 hard questions on N19, 2 easy ones on N4."""
    unit = make_unit("Sở Nội vụ")
    sign_in(client, make_person("Lê Thị Hoa", unit=unit, roles=[Role.TRAINER]))
    bank = make_bank("M7 Liêm chính", unit)
    for number in range(5):
        topic, difficulty = ("N19", "hard") if number < 3 else ("N4", "easy")
        make_question(bank, prompt=f"Câu {number}?", topic=topic, difficulty=difficulty)
    return bank


def send(client, path, *, wish="save", **values):
    """Press a button of the editor with other values (None unticks), and return the status and the page."""
    form = form_of(client.page(path), form_id="quiz")
    data = {key: value for key, value in {**form.values, "wish": wish, **values}.items() if value is not None}
    response = client.post(path, data=data)
    if response.status_code == 303:
        response = client.get(response.location)
    return response.status_code, parse(response.text)


def test_every_rule_that_is_typed_is_kept_and_shown_again(client, bank):
    quiz = make_quiz([bank])
    path = f"/manage/quizzes/{quiz.id}"
    typed = {
        "sections-0-topic": "N19", "sections-0-difficulty": "hard", "sections-0-draw_count": "2", "avoid_seen": "y",
        "attempts_allowed": "2", "wait_minutes": "90", "counting": "last", "access_code": "hoa sen",
        "opens_at": "02/03/2026 08:00", "closes_at": "06/03/2026 17h30", "time_limit_minutes": "45", "per_page": "1",
        "one_way": "y", "show_score": "never", "show_verdicts": "after_close", "show_key": "after_close",
    }  # fmt: skip
    assert send(client, path, **typed)[0] == 200
    latest = quiz_services.latest_version(quiz.id)
    assert latest is not None
    assert quiz_services.draft_of(latest) == QuizDraft(
        "Kiểm tra liêm chính", (SectionDraft(bank.id, 2, topic="N19", difficulty="hard"),), attempts_allowed=2,
        wait_minutes=90, counting="last", access_code="hoa sen", opens_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
        closes_at=datetime(2026, 3, 6, 10, 30, tzinfo=UTC), time_limit_minutes=45, per_page=1, one_way=True,
        show_score="never", show_verdicts="after_close", show_key="after_close", avoid_seen=True,
    )  # fmt: skip
    shown = form_of(client.page(path), form_id="quiz").values
    assert {name: shown[name][0] for name in typed} == {**typed, "closes_at": "06/03/2026 17:30"}
    history = client.page(f"{path}/history").text
    for words in ("hoa sen", "06/03/2026 17:30", "90 phút", "2 câu khó; chủ đề N19", "Sau khi bài kiểm tra đóng"):
        assert words in history, words
    publication = client.page(f"{path}/publish")
    assert "câu khó, chủ đề N19" in publication.text
    assert publication.all("td", **{"data-label": "Câu hỏi đã công bố"})[0].text == "3"


def test_all_that_is_wrong_is_listed_and_stands_at_its_field(client, bank):
    quiz = make_quiz([bank])
    typed = {"practice": "y", "access_code": "x", "closes_at": "06/03/2026", "one_way": "y", "show_key": "after_close"}
    status, page = send(client, f"/manage/quizzes/{quiz.id}", **typed)
    assert status == 422
    assert "closes_at-error" in {element.get("id") for element in page.walk()}
    status, page = send(client, f"/manage/quizzes/{quiz.id}", **{**typed, "closes_at": ""})
    assert status == 422
    blamed = {element.get("id").removesuffix("-error") for element in page.walk() if "-error" in element.get("id")}
    assert blamed >= {"attempts_allowed", "access_code", "per_page", "show_key"}
    targets = {link.get("href") for link in page.one("div", role="alert").all("a")}
    assert {"#attempts_allowed", "#access_code", "#per_page", "#show_key"} <= targets
    assert form_of(page, form_id="quiz").values["access_code"] == ["x"]
    assert published_version(quiz).practice is False


def test_practice_needs_no_pass_mark_and_a_quiz_does(client, bank):
    path = "/manage/quizzes/new"
    typed = {"title": "Luyện tập", "pass_score": ""}
    status, page = send(client, path, **typed)
    assert status == 422
    assert "pass_score-error" in {element.get("id") for element in page.walk()}
    assert send(client, path, **typed, practice="y", show_key="during", show_verdicts="during")[0] == 200
    quiz = db.session.scalars(select(Quiz)).one()
    assert "pass_score" in form_of(client.page(f"/manage/quizzes/{quiz.id}"), form_id="quiz").values
    assert form_of(client.page(f"/manage/quizzes/{quiz.id}"), form_id="quiz").values["pass_score"] == [""]


def test_questions_are_counted_without_javascript_and_with_it(client, bank):
    path = "/manage/quizzes/new"
    narrow = {"sections-0-topic": "N19", "sections-0-difficulty": "hard", "sections-0-draw_count": "7"}
    assert "Có 5 câu hỏi đã công bố" in client.page(path).text
    status, page = send(client, path, wish="check", title="Kiểm tra", **narrow)
    assert status == 200
    assert "Có 3 câu hỏi đã công bố" in page.text
    assert "Ngân hàng “M7 Liêm chính” thiếu 4 câu khó của chủ đề N19: cần 7 câu, có 3 câu đã công bố." in page.text
    assert db.session.scalar(select(Quiz.id)) is None
    counted = client.get(f"/manage/banks/{bank.id}/questions-there?topic=n19&difficulty=hard")
    assert counted.json == {"text": "Có 3 câu hỏi đã công bố."}
    other = make_bank("Của họ", make_unit())
    assert client.get(f"/manage/banks/{other.id}/questions-there").status_code == 404


def test_what_the_bank_lacks_is_told_before_and_at_publication(client, bank):
    narrow = {"sections-0-topic": "N19", "sections-0-difficulty": "hard", "sections-0-draw_count": "5"}
    status, page = send(client, "/manage/quizzes/new", wish="publish", title="Kiểm tra", **narrow)
    told = "thiếu 2 câu khó của chủ đề N19"
    assert (status, page.one("h1").text) == (200, "Công bố bài kiểm tra")
    assert told in page.text
    quiz = db.session.scalars(select(Quiz)).one()
    refused = client.submit(f"/manage/quizzes/{quiz.id}/publish")
    assert refused.status_code == 422
    assert told in parse(refused.text).one("div", role="alert").text
    assert quiz_services.last_published(quiz.id) is None
