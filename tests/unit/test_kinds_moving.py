"""Matching, ordering and categorising: what is refused, what an answer means, what it earns."""

import random
from dataclasses import asdict
from fractions import Fraction
from functools import cache
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.kinds import BadResponse, SpecError
from quizzes.kinds.categorise import Categorise
from quizzes.kinds.matching import Matching
from quizzes.kinds.ordering import Ordering
from quizzes.kinds.placing_values import Target
from tests.support.questions import CONTENT

MATCHING, ORDERING, CATEGORISE = Matching(), Ordering(), Categorise()
KINDS = [MATCHING, ORDERING, CATEGORISE]
PART = {MATCHING: "rows", ORDERING: "items", CATEGORISE: "rows"}
HOLDER = {MATCHING: "pairs", ORDERING: "ranks", CATEGORISE: "places"}
FIELD = {MATCHING: "pair_", ORDERING: "rank_", CATEGORISE: "place_"}


def pairs(*rows, distractors=(), rule="partial"):
    typed_rows = [{"text": text, "target": target} for text, target in rows]
    return MATCHING.compose(
        {"rows": typed_rows, "distractors": [{"text": text} for text in distractors], "rule": rule}, None
    )


def boxes(*targets, of=2, rule="partial"):
    rows = [{"text": f"Mục {place}", "target": target} for place, target in enumerate(targets)]
    categories = [{"text": f"Nhóm {place}"} for place in range(of)]
    return CATEGORISE.compose({"rows": rows, "targets": categories, "rule": rule}, None)


def steps(count, rule="pairs"):
    return ORDERING.compose({"items": [{"text": f"Bước {place}"} for place in range(count)], "rule": rule}, None)


@cache
def example(kind):
    return kind.compose(CONTENT[kind.name], None)


def right_answer(kind, spec):
    if kind is ORDERING:
        return {"ranks": {key: place for place, key in enumerate(spec.keys, start=1)}}
    return {HOLDER[kind]: {row.key: row.target for row in spec.rows if row.target}}


def placed(kind, spec, *places):
    """Put rows to targets by number, None for nowhere."""
    keys = list(spec.target_texts)
    return {
        HOLDER[kind]: {row: keys[place] for row, place in zip(spec.keys, places, strict=False) if place is not None}
    }


def ranked(spec, *ranks):
    return {"ranks": {key: rank for key, rank in zip(spec.keys, ranks, strict=False) if rank}}


# ---- What is refused -----------------------------------------------------------------------------------------------


def raw(kind, **changes):
    return {**kind.to_json(example(kind)), **changes}


def spoiled(kind, part, place, **changes):
    spec = raw(kind)
    spec[part][place] = {**spec[part][place], **changes}
    return spec


def with_rows(kind, count):
    first = raw(kind)[PART[kind]][0]
    rows = [{**first, "key": f"z{place}", "text": f"Dòng {place}"} for place in range(count)]
    return raw(kind, **{PART[kind]: rows})


def with_targets(kind, count):
    rows = [{**row, "target": "z0"} for row in raw(kind)["rows"]]
    return raw(kind, rows=rows, targets=[{"key": f"z{place}", "text": f"Đích {place}"} for place in range(count)])


def doubled(kind, part, field):
    spec = raw(kind)
    spec[part][2] = {**spec[part][2], field: spec[part][0][field]}
    return spec


def bad_rows(kind):
    part = PART[kind]
    return [
        (kind, {}, "malformed", None),
        (kind, raw(kind, **{part: "abc"}), "malformed", None),
        (kind, raw(kind, **{part: [3]}), "malformed", 0),
        (kind, spoiled(kind, part, 1, html=3), "malformed", 1),
        (kind, spoiled(kind, part, 1, explanation=None), "malformed", 1),
        (kind, spoiled(kind, part, 1, key='a"b'), "bad_key", 1),
        (kind, spoiled(kind, part, 2, text=" "), "row_empty", 2),
        (kind, spoiled(kind, part, 2, html=" "), "row_empty", 2),
        (kind, spoiled(kind, part, 2, text="x" * 2001), "text_too_long", 2),
        (kind, spoiled(kind, part, 2, explanation="x" * 2001), "text_too_long", 2),
        (kind, doubled(kind, part, "key"), "duplicate_key", 2),
        (kind, doubled(kind, part, "text"), "row_repeated", 2),
        (kind, with_rows(kind, 13), "row_too_many", None),
        (kind, raw(kind, rule="guess"), "bad_rule", None),
    ]


