"""The GIFT reader and writer: what is taken, what is refused by name and line, and that nothing is lost on the way."""

import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.html import from_inline_markdown, from_markdown, plain_text
from core.text import clean_line, nfc
from quizzes.formats import gift_reader, gift_writer, markdown_text
from quizzes.formats.gift_values import CRITERION, GAP_PROMPT, GiftError, GiftQuestion
from quizzes.kinds.typed_numbers import write_number

GIFTS = sorted((Path(__file__).parents[2] / "content").rglob("questions.gift"))


def option(text: str, *, right: bool = False, explanation: str = "") -> dict[str, Any]:
    return {"text": text, "right": right, "explanation": explanation}


def choices(*options: dict[str, Any], shuffle: bool = True, rule: str = "partial") -> dict[str, Any]:
    return {"options": list(options), "shuffle": shuffle, "rule": rule}


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
        content=choices(
            option("Người nhận", right=True, explanation="Đúng."),
            option("Người tặng", explanation="Sai: họ không giữ quà."),
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
    assert [option["right"] for option in question.content["options"]] == [True, True, False, False]


@pytest.mark.parametrize(("answer", "right"), [("T", 0), ("TRUE", 0), ("F", 1), ("false", 1)])
def test_true_and_false_become_two_options_in_their_order(answer, right):
    question = only(f"::a::Quà là quà?{{{answer}#khi trả lời sai#khi trả lời đúng}}")
    assert [option["text"] for option in question.content["options"]] == ["Đúng", "Sai"]
    assert [option["right"] for option in question.content["options"]] == [right == 0, right == 1]
    assert question.content["options"][right]["explanation"] == "khi trả lời đúng"
    assert question.content["options"][1 - right]["explanation"] == "khi trả lời sai"
    assert not question.content["shuffle"]


def test_matching_with_shared_and_wrong_partners():
    question = only(
        "// explanation 2: Vì **tôn trọng**.\n"
        "::a::[markdown]Ghép{\n=Chào -> *Bốn xin*\n=Cảm ơn -> *Bốn xin*\n= -> Im lặng\n}"
    )
    assert (question.kind, question.content) == ("matching", {
        "rows": [
            {"text": "Chào", "target": "*Bốn xin*", "explanation": ""},
            {"text": "Cảm ơn", "target": "*Bốn xin*", "explanation": "Vì **tôn trọng**."},
        ],
        "distractors": [{"text": "Im lặng"}],
        "rule": "partial",
    })  # fmt: skip
    assert only("::a::[html]Ghép{=<b>a</b> -> <i>b</i> =c -> d}").content["rows"][0]["target"] == "b"


def test_short_answers_with_shares_and_stars():
    question = only("// folding: case, marks\n::a::Ai?{=Người phát ngôn#Đúng =%50%Văn\\*phòng}")
    assert (question.kind, question.content) == ("short_answer", {
        "answers": [
            {"text": "Người phát ngôn", "share": 100, "explanation": "Đúng"},
            {"text": "Văn*phòng", "share": 50, "explanation": ""},
        ],
        "folding": {"case": True, "marks": True, "edges": False, "tones": False},
    })  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "value", "tolerance"),
    [
        ("#5", "5", "0"),
        ("#12,5:0.5", "12,5", "0,5"),
        ("#12.5:0,5", "12,5", "0,5"),
        ("# -1.234", "-1,234", "0"),
        ("#1.234,5", "1234,5", "0"),
        ("#2000000", "2000000", "0"),
        ("#1..2", "1,5", "0,5"),
        ("#=5..15#gần", "10", "5"),
    ],
)
def test_numbers_with_a_point_or_a_comma_and_ranges(answers, value, tolerance):
    question = only(f"// unit: ngày\n::a::Bao lâu?{{{answers}}}")
    (answer,) = question.content["answers"]
    assert (question.kind, answer["value"], answer["tolerance"]) == ("numeric", value, tolerance)
    assert question.content["unit"] == "ngày"


def test_several_numbers_with_shares():
    answers = only("::a::Bao lâu?{#\n=%100%5#Đúng\n=%50%7:0.5\n####Luật}").content["answers"]
    assert [(one["value"], one["share"], one["explanation"]) for one in answers] == [("5", 100, "Đúng"), ("7", 50, "")]


def test_an_essay_with_and_without_notes():
    assert only("::a::Viết {}").content == {"criteria": [CRITERION], "words": 0, "model_answer": ""}
    question = only(
        "// words: 300\n// criterion 2: Nêu đúng; đủ\n// criterion: Rõ\n// model answer: Một\\nHai\n::a::Viết{####Luật}"
    )
    assert (question.kind, question.general_explanation) == ("essay", "Luật")
    assert question.content == {
        "criteria": [{"text": "Nêu đúng; đủ", "weight": 2}, {"text": "Rõ", "weight": 1}],
        "words": 300, "model_answer": "Một\nHai",
    }  # fmt: skip


