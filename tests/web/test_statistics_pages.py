"""The pages of statistics: figures, words, file, and who may see them."""

from copy import deepcopy
from dataclasses import replace

import pytest
from sqlalchemy import insert

from core.db import db
from people.access import SYSTEM, Role
from people.models import Unit
from quizzes import quiz_services
from quizzes.correction_models import Correction
from quizzes.models import PoolQuestion, QuestionVersion, QuizSection
from quizzes.statistics_jobs import refresh
from quizzes.statistics_models import ChoiceCount, ItemCount, QuizStatistic, ScoreCount
from tests.support.factories_attempts import begin, give, hand_in, make_small_quiz, right_answers, standing_above
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_quizzes import make_bank, make_question, make_questions, make_quiz, published_version
from tests.support.queries import count_queries
from tests.support.questions import CONTENT

#: Forty attempts at a quiz of three questions; the first is failed by the strong, nobody chooses its third option.
CROWD = ((333, 100, 20), (667, 0, 20))


@pytest.fixture
def quiz(app, session, at):
    with standing_above(app):
        yield make_small_quiz(singles=3, multiples=0)


@pytest.fixture
def trainer(quiz, client):
    person = make_person(unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER])
    sign_in(client, person)
    return person


@pytest.fixture
def question(quiz, at) -> QuestionVersion:
    """Return the first question of the quiz, with its tallies stored."""
    version = published_version(quiz)
    questions = db.session.scalars(
        db.select(QuestionVersion)
        .join(PoolQuestion, PoolQuestion.question_version_id == QuestionVersion.id)
        .join(QuizSection, QuizSection.id == PoolQuestion.section_id)
        .where(QuizSection.quiz_version_id == version.id)
        .order_by(PoolQuestion.position)
    ).all()
    right, wrong, _third = (option["key"] for option in questions[0].spec["options"])
    db.session.add(QuizStatistic(quiz_version_id=version.id, counted_at=at))
    key = {"quiz_version_id": version.id, "first": True}
    for score, mark, count in CROWD:
        about = {**key, "score": score, "count": count}
        db.session.execute(insert(ScoreCount).values(**about, seconds=600 * count))
        for place, shown in enumerate(questions):
            db.session.execute(
                insert(ItemCount).values(
                    **about, question_version_id=shown.id, points=100, max_points=300,
                    mark=mark if place == 0 else 100 - mark, timed=count, seconds=75 * count,
                )
            )  # fmt: skip
        choice = right if mark else wrong
        db.session.execute(insert(ChoiceCount).values(**about, question_version_id=questions[0].id, choice=choice))
    db.session.commit()
    return questions[0]


def test_a_quiz_tells_its_figures_and_names_its_weak_questions(client, quiz, trainer, question):
    with count_queries() as queries:
        page = client.page(f"/manage/quizzes/{quiz.id}/statistics")
    assert len(queries) <= 16, queries
    for words in ("Số liệu tính đến 20/11/2026", "Điểm trung bình", "Hệ số alpha Cronbach", "1 phút 15 giây"):
        assert words in page.text
    (weak,) = [row.text for row in page.all("tr") if "Câu một lựa chọn số 1?" in row.text]
    assert "Người làm bài tốt lại trả lời sai câu này" in weak
    assert "Không ai chọn phương án C." in weak
    assert "−1,00" in weak
    figures = [bar.text for bar in page.all("text", class_="nep-chart-figure")]
    assert figures == ["20", "20"]
    by_facility = client.page(f"/manage/quizzes/{quiz.id}/statistics?sort=-facility")
    assert by_facility.one("th", **{"aria-sort": "descending"}).text == "Độ khó"


def test_a_version_without_attempts_does_not_hide_the_figures_of_the_one_before(client, quiz, trainer, question, at):
    rules = quiz_services.draft_of(published_version(quiz))
    changed = replace(rules, instructions="Đọc kỹ từng câu.")
    quiz_services.put_quiz(quiz.slug, changed, unit_id=quiz.unit_id, by=SYSTEM, at=at)
    quiz_services.publish_quiz(quiz.id, by=SYSTEM, at=at)
    db.session.commit()
    assert "Trung vị" in client.page(f"/manage/quizzes/{quiz.id}/statistics").text
    assert "Trung vị" not in client.page(f"/manage/quizzes/{quiz.id}/statistics?version=2").text


