"""The pages of answer files that came after the end."""

from datetime import timedelta

import pytest

from core import clock, sealing
from core.db import db, transaction
from people.models import Unit
from quizzes import answer_file_queries, answer_file_services
from tests.support.answer_files import hand_in_file, seal
from tests.support.factories_attempts import begin, hand_in, make_small_quiz, standing_above
from tests.support.factories_marking import make_marker
from tests.support.factories_people import actor_of, make_person, make_unit, sign_in


@pytest.fixture
def quiz(app, session, at):
    with standing_above(app):
        yield make_small_quiz(unit=make_unit("Sở Nội vụ"), show_key="never")


@pytest.fixture
def learner(quiz):
    return make_person("Lê Thị Bình", unit=db.session.get_one(Unit, quiz.unit_id))


def test_a_file_that_cannot_be_opened_any_more_can_be_refused(client, quiz, learner):
    attempt, trainer = begin(quiz, learner), make_marker(quiz)
    hand_in(attempt, learner)
    data = seal("{}", sealing.public_key("a secret key from before it was changed"))
    with transaction():
        answer_file_services.hand_in(attempt.id, [], data, by=actor_of(learner), at=clock.now())
    sign_in(client, trainer)
    [file] = answer_file_queries.waiting_files(actor_of(trainer), clock.today())
    address = f"/manage/answer-files/{file.event_id}"
    page = client.page(address)
    assert "Không còn mở được tệp này" in page.text
    assert [button["value"] for button in page.all("button", name="decision")] == ["refuse"]
    accepted = client.submit(address, action="", reason="Mất điện", decision="accept")
    assert accepted.status_code == 422
    refused = client.submit(address, action="", reason="Không mở được", decision="refuse")
    assert refused.request.path == "/manage/answer-files"
    assert answer_file_queries.waiting_files(actor_of(trainer), clock.today()) == []


def test_the_result_offers_a_file_only_where_it_is_taken_and_the_trainer_is_warned(client, quiz, learner, at):
    shown = make_small_quiz(slug="hien-dap-an", unit=db.session.get_one(Unit, quiz.unit_id))
    expired = hand_in(begin(shown, learner, at - timedelta(hours=1)), learner)
    submitted = hand_in(begin(shown, learner), learner)
    sign_in(client, learner)
    for attempt, offered in ((submitted, False), (expired, True)):
        links = client.page(f"/attempts/{attempt.id}/result").all("a", href=f"/attempts/{attempt.id}/answer-file")
        assert bool(links) is offered
    assert "không nhận tệp bài làm nữa" in client.page(f"/attempts/{submitted.id}/answer-file").text
    hand_in_file(expired, learner, [])
    trainer = make_marker(quiz)
    sign_in(client, trainer)
    [file] = answer_file_queries.waiting_files(actor_of(trainer), clock.today())
    page = client.page(f"/manage/answer-files/{file.event_id}").text
    assert "Tệp được nộp sau khi học viên đã xem được đáp án" in page
