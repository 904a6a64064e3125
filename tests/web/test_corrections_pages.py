"""The pages of corrections: preview, decision, list; what learners read; passes withdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import jobs
from core.db import db
from people.access import Role
from people.models import Person, Unit
from quizzes.correction_models import Correction
from quizzes.models import Attempt, Question
from tests.support.factories_attempts import begin, give, hand_in, items_of, keys_of, make_small_quiz, standing_above
from tests.support.factories_people import make_person, make_unit, sign_in


@pytest.fixture
def quiz(app, session, at):
    with standing_above(app):
        yield make_small_quiz(singles=2, multiples=0, shuffle_questions=False)


@pytest.fixture
def learner(quiz):
    """Return somebody who has answered the first question rightly and the second one wrongly."""
    return make_person("Nguyễn Văn Đạt", unit=db.session.get_one(Unit, quiz.unit_id))


@pytest.fixture
def attempt(quiz, learner, at) -> Attempt:
    attempt = begin(quiz, learner, at)
    answers = {item.id: keys_of(item, right=place == 0)[:1] for place, item in enumerate(items_of(attempt))}
    give(attempt, learner, answers, at)
    return hand_in(attempt, learner, at + timedelta(minutes=1))


@pytest.fixture
def question(attempt) -> Question:
    return db.session.scalars(
        select(Question).where(Question.versions.any(id=items_of(attempt)[0].question_version_id))
    ).one()


def test_a_trainer_sees_what_would_change_decides_and_the_learner_reads_why(app, quiz, client, question, attempt):
    sign_in(client, make_person(unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER]))
    path = f"/manage/questions/{question.id}/correct"
    assert "Sửa điểm" in client.page(f"/manage/questions/{question.id}/history").text
    asked = f"{path}?method=drop&wrong={items_of(attempt)[0].question_version_id}"
    assert "Giữ kết quả đạt dù dưới điểm đạt" in client.page(asked).text
    assert "Nguyễn Văn Đạt" in client.get(asked.replace("/correct?", "/correct.csv?")).text
    assert db.session.scalars(select(Correction)).all() == []
    assert client.submit(asked, action=f"{path}?", reason="", note="").status_code == 422
    texts = {"reason": "Đáp án sai.", "note": "Câu hỏi không phù hợp."}
    assert client.submit(asked, action=f"{path}?", **texts).request.path.startswith("/jobs/")
    assert jobs.run_pending(app) == 1
    assert "Đã áp dụng" in client.page(path).text

    sign_in(client, db.session.get_one(Person, attempt.person_id))
    result = client.page(f"/attempts/{attempt.id}/result").text
    assert "không tính điểm nữa. Câu hỏi không phù hợp." in " ".join(result.split())
    assert "Kết quả đạt vẫn được giữ nguyên." in result
    told = client.page(f"/quizzes/{quiz.id}")
    assert "Điểm của lượt 1 đã được điều chỉnh ngày 20/11/2026: xem lý do" in " ".join(told.text.split())

    sign_in(client, make_person(unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER]))
    review = " ".join(client.page(f"/manage/quizzes/attempts/{attempt.id}").text.split())
    assert "Không tính điểm Câu hỏi" in review
    assert "Đáp án sai. Học viên đọc được: Câu hỏi không phù hợp." in review


def test_who_corrects_attempts_of_their_own_is_warned_and_the_decision_keeps_it(quiz, client, question, attempt, at):
    unit = db.session.get_one(Unit, quiz.unit_id)
    trainer, other = (make_person(unit=unit, roles=[Role.TRAINER]) for _ in range(2))
    hand_in(begin(quiz, trainer, at), trainer, at + timedelta(minutes=1))
    path = f"/manage/questions/{question.id}/correct"
    asked = f"{path}?method=full_credit&wrong={items_of(attempt)[0].question_version_id}"
    sign_in(client, other)
    assert "của chính anh/chị" not in client.page(asked).text
    sign_in(client, trainer)
    assert "Trong số này có 1 lượt làm bài của chính anh/chị." in client.page(asked).text
    client.submit(asked, action=f"{path}?", reason="Đáp án sai.", note="Câu hỏi không rõ.")
    assert db.session.scalars(select(Correction)).one().preview["own"] == 1


def test_a_personnel_officer_withdraws_a_pass_with_a_reason(app, quiz, client, question, attempt):
    unit = db.session.get_one(Unit, quiz.unit_id)
    sign_in(client, make_person(unit=unit, roles=[Role.TRAINER]))
    asked = f"/manage/questions/{question.id}/correct?method=drop&wrong={items_of(attempt)[0].question_version_id}"
    client.submit(asked, action=asked.partition("method")[0], reason="Đáp án sai.", note="Câu hỏi không phù hợp.")
    jobs.run_pending(app)

    sign_in(client, make_person(unit=make_unit("Sở khác"), roles=[Role.HR_OFFICER]))
    assert "Nguyễn Văn Đạt" not in client.page("/hr/kept-passes").text
    sign_in(client, make_person(unit=unit, roles=[Role.HR_OFFICER]))
    assert client.submit("/hr/kept-passes", attempts=[attempt.id], reason="").status_code == 422
    done = client.submit("/hr/kept-passes", attempts=[attempt.id], reason="Theo kết luận thanh tra.")
    assert "Đã rút 1 kết quả đạt." in done.text
    assert db.session.get_one(Attempt, attempt.id).passed is False

    sign_in(client, db.session.get_one(Person, attempt.person_id))
    assert "Theo kết luận thanh tra." in client.page(f"/attempts/{attempt.id}/result").text
