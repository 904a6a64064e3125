"""Gaps in a text: what they earn, how they are told, and which are refused."""

import random
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.kinds import BadResponse, SpecError, kind_of
from quizzes.kinds.folding import Folding
from quizzes.kinds.gaps_spec import marks_in
from tests.support.questions import CONTENT

GAPS = kind_of("gaps")
SPEC = GAPS.compose(CONTENT["gaps"], None)
G1, G2, G3 = SPEC.gaps
EXACT = Folding(case=False, marks=False, edges=False, tones=False)


def but(**changes: Any) -> dict[str, Any]:
    """Return the spec as it is stored, with other values."""
    return {**GAPS.to_json(SPEC), **changes}


def with_row(rows: str, place: int, **changes: Any) -> dict[str, Any]:
    stored = but()
    stored[rows] = [{**row, **changes} if at == place else row for at, row in enumerate(stored[rows])]
    return stored


def _filled(*values: str) -> dict[str, Any]:
    fields = {f"gap_{gap.key}": [value] for gap, value in zip(SPEC.gaps, values, strict=True) if value}
    return GAPS.read(SPEC, fields)


@pytest.mark.parametrize(
    ("values", "partial"),
    [
        (("right", "05", "hoà nhã"), Fraction(1)),
        (("right", "NAM", "lich su"), Fraction(5, 6)),
        (("right", "", "x"), Fraction(1, 3)),
        (("wrong", "5", ""), Fraction(1, 3)),
        (("wrong", "6", "x"), Fraction(0)),
    ],
)
def test_gaps_earn_by_their_rule(values, partial):
    options = {"right": G1.options[0].key, "wrong": G1.options[2].key}
    response = _filled(options[values[0]], *values[1:])
    assert GAPS.grade(SPEC, response) == partial
    strict = GAPS.parse(but(rule="all_or_nothing"))
    assert GAPS.grade(strict, response) == (partial == 1)
    assert GAPS.rule(strict) == "gaps.all_or_nothing"


def test_a_text_with_gaps_is_shown_in_pieces():
    spec = SPEC
    shown = GAPS.shown(spec, [one.key for one in reversed(G1.options)])
    assert shown.pieces == (
        "<p>Người nhận quà <strong>báo cáo</strong> ",
        " và nộp lại<br>trong ",
        " ngày.</p><p>Khi tiếp dân phải ",
        ".</p>",
    )
    assert [gap.number for gap in shown.gaps] == [1, 2, 3]
    assert [gap.key for gap in shown.gaps] == [G1.key, G2.key, G3.key]
    assert [one.text for one in shown.gaps[0].options] == ["báo chí", "người tặng quà", "thủ trưởng cơ quan"]
    assert [one.key for one in shown.gaps[0].options] == [one.key for one in reversed(G1.options)]
    assert shown.gaps[1].options == ()


def test_gaps_are_judged_one_by_one():
    spec = SPEC
    judged = GAPS.judged(spec, _filled(G1.options[1].key, "05", ""), [])
    assert [(gap.number, gap.text, gap.share) for gap in judged.gaps] == [
        (1, "người tặng quà", 0),
        (2, "05", 100),
        (3, "", 0),
    ]
    assert [[(one.text, one.share) for one in gap.right] for gap in judged.gaps] == [
        [("thủ trưởng cơ quan", 100)],
        [("05", 100), ("5", 100), ("năm", 100)],
        [("hòa nhã", 100), ("lịch sự", 50)],
    ]
    assert judged.gaps[1].explanation_html == "Năm ngày <strong>làm việc</strong>."
    assert [gap.explanation_html for gap in (judged.gaps[0], judged.gaps[2])] == ["", ""]
    unknown = GAPS.judged(SPEC, _filled("", "6", ""), [])
    assert [gap.explanation_html for gap in unknown.gaps] == ["", "", ""]
    assert len(judged.pieces) == 4


def test_gaps_in_words_and_as_counted_choices():
    spec = SPEC
    response = _filled(G1.options[1].key, "", " hòa  nhã")
    assert GAPS.summarise(spec, response) == "(1) người tặng quà; (3) hòa nhã"
    assert GAPS.tally(spec, response) == (G1.options[1].key,)
    assert [(label.text, label.right) for label in GAPS.tally_labels(spec)] == [
        ("(1) thủ trưởng cơ quan", True), ("(1) người tặng quà", False), ("(1) báo chí", False),
    ]  # fmt: skip
    assert GAPS.tally(spec, _filled("", G1.options[0].key, "")) == ()


