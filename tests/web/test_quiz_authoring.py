"""The trainers' pages about banks, questions, quizzes and GIFT files."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import select

from core.db import db
from people.access import SYSTEM, Role
from people.models import Unit
from quizzes import bank_services, quiz_services
from quizzes.models import Bank, Question, QuestionVersion, Quiz
from quizzes.queries import item_views
from quizzes.question_content import input_of
from quizzes.quiz_drafts import QuizDraft, SectionDraft
from quizzes.result_queries import result_views
from quizzes.reveal import EVERYTHING
from tests.support.factories_attempts import begin, hand_in, standing_above
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_quizzes import (
    QUESTION,
    make_bank,
    make_question,
    make_questions,
    make_quiz,
    published_version,
)
from tests.support.forms import form_of
from tests.support.html import parse
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("at")

GIFT = """// difficulty: hard; topics: N19; sources: luat-pctn-2018
::Q1::[markdown]Ai nộp lại quà?{=Người nhận#Đúng ~Người tặng}

::Q2::[markdown]Việc nào tốt?{~%50%Chào ~%50%Ghi rõ ~%-100%Quát}
"""


@pytest.fixture
def office(client):
    """Return a unit whose trainer is signed in."""
    unit = make_unit("Sở Nội vụ")
    sign_in(client, make_person("Lê Thị Hoa", unit=unit, roles=[Role.TRAINER]))
    return unit


@pytest.fixture
def bank(office):
    return make_bank(unit=office)


def post(client, path, **values):
    """Send the form of a page with one of its buttons pressed, and return the answer as a page."""
    response = client.submit(path, follow_redirects=True, **values)
    return response.status_code, parse(response.text)


def editor_of(page):
    """Return the editor's form, whatever other forms the page has."""
    return form_of(page, form_id=next(id_ for id_ in ("question", "quiz") if page.all("form", id=id_)))


def again(client, page, path, **values):
    """Send a form that came back, as it came back but for some values."""
    form = editor_of(page)
    data = {**form.values, **values}
    response = client.post(form.action or path, data={k: v for k, v in data.items() if v is not None})
    return response.status_code, (parse(response.text) if response.mimetype == "text/html" else None)


def upload(client, bank, data, name="cau-hoi.gift"):
    path = f"/manage/banks/{bank.id}/import"
    values = form_of(client.page(path)).values
    response = client.post(path, data={**values, "file": (io.BytesIO(data), name)}, content_type="multipart/form-data")
    return response.status_code, parse(response.text)


TYPED = {
    "prompt": "Ai **nộp lại** quà?",
    "kind": "single_choice",
    "options-0-text": "Người nhận",
    "options-0-right": "y",
    "options-0-explanation": "Đúng.",
    "options-1-text": "Người tặng",
}


def test_a_bank_is_made_renamed_and_listed(client, office):
    assert "Chưa có ngân hàng" in client.page("/manage/banks").text
    status, page = post(client, "/manage/banks/new", name="M7  Liêm chính")
    assert (status, page.one("h1").text) == (200, "M7 Liêm chính")
    bank = db.session.scalars(select(Bank)).one()
    assert bank.unit_id == office.id
    assert post(client, "/manage/banks/new", name="M7 Liêm chính")[0] == 422
    assert post(client, f"/manage/banks/{bank.id}/rename", name="Liêm chính")[1].one("h1").text == "Liêm chính"
    assert "Liêm chính" in client.page("/manage/banks").text


def test_a_question_is_written_saved_and_published(client, bank):
    status, page = post(client, f"/manage/banks/{bank.id}/questions/new?kind=single_choice", wish="publish", **TYPED)
    assert status == 200
    assert "Công bố câu hỏi C001" in page.one("h1").text
    version = db.session.scalars(select(QuestionVersion)).one()
    assert version.published_at is None
    assert [option["text"] for option in version.spec["options"]] == ["Người nhận", "Người tặng"]
    status, page = post(client, f"/manage/questions/{version.question_id}/publish")
    assert "Đã công bố phiên bản 1" in page.text
    assert db.session.scalars(select(QuestionVersion)).one().published_at


def test_everything_typed_stays_when_something_is_wrong(client, bank):
    path = f"/manage/banks/{bank.id}/questions/new?kind=single_choice"
    wrong = {**TYPED, "options-1-right": "y", "topic": "N19", "general_explanation": "Theo <luật>"}
    status, page = post(client, path, wish="save", **wrong)
    assert status == 422
    assert page.one("div", role="alert").text
    values = editor_of(page).values
    for name, value in wrong.items():
        assert values[name] == [value], name
    status, page = post(client, path, wish="save", **{**TYPED, "options-1-text": "Người nhận"})
    assert status == 422
    assert "options-1-text-error" in {element.get("id") for element in page.walk()}
    assert db.session.scalar(select(Question.id)) is None


def test_rows_are_added_moved_and_removed_without_javascript(client, bank):
    path = f"/manage/banks/{bank.id}/questions/new?kind=single_choice"
    _, page = post(client, path, wish="add@options", **TYPED)
    assert "options-4-text" in editor_of(page).values
    _, page = again(client, page, path, wish="down-0@options")
    values = editor_of(page).values
    assert values["options-1-text"] == ["Người nhận"]
    assert values["options-1-right"] == ["y"]
    assert values["options-1-explanation"] == ["Đúng."]
    assert values["options-0-text"] == ["Người tặng"]
    assert "options-0-right" not in values
    _, page = again(client, page, path, wish="remove-0@options")
    assert editor_of(page).values["options-0-text"] == ["Người nhận"]
    assert editor_of(page).values["prompt"] == ["Ai **nộp lại** quà?"]
    for _ in range(12):
        _, page = again(client, page, path, wish="add@options")
    assert sum(name.endswith("-text") for name in editor_of(page).values) == 10
    assert again(client, page, path, wish="remove-99@options")[0] == 200


def test_a_preview_shows_the_question_and_saves_nothing(client, bank):
    status, page = post(client, f"/manage/banks/{bank.id}/questions/new?kind=single_choice", wish="preview", **TYPED)
    assert status == 200
    assert "Nội dung này chưa được lưu" in page.text
    assert "nộp lại" in [strong.text for strong in page.all("strong")]
    assert db.session.scalar(select(Question.id)) is None


def test_hostile_text_is_shown_as_text(client, bank):
    question = make_question(
        bank,
        prompt="<script>alert(1)</script> [x](javascript:alert(1))",
        topic="<b>N19</b>",
        general_explanation="<img src=x onerror=alert(1)>",
    )
    for path in ("", "/preview", "/history", "/publish"):
        page = client.get(f"/manage/questions/{question.id}{path}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page
    assert "<b>N19" not in client.get(f"/manage/banks/{bank.id}").text


def test_option_keys_stay_through_the_form(client, bank):
    question = make_question(bank)
    path = f"/manage/questions/{question.id}"
    before = [option["key"] for option in bank_services.latest_version(question.id).spec["options"]]
    _, page = again(client, client.page(path), path, wish="down-0@options")
    again(client, page, path, wish="save")
    after = [option["key"] for option in bank_services.latest_version(question.id).spec["options"]]
    assert after == [before[1], before[0], before[2]]


def test_a_stale_form_comes_back_with_both_texts_and_can_be_saved(client, bank, at):
    question = make_question(bank, publish=False)
    path = f"/manage/questions/{question.id}"
    opened = client.page(path)
    typed = replace(QUESTION, prompt="Câu hỏi của anh Nam")
    bank_services.save_question_draft(bank.id, question.id, typed, based_on=None, by=SYSTEM, at=at.replace(hour=3))
    db.session.commit()
    status, page = again(client, opened, path, prompt="Câu hỏi của chị Hoa", wish="save")
    assert status == 409
    assert "Câu hỏi của anh Nam" in page.text
    assert editor_of(page).values["prompt"] == ["Câu hỏi của chị Hoa"]
    assert bank_services.latest_version(question.id).prompt_text == "Câu hỏi của anh Nam"
    assert again(client, page, path, wish="save")[0] == 303
    assert bank_services.latest_version(question.id).prompt_text == "Câu hỏi của chị Hoa"


def test_publishing_tells_who_is_affected_and_takes_chosen_quizzes_along(client, bank, at):
    question, _ = make_questions(bank, 2)
    quiz, other = make_quiz([bank]), make_quiz([bank], slug="khac")
    typed = replace(input_of(bank_services.latest_version(question.id)), prompt="Đã sửa lời")
    bank_services.save_question_draft(bank.id, question.id, typed, based_on=None, by=SYSTEM, at=at)
    db.session.commit()
    page = client.page(f"/manage/questions/{question.id}/publish")
    assert "Đã sửa lời" in page.text
    assert "Chưa có lượt làm bài nào" in page.text
    status, page = post(client, f"/manage/questions/{question.id}/publish", quizzes=[str(quiz.id)])
    assert status == 200
    assert (published_version(quiz).number, published_version(other).number) == (2, 1)
    history = client.page(f"/manage/questions/{question.id}/history").text
    assert "Câu hỏi thử số 1?" in history
    assert "Đã sửa lời" in history


def test_attempts_keep_what_they_saw_and_the_next_one_gets_the_new_version(app, client, bank, at):
    question = make_question(bank)
    quiz, learner = make_quiz([bank]), make_person(unit=make_unit())
    with standing_above(app):
        before = hand_in(begin(quiz, learner, at), learner, at)
        begin(quiz, make_person(unit=db.session.get_one(Unit, bank.unit_id), roles=[Role.TRAINER]), at, preview=True)
        mended = replace(input_of(bank_services.latest_version(question.id)), prompt="Đã sửa lời")
        bank_services.save_question_draft(bank.id, question.id, mended, based_on=None, by=SYSTEM, at=at)
        db.session.commit()
        path = f"/manage/questions/{question.id}/publish"
        assert "1 lượt làm bài đã dùng phiên bản 1 và giữ nguyên phiên bản đó." in client.page(path).text
        post(client, path, quizzes=[str(quiz.id)])
        after = begin(quiz, learner, at)
    assert "sửa lời" not in result_views(before.id, EVERYTHING)[0].prompt_html
    assert "sửa lời" in item_views(after.id)[0].prompt_html


def test_a_question_retires_and_comes_back(client, bank):
    question = make_question(bank)
    path = f"/manage/questions/{question.id}"
    client.submit(path, action=f"{path}/retire")
    assert db.session.get_one(Question, question.id).retired_at
    assert "Ngừng dùng" in client.page(f"/manage/banks/{bank.id}").text
    client.submit(path, action=f"{path}/restore")
    assert db.session.get_one(Question, question.id).retired_at is None


def test_a_bank_is_searched_without_accents_and_filtered(client, bank):
    make_question(bank, code="M7-01", prompt="Đạo đức công vụ là gì?", difficulty="easy")
    make_question(bank, code="M7-02", prompt="Nhận quà biếu", topic="N4", publish=False)
    path = f"/manage/banks/{bank.id}"
    for query, found in (
        ("?q=dao duc", {"M7-01"}),
        ("?q=QUÀ BIẾU", {"M7-02"}),
        ("?q=n4", {"M7-02"}),
        ("?difficulty=easy", {"M7-01"}),
        ("?state=draft", {"M7-02"}),
        ("?kind=multiple_choice", set()),
        ("?state=nonsense&page=x", set()),
        ("", {"M7-01", "M7-02"}),
    ):
        text = client.page(path + query).text
        assert {code for code in ("M7-01", "M7-02") if code in text} == found, query


def test_a_quiz_is_written_with_rows_and_published(client, bank):
    make_questions(bank, 3)
    path = "/manage/quizzes/new"
    typed = {
        "title": "Kiểm tra cuối khóa",
        "pass_score": "7,5",
        "sections-0-draw_count": "2",
        "sections-0-points": "0,5",
    }
    typed["sections-0-bank_id"] = str(bank.id)
    _, page = post(client, path, wish="add", **typed)
    _, page = again(client, page, path, wish="remove-1")
    assert editor_of(page).values["pass_score"] == ["7,5"]
    assert "Có 3 câu hỏi đã công bố" in page.text
    status, page = post(client, path, wish="publish", **typed)
    assert (status, page.one("h1").text) == (200, "Công bố bài kiểm tra")
    quiz = db.session.scalars(select(Quiz)).one()
    assert quiz.slug == "kiem-tra-cuoi-khoa"
    status, page = post(client, f"/manage/quizzes/{quiz.id}/publish")
    version = published_version(quiz)
    assert (version.pass_score, version.sections[0].points, version.sections[0].draw_count) == (750, 50, 2)
    assert "Phiên bản 1" in client.page(f"/manage/quizzes/{quiz.id}/history").text
    assert "Không có gì thay đổi" in post(client, f"/manage/quizzes/{quiz.id}/publish")[1].text
    assert "Kiểm tra cuối khóa" in client.page("/manage/quizzes").text
    assert post(client, path, wish="save", **typed)[0] == 422


def test_wrong_rules_come_back_with_what_was_typed(client, bank):
    typed = {
        "title": "Kiểm tra",
        "pass_score": "mười",
        "sections-0-draw_count": "-1",
        "sections-0-bank_id": str(bank.id),
    }
    status, page = post(client, "/manage/quizzes/new", wish="save", **typed)
    assert status == 422
    values = editor_of(page).values
    assert (values["pass_score"], values["sections-0-draw_count"]) == (["mười"], ["-1"])
    assert db.session.scalar(select(Quiz.id)) is None


def test_publishing_names_the_bank_that_has_too_few_questions(client, bank, office, at):
    draft = QuizDraft("Kiểm tra", (SectionDraft(bank.id, draw_count=5),))
    quiz = quiz_services.put_quiz("kiem-tra", draft, unit_id=office.id, by=SYSTEM, at=at)
    db.session.commit()
    status, page = post(client, f"/manage/quizzes/{quiz.id}/publish")
    assert status == 422
    assert bank.name in page.one("div", role="alert").text


def test_a_stale_quiz_form_is_a_conflict(client, bank, at):
    make_questions(bank, 1)
    quiz = make_quiz([bank])
    path = f"/manage/quizzes/{quiz.id}"
    opened = client.page(path)
    changed = replace(quiz_services.draft_of(published_version(quiz)), title="Của anh Nam")
    quiz_services.put_quiz(quiz.slug, changed, unit_id=quiz.unit_id, by=SYSTEM, at=at.replace(hour=4))
    db.session.commit()
    status, page = again(client, opened, path, title="Của chị Hoa", wish="save")
    assert status == 409
    assert "Của anh Nam" in page.text
    assert editor_of(page).values["title"] == ["Của chị Hoa"]
    assert again(client, page, path, wish="save")[0] == 303


def test_a_gift_file_is_looked_at_then_taken(client, bank):
    status, page = upload(client, bank, "\ufeff".encode() + GIFT.encode())
    assert status == 200
    assert [value.text for value in page.all("p", **{"class": "nep-stat-value"})] == ["2", "0", "0"]
    assert "luat-pctn-2018" in page.text
    assert db.session.scalar(select(Question.id)) is None
    form = form_of(page)
    done = client.post(form.action, data=form.values, follow_redirects=True)
    assert "Đã nhập. Mới: 2" in done.text
    out = client.get(f"/manage/banks/{bank.id}/export.gift")
    assert out.headers["Content-Disposition"] == 'attachment; filename="ngan-hang-liem-chinh.gift"'
    _, page = upload(client, bank, out.data)
    assert [value.text for value in page.all("p", **{"class": "nep-stat-value"})] == ["0", "0", "2"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "rỗng"),
        (b"::Q1::Vi\xff\xfet{=a ~b}", "UTF-8"),
        ("::Q1::Nộp {T} ngay\n\n::Q2::Số {#x}".encode(), "Dòng 1"),
        (b"x" * 2_000, "MB"),
    ],
    ids=["empty", "not UTF-8", "kinds", "too large"],
)
def test_a_bad_file_is_refused_and_changes_nothing(client, bank, monkeypatch, data, told):
    monkeypatch.setattr("quizzes.gift_services.MAX_BYTES", 1_000)
    status, page = upload(client, bank, data)
    assert status == 422
    assert told in page.one("div", role="alert").text
    assert db.session.scalar(select(Question.id)) is None