def bad_targets(kind, noun):
    return [
        (kind, with_rows(kind, 1), "row_too_few", None),
        (kind, raw(kind, targets=None), "malformed", None),
        (kind, raw(kind, targets=["x"]), "malformed", 0),
        (kind, spoiled(kind, "targets", 1, text=3), "malformed", 1),
        (kind, spoiled(kind, "targets", 1, key=None), "malformed", 1),
        (kind, spoiled(kind, "targets", 1, key="A1"), "bad_key", 1),
        (kind, spoiled(kind, "targets", 1, text=" "), f"{noun}_empty", 1),
        (kind, spoiled(kind, "targets", 1, text="x" * 201), f"{noun}_too_long", 1),
        (kind, with_targets(kind, 1), f"{noun}_too_few", None),
        (kind, with_targets(kind, 16), f"{noun}_too_many", None),
        (kind, spoiled(kind, "rows", 1, target="zz9"), f"{noun}_unknown", 1),
        (kind, spoiled(kind, "rows", 1, target=None), f"{noun}_unknown", 1),
        (kind, spoiled(kind, "rows", 1, target=[]), f"{noun}_unknown", 1),
    ]


@pytest.mark.parametrize(
    ("kind", "spec", "code", "option"),
    [
        *(case for kind in KINDS for case in bad_rows(kind)),
        *bad_targets(MATCHING, "partner"),
        *bad_targets(CATEGORISE, "category"),
        (MATCHING, spoiled(MATCHING, "rows", 1, target=""), "partner_unknown", 1),
        (MATCHING, doubled(MATCHING, "targets", "key"), "duplicate_key", 2),
        (MATCHING, doubled(MATCHING, "targets", "text"), "partner_repeated", 2),
        (ORDERING, with_rows(ORDERING, 2), "item_too_few", None),
        (
            CATEGORISE,
            raw(CATEGORISE, rows=[{**row, "target": ""} for row in raw(CATEGORISE)["rows"]]),
            "nothing_belongs",
            None,
        ),
    ],
)
def test_a_question_that_can_not_be_used_is_refused_by_name(kind, spec, code, option):
    with pytest.raises(SpecError) as refused:
        kind.parse(spec)
    assert (refused.value.code, refused.value.option) == (code, option)


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_question_is_taken(kind):
    assert len(kind.parse(with_rows(kind, 12)).keys) == 12
    assert kind.parse(spoiled(kind, PART[kind], 0, text="x" * 2000, explanation="x" * 2000))


@pytest.mark.parametrize("kind", [MATCHING, CATEGORISE])
def test_the_most_and_longest_targets_are_taken(kind):
    assert len(kind.parse(with_targets(kind, 15)).targets) == 15
    assert kind.parse(with_targets(kind, 2))
    assert kind.parse(with_rows(kind, 2))
    assert kind.parse(spoiled(kind, "targets", 0, text="x" * 200))


def test_three_steps_are_enough():
    assert steps(3)


@pytest.mark.parametrize(
    ("rows", "distractors", "code", "place"),
    [
        ([("A", "một"), ("B", "")], [], "partner_empty", 1),
        ([("A", "một"), ("B", "hai")], ["ba", " "], "partner_empty", 3),
        ([("A", "một"), ("B", "x" * 201)], [], "partner_too_long", 1),
        ([("A", "một"), ("B", "hai")], ["hai"], "partner_repeated", 2),
        ([("A", "một"), ("B", "hai")], ["ba", " ba "], "partner_repeated", 3),
        ([("A", "một"), ("B", "một")], [], "partner_too_few", None),
    ],
)
def test_partners_that_can_not_be_used_are_named_where_they_were_typed(rows, distractors, code, place):
    with pytest.raises(SpecError) as refused:
        pairs(*rows, distractors=distractors)
    assert (refused.value.code, refused.value.option) == (code, place)


@pytest.mark.parametrize("target", [2, -1, "0"])
def test_an_item_can_not_belong_to_a_category_that_is_not_there(target):
    with pytest.raises(SpecError) as refused:
        boxes(0, target)
    assert (refused.value.code, refused.value.option) == ("category_unknown", 1)