def test_a_gap_left_empty_is_not_stored():
    assert _filled("", " 05", " ") == {"gaps": {G2.key: " 05"}}


def test_a_gap_left_empty_earns_nothing_even_where_marks_are_all_that_an_answer_has():
    spec = GAPS.compose({"text": "[[1]]", "gaps": [_gap("1", "\u0301")], "folding": {"marks": True}}, None)
    assert GAPS.grade(spec, None) == 0


def test_rules_that_are_not_those_of_a_new_question_are_kept():
    spec = GAPS.parse(but(rule="all_or_nothing", shuffle=False, folding=asdict(EXACT)))
    assert (spec.rule, spec.shuffle, spec.folding) == ("all_or_nothing", False, EXACT)
    assert GAPS.compose(GAPS.typed(spec), spec) == spec == GAPS.parse(GAPS.to_json(spec))


def test_guessing_at_gaps():
    assert GAPS.guess(SPEC) == Fraction(1, 9)
    assert GAPS.guess(GAPS.parse(but(rule="all_or_nothing"))) == 0
    lists = [
        {"mark": mark, "options": [{"text": str(n), "right": n == 0} for n in range(count)]}
        for mark, count in (("a", 2), ("b", 4))
    ]
    both = {"text": "[[a]] [[b]]", "gaps": lists}
    assert GAPS.guess(GAPS.compose(both, None)) == Fraction(3, 8)
    assert GAPS.guess(GAPS.compose({**both, "rule": "all_or_nothing"}, None)) == Fraction(1, 8)


def test_an_option_that_a_gap_does_not_have_is_refused():
    for value in ("zz9", G1.options[0].text, G2.key):
        with pytest.raises(BadResponse):
            GAPS.read(SPEC, {f"gap_{G1.key}": [value]})
    with pytest.raises(BadResponse):
        GAPS.read(SPEC, {f"gap_{G2.key}": ["x" * 301]})


def _gap(mark: str = "1", *answers: str) -> dict[str, Any]:
    return {"mark": mark, "answers": [{"text": text} for text in answers or ("a",)]}


def _list(*options: tuple[str, bool]) -> dict[str, Any]:
    return {"mark": "1", "options": [{"text": text, "right": is_right} for text, is_right in options]}


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        ({"text": " ", "gaps": [_gap()]}, "no_gap_text", None),
        ({"text": "[[1]]" + "x" * 1_996, "gaps": [_gap()]}, "text_too_long", None),
        ({"text": "Không có", "gaps": []}, "no_gaps", None),
        ({"text": "Không có"}, "no_gaps", None),
        ({"text": "[[1]] [[2]]", "gaps": [_gap()]}, "gap_unknown", None),
        ({"text": "[[1]]", "gaps": [_gap(), _gap("2")]}, "gap_missing", 1),
        ({"text": "[[1]] [[1]]", "gaps": [_gap()]}, "gap_twice", 0),
        ({"text": "![[[1]]](x)", "gaps": [_gap()]}, "gap_missing", 0),
        ({"text": "[[1]]", "gaps": [{**_gap(), **_list(("a", True), ("b", False))}]}, "gap_of_two_kinds", 0),
        ({"text": "[[1]]", "gaps": [{"mark": "1"}]}, "no_answer", 0),
        ({"text": "[[1]]", "gaps": [_gap("1", "a", "A")]}, "duplicate_answer", 0),
        ({"text": "[[1]]", "gaps": [_gap("1", " ")]}, "empty_answer", 0),
        ({"text": "[[1]]", "gaps": [_list(("a", True))]}, "too_few_gap_options", 0),
        ({"text": "[[1]]", "gaps": [_list(*[(str(n), n == 0) for n in range(9)])]}, "too_many_gap_options", 0),
        ({"text": "[[1]]", "gaps": [_list(("a", True), (" ", False))]}, "empty_text", 0),
        ({"text": "[[1]]", "gaps": [_list(("a", True), ("x" * 301, False))]}, "answer_too_long", 0),
        ({"text": "[[1]]", "gaps": [_list(("a", True), (" a", False))]}, "duplicate_text", 0),
        ({"text": "[[1]]", "gaps": [_list(("a", False), ("b", False))]}, "no_right", 0),
        ({"text": "[[1]]", "gaps": [_list(("a", True), ("b", True))]}, "more_than_one_right", 0),
        ({"text": "[[1]]", "gaps": [_gap()], "rule": "most"}, "bad_rule", None),
        (
            {"text": "".join(f"[[{n}]]" for n in range(13)), "gaps": [_gap(str(n)) for n in range(13)]},
            "too_many_gaps",
            None,
        ),
    ],
)
def test_gaps_that_can_not_be_asked_are_refused_by_name(content, code, place):
    with pytest.raises(SpecError) as refused:
        GAPS.compose(content, None)
    assert (refused.value.code, refused.value.option) == (code, place)


