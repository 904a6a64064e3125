"""The pages of quizzes with rules, used without JavaScript, and by somebody who forges requests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from certificates.models import Certificate
from core import clock
from core.db import db
from core.errors import NotAllowed
from people.access import SYSTEM, Role
from people.models import Unit
from quizzes import queries, quiz_services
from tests.support.factories_attempts import (
    begin,
    give,
    hand_in,
    items_of,
    keys_of,
    make_small_quiz,
    right_answers,
)
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_quizzes import published_version
from tests.support.factories_training import make_training, open_year, sit
from tests.support.html import Element, parse

#: 17:00 on 30 November 2026 in Vietnam.
CLOSE = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
AFTER_CLOSE: dict[str, Any] = dict.fromkeys(("show_score", "show_verdicts", "show_key"), "after_close")
EXPLANATION = "Đúng: người nhận báo cáo và nộp lại."


@pytest.fixture
def person(session, client, above, at):
    learner = make_person(unit=make_unit())
    sign_in(client, learner)
    return learner


def press(client, attempt, button, page="", **values):
    """Press a button of an attempt's page, and return the page to which it leads with its address."""
    path = f"/attempts/{attempt.id}"
    answer = client.submit(path + page, action=f"{path}/answers", next=button, **values)
    return parse(answer.text), answer.request.full_path.rstrip("?")


def questions(page):
    """Return the numbers of the questions whose controls are on a page."""
    return [int(fieldset["id"].removeprefix("question-")) for fieldset in page.all("fieldset") if fieldset.get("id")]


def test_all_rules_are_told_before_the_start(client, person, at):
    quiz = make_small_quiz(
        opens_at=at, closes_at=CLOSE, wait_minutes=15, counting="last", one_way=True, per_page=2, show_key="after_close"
    )
    page = client.page(f"/quizzes/{quiz.id}").one("main").text
    for words in (
        "Từ 09:00 ngày 20/11/2026 đến trước 17:00 ngày 30/11/2026",
        "30 phút",
        "Lượt cuối cùng",
        "15 phút sau khi kết thúc lượt trước",
        "Mỗi trang 2 câu. Chỉ đi tiếp: trang đã rời không mở lại được.",
        "Ngay sau khi nộp bài",
        "Sau 17:00 ngày 30/11/2026",
    ):
        assert words in page
    hand_in(begin(quiz, person), person, at + timedelta(minutes=1))
    page = client.page(f"/quizzes/{quiz.id}")
    assert "Anh/chị được bắt đầu lượt tiếp theo từ 09:16 ngày 20/11/2026." in page.text
    assert not page.all("form", action=f"/quizzes/{quiz.id}/start")


def test_the_access_code_is_typed_before_the_start(client, person, at):
    quiz = make_small_quiz(access_code="Nếp 2026")
    path = f"/quizzes/{quiz.id}"
    wrong = client.submit(path, action=f"{path}/start", access_code="nep")
    assert wrong.status_code == 422
    field = parse(wrong.text).one("input", name="access_code").parent
    assert field is not None
    assert "Mã vào bài không đúng." in field.text
    assert "Nếp 2026" not in wrong.text
    for _ in range(7):
        client.submit(path, action=f"{path}/start", access_code="nep")
    assert client.submit(path, action=f"{path}/start", access_code="nếp 2026").status_code == 429
    with clock.frozen(at + timedelta(minutes=16)):
        sign_in(client, person)
        begun = client.submit(path, action=f"{path}/start", access_code="NẾP2026")
    assert begun.request.path.startswith("/attempts/")
    assert not client.page(path).all("input", name="access_code")


def links_to_questions(page: Element) -> list[str]:
    """Return where the page leads to questions; the script's own list, hidden until it is needed, is left aside."""
    shown = [link for link in page.all("a") if link.parent is None or not link.parent.get("data-left-item")]
    return [link["href"] for link in shown if "#question-" in link.get("href")]