# ---- What an author types ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_is_stored_and_typed_again_without_change(kind):
    spec = example(kind)
    assert kind.parse(kind.to_json(spec)) == spec
    assert kind.compose(kind.typed(spec), spec) == spec
    strict = kind.compose({**CONTENT[kind.name], "rule": "all_or_nothing"}, None)
    assert kind.compose(kind.typed(strict), strict) == kind.parse(kind.to_json(strict)) == strict
    untouched = {name: value for name, value in kind.to_json(spec).items() if name != "rule"}
    assert kind.parse(untouched) == spec


@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_row_may_leave_out_its_explanation(kind):
    spec = raw(kind)
    del spec[PART[kind]][1]["explanation"], spec[PART[kind]][1]["explanation_html"]
    row = getattr(kind.parse(spec), PART[kind])[1]
    assert (row.explanation, row.explanation_html) == ("", "")


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_from_a_file_keeps_the_keys_it_had(kind):
    spec = example(kind)
    assert kind.compose(kind.recall(CONTENT[kind.name], spec), spec) == spec


@pytest.mark.parametrize("kind", KINDS)
def test_keys_that_were_not_there_are_replaced(kind):
    typed = kind.typed(example(kind))
    typed[PART[kind]][0]["key"] = "forged1"
    keys = kind.compose(typed, example(kind)).keys
    assert keys[1:] == example(kind).keys[1:]
    assert keys[0] not in {"forged1", *example(kind).keys}


def test_texts_are_cleaned_and_shown_as_harmless_html():
    spec = pairs(("  **A**  <b>x</b>", "  một   hai "), ("B", "<i>ba</i>"))
    assert spec.rows[0].text == "**A** <b>x</b>"
    assert spec.rows[0].html == "<strong>A</strong> &lt;b&gt;x&lt;/b&gt;"
    assert [target.text for target in spec.targets] == ["một hai", "<i>ba</i>"]


def test_stems_with_the_same_partner_share_it_and_distractors_come_last():
    spec = pairs(("A", "một"), ("B", "hai"), ("C", " một "), distractors=["ba"])
    assert [target.text for target in spec.targets] == ["một", "hai", "ba"]
    assert spec.rows[2].target == spec.rows[0].target
    turned = MATCHING.parse({**MATCHING.to_json(spec), "targets": MATCHING.to_json(spec)["targets"][::-1]})
    assert turned == spec


def retyped(spec, *partners):
    typed = MATCHING.typed(spec)
    for row, partner in zip(typed["rows"], partners, strict=True):
        row["target"] = partner
    return MATCHING.compose(typed, spec)


def test_mixed_up_partners_are_put_right_without_new_keys():
    spec = pairs(("A", "một"), ("B", "hai"))
    assert retyped(spec, "hai", "một").target_texts == dict(reversed(spec.target_texts.items()))
    assert MATCHING.why_not_regradable(spec, retyped(spec, "hai", "một")) is None


def test_a_mended_partner_keeps_its_key_and_one_no_longer_shared_gets_another():
    spec = pairs(("A", "một"), ("B", "hai"), ("C", "một"))
    first, second = spec.target_texts
    mended = retyped(spec, "mốt", "hai", "mốt")
    assert mended.target_texts == {first: "mốt", second: "hai"}
    parted = retyped(spec, "mốt", "hai", "một")
    assert {text: key for key, text in parted.target_texts.items()}["một"] == first
    assert len(parted.targets) == 3


def test_a_mended_distractor_keeps_its_key():
    spec = pairs(("A", "một"), ("B", "hai"), distractors=["ba", "bốn"])
    typed = MATCHING.typed(spec)
    typed["distractors"] = [{**typed["distractors"][1], "text": "tư"}]
    assert list(MATCHING.compose(typed, spec).target_texts.items())[2:] == [(spec.targets[3].key, "tư")]


def test_partners_that_a_file_mends_keep_their_keys():
    spec = pairs(("A", "một"), ("B", "hai"), distractors=["ba"])
    one, two, three = spec.target_texts
    rows = [{"text": "A", "target": "mốt"}, {"text": "B", "target": "hai"}]
    mended = MATCHING.recall({"rows": rows, "distractors": [{"text": "tư"}]}, spec)
    assert MATCHING.compose(mended, spec).target_texts == {one: "mốt", two: "hai", three: "tư"}