def test_a_missing_word_is_a_text_with_one_gap():
    question = only("::a::[markdown]Người nhận **báo cáo** {=thủ trưởng ~báo chí} rồi nộp lại.")
    assert (question.kind, question.prompt) == ("gaps", GAP_PROMPT)
    assert question.content["text"] == "Người nhận **báo cáo** [[1]] rồi nộp lại."
    assert question.content["gaps"] == [
        {"mark": "1", "options": [{"text": "thủ trưởng", "right": True}, {"text": "báo chí", "right": False}]}
    ]
    question = only("// gap prompt: Bao lâu?\n::a::Nộp trong {=05 =%50%sáu}")
    assert (question.prompt, question.content["text"]) == ("Bao lâu?", "Nộp trong [[1]]")
    assert [answer["share"] for answer in question.content["gaps"][0]["answers"]] == [100, 50]


@pytest.mark.parametrize(
    ("kind", "content", "why"),
    [
        ("ordering", {}, "kind"),
        ("categorise", {}, "kind"),
        ("case_study", {}, "kind"),
        ("numeric", {"answers": [{"percent": True}]}, "percent"),
        ("gaps", {"gaps": [{}, {}]}, "several_gaps"),
        ("gaps", {"gaps": [{"answers": [{"text": "a->b"}]}]}, "arrow"),
        ("matching", {"rows": [{"text": "a -> b"}]}, "arrow"),
        ("short_answer", {"answers": [{"text": "->"}]}, "arrow"),
    ],
)
def test_what_gift_has_no_place_for_is_said(kind, content, why):
    assert gift_writer.why_not(GiftQuestion("a", kind, "x", content)) == why


def test_escapes_are_undone_and_line_ends_kept():
    question = only("::a::[markdown]Dòng 1\\nDòng 2 \\{x\\} \\~ \\= \\# \\\\ {=a\\:b ~c}")
    assert question.prompt == "Dòng 1\nDòng 2 {x} ~ = # \\"
    assert question.content["options"][0]["text"] == "a:b"


def test_html_is_made_harmless_and_editable():
    question = only(
        "::a::[html]<p>Chọn <b>một</b> <script>alert(1)</script><img src\\=x onerror\\=alert(1)></p>"
        "{=<i>đúng</i> & đủ ~sai}"
    )
    assert question.prompt == "Chọn **một** alert(1)"
    assert question.content["options"][0]["text"] == "*đúng* \\& đủ"
    assert from_inline_markdown(question.content["options"][0]["text"]) == "<em>đúng</em> &amp; đủ"