def test_a_question_tells_who_chose_what(client, quiz, trainer, question):
    page = client.page(f"/manage/questions/{question.question_id}/statistics")
    right, wrong, third = [row.text for row in page.all("tr") if row.text.startswith(("A.", "B.", "C."))]
    assert "Đúng 20 50% 100% 50% 0%" in right
    assert "20 50% 0% 50% 100%" in wrong
    assert "0 0% 0% 0% 0%" in third
    assert "Người làm bài tốt chọn phương án B nhiều hơn" in page.text
    assert client.page(f"/manage/questions/{question.question_id}/statistics?attempts=first").text.count("100%")


def test_after_a_correction_the_right_choice_is_the_one_by_which_answers_are_judged(
    client, quiz, trainer, question, at
):
    spec = deepcopy(question.spec)
    for option, right in zip(spec["options"], (False, True, False), strict=True):
        option["right"] = right
    about = {"question_id": question.question_id, "number": 2, "kind": question.kind, "spec": spec}
    mended = QuestionVersion(**about, prompt_text="?", prompt_html="<p>?</p>", edited_at=at, published_at=at)
    db.session.add(mended)
    db.session.flush()
    decided = {"question_id": question.question_id, "question_version_id": mended.id, "at": at}
    db.session.add(Correction(**decided, method="recompute", reason="Đáp án sai"))
    db.session.commit()
    page = client.page(f"/manage/questions/{question.question_id}/statistics")
    before, after, _third = [row.text for row in page.all("tr") if row.text.startswith(("A.", "B.", "C."))]
    assert "Đúng" not in before
    assert "Đúng" in after
    assert "được chấm theo đáp án của phiên bản 2" in page.text
    assert "Chưa tính lượt làm bài nào có phiên bản này." in page.text


def test_the_file_has_a_row_for_each_question(client, quiz, trainer, question):
    answer = client.get(f"/manage/quizzes/{quiz.id}/statistics.csv")
    header, first, *others = answer.get_data(as_text=True).splitlines()
    assert header.startswith("\ufeffTT;Mã câu hỏi;")
    assert len(others) == 2
    assert ";40;50,0;50,6;-1,000;" in first.replace("'", "")


def test_the_button_counts_what_has_come_in(client, quiz, trainer, at):
    empty = client.page(f"/manage/quizzes/{quiz.id}/statistics")
    assert "Chưa tính lượt làm bài nào" in empty.text
    learner = make_person(unit=make_unit())
    hand_in(begin(quiz, learner), learner)
    assert "Còn 1 lượt chưa được tính" in client.page(f"/manage/quizzes/{quiz.id}/statistics").text
    answer = client.submit(
        f"/manage/quizzes/{quiz.id}/statistics", action=f"/manage/quizzes/{quiz.id}/statistics/count"
    )
    assert "Đã tính 1 lượt làm bài." in answer.text
    assert "Cần ít nhất hai lượt làm bài." in answer.text


def test_a_version_that_does_not_exist_is_not_found(client, quiz, trainer):
    assert client.get(f"/manage/quizzes/{quiz.id}/statistics?version=7").status_code == 404


def test_every_kind_is_counted_and_shown(client, app, session, at):
    kinds = sorted(CONTENT.keys() - {"essay"})
    bank = make_bank()
    questions = [make_question(bank, kind=kind, content=CONTENT[kind], prompt=f"Câu {kind}?") for kind in kinds]
    quiz = make_quiz([bank])
    learner = make_person(unit=make_unit())
    with standing_above(app):
        hand_in(begin(quiz, learner), learner)
    assert refresh(at) == 1
    sign_in(client, make_person(unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER]))
    for question in questions:
        page = client.page(f"/manage/questions/{question.id}/statistics")
        assert "Số lượt có câu hỏi này 1" in page.text
    assert "Câu ordering?" in client.page(f"/manage/quizzes/{quiz.id}/statistics").text


def test_a_quiz_that_draws_says_what_its_figures_rest_on(client, app, session, at):
    bank = make_bank()
    make_questions(bank, 4)
    quiz = make_quiz([bank], draw_count=2)
    with standing_above(app):
        for seed in range(3):
            learner = make_person(unit=make_unit())
            attempt = begin(quiz, learner, seed=seed)
            give(attempt, learner, dict(list(right_answers(attempt).items())[:seed]))
            hand_in(attempt, learner)
    refresh(at)
    sign_in(client, make_person(unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER]))
    page = client.page(f"/manage/quizzes/{quiz.id}/statistics")
    assert "Câu hỏi được lấy ngẫu nhiên." in page.text
    # Scores 0, 5 and 10 vary by 50/3. Half of all marks are right, so each of two places varies by 25/4.
    assert "0,50 Hệ số alpha Cronbach" in page.text