def test_a_new_stem_may_use_a_partner_that_was_there():
    spec = pairs(("A", "một"), ("B", "hai"))
    typed = MATCHING.typed(spec)
    typed["rows"].insert(0, {"text": "C", "target": "một"})
    typed["rows"][1]["target"] = typed["rows"][0]["target"] = "mốt"
    assert next(iter(MATCHING.compose(typed, spec).target_texts)) == next(iter(spec.target_texts))


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


# ---- What is shown -------------------------------------------------------------------------------------------------


def test_partners_and_items_are_shuffled_even_when_the_quiz_does_not():
    matched, sorted_out = pairs(("A", "1"), ("B", "2"), ("C", "3")), boxes(0, 1, 0)
    seen = {
        (
            tuple(MATCHING.arrange(matched, shuffle=False, rng=random.Random(seed))),
            tuple(CATEGORISE.arrange(sorted_out, shuffle=False, rng=random.Random(seed))),
        )
        for seed in range(100)
    }
    assert {one for one, _ in seen} == set(permutations(matched.target_texts))
    assert {one for _, one in seen} == set(permutations(sorted_out.keys))


@pytest.mark.parametrize("shuffle", [False, True])
def test_the_right_order_is_never_shown(shuffle):
    spec = steps(3)
    seen = {tuple(ORDERING.arrange(spec, shuffle=shuffle, rng=random.Random(seed))) for seed in range(100)}
    assert seen == set(permutations(spec.keys)) - {spec.keys}


def test_what_is_shown_of_pairs_is_the_same_whatever_is_right():
    spec = pairs(("A", "một"), ("B", "hai"), distractors=["ba"])
    one, two, three = spec.target_texts
    rows = [{**asdict(row), "target": target} for row, target in zip(spec.rows, (three, one), strict=True)]
    other = MATCHING.parse({**MATCHING.to_json(spec), "rows": rows})
    shown = MATCHING.shown(spec, [two, three, one])
    assert shown == MATCHING.shown(other, [two, three, one])
    assert shown.targets == (Target(two, "hai"), Target(three, "ba"), Target(one, "một"))
    assert [(row.key, row.html) for row in shown.rows] == list(zip(spec.keys, ["A", "B"], strict=True))
    assert not shown.may_leave_out


def test_what_is_shown_of_categories_is_the_same_whatever_is_right():
    spec = boxes(0, 1, None)
    rows = [{**asdict(row), "target": spec.rows[place - 1].target} for place, row in enumerate(spec.rows)]
    other = CATEGORISE.parse({**CATEGORISE.to_json(spec), "rows": rows})
    shown = CATEGORISE.shown(spec, spec.keys[::-1])
    assert shown == CATEGORISE.shown(other, spec.keys[::-1])
    assert [row.html for row in shown.rows] == ["Mục 2", "Mục 1", "Mục 0"]
    assert [target.text for target in shown.targets] == ["Nhóm 0", "Nhóm 1"]
    assert shown.may_leave_out
    assert not CATEGORISE.shown(boxes(0, 1), []).may_leave_out


def test_what_is_shown_of_an_order_is_keys_and_texts():
    spec = steps(3)
    order = [spec.keys[2], spec.keys[0], spec.keys[1]]
    assert asdict(ORDERING.shown(spec, order)) == {
        "items": tuple({"key": key, "html": f"Bước {place}"} for key, place in zip(order, (2, 0, 1), strict=True))
    }


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_shown_explains(kind):
    spec = example(kind)
    shown = repr(kind.shown(spec, kind.arrange(spec, shuffle=True, rng=random.Random(1))))
    assert "explanation" not in shown
    assert not [row.explanation for row in getattr(spec, PART[kind]) if row.explanation and row.explanation in shown]


