"""The GIFT reader and writer: what is taken, what is refused by name and line, and that nothing is lost on the way."""

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.html import from_inline_markdown, from_markdown, plain_text
from core.text import clean_line, nfc
from quizzes.formats import gift_reader, gift_writer, markdown_text
from quizzes.formats.gift_values import GiftError, GiftOption, GiftQuestion

CONTENT = sorted((Path(__file__).parents[2] / "content").rglob("questions.gift"))


def only(text: str) -> GiftQuestion:
    read = gift_reader.read(text)
    assert read.errors == ()
    (question,) = read.questions
    return question


def refused(text: str) -> list[GiftError]:
    read = gift_reader.read(text)
    assert read.errors
    return list(read.errors)


def without_lines(text: str) -> list[GiftQuestion]:
    read = gift_reader.read(text)
    assert read.errors == ()
    return [replace(question, line=0) for question in read.questions]


def test_one_right_option_with_everything_around():
    question = only(
        "// Ghi chú cho người soạn\n"
        "$CATEGORY: van-hoa/M1\n\n"
        "// difficulty: hard; topics: N19; sources: luat-pctn-2018, nd-59-2019\n"
        "::M7-01::[markdown]Ai **phải** nộp lại quà\\: người nhận hay người tặng? {\n"
        "=Người nhận#Đúng.\n"
        "~Người tặng # Sai\\: họ không giữ quà.\n"
        "####Nộp lại \\= báo cáo trước.\n"
        "}\n"
    )
    assert question == GiftQuestion(
        code="M7-01",
        kind="single_choice",
        prompt="Ai **phải** nộp lại quà: người nhận hay người tặng?",
        options=(
            GiftOption("Người nhận", True, "Đúng."),
            GiftOption("Người tặng", False, "Sai: họ không giữ quà."),
        ),
        general_explanation="Nộp lại = báo cáo trước.",
        topic="N19",
        difficulty="hard",
        sources=("luat-pctn-2018", "nd-59-2019"),
        line=5,
    )


def test_several_right_options_by_weight():
    question = only("::a::[plain]Việc nào tốt?{~%50%Chào ~%50%Ghi rõ ~%-100%Quát ~Im lặng}")
    assert question.kind == "multiple_choice"
    assert [option.right for option in question.options] == [True, True, False, False]


@pytest.mark.parametrize(("answer", "right"), [("T", 0), ("TRUE", 0), ("F", 1), ("false", 1)])
def test_true_and_false_become_two_options_in_their_order(answer, right):
    question = only(f"::a::Quà là quà?{{{answer}#khi trả lời sai#khi trả lời đúng}}")
    assert [option.text for option in question.options] == ["Đúng", "Sai"]
    assert [option.right for option in question.options] == [right == 0, right == 1]
    assert question.options[right].explanation == "khi trả lời đúng"
    assert question.options[1 - right].explanation == "khi trả lời sai"
    assert not question.shuffle


def test_escapes_are_undone_and_line_ends_kept():
    question = only("::a::[markdown]Dòng 1\\nDòng 2 \\{x\\} \\~ \\= \\# \\\\ {=a\\:b ~c}")
    assert question.prompt == "Dòng 1\nDòng 2 {x} ~ = # \\"
    assert question.options[0].text == "a:b"


def test_html_is_made_harmless_and_editable():
    question = only(
        "::a::[html]<p>Chọn <b>một</b> <script>alert(1)</script><img src\\=x onerror\\=alert(1)></p>"
        "{=<i>đúng</i> & đủ ~sai}"
    )
    assert question.prompt == "Chọn **một** alert(1)"
    assert question.options[0].text == "*đúng* \\& đủ"
    assert from_inline_markdown(question.options[0].text) == "<em>đúng</em> &amp; đủ"


