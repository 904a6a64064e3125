"""The editor of every kind of question in the browser's place: chosen, shown, sent back, tried out, compared."""

import pytest
from sqlalchemy import select

from core.db import db
from people.access import Role
from quizzes.author_labels import KIND_LABELS
from quizzes.models import QuestionVersion
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_quizzes import make_bank, make_question
from tests.support.forms import form_of
from tests.support.html import parse
from tests.support.questions import CONTENT

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture
def bank(client):
    unit = make_unit("Sở Nội vụ")
    sign_in(client, make_person("Lê Thị Hoa", unit=unit, roles=[Role.TRAINER]))
    return make_bank(unit=unit)


def send(client, page, path, **values):
    """Send the editor's form as a page shows it, but for some values; return the answer as a page."""
    data = {**form_of(page, form_id="question").values, **values}
    response = client.post(path, data={k: v for k, v in data.items() if v is not None}, follow_redirects=True)
    return response.status_code, parse(response.text)


def test_the_kind_is_chosen_first(client, bank):
    path = f"/manage/banks/{bank.id}/questions/new"
    page = client.page(path)
    links = {link.get("href") for link in page.all("a") if "kind=" in link.get("href")}
    assert links == {f"{path}?kind={kind}" for kind in KIND_LABELS}
    for link in links:
        assert form_of(client.page(link), form_id="question").values


@pytest.mark.parametrize("kind", sorted(CONTENT))
def test_a_question_of_every_kind_comes_back_unchanged(client, bank, kind):
    question = make_question(bank, kind=kind, content=CONTENT[kind])
    path = f"/manage/questions/{question.id}"
    status, page = send(client, client.page(path), path, wish="save")
    assert (status, "Không có gì thay đổi" in page.text) == (200, True)
    status, page = send(client, client.page(path), path, wish="preview")
    assert (status, "Nội dung này chưa được lưu" in page.text) == (200, True)
    status, page = send(client, client.page(path), path, wish="save", prompt="Đã sửa lời")
    assert "Đã sửa lời" in client.page(f"{path}/history").text


def test_an_answer_is_tried_out_in_the_preview_and_kept_nowhere(client, bank):
    question = make_question(bank, kind="matching", content=CONTENT["matching"])
    path = f"/manage/questions/{question.id}/preview"
    spec = db.session.scalars(select(QuestionVersion.spec)).one()
    first, second, _third = spec["rows"]
    fields = form_of(client.page(path), form_id="try").values
    answer = {f"pair_{first['key']}-0": first["target"], f"pair_{second['key']}-0": first["target"]}
    assert set(answer) <= set(fields)
    page = parse(client.post(path, data={**fields, **answer}).text)
    assert page.one("p", id="earned").text == "Câu trả lời này được 33% số điểm."
    assert "Đáp án: Báo cáo bằng văn bản và nộp lại" in page.text
    assert form_of(page, form_id="try").values[f"pair_{first['key']}-0"] == [first["target"]]
    assert "Chưa trả lời" in parse(client.post(path, data=fields).text).one("p", id="earned").text
    forged = client.post(path, data={**fields, f"pair_{first['key']}-0": "zz"})
    assert (forged.status_code, "Anh/chị hãy trả lời lại" in forged.text) == (422, True)


def test_an_essay_that_is_tried_out_waits_for_a_person(client, bank):
    question = make_question(bank, kind="essay", content=CONTENT["essay"])
    path = f"/manage/questions/{question.id}/preview"
    fields = form_of(client.page(path), form_id="try").values
    page = parse(client.post(path, data={**fields, "text-0": "Từ chối quà"}).text)
    assert page.one("p", id="earned").text == "Câu trả lời này do người chấm cho điểm."


def test_the_kind_of_a_question_changes_between_one_choice_and_several_only(client, bank):
    question = make_question(bank)
    path = f"/manage/questions/{question.id}"
    data = form_of(client.page(path), form_id="question").values
    client.post(path, data={**data, "kind": "matching", "prompt": "Đổi loại", "wish": "save"})
    kinds = select(QuestionVersion.kind).order_by(QuestionVersion.number)
    assert db.session.scalars(kinds).all() == ["single_choice", "single_choice"]
    data = form_of(client.page(path), form_id="question").values
    client.post(path, data={**data, "kind": "multiple_choice", "wish": "save"})
    assert db.session.scalars(kinds).all() == ["single_choice", "multiple_choice"]


def test_the_history_tells_what_changed_inside_a_case(client, bank):
    question = make_question(bank, kind="case_study", content=CONTENT["case_study"])
    path = f"/manage/questions/{question.id}"
    opened = client.page(path)
    values = {
        "parts-1-answers-0-tolerance": "1",
        "parts-2-gaps-1-rows-0-text": "công dân",
        "parts-0-options-0-text": "Báo",
    }
    status, page = send(client, opened, path, wish="up-2@parts", **values)
    assert status == 200
    assert send(client, page, path, wish="save")[0] == 200
    history = client.page(f"{path}/history")
    rows = [[cell.text for cell in row.all("th", "td")] for row in history.one("table").all("tr")][1:]
    assert rows == [
        [
            "Phần 1: Phương án",
            "Báo cáo thủ trưởng (đúng) – Báo cáo ngay khi phát hiện.",
            "Báo (đúng) – Báo cáo ngay khi phát hiện.",
        ],
        ["Phần 3: Câu trả lời", "5 (100 %)", "5 ± 1 (100 %)"],
        ["Phần 2: Chỗ trống 2: Phương án", "người dân (đúng)", "công dân (đúng)"],
        [
            "Thứ tự: Phần",
            "Việc **đầu tiên** cần làm là gì?; Phải nộp lại trong bao lâu?; Điền vào câu trong biên bản.",
            "Việc **đầu tiên** cần làm là gì?; Điền vào câu trong biên bản.; Phải nộp lại trong bao lâu?",
        ],
    ]


def test_a_mistake_in_a_row_is_told_above_and_beside_it(client, bank):
    path = f"/manage/banks/{bank.id}/questions/new?kind=ordering"
    wrong = {"prompt": "Xếp thứ tự", "items-0-text": "Một", "items-1-text": "Hai", "items-2-text": "Hai"}
    status, page = send(client, client.page(path), path, wish="save", **wrong)
    assert status == 422
    assert page.one("p", id="items-2-text-error").text.endswith("Hai dòng có nội dung giống nhau. Hãy sửa một dòng.")
    assert "#items-2-text" in [link.get("href") for link in page.one("div", role="alert").all("a")]


def test_the_page_of_the_export_names_what_the_file_can_not_hold(client, bank):
    make_question(bank)
    make_question(bank, kind="categorise", content=CONTENT["categorise"], code="M7-09")
    page = client.page(f"/manage/banks/{bank.id}/export")
    cells = [cell.text for cell in page.one("table").all("th", "td")]
    assert cells[-3:] == ["M7-09", "Xếp nhóm", "GIFT không có loại câu hỏi này."]
    (link,) = [link.get("href") for link in page.all("a") if link.get("href").endswith("export.gift")]
    assert client.get(link).text.count("::C001::") == 1