def test_text_without_a_format_is_shown_as_it_is():
    question = only("::a::2 * 3 * 4 < 30 và _không_ nghiêng? {=có ~không}")
    assert plain_text(from_markdown(question.prompt)) == "2 * 3 * 4 < 30 và _không_ nghiêng?"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("::a::Nộp {T} cho ai?", "missing_word", 1),
        ("::a::Nộp {#5} ngày", "missing_word", 1),
        ("::a::Nộp {=ngay#đúng ~sau} cho ai?", "gap_feedback", 1),
        ("::a::Ai?{=An =B*}", "wildcard", 1),
        ("::a::Ai?{=An =%33.3%Bình}", "bad_share", 1),
        ("::a::Ghép{=a -> b\n=c}", "no_arrow", 2),
        ("::a::Ghép{=a -> b =c -> }", "empty_option", 1),
        ("\n\n::a::Năm nào?{#hai nghìn}", "bad_number", 3),
        ("::a::Năm nào?{#2018:x}", "bad_number", 1),
        ("::a::Năm nào?{#3..2}", "bad_number", 1),
        ("::a::Năm nào?{#=2018 ~#sai}", "numeric_wrong", 1),
        ("// folding: dấu\n::a::Ai?{=An}", "bad_folding", 2),
        ("// words: nhiều\n::a::Viết{}", "bad_words", 2),
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
    assert [(error.line, error.code) for error in refused("::a::x{*}\n\n::b::y{=1 ~2}\n\n::c::z{#x}")] == [
        (1, "unknown_answers"),
        (5, "bad_number"),
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


@pytest.mark.parametrize("path", GIFTS, ids=lambda path: path.parent.name)
def test_the_built_in_banks_survive_a_round_trip(path):
    questions = without_lines(path.read_text(encoding="utf-8"))
    assert len(questions) >= 30
    assert without_lines(gift_writer.write(questions)) == questions


marks = st.sampled_from(["=", "~", "#", "{", "}", ":", "\\", "%50%", "[html]", "->", "####", "//", "\\n", "<b>", "*"])
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
lines = st.lists(st.one_of(words, marks), min_size=1, max_size=6).map(lambda parts: clean_line("".join(parts)))
texts = lines.filter(bool)
facts = st.from_regex(r"[A-Za-z0-9-]{1,12}", fullmatch=True)


plain = (
    st.one_of(words, st.sampled_from(["*", "\\", "%50%", "=", "~", "#", "[html]", ":"])).map(clean_line).filter(bool)
)
shares = st.integers(0, 100)
numbers = st.decimals(-1_000_000, 1_000_000, places=3).map(lambda number: write_number(number.normalize() + 0))


def written(answers: st.SearchStrategy[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    rows = st.fixed_dictionaries({"text": answers, "share": shares, "explanation": lines})
    return st.lists(rows, min_size=1, max_size=3)


foldings = st.fixed_dictionaries(dict.fromkeys(("case", "marks", "edges", "tones"), st.booleans()))
rules = st.sampled_from(["partial", "all_or_nothing"])
#: What the kinds but for the choices hold, without keys.
CONTENTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "matching": st.fixed_dictionaries({
        "rows": st.lists(
            st.fixed_dictionaries({"text": texts.filter(lambda text: "->" not in text), "target": plain,
                                   "explanation": lines}),
            min_size=1, max_size=4,
        ),
        "distractors": st.lists(st.fixed_dictionaries({"text": plain}), max_size=2),
        "rule": rules,
    }),
    "short_answer": st.fixed_dictionaries({"answers": written(plain), "folding": foldings}),
    "numeric": st.fixed_dictionaries({
        "answers": st.lists(
            st.fixed_dictionaries({"value": numbers, "tolerance": numbers.map(lambda text: text.lstrip("-")),
                                   "percent": st.just(False), "share": shares, "explanation": lines}),
            min_size=1, max_size=3,
        ),
        "unit": st.one_of(st.just(""), plain),
    }),
    "gaps": st.fixed_dictionaries({
        "text": st.tuples(lines, lines.filter(bool)).map(lambda pair: f"{pair[0]} [[1]] {pair[1]}".strip()),
        "gaps": st.one_of(
            st.fixed_dictionaries({"mark": st.just("1"), "answers": written(plain)}),
            st.lists(plain, min_size=2, max_size=4).map(lambda texts: {
                "mark": "1", "options": [{"text": text, "right": not place} for place, text in enumerate(texts)],
            }),
        ).map(lambda gap: [gap]),
        "folding": foldings, "rule": rules, "shuffle": st.booleans(),
    }),
    "essay": st.fixed_dictionaries({
        "criteria": st.lists(st.fixed_dictionaries({"text": plain, "weight": st.integers(1, 100)}), min_size=1,
                             max_size=3),
        "words": st.integers(0, 5000),
        "model_answer": st.lists(lines, max_size=3).map(lambda several: "\n".join(several).strip()),
    }),
}  # fmt: skip


@st.composite
def choice_contents(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    found = draw(st.lists(texts, min_size=2, max_size=10, unique=True))
    right = draw(st.integers(1, len(found) - 1 if kind == "multiple_choice" else 1))
    options = [option(text, right=place < right, explanation=draw(lines)) for place, text in enumerate(found)]
    rule = draw(rules) if kind == "multiple_choice" else "partial"
    return choices(*draw(st.permutations(options)), shuffle=draw(st.booleans()), rule=rule)


@st.composite
def questions(draw: st.DrawFn) -> GiftQuestion:
    kind = draw(st.sampled_from(["single_choice", "multiple_choice", *CONTENTS]))
    return GiftQuestion(
        code=draw(texts.filter(lambda text: len(text) <= 60)),
        kind=kind,
        prompt=draw(texts),
        content=draw(CONTENTS[kind] if kind in CONTENTS else choice_contents(kind)),
        general_explanation=draw(lines),
        topic=draw(st.one_of(st.just(""), facts)),
        difficulty=draw(st.sampled_from(["easy", "medium", "hard"])),
        sources=tuple(draw(st.lists(facts, max_size=3, unique=True))),
    )


@settings(max_examples=40)
@given(st.lists(questions().filter(lambda one: gift_writer.why_not(one) is None), min_size=1, max_size=3,
                unique_by=lambda question: question.code))  # fmt: skip
def test_what_is_written_is_read_back_the_same(asked):
    written = gift_writer.write(asked)
    assert without_lines(written) == asked
    assert gift_writer.write(gift_reader.read(written).questions) == written


@settings(max_examples=40)
@given(st.one_of(st.text(max_size=200), st.lists(st.one_of(words, marks, st.just("\n")), max_size=60).map("".join)))
def test_no_text_makes_the_reader_fail(text):
    read = gift_reader.read(text)
    assert all(error.line >= 1 for error in read.errors)
    if not read.errors and not any(map(gift_writer.why_not, read.questions)):
        again = gift_writer.write(read.questions)
        assert without_lines(again) == [replace(question, line=0) for question in read.questions]


@settings(max_examples=40)
@given(st.lists(st.one_of(words, marks, st.sampled_from(["1. ", "- ", "# ", "> ", "\n"])), max_size=12).map("".join))
def test_plain_text_as_markdown_shows_the_same_text(text):
    shown = plain_text(from_markdown(markdown_text.from_plain(text)))
    assert shown.split() == " ".join(nfc(text).split()).split()