def test_text_without_a_format_is_shown_as_it_is():
    question = only("::a::2 * 3 * 4 < 30 và _không_ nghiêng? {=có ~không}")
    assert plain_text(from_markdown(question.prompt)) == "2 * 3 * 4 < 30 và _không_ nghiêng?"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("::a::Viết về nếp nhà {}", "essay", 1),
        ("\n\n::a::Năm nào?{#2018}", "numeric", 3),
        ("::a::Ai?{=An =Bình}", "short_answer", 1),
        ("::a::Ghép{=a -> b =c -> d =e -> f}", "matching", 1),
        ("::a::Nộp {=ngay ~sau} cho ai?", "missing_word", 1),
        ("::a::Chọn{=x =y ~z}", "several_right", 1),
        ("::a::Chọn{=x ~%50%y ~z}", "part_of_one", 1),
        ("::a::Chọn{~x ~y}", "none_right", 1),
        ("::a::Chọn{~%70%x ~%30%y ~z}", "weights", 1),
        ("::a::Chọn{\n=x\n~\n~z}", "empty_option", 3),
        ("::a::Chọn{=x ~y\n\n::b::Chọn{=x ~y}", "not_closed", 1),
        ("Chỉ có chữ", "no_answers", 1),
        ("::a Chọn{=x ~y}", "title_not_closed", 1),
        ("::a::{=x ~y}", "no_text", 1),
        ("::a::Chọn{có hay không}", "unknown_answers", 1),
        ("::a::x{=x ~y}\n\n::a::z{=x ~y}", "duplicate_code", 3),
        ("// difficulty: khó\n::a::x{=x ~y}", "bad_difficulty", 2),
        ("", "no_question", 1),
        ("// chỉ ghi chú", "no_question", 1),
    ],
)
def test_what_can_not_be_kept_is_refused_by_name_and_line(text, code, line):
    assert refused(text) == [GiftError(line, code)]


def test_all_errors_of_a_file_are_told_at_once():
    assert [(error.line, error.code) for error in refused("::a::x{}\n\n::b::y{=1 ~2}\n\n::c::z{#5}")] == [
        (1, "essay"),
        (5, "numeric"),
    ]


def test_untitled_and_long_titled_questions_get_codes_that_stay():
    text = "Hỏi gì?{=a ~b}"
    assert only(text).code == only(text).code != only("Hỏi khác?{=a ~b}").code
    long = only(f"::{'rất dài ' * 20}::x{{=a ~b}}").code
    assert len(long) <= 60
    assert long != only(f"::{'rất dài ' * 21}::x{{=a ~b}}").code


def test_windows_line_ends_decomposed_letters_and_a_mark_at_the_beginning():
    text = "\ufeff::a::[markdown]Đạo đức công vụ{\r\n=đúng\r\n~sai\r\n}\r\n"
    assert only(unicodedata.normalize("NFD", text)) == only(text.replace("\r\n", "\n").removeprefix("\ufeff"))


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: path.parent.name)
def test_the_built_in_banks_survive_a_round_trip(path):
    questions = without_lines(path.read_text(encoding="utf-8"))
    assert len(questions) >= 30
    assert without_lines(gift_writer.write(questions)) == questions


marks = st.sampled_from(["=", "~", "#", "{", "}", ":", "\\", "%50%", "[html]", "->", "####", "//", "\\n", "<b>", "*"])
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
lines = st.lists(st.one_of(words, marks), min_size=1, max_size=6).map(lambda parts: clean_line("".join(parts)))
texts = lines.filter(bool)
facts = st.from_regex(r"[A-Za-z0-9-]{1,12}", fullmatch=True)


@st.composite
def questions(draw: st.DrawFn) -> GiftQuestion:
    kind = draw(st.sampled_from(["single_choice", "multiple_choice"]))
    found = draw(st.lists(texts, min_size=2, max_size=10, unique=True))
    right = draw(st.integers(1, len(found) - 1 if kind == "multiple_choice" else 1))
    options = [GiftOption(text, place < right, draw(lines)) for place, text in enumerate(found)]
    return GiftQuestion(
        code=draw(texts.filter(lambda text: len(text) <= 60)),
        kind=kind,
        prompt=draw(texts),
        options=tuple(draw(st.permutations(options))),
        general_explanation=draw(lines),
        topic=draw(st.one_of(st.just(""), facts)),
        difficulty=draw(st.sampled_from(["easy", "medium", "hard"])),
        sources=tuple(draw(st.lists(facts, max_size=3, unique=True))),
        shuffle=draw(st.booleans()),
        rule=draw(st.sampled_from(["partial", "all_or_nothing"])) if kind == "multiple_choice" else "partial",
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(questions(), min_size=1, max_size=3, unique_by=lambda question: question.code))
def test_what_is_written_is_read_back_the_same(asked):
    written = gift_writer.write(asked)
    assert without_lines(written) == asked
    assert gift_writer.write(gift_reader.read(written).questions) == written


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.one_of(words, marks, st.just("\n")), max_size=60).map("".join)))
def test_no_text_makes_the_reader_fail(text):
    read = gift_reader.read(text)
    assert all(error.line >= 1 for error in read.errors)
    if not read.errors:
        again = gift_writer.write(read.questions)
        assert without_lines(again) == [replace(question, line=0) for question in read.questions]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(words, marks, st.sampled_from(["1. ", "- ", "# ", "> ", "\n"])), max_size=12).map("".join))
def test_plain_text_as_markdown_shows_the_same_text(text):
    shown = plain_text(from_markdown(markdown_text.from_plain(text)))
    assert shown.split() == " ".join(nfc(text).split()).split()
