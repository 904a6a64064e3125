"""What a learner asks of the database from signing in to the result, request by request; it shall not grow again."""

import pytest

from core.db import db
from quizzes import queries
from quizzes.models import Attempt
from tests.support.factories_attempts import right_answers
from tests.support.factories_people import PASSWORD, make_person, make_unit
from tests.support.factories_training import lesson_ids, make_training, open_year, read
from tests.support.forms import form_of
from tests.support.html import parse
from tests.support.queries import count_queries


@pytest.mark.usefixtures("at")
def test_no_step_of_a_learner_asks_more_than_it_needs(client):
    training = make_training(make_unit("Sở Nội vụ"))
    person = make_person("Đỗ Thị Ánh Ngọc", unit=training.unit, account=True)
    *earlier, last = lesson_ids(open_year(training))
    read(person, earlier)

    def ask(path, most, data=None):
        with count_queries() as asked:
            answer = client.get(path) if data is None else client.post(path, data=data)
        assert answer.status_code < 400, f"{path}: {answer.status}"
        assert len(asked) <= most, (path, asked)
        return answer

    def sent_from(page, action=""):
        return dict(form_of(parse(page.text), action).values)

    name = {"name": person.staff_code, "password": PASSWORD}
    answer = ask("/sign-in", 5, sent_from(ask("/sign-in", 0)) | name)
    assert answer.location == "/my"
    ask("/my", 4)
    ask(f"/courses/{training.course.slug}", 2)
    lesson = ask(f"/lessons/{last}", 4)
    ask(f"/lessons/{last}/read", 5, sent_from(lesson, f"/lessons/{last}/read"))
    quiz = f"/quizzes/{training.quiz.id}"
    attempt_path = ask(f"{quiz}/start", 8, sent_from(ask(quiz, 6), f"{quiz}/start")).location
    answers = sent_from(ask(attempt_path, 3), f"{attempt_path}/answers")
    attempt = queries.attempt(int(attempt_path.rpartition("/")[2]))
    chosen = {f"chosen-{item}": keys for item, keys in right_answers(attempt).items()}
    ask(f"{attempt_path}/answers", 5, answers | chosen)
    ask(f"{attempt_path}/submit", 18, {"csrf_token": answers["csrf_token"]})
    assert db.session.get_one(Attempt, attempt.id).passed
    ask(f"{attempt_path}/result", 6)
