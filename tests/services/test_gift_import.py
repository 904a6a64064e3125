"""Banks in and out as GIFT: whole or not at all, and a second time without a change."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.db import db
from core.errors import NotAllowed
from people.access import SYSTEM, Role
from quizzes import bank_services, gift_services
from quizzes.models import Bank, Question, QuestionVersion
from quizzes.question_content import input_of
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.factories_quizzes import QUESTION, make_bank, make_question
from tests.support.questions import CONTENT

pytestmark = pytest.mark.usefixtures("session")

GIFTS = sorted((Path(__file__).parents[2] / "content").rglob("questions.gift"))
FILE = """// difficulty: hard; topics: N19; sources: luat-pctn-2018
::Q1::[markdown]Ai nộp lại quà?{=Người nhận#Đúng ~Người tặng}

::Q2::[markdown]Việc nào tốt?{~%50%Chào ~%50%Ghi rõ ~%-100%Quát}
"""


def take(bank, text, at, **values):
    result = gift_services.import_gift(bank, text, file_name="cau-hoi.gift", **{"by": SYSTEM, "at": at, **values})
    db.session.commit()
    return result


def counts(result):
    return result.new, result.changed, result.unchanged


def versions():
    return db.session.scalar(select(func.count()).select_from(QuestionVersion))


def test_new_then_unchanged_then_changed(at):
    bank = make_bank()
    result = take(bank, FILE, at)
    assert (counts(result), result.unknown_sources) == ((2, 0, 0), ("luat-pctn-2018",))
    assert counts(take(bank, FILE, at)) == (0, 0, 2)
    assert versions() == 2
    assert counts(take(bank, FILE.replace("Quát", "Quát nạt"), at)) == (0, 1, 1)
    numbers = select(Question.code, QuestionVersion.number).join(QuestionVersion.question)
    assert list(db.session.execute(numbers.order_by(Question.code, QuestionVersion.number))) == [
        ("Q1", 1),
        ("Q2", 1),
        ("Q2", 2),
    ]


def test_a_preview_counts_and_changes_nothing(at):
    bank = make_bank()
    assert counts(gift_services.preview_gift(bank, FILE)) == (2, 0, 0)
    assert versions() == 0


def test_option_keys_survive_a_changed_file(at):
    bank = make_bank()
    take(bank, FILE, at)
    take(bank, FILE.replace("Người tặng", "Người biếu").replace("=Người nhận", "=Người nhận quà"), at)
    question = db.session.scalars(select(Question).where(Question.code == "Q1")).one()
    first, second = db.session.scalars(
        select(QuestionVersion.spec).where(QuestionVersion.question_id == question.id).order_by(QuestionVersion.number)
    )
    assert [option["key"] for option in first["options"]] == [option["key"] for option in second["options"]]


def test_one_bad_question_stops_the_whole_file_and_all_errors_are_told(at):
    bank = make_bank()
    bad = FILE + "\n::Q3::Viết {*}\n\n::Q1::Lại?{=a ~b}\n\n::Q4::Hai phương án như nhau?{=a ~b ~b}\n"
    with pytest.raises(gift_services.BadGift) as refused:
        take(bank, bad, at)
    assert [(error.line, error.code) for error in refused.value.errors] == [
        (6, "unknown_answers"),
        (8, "duplicate_code"),
        (10, "duplicate_text"),
    ]
    assert refused.value.place.row == 6
    assert versions() == 0


def test_without_publishing_questions_wait_as_drafts(at):
    bank = make_bank()
    take(bank, FILE, at, publish=False)
    assert db.session.scalars(select(QuestionVersion.published_at)).all() == [None, None]
    assert counts(take(bank, FILE, at, publish=False)) == (0, 0, 2)
    assert counts(take(bank, FILE, at)) == (0, 2, 0)
    assert versions() == 2


@pytest.mark.parametrize("path", GIFTS, ids=lambda path: path.parent.name)
def test_the_built_in_banks_come_in_and_go_out_unchanged(at, path):
    bank = make_bank()
    text = path.read_text(encoding="utf-8")
    result = take(bank, text, at)
    assert result.new == result.total >= 30
    assert counts(take(bank, text, at)) == (0, 0, result.total)
    assert counts(take(bank, gift_services.export_gift(bank).text, at)) == (0, 0, result.total)


def test_what_was_typed_in_the_browser_goes_out_and_comes_back_unchanged(at):
    bank = make_bank()
    make_question(bank, prompt="Một dòng: {x} = ~y # z\n\n- mục\n- mục `%50%`", general_explanation="Theo \\* luật")
    fixed = {**QUESTION.content, "shuffle": False}
    make_question(bank, publish=False, content=fixed, topic="N19, N4", sources=("luat-pctn-2018",))
    retired = make_question(bank)
    bank_services.retire_question(retired.id, by=SYSTEM, at=at)
    before = versions()
    result = take(bank, gift_services.export_gift(bank).text, at, publish=False)
    assert (counts(result), versions()) == ((0, 0, 2), before)


def test_every_kind_that_gift_has_goes_out_and_comes_back_and_the_others_are_named(at):
    bank = make_bank()
    gap = {**CONTENT["gaps"], "text": "Báo cáo [[ai]] ngay.", "gaps": CONTENT["gaps"]["gaps"][:1]}
    for kind, content in {**CONTENT, "gaps": gap}.items():
        make_question(bank, kind=kind, content=content, code=kind, prompt=f"Hỏi về {kind}")
    make_question(bank, kind="gaps", content=CONTENT["gaps"], code="nhiều chỗ trống")
    written = gift_services.export_gift(bank)
    assert [one.code for one in written.left_out] == ["case_study", "categorise", "nhiều chỗ trống", "ordering"]
    assert written.count == 5
    assert counts(take(bank, written.text, at)) == (0, 0, 5)
    copy = make_bank("Bản sao")
    assert counts(take(copy, written.text, at)) == (5, 0, 0)
    assert gift_services.export_gift(copy).text == written.text


def test_a_question_keeps_its_data_over_banks(at):
    bank, copy = make_bank(), make_bank("Bản sao")
    question = make_question(bank, general_explanation="Vì sao", difficulty="hard", topic="N4")
    take(copy, gift_services.export_gift(bank).text, at)
    twin = db.session.scalars(select(Question).where(Question.bank_id == copy.id)).one()
    original, copied = (input_of(bank_services.latest_version(one.id)) for one in (question, twin))
    assert twin.code == question.code
    said = [[(o["text"], o["right"], o["explanation"]) for o in one.content["options"]] for one in (copied, original)]
    assert said[0] == said[1]
    assert (copied.prompt, copied.difficulty, copied.topic) == (original.prompt, "hard", "N4")


def test_only_trainers_of_the_unit_may_import(at):
    bank = make_bank()
    stranger = actor_of(make_person(unit=make_unit(), roles=[Role.TRAINER]))
    with pytest.raises(NotAllowed):
        take(bank, FILE, at, by=stranger)


def test_what_is_not_utf8_is_refused_with_its_line():
    assert gift_services.decode("\ufeffCâu".encode()) == "Câu"
    with pytest.raises(gift_services.BadGift) as refused:
        gift_services.decode("dòng 1\n".encode() + "Đúng".encode("utf-16-le") + b"\xff")
    assert refused.value.errors[0].line == 2


class TestCommands:
    """``flask questions import`` and ``export``."""

    @pytest.fixture
    def run(self, app):
        return lambda *words: app.test_cli_runner().invoke(args=["questions", *map(str, words)])

    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "cau-hoi.gift"
        path.write_text(FILE, encoding="utf-8")
        return path

    def test_in_and_out(self, run, file, tmp_path):
        make_unit("Sở Nội vụ")
        done = run("import", file, "--bank", "M7", "--json")
        assert (done.exit_code, json.loads(done.output)["new"]) == (0, 2)
        out = tmp_path / "ra.gift"
        assert run("export", "--bank", "M7", "--out", out).exit_code == 0
        again = json.loads(run("import", out, "--bank", "M7", "--json").output)
        assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)

    def test_what_the_file_can_not_hold_is_named(self, run, tmp_path):
        bank, out = make_bank(), tmp_path / "ra.gift"
        make_question(bank, kind="ordering", content=CONTENT["ordering"], code="M7-09")
        words = ("export", "--bank", bank.name, "--out", out)
        assert "Không có trong tệp: M7-09 (Sắp xếp thứ tự). GIFT không có loại câu hỏi này." in run(*words).output
        told = json.loads(run(*words, "--json").output)
        assert (told["questions"], [one["code"] for one in told["left_out"]]) == (0, ["M7-09"])

    def test_a_rehearsal_changes_nothing(self, run, file):
        make_unit()
        done = run("import", file, "--bank", "M7", "--dry-run", "--json")
        assert (done.exit_code, json.loads(done.output)["new"]) == (0, 2)
        assert db.session.scalar(select(Bank.id)) is None

    def test_a_bad_file_is_refused_with_file_and_line(self, run, file):
        make_unit()
        file.write_text("::Q1::Viết {*}\n", encoding="utf-8")
        refused = run("import", file, "--bank", "M7")
        assert refused.exit_code == 1
        assert f"{file}:1:" in refused.output
        answer = json.loads(run("import", file, "--bank", "M7", "--json").output)
        assert (answer["errors"][0]["line"], answer["errors"][0]["code"]) == (1, "unknown_answers")
        file.write_bytes(b"")
        assert run("import", file, "--bank", "M7").exit_code == 1
        assert db.session.scalar(select(Bank.id)) is None

    def test_wrong_usage(self, run, file, tmp_path):
        assert run("import", tmp_path / "khong-co.gift", "--bank", "M7").exit_code == 2
        assert run("import", file).exit_code == 2
        assert run("import", file, "--bank", "M7", "--unit", "KHONG-CO").exit_code == 2
        assert run("export", "--bank", "Không có", "--out", tmp_path / "x").exit_code == 2
