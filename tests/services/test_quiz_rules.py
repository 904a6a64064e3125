"""The rules of a quiz from draft to attempt: kept, frozen, filled from the banks, and drawn by."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.db import db
from people.access import SYSTEM
from quizzes import queries, quiz_services
from quizzes.blueprint_queries import seen_before, supply, topics_in
from quizzes.models import AttemptItem, PoolQuestion, QuestionVersion, QuizSection
from quizzes.quiz_drafts import QuizDraft, SectionDraft
from tests.support.factories_attempts import begin, hand_in, standing_above
from tests.support.factories_people import make_person, make_unit
from tests.support.factories_quizzes import make_bank, make_question, published_version
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def bank(at):
    """Return a bank with 2 hard and 2 easy questions on N19, 3 easy ones on N4, and one hard one on both."""
    bank = make_bank("M7 Liêm chính")
    for number, (topic, difficulty) in enumerate(
        [("N19", "hard")] * 2 + [("N19", "easy")] * 2 + [("N4", "easy")] * 3 + [("N4, N19", "hard")]
    ):
        make_question(bank, prompt=f"Câu {number}?", topic=topic, difficulty=difficulty)
    return bank


def put(bank, at, *sections, **rules):
    draft = QuizDraft("Kiểm tra", sections or (SectionDraft(bank.id),), **rules)
    quiz = quiz_services.put_quiz("kiem-tra", draft, unit_id=bank.unit_id, by=SYSTEM, at=at)
    db.session.commit()
    return quiz


def publish(quiz, at):
    version = quiz_services.publish_quiz(quiz.id, by=SYSTEM, at=at)
    db.session.commit()
    return version


def test_every_rule_is_kept_and_frozen(bank, at):
    rules = {
        "attempts_allowed": 2, "wait_minutes": 30, "opens_at": at, "closes_at": at + timedelta(days=1), "one_way": True,
        "per_page": 2, "counting": "last", "avoid_seen": True, "access_code": "hoa sen", "show_score": "never",
        "show_verdicts": "after_close", "show_key": "after_close",
    }  # fmt: skip
    section = SectionDraft(bank.id, 2, 50, "Phần 1", "N19", "hard")
    quiz = put(bank, at, section, **rules)
    publish(quiz, at)
    db.session.expire_all()
    assert quiz_services.draft_of(published_version(quiz)) == QuizDraft("Kiểm tra", (section,), **rules)
    assert publish(quiz, at) is None


def test_everything_wrong_is_told_at_once(bank, at):
    with pytest.raises(quiz_services.BadRules) as refused:
        put(bank, at, one_way=True, show_key="after_close", opens_at=at, closes_at=at)
    assert {problem.field for problem in refused.value.problems} == {"per_page", "closes_at"}


def test_a_published_section_holds_only_questions_of_its_topic_and_difficulty(bank, at):
    publish(put(bank, at, SectionDraft(bank.id, 2, topic="n19", difficulty="hard"), SectionDraft(bank.id, 1)), at)
    pools = db.session.execute(
        select(QuizSection.position, QuestionVersion.topic, QuestionVersion.difficulty)
        .join(PoolQuestion, PoolQuestion.section_id == QuizSection.id)
        .join(QuestionVersion, QuestionVersion.id == PoolQuestion.question_version_id)
    ).all()
    narrow = sorted((row.topic, row.difficulty) for row in pools if row.position == 1)
    assert narrow == [("N19", "hard"), ("N19", "hard"), ("N4, N19", "hard")]
    assert sum(row.position == 2 for row in pools) == 8


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ([(6, "N19", "hard")], "thiếu 3 câu khó của chủ đề N19: cần 6 câu, có 3 câu"),
        ([(9, "", "")], "thiếu 1 câu hỏi: cần 9 câu, có 8 câu"),
        ([(3, "N19", ""), (4, "", "hard")], "thiếu 1 câu khó: cần 4 câu, có 3 câu"),
        ([(5, "N19", ""), (3, "", "hard")], "Các phần 1, 2 lấy chung một số câu hỏi: cả thảy cần 8 câu, chỉ có 5 câu"),
        ([(None, "N19", ""), (1, "", "hard")], "3 câu khác đã thuộc phần lấy toàn bộ"),
    ],
)
def test_what_the_bank_lacks_is_told_exactly(app, bank, at, sections, told):
    quiz = put(bank, at, *(SectionDraft(bank.id, count, 100, "", topic, hard) for count, topic, hard in sections))
    with app.test_request_context(), pytest.raises(quiz_services.TooFewQuestions) as refused:
        publish(quiz, at)
    assert told in " ".join(refused.value.lines)
    if len(sections) == 1:
        assert "M7 Liêm chính" in refused.value.lines[0]


def test_an_attempt_is_as_long_as_the_quiz_says_where_sections_share_questions(app, bank, at):
    hard, of_n4 = SectionDraft(bank.id, difficulty="hard"), SectionDraft(bank.id, topic="N4")
    quiz = put(bank, at, SectionDraft(bank.id, 2), hard, of_n4)
    version = publish(quiz, at)
    with standing_above(app):
        attempt = begin(quiz, make_person(unit=make_unit()), at)
    asked = select(func.count()).where(AttemptItem.attempt_id == attempt.id)
    # 3 hard ones, the 3 on N4 that are not among them, and 2 others
    assert db.session.scalar(asked) == queries.question_count(version.id) == 8


def test_supply_and_topics_are_counted_in_few_queries(bank, at):
    make_question(bank, topic="N2, N10", publish=False)
    asked = [SectionDraft(bank.id, topic=topic, difficulty=level) for topic, level in [("N19", ""), ("", "easy")]]
    with count_queries() as counted:
        assert supply(asked).sizes == [5, 5]
    assert len(counted) == 1
    assert topics_in([bank.id]) == ["N2", "N4", "N10", "N19"]


def test_who_comes_again_gets_questions_not_seen_before(app, bank, at):
    quiz = put(bank, at, SectionDraft(bank.id, 3), SectionDraft(bank.id, 1, topic="N19"), avoid_seen=True)
    version, person = publish(quiz, at), make_person(unit=make_unit())
    assert queries.question_count(version.id) == 4
    drawn = []
    with standing_above(app):
        for day in range(2):
            attempt = begin(quiz, person, at + timedelta(days=day), seed=day)
            hand_in(attempt, person, at + timedelta(days=day))
            asked = select(AttemptItem.question_version_id).where(AttemptItem.attempt_id == attempt.id)
            drawn.append(set(db.session.scalars(asked)))
    assert len(drawn[0] | drawn[1]) == 8
    seen = seen_before(person.id, version.id)
    assert len(seen) == 8
    assert {each.times for each in seen.values()} == {1}
    assert {each.last_at for each in seen.values()} == {at, at + timedelta(days=1)}
    assert seen_before(make_person(unit=make_unit()).id, version.id) == {}
