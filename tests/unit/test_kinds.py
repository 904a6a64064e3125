"""Single and multiple choice: what is refused, what an answer means, what it earns."""

import random
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.kinds import BadResponse, SpecError, kind_of
from quizzes.kinds.choice import ALL_OR_NOTHING, PARTIAL
from quizzes.kinds.keyed import new_key

SINGLE, MULTIPLE = kind_of("single_choice"), kind_of("multiple_choice")


def raw(right: list[bool], rule: str = PARTIAL, **changes):
    options = [
        {
            "key": f"k{place}",
            "text": f"Phương án {place}",
            "html": f"Phương án {place}",
            "right": is_right,
            "explanation": "",
            "explanation_html": "",
        }
        for place, is_right in enumerate(right)
    ]
    return {"options": options, "shuffle": True, "rule": rule, **changes}


def keys(*places: int) -> list[str]:
    return [f"k{place}" for place in places]


def spoiled(place: int, **changes):
    spec = raw([True, False, False])
    spec["options"][place] = {**spec["options"][place], **changes}
    return spec


@pytest.mark.parametrize(
    ("kind", "spec", "code", "option"),
    [
        (SINGLE, {}, "malformed", None),
        (SINGLE, {"options": "abc"}, "malformed", None),
        (SINGLE, {"options": [1, 2]}, "malformed", 0),
        (SINGLE, spoiled(1, right="yes"), "malformed", 1),
        (SINGLE, spoiled(1, text=3), "malformed", 1),
        (SINGLE, raw([True]), "too_few_options", None),
        (SINGLE, raw([True] + [False] * 9 + [False]), "too_many_options", None),
        (SINGLE, spoiled(1, key="0"), "bad_key", 1),
        (SINGLE, spoiled(1, key='a"b'), "bad_key", 1),
        (SINGLE, spoiled(1, key="k0"), "duplicate_key", 1),
        (SINGLE, spoiled(2, text=" "), "empty_text", 2),
        (SINGLE, spoiled(2, html=""), "empty_text", 2),
        (SINGLE, spoiled(2, text="x" * 2001), "text_too_long", 2),
        (SINGLE, spoiled(2, text=" Phương  án 0 "), "duplicate_text", 2),
        (SINGLE, raw([False, False]), "no_right", None),
        (SINGLE, raw([True, True]), "more_than_one_right", None),
        (MULTIPLE, raw([False, False]), "no_right", None),
        (MULTIPLE, raw([True, True]), "no_wrong", None),
        (MULTIPLE, raw([True, False], rule="guess"), "bad_rule", None),
    ],
)
def test_a_question_that_can_not_be_used_is_refused_by_name(kind, spec, code, option):
    with pytest.raises(SpecError) as refused:
        kind.parse(spec)
    assert (refused.value.code, refused.value.option) == (code, option)


def test_unknown_kind_is_refused():
    with pytest.raises(SpecError):
        kind_of("riddle")


@pytest.mark.parametrize("kind", [SINGLE, MULTIPLE])
def test_a_stored_question_is_read_back_the_same(kind):
    spec = kind.parse(raw([True, False, False]))
    assert kind.parse(kind.to_json(spec)) == spec
    assert ("rule" in kind.to_json(spec)) is kind.takes_many
    assert kind.compose(kind.typed(spec), spec) == spec


@pytest.mark.parametrize(("kind", "rule"), [(SINGLE, PARTIAL), (MULTIPLE, ALL_OR_NOTHING)])
def test_rules_that_are_not_those_of_a_new_question_are_kept(kind, rule):
    spec = kind.parse(raw([True, False, False], rule=rule, shuffle=False))
    assert (spec.rule, spec.shuffle) == (rule, False)
    assert kind.parse(kind.to_json(spec)) == kind.compose(kind.typed(spec), spec) == spec
    assert kind.rule(spec) == {SINGLE: "single_choice", MULTIPLE: "multiple_choice.all_or_nothing"}[kind]


