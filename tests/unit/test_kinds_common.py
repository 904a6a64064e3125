"""What every kind of question promises, whatever it is made of."""

from typing import Any

import pytest

from quizzes.kinds import KINDS, SpecError, kind_of
from tests.support.questions import CONTENT

CHOICES = {"options": [{"text": "Báo cáo", "right": True}, {"text": "Im lặng"}]}
TYPED: dict[str, dict[str, Any]] = {**CONTENT, "single_choice": CHOICES, "multiple_choice": CHOICES}
SPECS = {name: kind.compose(TYPED[name], None) for name, kind in KINDS.items()}

#: What a question says that was left empty.
EMPTY = {
    "single_choice": "too_few_options",
    "multiple_choice": "too_few_options",
    "short_answer": "no_answer",
    "numeric": "no_answer",
    "gaps": "no_gap_text",
    "matching": "partner_too_few",
    "ordering": "item_too_few",
    "categorise": "category_too_few",
    "case_study": "no_case_text",
    "essay": "no_criteria",
}
#: The parts of a question that a file may leave out, and by which it is known again.
PARTS: dict[str, dict[str, list[Any]]] = {
    "single_choice": {"options": []},
    "multiple_choice": {"options": []},
    "gaps": {"gaps": []},
    "matching": {"rows": [], "distractors": []},
    "ordering": {"items": []},
    "categorise": {"rows": [], "targets": []},
    "case_study": {"parts": []},
    "essay": {"criteria": []},
}


def test_a_kind_that_is_not_there_is_refused_by_name():
    with pytest.raises(SpecError) as refused:
        kind_of("riddle")
    assert refused.value.code == "unknown_kind"
    assert {name: kind.name for name, kind in KINDS.items()} == {name: name for name in EMPTY}


@pytest.mark.parametrize("name", EMPTY)
def test_a_question_left_empty_is_refused_by_name(name):
    with pytest.raises(SpecError) as refused:
        kind_of(name).compose({}, None)
    assert (refused.value.code, refused.value.option) == (EMPTY[name], None)


@pytest.mark.parametrize("name", KINDS)
def test_a_file_without_content_recalls_nothing(name):
    assert kind_of(name).recall({}, SPECS[name]) == PARTS.get(name, {})


@pytest.mark.parametrize("name", KINDS)
def test_an_answer_in_the_shape_of_another_kind_says_nothing(name):
    kind, spec, strange = kind_of(name), SPECS[name], {"riddle": "x"}
    assert not kind.is_answered(strange)
    assert kind.grade(spec, strange) == 0
    assert kind.fields(spec, strange) == {}
    assert kind.summarise(spec, strange) == ""
    assert kind.tally(spec, strange) == ()


@pytest.mark.parametrize(
    ("name", "part"),
    [(name, part) for name, parts in PARTS.items() for part in parts if name not in ("gaps", "case_study")],
)
def test_what_a_file_puts_in_another_order_keeps_its_keys_beside_what_is_new(name, part):
    spec = SPECS[name]
    if part == "distractors":
        before = [target.key for target in spec.targets if target.key not in {row.target for row in spec.rows}]
    else:
        before = [one.key for one in getattr(spec, part)]
    new = {**TYPED[name][part][-1], "text": "Khác hẳn"}
    recalled = kind_of(name).recall({**TYPED[name], part: [new, *TYPED[name][part][::-1]]}, spec)[part]
    assert [row["key"] for row in recalled] == ["", *before[::-1]]
