"""What all kinds promise that are answered in words and numbers."""

import random
from dataclasses import asdict, replace
from typing import Any

import pytest

from core import html
from quizzes.kinds import BadResponse, kind_of
from tests.support.questions import CONTENT

NAMES = ("short_answer", "numeric", "gaps", "case_study", "essay")
SHORT, NUMERIC, GAPS, CASE, ESSAY = (kind_of(name) for name in NAMES)
SPECS = {name: kind_of(name).compose(CONTENT[name], None) for name in NAMES}
G1, G2, G3 = SPECS["gaps"].gaps
P1, P2, P3 = SPECS["case_study"].parts

#: A right answer to each, as the fields of a form.
RIGHT: dict[str, dict[str, list[str]]] = {
    "short_answer": {"text": ["người phát ngôn"]},
    "numeric": {"text": ["5,0"]},
    "gaps": {f"gap_{G1.key}": [G1.options[0].key], f"gap_{G2.key}": [" 05"], f"gap_{G3.key}": ["Hoà nhã."]},
    "case_study": {
        f"{P1.key}_chosen": [P1.spec.options[0].key],
        f"{P2.key}_text": ["5"],
        f"{P3.key}_gap_{P3.spec.gaps[0].key}": ["Hai triệu"],
        f"{P3.key}_gap_{P3.spec.gaps[1].key}": [P3.spec.gaps[1].options[0].key],
    },
    "essay": {"text": ["  Tôi từ chối.\r\n\r\nSau đó tôi báo cáo."]},
}


def right(name: str) -> dict[str, Any]:
    return kind_of(name).read(SPECS[name], RIGHT[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_stored_question_is_read_back_the_same_and_so_is_what_was_typed(name):
    kind, spec = kind_of(name), SPECS[name]
    assert kind.parse(kind.to_json(spec)) == spec
    assert kind.compose(kind.typed(spec), spec) == spec
    assert kind.compose(kind.recall(CONTENT[name], spec), spec) == spec


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stored_shown_and_judged_can_not_be_changed(name):
    kind, spec = kind_of(name), SPECS[name]
    order = kind.arrange(spec, shuffle=False, rng=random.Random(1))
    for value in (spec, kind.shown(spec, order), kind.judged(spec, right(name), order)):
        assert hash(value) == hash(replace(value))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_an_answer_that_says_nothing(name):
    kind, spec = kind_of(name), SPECS[name]
    empty = kind.read(spec, {})
    assert not any(empty.values())
    for response in (None, empty):
        assert not kind.is_answered(response)
        assert kind.fields(spec, response) == {}
        assert kind.grade(spec, response) == 0
        assert kind.summarise(spec, response) == ""
        assert kind.tally(spec, response) == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_right_answer_earns_everything_and_is_shown_in_the_form_again(name):
    kind, spec, response = kind_of(name), SPECS[name], right(name)
    assert kind.is_answered(response)
    assert kind.grade(spec, response) == (None if name == "essay" else 1)
    assert kind.read(spec, kind.fields(spec, response)) == response
    assert kind.rule(spec) == ("gaps.partial" if name == "gaps" else name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", ["other", "gap_zz9", "p9_text", "text_", ""])
def test_a_field_that_the_question_does_not_have_is_refused(name, field):
    with pytest.raises(BadResponse):
        kind_of(name).read(SPECS[name], {field: ["a7"]})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("values", [["x" * 1_000_000], ["x"] * 10_000, ["x", "x"]])
def test_an_answer_beyond_all_measure_is_refused(name, values):
    for field in RIGHT[name]:
        with pytest.raises(BadResponse):
            kind_of(name).read(SPECS[name], {field: values})


def _said(value: Any) -> list[Any]:
    """Return all texts and truths anywhere in a value."""
    if isinstance(value, dict):
        return [*value, *(one for inner in value.values() for one in _said(inner))]
    if isinstance(value, (list, tuple)):
        return [one for inner in value for one in _said(inner)]
    return [value]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_before_the_end_has_no_word_about_what_is_right(name):
    kind, spec = kind_of(name), SPECS[name]
    order = kind.arrange(spec, shuffle=False, rng=random.Random(1))
    said = _said(asdict(kind.shown(spec, order)))
    assert not {"right", "answers", "share", "tolerance", "model_answer", "criteria"} & {str(one) for one in said}
    words = " ".join(one for one in said if isinstance(one, str))
    secrets = ["phát ngôn", "hòa nhã", "05", "hai triệu", "làm việc</strong>", "từ chối", "Nêu đúng", "Báo cáo ngay"]
    assert [secret for secret in secrets if secret in words] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_order_is_a_permutation_and_only_shuffled_where_it_may_be(name):
    kind, spec = kind_of(name), SPECS[name]
    in_order = kind.arrange(spec, shuffle=False, rng=random.Random(1))
    orders = [kind.arrange(spec, shuffle=True, rng=random.Random(seed)) for seed in range(20)]
    assert all(sorted(order) == sorted(in_order) for order in orders)
    assert any(order != in_order for order in orders) is (name in {"gaps", "case_study"})


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_that_is_counted_has_a_label(name):
    kind, spec = kind_of(name), SPECS[name]
    labels = {label.key: label for label in kind.tally_labels(spec)}
    counted = kind.tally(spec, right(name))
    assert all(labels[key].right for key in counted)
    assert len(counted) == {"gaps": 1, "case_study": 2}.get(name, 0)
    assert len(labels) == {"gaps": 3, "case_study": 5}.get(name, 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_summary_is_plain_text(name):
    summary = kind_of(name).summarise(SPECS[name], right(name))
    assert summary
    assert "<" not in summary
    assert "\n" not in summary
    assert summary == html.plain_text(summary)