def test_an_option_is_wrong_and_unexplained_unless_its_author_says_otherwise():
    spec = SINGLE.compose({"options": [{"text": "Báo cáo", "right": True}, {"text": "Im lặng"}]}, None)
    assert (spec.options[1].right, spec.options[1].explanation, spec.options[1].explanation_html) == (False, "", "")
    assert (spec.shuffle, spec.rule) == (True, PARTIAL)
    stored = {"options": [{"key": f"k{n}", "text": f"{n}", "html": f"{n}", "right": n == 0} for n in range(2)]}
    assert [option.explanation_html for option in SINGLE.parse(stored).options] == ["", ""]
    assert [option.explanation for option in SINGLE.parse(stored).options] == ["", ""]


def test_the_limits_of_options_are_taken():
    long = {"text": "x" * 2000, "html": "x", "explanation": "x" * 2000}
    spec = raw([True] + [False] * 9)
    spec["options"][0] = {**spec["options"][0], **long}
    assert len(SINGLE.parse(spec).options) == 10
    assert len(SINGLE.parse(raw([True, False])).options) == 2


def test_an_option_is_cleaned_and_keeps_its_key():
    before = SINGLE.parse(raw([True, False]))
    typed = SINGLE.typed(before)
    typed["options"][0]["text"] = "**Đúng** <script>alert(1)</script>"
    option = SINGLE.compose(typed, before).options[0]
    assert option.html == "<strong>Đúng</strong> &lt;script&gt;alert(1)&lt;/script&gt;"
    assert option.key == "k0"


def test_fresh_keys_avoid_those_taken():
    taken: set[str] = set()
    for _ in range(200):
        taken.add(new_key(taken))
    assert len(taken) == 200


@pytest.mark.parametrize(
    ("kind", "chosen", "stored"),
    [
        (SINGLE, [], []),
        (SINGLE, ["k1"], ["k1"]),
        (SINGLE, ["k1", "k1", ""], ["k1"]),
        (MULTIPLE, ["k2", "k0"], ["k0", "k2"]),
        (MULTIPLE, ["k2", "k1", "k0"], ["k0", "k1", "k2"]),
    ],
)
def test_an_answer_has_one_normal_form(kind, chosen, stored):
    spec = kind.parse(raw([True, False, False]))
    response = kind.read(spec, {"chosen": chosen})
    assert response == {"chosen": stored}
    assert kind.is_answered(response) is bool(stored)
    assert kind.read(spec, kind.fields(spec, response)) == response
    assert kind.tally(spec, response) == tuple(stored)


@pytest.mark.parametrize(
    ("kind", "chosen"), [(SINGLE, ["k9"]), (SINGLE, ["k0", "k1"]), (MULTIPLE, ["k0", "x" * 1_000_000])]
)
def test_an_answer_that_means_nothing_is_refused(kind, chosen):
    with pytest.raises(BadResponse):
        kind.read(kind.parse(raw([True, False, False])), {"chosen": chosen})


def test_an_empty_form_chooses_nothing():
    spec = SINGLE.parse(raw([True, False]))
    assert not SINGLE.is_answered(SINGLE.read(spec, {}))
    assert not SINGLE.is_answered(None)
    assert SINGLE.grade(spec, None) == 0


@pytest.mark.parametrize(
    ("rule", "chosen", "share"),
    [
        (PARTIAL, keys(0, 1), Fraction(1)),
        (PARTIAL, keys(0), Fraction(1, 2)),
        (PARTIAL, keys(0, 2), Fraction(1, 6)),
        (PARTIAL, keys(0, 1, 2), Fraction(2, 3)),
        (PARTIAL, keys(2), Fraction(0)),
        (PARTIAL, keys(0, 1, 2, 3, 4), Fraction(0)),
        (PARTIAL, [], Fraction(0)),
        (ALL_OR_NOTHING, keys(0, 1), Fraction(1)),
        (ALL_OR_NOTHING, keys(0), Fraction(0)),
        (ALL_OR_NOTHING, keys(0, 1, 2), Fraction(0)),
    ],
)
def test_multiple_choice_earns_by_its_rule(rule, chosen, share):
    spec = MULTIPLE.parse(raw([True, True, False, False, False], rule=rule))
    assert MULTIPLE.grade(spec, {"chosen": chosen}) == share


