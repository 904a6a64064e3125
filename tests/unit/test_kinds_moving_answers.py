"""Matching, ordering and categorising: what an answer means, and what it and guessing earn."""

from fractions import Fraction
from itertools import permutations, product

import pytest

from quizzes.kinds import BadResponse
from tests.support.kinds_moving import (
    CATEGORISE,
    FIELD,
    HOLDER,
    KINDS,
    MATCHING,
    ORDERING,
    boxes,
    example,
    pairs,
    placed,
    ranked,
    right_answer,
    steps,
)
from tests.support.questions import CONTENT

# ---- What an answer means ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_answer_goes_through_the_form_and_earns_everything(kind):
    spec = example(kind)
    answer = right_answer(kind, spec)
    form = kind.fields(spec, answer)
    assert all(name.startswith(FIELD[kind]) for name in form)
    assert kind.read(spec, {**form, "chosen": ["x"]}) == answer
    assert kind.grade(spec, answer) == 1
    assert kind.is_answered(answer)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_form_says_nothing(kind):
    spec = example(kind)
    empty: dict[str, dict[str, str]] = {HOLDER[kind]: {}}
    assert kind.read(spec, {}) == empty
    assert kind.read(spec, {FIELD[kind] + key: [""] for key in spec.keys}) == empty
    for response in (None, {}, empty):
        assert not kind.is_answered(response)
        assert kind.grade(spec, response) == 0
        assert kind.fields(spec, response) == {}
        assert kind.summarise(spec, response) == ""
        assert kind.tally(spec, response) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_kept_in_the_authors_order(kind):
    spec = example(kind)
    form = dict(reversed(kind.fields(spec, right_answer(kind, spec)).items()))
    assert list(kind.read(spec, form)[HOLDER[kind]]) == list(right_answer(kind, spec)[HOLDER[kind]])


@pytest.mark.parametrize("kind", KINDS)
def test_a_forged_form_is_refused(kind):
    spec = example(kind)
    name = FIELD[kind] + spec.keys[0]
    good = next(iter(kind.fields(spec, right_answer(kind, spec)).values()))[0]
    for form in (
        {FIELD[kind] + "zz9": [good]},
        {FIELD[kind]: [good]},
        {name: ["zz9"]},
        {name: ["0"]},
        {name: ["5"]},
        {name: [f" {good}"]},
        {name: [good, good]},
        {name: [good, ""]},
        {name: ["x" * 1_000_000]},
        {name: [""] * 10_000},
        {f"{FIELD[kind]}{place}": [""] for place in range(10_000)},
    ):
        with pytest.raises(BadResponse):
            kind.read(spec, form)


def test_an_incomplete_order_is_kept_as_it_was_chosen():
    spec = steps(4)
    form = {f"rank_{spec.keys[0]}": ["2"], f"rank_{spec.keys[3]}": ["2"], f"rank_{spec.keys[1]}": [""]}
    response = ORDERING.read(spec, form)
    assert response == {"ranks": {spec.keys[0]: 2, spec.keys[3]: 2}}
    assert ORDERING.read(spec, ORDERING.fields(spec, response)) == response


def test_an_answer_in_words():
    spec = pairs(("**A**", "một"), ("B", "hai"), ("C", "một"))
    assert MATCHING.summarise(spec, placed(MATCHING, spec, 1, None, 0)) == "A → hai; C → một"
    spec = steps(3)
    assert ORDERING.summarise(spec, ranked(spec, 3, None, 1)) == "1. Bước 2; 3. Bước 0"


# ---- What it earns -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "places", "share"),
    [
        ("partial", (0, 1, 0), Fraction(1)),
        ("partial", (0, 1, 2), Fraction(2, 3)),
        ("partial", (0, 0, 1), Fraction(1, 3)),
        ("partial", (None, None, 0), Fraction(1, 3)),
        ("partial", (1, 0, 1), Fraction(0)),
        ("all_or_nothing", (0, 1, 0), Fraction(1)),
        ("all_or_nothing", (0, 1, None), Fraction(0)),
        ("all_or_nothing", (0, 1, 1), Fraction(0)),
    ],
)
def test_matching_earns_by_its_rule(rule, places, share):
    spec = pairs(("A", "một"), ("B", "hai"), ("C", "một"), distractors=["ba"], rule=rule)
    assert MATCHING.grade(spec, placed(MATCHING, spec, *places)) == share