def test_pairs_are_judged_stem_by_stem():
    spec = example(MATCHING)
    order = list(spec.target_texts)[::-1]
    judged = MATCHING.judged(spec, placed(MATCHING, spec, 0, 3), order).rows
    assert [row.key for row in judged] == list(spec.keys)
    assert [(row.chosen, row.right) for row in judged] == [
        ("Lắng nghe, xin lỗi và giải thích", True),
        ("Im lặng cho qua", False),
        ("", False),
    ]
    assert judged[1].expected == "Báo cáo bằng văn bản và nộp lại"
    assert judged[1].explanation_html == "Thời hạn là <strong>05 ngày làm việc</strong>."


def test_items_are_judged_in_the_order_of_the_attempt():
    spec = boxes(0, 1, None)
    judged = CATEGORISE.judged(spec, placed(CATEGORISE, spec, 0, 0), spec.keys[::-1]).rows
    assert [(row.html, row.chosen, row.expected, row.right) for row in judged] == [
        ("Mục 2", "", "", True),
        ("Mục 1", "Nhóm 0", "Nhóm 1", False),
        ("Mục 0", "Nhóm 0", "Nhóm 0", True),
    ]


def test_an_order_is_judged_in_the_right_order():
    spec = example(ORDERING)
    judged = ORDERING.judged(spec, ranked(spec, 1, 3, None, 2), spec.keys[::-1]).items
    assert [(item.place, item.given) for item in judged] == [(1, 1), (2, 3), (3, None), (4, 2)]
    assert [(item.key, item.html) for item in judged] == [(item.key, item.html) for item in spec.items]
    assert judged[0].explanation_html == "Chỉ khi <strong>không từ chối được</strong> mới nhận."


@pytest.mark.parametrize(
    ("rule", "ranks", "right"),
    [
        ("pairs", (4, 1, 2, 3), [None, False, True, True]),
        ("pairs", (1, 2, 2, None), [None, False, False, False]),
        ("positions", (1, 3, 3, 4), [True, False, False, True]),
        ("all_or_nothing", (1, 2, 3, None), [True, True, True, False]),
    ],
)
def test_each_item_is_judged_as_the_rule_counts_it(rule, ranks, right):
    spec = steps(4, rule)
    judged = ORDERING.judged(spec, ranked(spec, *ranks), spec.keys)
    assert [item.right for item in judged.items] == right
    assert judged.by_pairs is (rule == "pairs")


# ---- What statistics count -----------------------------------------------------------------------------------------


def test_pairs_are_counted_with_stem_and_partner():
    spec = pairs(("**A**", "một"), ("B", "hai"))
    (a, b), (one, two) = spec.keys, spec.target_texts
    assert MATCHING.tally(spec, placed(MATCHING, spec, 1, None)) == (f"{a}:{two}",)
    assert [asdict(label) for label in MATCHING.tally_labels(spec)] == [
        {"key": f"{a}:{one}", "text": "A → một", "right": True},
        {"key": f"{a}:{two}", "text": "A → hai", "right": False},
        {"key": f"{b}:{one}", "text": "B → một", "right": False},
        {"key": f"{b}:{two}", "text": "B → hai", "right": True},
    ]


def test_leaving_out_is_counted_where_something_is_to_be_left_out():
    spec = boxes(0, None)
    a, b = spec.keys
    assert CATEGORISE.tally(spec, placed(CATEGORISE, spec, 0, None)) == (f"{a}:{spec.rows[0].target}", f"{b}:")
    right = {label.key: label.text for label in CATEGORISE.tally_labels(spec) if label.right}
    assert right == {f"{a}:{spec.rows[0].target}": "Mục 0 → Nhóm 0", f"{b}:": "Mục 1 → –"}
    assert len(CATEGORISE.tally_labels(spec)) == 6
    full = boxes(0, 1)
    assert CATEGORISE.tally(full, placed(CATEGORISE, full, 0, None)) == (f"{full.keys[0]}:{full.rows[0].target}",)


def test_places_are_counted_item_by_item():
    spec = steps(3)
    assert ORDERING.tally(spec, ranked(spec, 2, None, 2)) == (f"{spec.keys[0]}:2", f"{spec.keys[2]}:2")
    labels = ORDERING.tally_labels(spec)
    assert len(labels) == 9
    assert [(label.key, label.text) for label in labels if label.right] == [
        (f"{key}:{place}", f"Bước {place - 1} → {place}") for place, key in enumerate(spec.keys, start=1)
    ]