def test_pages_are_turned_and_nothing_is_lost_on_the_way(client, person):
    quiz = make_small_quiz(singles=5, multiples=0, per_page=2)
    attempt = begin(quiz, person)
    items = items_of(attempt)
    chosen = {f"chosen-{item.id}": keys_of(item, right=True)[0] for item in items}
    first = client.page(f"/attempts/{attempt.id}")
    assert questions(first) == [1, 2]
    assert [one["value"] for one in first.all("button", name="next")] == [
        "question-3", "question-4", "question-5", "next", "confirm",
    ]  # fmt: skip
    page, path = press(client, attempt, "question-4", **{f"chosen-{items[0].id}": chosen[f"chosen-{items[0].id}"]})
    assert (questions(page), path) == ([3, 4], f"/attempts/{attempt.id}?page=2")
    assert "is-answered" in page.all("button", value="question-1")[0]["class"]
    page, _path = press(
        client, attempt, "next", "?page=2", **{f"chosen-{items[3].id}": chosen[f"chosen-{items[3].id}"]}
    )
    assert questions(page) == [5]
    page, _path = press(client, attempt, "previous", "?page=3")
    assert questions(page) == [3, 4]
    page, _path = press(client, attempt, "", "?page=2")
    assert questions(page) == [3, 4]
    page, _path = press(client, attempt, "confirm", "?page=3")
    assert links_to_questions(page) == [
        f"/attempts/{attempt.id}?page={number}#question-{at}" for number, at in ((1, 2), (2, 3), (3, 5))
    ]
    assert [view.answered for view in queries.item_views(attempt.id)] == [True, False, False, True, False]
    assert questions(client.page(f"/attempts/{attempt.id}?page=99")) == [5]


def test_going_one_way_no_page_can_be_opened_again(client, person):
    quiz = make_small_quiz(singles=3, multiples=0, one_way=True, per_page=1)
    attempt = begin(quiz, person)
    first, second, _third = items_of(attempt)
    path = f"/attempts/{attempt.id}"
    page = client.page(path)
    assert "anh/chị không quay lại được câu này" in page.text
    assert [one["value"] for one in page.all("button", name="next")] == ["next", "confirm"]
    csrf = page.one("form", id="attempt").all("input", name="csrf_token")[0]["value"]
    mine = {"csrf_token": csrf, f"revision-{first.id}": "0", f"chosen-{first.id}": keys_of(first, right=True)}
    for _twice in range(2):
        turned = client.post(
            f"{path}/answers", data={**mine, "page_number": "1", "next": "next"}, follow_redirects=True
        )
        assert questions(parse(turned.text)) == [2]
    for asked in ("?page=1", "?page=3", "?page=2"):
        assert questions(client.page(path + asked)) == [2]
    other = {**mine, f"revision-{first.id}": "1", f"chosen-{first.id}": keys_of(first, right=False)[:1]}
    refused = client.post(f"{path}/answers", data=other, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["refused"]) == (409, [first.id])
    ahead = {"csrf_token": csrf, "page_number": "3", "next": "next"}
    assert questions(parse(client.post(f"{path}/answers", data=ahead, follow_redirects=True).text)) == [2]
    page, _path = press(client, attempt, "confirm", **{f"chosen-{second.id}": keys_of(second, right=True)[0]})
    assert "Câu 3 (chưa mở)" in page.one("main").text
    assert not links_to_questions(page)
    page, _path = press(client, attempt, "next")
    assert [one["value"] for one in page.all("button", name="next")] == ["confirm"]
    assert hand_in(attempt, person).points == 200


def test_practice_is_found_checks_an_answer_at_once_and_lets_it_be_changed(client, person, above):
    unit = make_unit()
    quiz = make_small_quiz(singles=2, multiples=0, unit=unit, practice=True, attempts_allowed=None)
    make_small_quiz(slug="noi-khac", practice=True, attempts_allowed=None)
    above.locked = NotAllowed("Không được giao.")
    member = make_person(unit=make_unit(parent=unit))
    sign_in(client, member)
    links = [link["href"] for link in client.page("/practice").one("main").all("a")]
    assert [link for link in links if "/quizzes/" in link] == [f"/quizzes/{quiz.id}"]
    client.submit(f"/quizzes/{quiz.id}", action=f"/quizzes/{quiz.id}/start")
    attempt = queries.open_attempt(member.id, quiz.id)
    assert attempt is not None
    first, second = items_of(attempt)
    path = f"/attempts/{attempt.id}"
    page, address = press(client, attempt, f"check-{first.id}", **{f"chosen-{first.id}": keys_of(first, right=True)[0]})
    assert address == f"{path}?checked={first.id}"
    assert questions(page) == [2]
    assert EXPLANATION in page.text
    page, _address = press(
        client, attempt, f"check-{second.id}", f"?checked={first.id}",
        **{f"chosen-{second.id}": keys_of(second, right=False)[0]},
    )  # fmt: skip
    assert questions(page) == []
    assert "Đã chọn, sai" in page.text
    again = page.all("a", href=f"{path}?checked={second.id}#question-1")
    assert len(again) == 1
    assert questions(client.page(again[0]["href"])) == [1]
    result = client.submit(f"{path}/confirm", action=f"{path}/submit")
    text = parse(result.text).one("main").text
    assert "kết quả không được tính" in text
    assert "Không đạt" not in text