@pytest.mark.parametrize(
    ("rule", "places", "share"),
    [
        ("partial", (0, 1, 0, None, None), Fraction(1)),
        ("partial", (0, 1, 1, None, None), Fraction(2, 3)),
        ("partial", (0, 1, None, None, None), Fraction(2, 3)),
        ("partial", (0, 1, 0, 1, None), Fraction(2, 3)),
        ("partial", (0, 1, 0, 0, 1), Fraction(1, 3)),
        ("partial", (1, 0, 1, 0, None), Fraction(0)),
        ("partial", (None, None, None, None, None), Fraction(0)),
        ("all_or_nothing", (0, 1, 0, None, None), Fraction(1)),
        ("all_or_nothing", (0, 1, 0, None, 1), Fraction(0)),
        ("all_or_nothing", (0, 1, None, None, None), Fraction(0)),
    ],
)
def test_categorising_earns_by_its_rule(rule, places, share):
    spec = boxes(0, 1, 0, None, None, rule=rule)
    assert CATEGORISE.grade(spec, placed(CATEGORISE, spec, *places)) == share


@pytest.mark.parametrize(
    ("ranks", "by_pairs", "by_positions"),
    [
        ((1, 2, 3, 4), Fraction(1), Fraction(1)),
        ((4, 1, 2, 3), Fraction(2, 3), Fraction(0)),
        ((2, 1, 3, 4), Fraction(1, 3), Fraction(1, 2)),
        ((4, 3, 2, 1), Fraction(0), Fraction(0)),
        ((1, 2, None, None), Fraction(1, 3), Fraction(1, 2)),
        ((1, None, 2, None), Fraction(0), Fraction(1, 4)),
        ((1, 2, 2, None), Fraction(0), Fraction(1, 4)),
        ((1, 2, 1, 2), Fraction(0), Fraction(0)),
        ((1, 1, 1, 1), Fraction(0), Fraction(0)),
    ],
)
def test_an_order_earns_by_its_rule(ranks, by_pairs, by_positions):
    for rule, share in (
        ("pairs", by_pairs),
        ("positions", by_positions),
        ("all_or_nothing", Fraction(ranks == (1, 2, 3, 4))),
    ):
        spec = steps(4, rule)
        assert ORDERING.grade(spec, ranked(spec, *ranks)) == share


@pytest.mark.parametrize("kind", KINDS)
def test_rules_have_codes(kind):
    assert kind.rule(example(kind)) == f"{kind.name}.{CONTENT[kind.name]['rule']}"


# ---- What blind guessing earns -------------------------------------------------------------------------------------


def mean_share(kind, spec, responses):
    shares = [kind.grade(spec, response) for response in responses]
    return sum(shares, Fraction(0)) / len(shares)


@pytest.mark.parametrize("rule", ["pairs", "positions", "all_or_nothing"])
@pytest.mark.parametrize("count", [3, 5])
def test_guessing_an_order_earns_the_mean_over_all_orders(count, rule):
    spec = steps(count, rule)
    answers = [ranked(spec, *order) for order in permutations(range(1, count + 1))]
    assert ORDERING.guess(spec) == mean_share(ORDERING, spec, answers)


@pytest.mark.parametrize("rule", ["partial", "all_or_nothing"])
@pytest.mark.parametrize("targets", [(0, 1, 0), (0, 1, None), (0, None, None)])
def test_guessing_categories_earns_the_mean_over_all_ways(targets, rule):
    spec = boxes(*targets, rule=rule)
    choices = [0, 1, *([None] if None in targets else [])]
    answers = [placed(CATEGORISE, spec, *places) for places in product(choices, repeat=3)]
    assert CATEGORISE.guess(spec) == mean_share(CATEGORISE, spec, answers)


def test_guessing_pairs_earns_the_mean_over_all_ways():
    shared = pairs(("A", "một"), ("B", "hai"), ("C", "một"), rule="all_or_nothing")
    assert MATCHING.guess(shared) == Fraction(1, 8)
    apart = pairs(("A", "một"), ("B", "hai"), distractors=["ba"], rule="all_or_nothing")
    answers = [placed(MATCHING, apart, *places) for places in permutations(range(3), 2)]
    assert MATCHING.guess(apart) == mean_share(MATCHING, apart, answers) == Fraction(1, 6)
    many = pairs(("A", "một"), ("B", "hai"), distractors=["ba", "bốn"], rule="all_or_nothing")
    assert MATCHING.guess(many) == Fraction(1, 12)
    part = pairs(("A", "một"), ("B", "hai"), distractors=["ba"])
    answers = [placed(MATCHING, part, *places) for places in product(range(3), repeat=2)]
    assert MATCHING.guess(part) == mean_share(MATCHING, part, answers) == Fraction(1, 3)
