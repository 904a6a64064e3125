"""Short answers: what they earn, and which questions are refused."""

import unicodedata
from dataclasses import asdict
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.kinds import BadResponse, SpecError, kind_of
from quizzes.kinds.folding import Folding
from tests.support.questions import CONTENT

SHORT = kind_of("short_answer")
SPEC = SHORT.compose(CONTENT["short_answer"], None)
EXACT = Folding(case=False, marks=False, edges=False, tones=False)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Người phát ngôn", 1),
        (" NGƯỜI  phát ngôn. ", 1),
        (unicodedata.normalize("NFD", "người phát ngôn"), 1),
        ("nguoi phat ngon", 0),
        ("Văn phòng", Fraction(1, 2)),
        ("bảo vệ", 0),
        ("Người", 0),
    ],
)
def test_a_short_answer_earns_the_share_of_what_it_says(text, share):
    response = SHORT.read(SPEC, {"text": [text]})
    assert SHORT.grade(SPEC, response) == share


def test_a_short_answer_is_kept_as_it_was_typed_and_judged_with_its_explanation():
    spec = SPEC
    response = SHORT.read(spec, {"text": ["\tbảo \x00vệ\r\n"]})
    assert response == {"text": " bảo  vệ  "}
    judged = SHORT.judged(spec, response, [])
    assert (judged.text, judged.share, judged.explanation_html) == (" bảo  vệ  ", 0, "Bảo vệ chỉ hướng dẫn chỗ chờ.")
    assert [(one.text, one.share) for one in judged.right] == [("Người phát ngôn", 100), ("Văn phòng", 50)]
    assert SHORT.summarise(spec, response) == "bảo vệ"
    assert SHORT.judged(spec, {"text": "văn phòng"}, []).share == 50
    unknown = SHORT.judged(spec, {"text": "ai đó"}, [])
    assert (unknown.share, unknown.explanation_html) == (0, "")
    assert SHORT.judged(spec, None, []).text == ""
    assert SHORT.read(spec, {"text": [" \t\u00a0"]}) == {"text": ""}


def test_a_short_answer_may_have_300_characters():
    spec = SPEC
    assert SHORT.read(spec, {"text": [unicodedata.normalize("NFD", "ế" * 300)]}) == {"text": "ế" * 300}
    with pytest.raises(BadResponse):
        SHORT.read(spec, {"text": ["x" * 301]})


@pytest.mark.parametrize(
    ("stored", "code", "place"),
    [
        ({}, "malformed", None),
        ({"answers": "abc"}, "malformed", None),
        ({"answers": ["abc"]}, "malformed", 0),
        ({"answers": [{"text": "a"}, {"text": 3}]}, "malformed", 1),
        ({"answers": [{"text": "a", "explanation": None}]}, "malformed", 0),
        ({"answers": []}, "no_answer", None),
        ({"answers": [{"text": str(number)} for number in range(21)]}, "too_many_answers", None),
        ({"answers": [{"text": "a"}, {"text": " "}]}, "empty_answer", 1),
        ({"answers": [{"text": "x" * 301}]}, "answer_too_long", 0),
        ({"answers": [{"text": "a", "explanation": "x" * 2001}]}, "text_too_long", 0),
        ({"answers": [{"text": "a", "share": True}]}, "bad_share", 0),
        ({"answers": [{"text": "a", "share": 101}]}, "bad_share", 0),
        ({"answers": [{"text": "a", "share": -1}]}, "bad_share", 0),
        ({"answers": [{"text": "a", "share": "50"}]}, "bad_share", 0),
        ({"answers": [{"text": "hòa"}, {"text": "Hoà."}]}, "duplicate_answer", 1),
        ({"answers": [{"text": "a", "share": 99}]}, "no_full_answer", None),
    ],
)
def test_a_short_answer_that_can_not_be_asked_is_refused_by_name(stored, code, place):
    with pytest.raises(SpecError) as refused:
        SHORT.parse(stored)
    assert (refused.value.code, refused.value.option) == (code, place)


def test_the_limits_of_a_short_answer_are_taken():
    answers = [{"text": f"{number} ".ljust(300, "x"), "explanation": "x" * 2000} for number in range(19)]
    spec = SHORT.parse({"answers": [*answers, {"text": "hòa"}], "folding": asdict(EXACT)})
    assert len(spec.answers) == 20
    assert SHORT.grade(spec, {"text": "hoà"}) == 0
    assert SHORT.why_not_regradable(SPEC, spec) is None
    assert SHORT.guess(SPEC) == 0


def test_rules_that_are_not_those_of_a_new_question_are_kept():
    spec = SHORT.parse({"answers": [{"text": "hòa"}], "folding": asdict(EXACT)})
    assert SHORT.parse(SHORT.to_json(spec)) == SHORT.compose(SHORT.typed(spec), spec) == spec


def test_nothing_written_earns_nothing_even_where_marks_are_all_that_an_answer_has():
    spec = SHORT.parse({"answers": [{"text": "\u0301"}], "folding": {"marks": True}})
    assert SHORT.grade(spec, {"text": ""}) == SHORT.grade(spec, None) == 0


@pytest.mark.parametrize(
    ("typed", "share"), [("", 100), (None, 100), (" 50 ", 50), ("0", 0), (7, 7), ("100", 100), ("000050", 50)]
)
def test_a_share_is_typed_as_a_whole_percentage(typed, share):
    spec = SHORT.compose({"answers": [{"text": "a"}, {"text": "b", "share": typed}]}, None)
    assert spec.answers[1].share == share


@pytest.mark.parametrize("typed", [True, 1.5, "1,5", "-1", "0000050", "²", "9" * 5000, [50]])
def test_a_share_that_is_no_whole_percentage_is_refused(typed):
    with pytest.raises(SpecError) as refused:
        SHORT.compose({"answers": [{"text": "a"}, {"text": "b", "share": typed}]}, None)
    assert (refused.value.code, refused.value.option) == ("bad_share", 1)


@given(st.text(max_size=60))
def test_what_was_written_in_a_line_has_one_normal_form(text):
    response = SHORT.read(SPEC, {"text": [text]})
    assert SHORT.read(SPEC, SHORT.fields(SPEC, response)) == response
    share = SHORT.grade(SPEC, response)
    assert share is not None
    assert 0 <= share <= 1
    assert SHORT.is_answered(response) is bool(response["text"].strip())