def test_nobody_sees_the_key_by_asking_for_a_check(client, person):
    practice = begin(make_small_quiz(practice=True, attempts_allowed=None), person)
    counted = begin(make_small_quiz(slug="tinh-diem"), person)
    give(counted, person, right_answers(counted))
    taken_back = items_of(practice)[0].id
    give(practice, person, {taken_back: keys_of(items_of(practice)[0], right=True)})
    give(practice, person, {taken_back: []}, base=1)
    for attempt in (practice, counted):
        asked = "&".join(f"checked={item.id}" for item in items_of(attempt) + items_of(counted))
        page = client.get(f"/attempts/{attempt.id}?{asked}")
        assert "Đúng:" not in page.text
        assert questions(parse(page.text)) == [1, 2, 3]


def test_what_is_published_after_the_close_is_not_there_before(client, person, at):
    office = db.session.query(Unit).one()
    quiz = make_small_quiz(unit=office, closes_at=CLOSE, **AFTER_CLOSE)
    attempt = begin(quiz, person)
    give(attempt, person, right_answers(attempt))
    hand_in(attempt, person)
    path = f"/attempts/{attempt.id}/result"
    early = client.get(path).text
    assert "Điểm, kết quả từng câu và đáp án được công bố sau 17:00 ngày 30/11/2026." in parse(early).text
    for secret in ("10/10", "Đạt", "Đúng:", "is-right", "3/3 điểm"):
        assert secret not in early
    row = client.page(f"/quizzes/{quiz.id}").one("table").text
    assert "Công bố sau 17:00 ngày 30/11/2026" in row
    assert "10" not in row.replace("30/11/2026", "").replace("20/11/2026", "").replace("17:00", "")
    sign_in(client, make_person(unit=office, roles=[Role.TRAINER]))
    assert "10/10" in client.page(path).text
    with clock.frozen(CLOSE + timedelta(minutes=3)):
        sign_in(client, person)
        late = client.page(path).text
    assert "10/10" in late
    assert EXPLANATION in late


def test_a_pass_is_not_betrayed_before_the_close(session, client, at):
    training = make_training(lessons=0)
    rules = replace(quiz_services.draft_of(published_version(training.quiz)), closes_at=CLOSE, **AFTER_CLOSE)
    quiz_services.put_quiz(training.quiz.slug, rules, unit_id=training.unit.id, by=SYSTEM, at=at)
    quiz_services.publish_quiz(training.quiz.id, by=SYSTEM, at=at)
    person = make_person(unit=training.unit)
    open_year(training)
    attempt = sit(person, training)
    certificate = db.session.scalars(select(Certificate)).one()
    pages = ("/my", "/certificates", f"/quizzes/{training.quiz.id}", f"/attempts/{attempt.id}/result")
    sign_in(client, person)
    for path in pages:
        text = client.get(path).text
        assert f"/certificates/{certificate.id}" not in text
        assert "10/10" not in text
    for path in ("", ".pdf"):
        assert client.get(f"/certificates/{certificate.id}{path}").status_code == 404
    with clock.frozen(CLOSE + timedelta(minutes=3)):
        sign_in(client, person)
        assert all(
            f"/certificates/{certificate.id}" in client.get(path).text for path in pages if "quizzes" not in path
        )
        assert client.get(f"/certificates/{certificate.id}").status_code == 200


def test_a_failed_result_says_how_many_attempts_are_left_and_how_points_are_given(client, person, at):
    quiz = make_small_quiz()
    for left in ("Anh/chị còn 2 lượt.", "Anh/chị còn 1 lượt.", "Anh/chị đã hết lượt làm bài."):
        attempt = hand_in(begin(quiz, person), person)
        text = client.page(f"/attempts/{attempt.id}/result").one("main").text
        assert left in text
        assert "Cách tính điểm" in text
    assert "Anh/chị còn" not in _after(client, make_small_quiz(slug="khac"), person)


def _after(client, quiz, person):
    """Return the text of the result of an attempt in which everything is right."""
    attempt = begin(quiz, person)
    give(attempt, person, right_answers(attempt))
    hand_in(attempt, person)
    return client.page(f"/attempts/{attempt.id}/result").one("main").text