def test_all_errors_of_a_file_are_listed(client, bank):
    _, page = upload(client, bank, "::Q1::Nộp {T} ngay\n\n::Q2::Số {#x}".encode())
    table = page.one("table").text
    assert "Ở giữa đoạn văn" in table
    assert "Đây không phải là số nhận được." in table


def test_another_units_things_are_not_found(client, office, at):
    other = make_unit("Sở Y tế")
    bank = make_bank("Của họ", other)
    question = make_question(bank)
    quiz = make_quiz([bank], unit=other)
    for path in ("", "/rename", "/questions/new", "/import", "/export", "/export.gift"):
        assert client.get(f"/manage/banks/{bank.id}{path}").status_code == 404, path
    for path in ("", "/preview", "/publish", "/history"):
        assert client.get(f"/manage/questions/{question.id}{path}").status_code == 404, path
    for path in ("", "/publish", "/history"):
        assert client.get(f"/manage/quizzes/{quiz.id}{path}").status_code == 404, path
    token = form_of(client.page("/manage/banks/new")).values["csrf_token"]
    for path in (
        f"/manage/banks/{bank.id}/rename",
        f"/manage/banks/{bank.id}/questions/new",
        f"/manage/banks/{bank.id}/import/apply",
        f"/manage/questions/{question.id}",
        f"/manage/questions/{question.id}/publish",
        f"/manage/questions/{question.id}/retire",
        f"/manage/questions/{question.id}/restore",
        f"/manage/quizzes/{quiz.id}",
        f"/manage/quizzes/{quiz.id}/publish",
    ):
        sent = client.post(
            path, data={"csrf_token": token, "name": "x", "title": "x", "prompt": "x", "pass_score": "5"}
        )
        assert sent.status_code in {403, 404}, path
    assert "Của họ" not in client.page("/manage/banks").text
    assert "Của họ" not in client.page("/manage/quizzes/new").text
    assert quiz.slug not in client.page("/manage/quizzes").text


@pytest.mark.parametrize("path", ["/manage/banks", "/manage/banks/new", "/manage/quizzes", "/manage/quizzes/new"])
def test_only_trainers_come_in(client, path):
    sign_in(client, make_person(unit=make_unit(), roles=[Role.HR_OFFICER]))
    assert client.get(path).status_code == 403


def test_lists_ask_the_database_as_often_for_many_as_for_few(client, office):
    def queries(path):
        with count_queries() as asked:
            client.page(path)
        return len(asked)

    bank = make_bank(unit=office)
    make_questions(bank, 2)
    quiz = make_quiz([bank])
    paths = ("/manage/banks", f"/manage/banks/{bank.id}", "/manage/quizzes", f"/manage/quizzes/{quiz.id}")
    for path in paths:
        client.page(path)
    few = [queries(path) for path in paths]
    make_questions(bank, 60)
    for number in range(5):
        more = make_bank(f"Ngân hàng {number}", office)
        make_questions(more, 1)
        make_quiz([more], slug=f"kiem-tra-{number}")
    assert [queries(path) for path in paths] == few
    assert max(few) <= 14, few
