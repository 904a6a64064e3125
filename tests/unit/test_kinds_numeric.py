"""Numbers: how they are read, and which are close enough."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.kinds import BadResponse, SpecError, kind_of
from quizzes.kinds.numeric import why_unreadable
from quizzes.kinds.typed_numbers import parse_number, read_number, stored_number, write_number
from tests.support.questions import CONTENT

NUMERIC = kind_of("numeric")
SPEC = NUMERIC.compose(CONTENT["numeric"], None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12,5", "12.5"), ("12.5", "12.5"), ("1.234,5", "1234.5"), ("1 234,5", "1234.5"), ("1\u202f234,5", "1234.5"),
        ("−3", "-3"), ("-3", "-3"), ("–3", "-3"), ("- 3", "-3"), ("+4", "4"), (" 7 ", "7"), ("007", "7"), ("-0", "0"),
        ("1.234", "1234"), ("12.345", "12345"), ("123.456", "123456"), ("1.234.567", "1234567"), ("1,234", "1.234"),
        ("1,234,567", "1234567"), ("1,234.5", "1234.5"), ("1,234,567.8", "1234567.8"), ("0.125", "0.125"),
        ("1234.567", "1234.567"), ("1.2345", "1.2345"), ("1.23", "1.23"), ("01.234", "1.234"),
        ("1 234.567", "1234.567"),
        ("1 234 567", "1234567"), (",5", "0.5"), (".5", "0.5"), ("-.5", "-0.5"), ("1,50", "1.5"), ("1200", "1200"),
        ("9" * 20, "9" * 20), ("-" + "9" * 20, "-" + "9" * 20), ("9" * 19 + ",9", "9" * 19 + ".9"),
        ("0," + "9" * 20, "0." + "9" * 20), ("0" * 60, "0"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_in_vietnam_and_elsewhere(text, number):
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "-", ",", "5,", "5.", "½", "năm", "12 ngày", "1 23", "12 34,5", "1 234 56", "1.23.456", "1,23,456",
     "1.234,5,6", "1,234.5.6", "1.234.56", "1..2", "1e5", "٣", "0x1", "--3", "3-", "1 234.567,8", "1234 567", "0 123",
     "9" * 21, "0" * 61, "NaN", "Infinity", "1_000", "12.345.6789", "0.123.456", "0,123,456", "5\n6"],
)  # fmt: skip
def test_what_is_no_number_is_none(text):
    assert read_number(text) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_a_number_that_is_written_is_read_back_the_same(number):
    assert read_number(write_number(number)) == number == parse_number(stored_number(number))


@pytest.mark.parametrize("stored", ["", "1.", ".5", "1,5", "+1", "1e3", " 1", "9" * 21, "0." + "0" * 59])
def test_a_stored_number_has_one_shape(stored):
    assert parse_number(stored) is None


def test_a_great_number_is_stored_without_powers_of_ten():
    number = read_number("5" + "0" * 19)
    assert number is not None
    assert stored_number(number) == "5" + "0" * 19 == write_number(number)


def test_nothing_is_written_without_a_sign():
    zeros = [read_number(text) for text in ("-0", "0", "−0,00", "000")]
    assert [write_number(zero) for zero in zeros if zero is not None] == ["0"] * 4


def _numeric(*answers: dict[str, Any]) -> Any:
    return NUMERIC.compose({"answers": list(answers)}, None)


@pytest.mark.parametrize(
    ("answer", "inside", "outside"),
    [
        ({"value": "12,5"}, ["12.5", "12,50"], ["12,51", "12,49", "-12,5"]),
        ({"value": "10", "tolerance": "0,5"}, ["9,5", "10,5"], ["9,499", "10,501"]),
        ({"value": "200", "tolerance": "5", "percent": True}, ["190", "210"], ["189,99", "210,01"]),
        ({"value": "-200", "tolerance": "5", "percent": True}, ["-190", "−210"], ["-189,99", "200"]),
        ({"value": "0,3", "tolerance": "0,1"}, ["0,2", "0,4"], ["0,19", "0,41"]),
        ({"value": "1", "tolerance": "100", "percent": True}, ["0", "2"], ["-0,01", "2,01"]),
    ],
)
def test_the_bounds_of_a_tolerance_are_inside(answer, inside, outside):
    spec = _numeric(answer)
    assert [NUMERIC.grade(spec, {"text": text}) for text in inside] == [1] * len(inside)
    assert [NUMERIC.grade(spec, {"text": text}) for text in outside] == [0] * len(outside)


def test_of_several_values_the_best_counts():
    spec = _numeric({"value": "10", "tolerance": "3", "share": "50"}, {"value": "10"}, {"value": "11", "share": 20})
    assert [NUMERIC.grade(spec, {"text": text}) for text in ("10", "11", "13", "14")] == [
        1,
        Fraction(1, 2),
        Fraction(1, 2),
        0,
    ]


def test_a_number_is_judged_with_its_unit_its_tolerance_and_what_was_typed():
    spec = SPEC
    judged = NUMERIC.judged(spec, {"text": "7.2"}, [])
    assert (judged.text, judged.unit, judged.readable, judged.share) == ("7.2", "ngày làm việc", True, 50)
    assert judged.explanation_html == "Đó là một tuần lịch."
    assert [(one.text, one.share) for one in judged.right] == [("5 ngày làm việc", 100), ("7 ± 0,5 ngày làm việc", 50)]
    wrong = NUMERIC.judged(spec, {"text": "9"}, [])
    assert (wrong.readable, wrong.share, wrong.explanation_html) == (True, 0, "")
    percent = _numeric({"value": "1,5", "tolerance": "5", "percent": True})
    assert [one.text for one in NUMERIC.judged(percent, None, []).right] == ["1,5 ± 5 %"]
    assert NUMERIC.compose(NUMERIC.typed(percent), percent) == percent
    assert NUMERIC.summarise(spec, {"text": " 7,2"}) == "7,2 ngày làm việc"
    assert (NUMERIC.shown(spec, []).unit, NUMERIC.shown(spec, []).max_length) == ("ngày làm việc", 60)


def test_what_is_no_number_is_an_answer_all_the_same():
    response = NUMERIC.read(SPEC, {"text": ["năm"]})
    assert response == {"text": "năm"}
    assert NUMERIC.is_answered(response)
    assert NUMERIC.grade(SPEC, response) == 0
    assert NUMERIC.judged(SPEC, response, []).readable is False
    assert why_unreadable(response) == "not_a_number"
    assert why_unreadable({"text": "5"}) is None
    assert why_unreadable({"text": ""}) is None
    assert NUMERIC.judged(SPEC, None, []).readable is True


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        ({}, "no_answer", None),
        ({"answers": [{"value": "năm"}]}, "bad_number", 0),
        ({"answers": [{"value": "5"}, {"value": ""}]}, "bad_number", 1),
        ({"answers": [{}]}, "bad_number", 0),
        ({"answers": [{"value": "5", "tolerance": "x"}]}, "bad_tolerance", 0),
        ({"answers": [{"value": "5", "tolerance": "-1"}]}, "bad_tolerance", 0),
        ({"answers": [{"value": "5", "tolerance": "100,1", "percent": True}]}, "bad_tolerance", 0),
        ({"answers": [{"value": "5", "share": "101"}]}, "bad_share", 0),
        ({"answers": [{"value": "5", "share": "-1"}]}, "bad_share", 0),
        ({"answers": [{"value": "5", "share": "nửa"}]}, "bad_share", 0),
        ({"answers": [{"value": "5", "share": 99}]}, "no_full_answer", None),
        ({"answers": [{"value": "5"}, {"value": "5,0"}]}, "duplicate_answer", 1),
        ({"answers": [{"value": "5", "explanation": "x" * 2001}]}, "text_too_long", 0),
        ({"answers": [{"value": str(number)} for number in range(21)]}, "too_many_answers", None),
        ({"answers": [{"value": "5"}], "unit": "x" * 31}, "unit_too_long", None),
    ],
)
def test_a_number_that_can_not_be_asked_is_refused_by_name(content, code, place):
    with pytest.raises(SpecError) as refused:
        NUMERIC.compose(content, None)
    assert (refused.value.code, refused.value.option) == (code, place)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"value": "5", "percent": 1}, "malformed"),
        ({"value": 5}, "malformed"),
        ({"value": "5,0"}, "bad_number"),
        ({"value": "5", "tolerance": "0,5"}, "bad_tolerance"),
    ],
)
def test_a_stored_number_that_can_not_be_asked_is_refused_by_name(answer, code):
    with pytest.raises(SpecError) as refused:
        NUMERIC.parse({"answers": [{"value": "1"}, answer]})
    assert (refused.value.code, refused.value.option) == (code, 1)


def test_what_a_stored_number_leaves_out_is_exactness_and_all_points():
    (answer,) = NUMERIC.parse({"answers": [{"value": "5"}]}).answers
    assert (answer.tolerance, answer.percent, answer.share, answer.explanation) == (0, False, 100, "")


def test_the_limits_of_a_number_are_taken():
    limits = {"tolerance": "100,0", "percent": True, "explanation": "x" * 2000}
    answers = [{"value": str(number), **limits} for number in range(20)]
    spec = NUMERIC.compose({"answers": answers, "unit": "x" * 30}, None)
    assert len(spec.answers) == 20
    assert NUMERIC.read(spec, {"text": ["1" * 60]}) == {"text": "1" * 60}
    with pytest.raises(BadResponse):
        NUMERIC.read(spec, {"text": ["1" * 61]})
    far = _numeric(
        {"value": "5", "tolerance": "1000"}, {"value": "5", "tolerance": "10", "percent": True}, {"value": "5"}
    )
    assert far.answers[0].takes(Decimal(1005))


@given(st.text(alphabet="0123456789.,- −", max_size=12))
def test_what_was_typed_has_one_normal_form(text):
    response = NUMERIC.read(SPEC, {"text": [text]})
    assert NUMERIC.read(SPEC, NUMERIC.fields(SPEC, response)) == response
    share = NUMERIC.grade(SPEC, response)
    assert share is not None
    assert 0 <= share <= 1
    assert NUMERIC.why_not_regradable(SPEC, _numeric({"value": "1"})) is None