def test_an_answer_in_words():
    spec = MULTIPLE.parse(raw([True, True, False]))
    assert MULTIPLE.summarise(spec, {"chosen": ["k2", "k0"]}) == "Phương án 0; Phương án 2"
    assert MULTIPLE.summarise(spec, None) == ""


def test_answers_are_judged_anew_only_where_the_options_are_the_same():
    old = SINGLE.parse(raw([True, False, False]))
    assert SINGLE.why_not_regradable(old, SINGLE.parse(raw([False, True, False]))) is None
    assert SINGLE.why_not_regradable(old, SINGLE.parse(raw([True, False]))) == "option_removed"
    assert SINGLE.why_not_regradable(old, SINGLE.parse(spoiled(1, text="Phương án khác"))) == "option_reworded"


def test_what_is_shown_before_the_end_has_no_key():
    spec = MULTIPLE.parse(spoiled(2, explanation="Vì **luật**", explanation_html="Vì <strong>luật</strong>"))
    shown = MULTIPLE.shown(spec, keys(2, 0, 1))
    assert [option.key for option in shown.options] == keys(2, 0, 1)
    assert [option.html for option in shown.options] == ["Phương án 2", "Phương án 0", "Phương án 1"]
    assert (shown.takes_many, SINGLE.shown(spec, []).takes_many) == (True, False)
    assert set(vars(shown.options[0])) == {"key", "html"}
    judged = MULTIPLE.judged(spec, {"chosen": ["k2"]}, keys(2, 0, 1))
    assert [(option.chosen, option.right) for option in judged.options] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert [(option.key, option.html) for option in judged.options] == [
        (option.key, option.html) for option in shown.options
    ]
    assert [option.explanation_html for option in judged.options] == ["Vì <strong>luật</strong>", "", ""]


def test_options_are_shuffled_only_where_quiz_and_question_allow_it():
    free, fixed = SINGLE.parse(raw([True, False, False])), SINGLE.parse(raw([True, False, False], shuffle=False))

    def orders(spec, *, shuffle: bool) -> set[tuple[str, ...]]:
        return {tuple(SINGLE.arrange(spec, shuffle=shuffle, rng=random.Random(seed))) for seed in range(200)}

    assert len(orders(free, shuffle=True)) == 6
    assert orders(free, shuffle=False) == orders(fixed, shuffle=True) == {("k0", "k1", "k2")}


def test_blind_guessing_earns_the_mean_over_all_answers():
    assert SINGLE.guess(SINGLE.parse(raw([True, False, False, False]))) == Fraction(1, 4)
    for right in ([True, False], [True, True, False, False], [True, False, False]):
        for rule in (PARTIAL, ALL_OR_NOTHING):
            spec = MULTIPLE.parse(raw(right, rule=rule))
            shares = [
                MULTIPLE.grade(spec, {"chosen": list(chosen)}) or Fraction(0)
                for size in range(len(right) + 1)
                for chosen in combinations(spec.keys, size)
            ]
            assert MULTIPLE.guess(spec) == sum(shares) / len(shares)


rights = st.lists(st.booleans(), min_size=2, max_size=10).filter(lambda right: any(right) and not all(right))


@given(right=rights, data=st.data(), rule=st.sampled_from([PARTIAL, ALL_OR_NOTHING]))
def test_every_answer_earns_between_nothing_and_everything(right, data, rule):
    spec = MULTIPLE.parse(raw(right, rule=rule))
    chosen = data.draw(st.lists(st.sampled_from(spec.keys), unique=True))
    share = MULTIPLE.grade(spec, {"chosen": chosen})
    assert share is not None
    assert 0 <= share <= 1
    assert (share == 1) is (set(chosen) == spec.right_keys)


@given(right=rights, data=st.data())
def test_another_right_option_never_costs_and_another_wrong_one_never_earns(right, data):
    spec = MULTIPLE.parse(raw(right))
    chosen = data.draw(st.lists(st.sampled_from(spec.keys), unique=True))
    more = data.draw(st.sampled_from(spec.keys))
    before = MULTIPLE.grade(spec, {"chosen": chosen})
    after = MULTIPLE.grade(spec, {"chosen": sorted({*chosen, more})})
    assert before is not None
    assert after is not None
    assert after >= before if more in spec.right_keys else after <= before