@pytest.mark.parametrize(
    ("stored", "code", "place"),
    [
        ({}, "no_gap_text", None),
        (but(text=3), "malformed", None),
        (but(gaps=None), "malformed", None),
        (with_row("gaps", 1, key="0"), "bad_key", 1),
        (with_row("gaps", 2, key=G1.key), "duplicate_key", 2),
        (with_row("gaps", 2, key=G1.options[1].key), "duplicate_key", 2),
        (with_row("gaps", 1, answers=None), "malformed", 1),
        (with_row("gaps", 0, options="a"), "malformed", 0),
        (with_row("gaps", 0, options=[{"key": "a7", "text": "x", "right": 1}]), "malformed", 0),
        (with_row("gaps", 0, options=[{"key": "7", "text": "x", "right": True}]), "bad_key", 0),
        (but(html="<p></p>"), "gap_missing", 0),
        (but(html=SPEC.html + f"[[{G2.key}]]"), "gap_twice", 1),
    ],
)
def test_stored_gaps_that_can_not_be_asked_are_refused_by_name(stored, code, place):
    with pytest.raises(SpecError) as refused:
        GAPS.parse(stored)
    assert (refused.value.code, refused.value.option) == (code, place)


def test_the_limits_of_gaps_are_taken_and_no_two_keys_are_the_same():
    text = "".join(f"[[{n}]]" for n in range(12))
    options = [(str(n).ljust(300, "x"), n == 0) for n in range(8)]
    content = {"text": text.ljust(1_990, "x"), "gaps": [{**_list(*options), "mark": str(n)} for n in range(12)]}
    spec = GAPS.compose(content, None)
    keys = [key for gap in spec.gaps for key in (gap.key, *(option.key for option in gap.options))]
    assert len(set(keys)) == len(keys) == 12 * 9
    assert GAPS.arrange(spec, shuffle=False, rng=random.Random(1)) == [o.key for gap in spec.gaps for o in gap.options]
    fixed = GAPS.compose({**content, "shuffle": False}, None)
    assert GAPS.arrange(fixed, shuffle=True, rng=random.Random(1)) == [o.key for gap in fixed.gaps for o in gap.options]


def test_gaps_are_in_the_order_of_the_text_and_keep_their_keys_when_it_changes():
    spec = GAPS.compose({"text": "[[b]] rồi [[ a ]]", "gaps": [_gap("a", "một"), _gap("b", "hai")]}, None)
    assert [gap.answers[0].text for gap in spec.gaps] == ["hai", "một"]
    typed = GAPS.typed(spec)
    assert typed["text"] == "[[1]] rồi [[2]]"
    turned = GAPS.compose(
        {**typed, "text": "[[2]] rồi [[1]] rồi [[x]]", "gaps": [*typed["gaps"], _gap("x", "ba")]}, spec
    )
    assert [gap.key for gap in turned.gaps[:2]] == [gap.key for gap in reversed(spec.gaps)]
    assert turned.gaps[2].key not in {gap.key for gap in spec.gaps}
    assert GAPS.compose({"text": "[[k9]]", "gaps": [{"key": "k9", "answers": [{"text": "a"}]}]}, None).gaps[0].key != ""


def test_marks_are_found_in_the_order_of_the_text_each_once():
    assert marks_in("[[b]] rồi [[ a ]]\r\n[[b]] [[]] [[c\nd]] [[[e]]]") == ["b", "a", "e"]
    assert marks_in("[[" + "x" * 40 + "]] [[" + "y" * 41 + "]]") == ["x" * 40]