# ---- What may be judged anew ---------------------------------------------------------------------------------------


def changed(kind, part, change):
    typed = kind.typed(example(kind))
    change(typed[part])
    return typed


@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_judged_anew_only_where_they_mean_the_same(kind):
    spec, part = example(kind), PART[kind]

    def why(new):
        return kind.why_not_regradable(spec, kind.compose(new, spec))

    extra = {**CONTENT[kind.name][part][0], "text": "Dòng mới"}
    assert why(changed(kind, part, lambda rows: rows.reverse())) is None
    assert why({**kind.typed(spec), "rule": "all_or_nothing"}) is None
    typed = kind.typed(spec)
    assert why({**typed, part: typed[part][1:]}) == "option_removed"
    assert why({**typed, part: [{**typed[part][0], "text": "Khác"}, *typed[part][1:]]}) == "option_reworded"
    assert why({**typed, part: [*typed[part], extra]}) == "option_added"


def test_targets_may_come_but_not_go_or_say_something_else():
    old = boxes(0, 1, of=3)
    typed = CATEGORISE.typed(old)

    def why(targets):
        return CATEGORISE.why_not_regradable(old, CATEGORISE.compose({**typed, "targets": targets}, old))

    assert why([*typed["targets"], {"text": "Nhóm 3"}]) is None
    assert why(typed["targets"][:2]) == "option_removed"
    assert why([*typed["targets"][:2], {**typed["targets"][2], "text": "Khác"}]) == "option_reworded"


# ---- Whatever comes ------------------------------------------------------------------------------------------------

texts = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() and not any(mark in text for mark in "*_`\\<>&[]!#")
)
unique_texts = st.lists(texts.map(lambda text: " ".join(text.split())), min_size=3, max_size=6, unique=True)


@st.composite
def specs(draw):
    kind = draw(st.sampled_from(KINDS))
    rows, targets = draw(unique_texts), draw(unique_texts)
    rule = draw(st.sampled_from(["all_or_nothing", "pairs" if kind is ORDERING else "partial"]))
    if kind is ORDERING:
        return kind, kind.compose({"items": [{"text": text} for text in rows], "rule": rule}, None)
    if kind is MATCHING:
        used = [draw(st.sampled_from(targets)) for _ in rows]
        rest = [{"text": text} for text in targets if text not in used]
        typed_rows = [{"text": text, "target": target} for text, target in zip(rows, used, strict=True)]
        return kind, kind.compose({"rows": typed_rows, "distractors": rest, "rule": rule}, None)
    places = [draw(st.sampled_from([None, *range(len(targets))])) for _ in rows]
    typed_rows = [{"text": text, "target": place} for text, place in zip(rows, [0, *places[1:]], strict=True)]
    return kind, kind.compose({"rows": typed_rows, "targets": [{"text": text} for text in targets], "rule": rule}, None)


@settings(max_examples=40)
@given(made=specs(), data=st.data())
def test_every_answer_is_kept_and_earns_between_nothing_and_everything(made, data):
    kind, spec = made
    places = range(1, len(spec.keys) + 1) if kind is ORDERING else list(spec.target_texts)
    choices = {key: data.draw(st.sampled_from([None, *places])) for key in spec.keys}
    response = {HOLDER[kind]: {key: choice for key, choice in choices.items() if choice is not None}}
    assert kind.read(spec, kind.fields(spec, response)) == response
    share = kind.grade(spec, response)
    assert 0 <= share <= 1
    assert (share == 1) is (response == right_answer(kind, spec))
    labels = {label.key: label.right for label in kind.tally_labels(spec)}
    counted = kind.tally(spec, response)
    assert set(counted) <= set(labels)
    if share == 1:
        assert all(labels[key] for key in counted)


@settings(max_examples=40)
@given(made=specs(), seed=st.integers())
def test_every_question_is_stored_typed_and_arranged_whole(made, seed):
    kind, spec = made
    assert kind.parse(kind.to_json(spec)) == spec
    assert kind.compose(kind.typed(spec), spec) == spec
    order = kind.arrange(spec, shuffle=False, rng=random.Random(seed))
    keys = spec.target_texts if kind is MATCHING else spec.keys
    assert sorted(order) == sorted(keys)
    assert 0 < kind.guess(spec) <= 1
