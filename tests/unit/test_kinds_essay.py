"""Essays: how they are kept for who marks them, and which are refused."""

import unicodedata
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.kinds import BadResponse, SpecError, kind_of
from quizzes.kinds.essay import rubric
from tests.support.questions import CONTENT

ESSAY = kind_of("essay")
SPEC = ESSAY.compose(CONTENT["essay"], None)


def but(**changes: Any) -> dict[str, Any]:
    """Return the spec as it is stored, with other values."""
    return {**ESSAY.to_json(SPEC), **changes}


def with_row(rows: str, place: int, **changes: Any) -> dict[str, Any]:
    stored = but()
    stored[rows] = [{**row, **changes} if at == place else row for at, row in enumerate(stored[rows])]
    return stored


def test_an_essay_is_kept_as_it_was_typed_and_waits_for_a_person():
    spec = SPEC
    response = ESSAY.read(spec, {"text": ["  Thưa  anh/chị,\r\n\n\tviệc\rnày\x00 …\n"]})
    assert response == {"text": "  Thưa  anh/chị,\n\n\tviệc\nnày …\n"}
    assert ESSAY.grade(spec, response) is None
    assert ESSAY.summarise(spec, response) == "Thưa anh/chị, việc này …"
    assert ESSAY.read(spec, {"text": [unicodedata.normalize("NFD", "ngữ")]}) == {"text": "ngữ"}
    blank = ESSAY.read(spec, {"text": [" \n"]})
    assert blank == {"text": " \n"}
    assert not ESSAY.is_answered(blank)
    assert ESSAY.grade(spec, blank) == 0


def test_an_essay_may_have_20_000_characters():
    spec = SPEC
    assert len(ESSAY.read(spec, {"text": ["x\r\n" * 10_000]})["text"]) == 20_000
    with pytest.raises(BadResponse):
        ESSAY.read(spec, {"text": ["x" * 20_001]})
    assert ESSAY.shown(spec, []).max_length == 20_000
    assert ESSAY.shown(spec, []).words == 300


def test_the_rubric_makes_a_whole_and_is_shown_after_the_end():
    spec = SPEC
    assert [one.weight for one in rubric(spec)] == [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)]
    assert [(one.key, one.text) for one in rubric(spec)] == [(one.key, one.text) for one in spec.criteria]
    judged = ESSAY.judged(spec, {"text": " một\nhai  ba"}, [])
    assert (judged.text, judged.words, judged.criteria) == (" một\nhai  ba", 3, rubric(spec))
    assert judged.model_answer_html.startswith("<p>Trước hết <strong>từ chối</strong>")
    assert "</p>\n<p>Nếu" in judged.model_answer_html
    assert ESSAY.judged(spec, None, []).words == 0


@pytest.mark.parametrize(("typed", "stored"), [(" một\r\n\r\nh\x00ai\n", "một\n\nhai"), (None, ""), (5, "")])
def test_a_model_answer_is_cleaned(typed, stored):
    assert ESSAY.compose({**CONTENT["essay"], "model_answer": typed}, None).model_answer == stored


@given(st.lists(st.integers(1, 100), min_size=1, max_size=10))
def test_the_weights_of_a_rubric_sum_to_one(weights):
    criteria = [{"text": f"Tiêu chí {place}", "weight": weight} for place, weight in enumerate(weights)]
    assert sum(one.weight for one in rubric(ESSAY.compose({"criteria": criteria}, None))) == 1


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"criteria": []}, "no_criteria", None),
        ({"criteria": [{"text": "a"}] * 11}, "too_many_criteria", None),
        ({"criteria": [{"text": "a"}, {"text": " "}]}, "empty_criterion", 1),
        ({"criteria": [{"text": "x" * 301}]}, "criterion_too_long", 0),
        ({"criteria": [{"text": "a", "weight": 0}]}, "bad_weight", 0),
        ({"criteria": [{"text": "a", "weight": "101"}]}, "bad_weight", 0),
        ({"criteria": [{"text": "a", "weight": "x"}]}, "bad_weight", 0),
        ({"words": "5001"}, "bad_words", None),
        ({"words": "nhiều"}, "bad_words", None),
        ({"model_answer": "x" * 20_001}, "model_answer_too_long", None),
    ],
)
def test_an_essay_that_can_not_be_asked_is_refused_by_name(changes, code, place):
    with pytest.raises(SpecError) as refused:
        ESSAY.compose({**CONTENT["essay"], **changes}, None)
    assert (refused.value.code, refused.value.option) == (code, place)


@pytest.mark.parametrize(
    ("stored", "code", "place"),
    [
        ({}, "malformed", None),
        (with_row("criteria", 1, key=""), "bad_key", 1),
        (with_row("criteria", 1, key=SPEC.criteria[0].key), "duplicate_key", 1),
        (with_row("criteria", 1, weight=True), "bad_weight", 1),
        (with_row("criteria", 1, text=None), "malformed", 1),
        (but(words=False), "bad_words", None),
        (but(model_answer=1), "malformed", None),
    ],
)
def test_a_stored_essay_that_can_not_be_asked_is_refused_by_name(stored, code, place):
    with pytest.raises(SpecError) as refused:
        ESSAY.parse(stored)
    assert (refused.value.code, refused.value.option) == (code, place)


def test_the_limits_of_an_essay_are_taken_and_it_is_never_judged_anew_by_rule():
    criteria = [{"text": f"{place}".ljust(300, "x"), "weight": "100"} for place in range(10)]
    spec = ESSAY.compose({"criteria": criteria, "words": "5000", "model_answer": "x" * 20_000}, None)
    assert len(spec.criteria) == 10
    assert ESSAY.compose({"criteria": [{"text": "a"}]}, None).words == 0
    assert ESSAY.parse({"criteria": [{"key": "a7", "text": "a", "weight": 1}]}).words == 0
    assert ESSAY.why_not_regradable(spec, spec) == "needs_marker"
    moved = ESSAY.compose({**ESSAY.typed(spec), "criteria": ESSAY.typed(spec)["criteria"][::-1]}, spec)
    assert [one.key for one in moved.criteria] == [one.key for one in reversed(spec.criteria)]


@given(st.text(max_size=200))
def test_an_essay_has_one_normal_form(text):
    response = ESSAY.read(SPEC, {"text": [text]})
    assert ESSAY.read(SPEC, ESSAY.fields(SPEC, response)) == response