def test_lines_and_paragraphs_stay_apart_and_what_looks_like_a_gap_stays_text():
    spec = GAPS.compose({"text": "Một  \nhai\\\nba\n \n[[1]]", "gaps": [_gap()]}, None)
    assert spec.pieces == ("<p>Một<br>hai<br>ba</p><p>", "</p>")
    stored = but(text=SPEC.text + " [[xem thêm]]", html=SPEC.html)
    assert (
        GAPS.typed(GAPS.parse(stored))["text"]
        == CONTENT["gaps"]["text"]
        .replace("[[ai]]", "[[1]]")
        .replace("[[bao lâu]]", "[[2]]")
        .replace("[[sao]]", "[[3]]")
        + " [[xem thêm]]"
    )


def test_a_stored_gap_may_leave_out_what_it_does_not_have():
    one = {"text": "[[a7]]", "html": "[[a7]]"}
    assert GAPS.parse({**one, "gaps": [{"key": "a7", "answers": [{"text": "x"}]}]}).gaps[0].options == ()
    with pytest.raises(SpecError) as refused:
        GAPS.parse({**one, "gaps": [{"key": "a7"}]})
    assert refused.value.code == "no_answer"
    assert not GAPS.compose({"text": "[[1]]", "gaps": [_list(("a", True), ("b", False))]}, None).gaps[0].answers
    options = [{"text": "a", "right": True}, {"text": "b"}]
    bare = GAPS.compose({"text": "[[1]]", "gaps": [{"mark": "1", "options": options}]}, None)
    assert [option.right for option in bare.gaps[0].options] == [True, False]


def test_gaps_of_a_file_are_known_again_by_what_is_right_in_them():
    first, second, third = CONTENT["gaps"]["gaps"]
    half = {"mark": "sao", "answers": [{"text": "hòa nhã", "share": "100"}, {"text": "vui vẻ", "share": "50"}]}
    listed = {**first, "options": [first["options"][0], {"text": "ai khác", "right": False}, first["options"][2]]}
    new = {"mark": "mới", "options": [{"text": "x", "right": True}, {"text": "y", "right": False}]}
    recalled = GAPS.recall({**CONTENT["gaps"], "gaps": [new, half, second, listed]}, SPEC)["gaps"]
    assert [row["key"] for row in recalled] == ["", G3.key, G2.key, G1.key]
    assert [row["key"] for row in recalled[3]["options"]] == [option.key for option in G1.options]
    assert [row["key"] for row in recalled[0]["options"]] == ["", ""]
    again = GAPS.recall({**CONTENT["gaps"], "gaps": [new, {**third, "answers": third["answers"][1:]}]}, SPEC)["gaps"]
    assert [row["key"] for row in again] == ["", ""]
    assert GAPS.recall({"gaps": [{"answers": [{}]}]}, SPEC)["gaps"][0]["key"] == ""


def test_gaps_are_judged_anew_only_where_gaps_and_lists_are_the_same():
    spec, typed = SPEC, GAPS.typed(SPEC)

    def changed(**changes: Any) -> Any:
        return GAPS.compose({**typed, **changes}, spec)

    def gap_with(place: int, **changes: Any) -> list[dict[str, Any]]:
        return [{**gap, **changes} if at == place else gap for at, gap in enumerate(typed["gaps"])]

    first = typed["gaps"][0]["options"]
    why = [
        changed(gaps=gap_with(1, answers=[{"text": "sáu"}]), folding=asdict(EXACT)),
        changed(text="[[1]] [[2]]", gaps=typed["gaps"][:2]),
        changed(text=typed["text"] + "[[4]]", gaps=[*typed["gaps"], _gap("4")]),
        changed(gaps=gap_with(0, options=[], answers=[{"text": "a"}])),
        changed(gaps=gap_with(0, options=first[:2])),
        changed(gaps=gap_with(0, options=[*first[:2], {**first[2], "text": "khác"}])),
        changed(gaps=gap_with(0, options=[{**first[0], "right": False}, {**first[1], "right": True}, first[2]])),
    ]
    assert [GAPS.why_not_regradable(spec, new) for new in why] == [
        None, "gap_removed", "gap_added", "gap_changed", "option_removed", "option_reworded", None,
    ]  # fmt: skip


@given(st.lists(st.text(max_size=8), min_size=2, max_size=2), st.integers(-1, 2))
def test_what_was_filled_in_has_one_normal_form(texts, choice):
    response = _filled(G1.options[choice].key if choice >= 0 else "", *texts)
    assert GAPS.read(SPEC, GAPS.fields(SPEC, response)) == response
    share = GAPS.grade(SPEC, response)
    assert share is not None
    assert 0 <= share <= 1
    assert GAPS.is_answered(response) is bool(GAPS.summarise(SPEC, response))
