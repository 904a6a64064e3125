"""Matching, ordering and categorising: what is shown, counted and judged anew."""

import random
from dataclasses import asdict
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.kinds.placing_values import Target
from tests.support.kinds_moving import (
    CATEGORISE,
    HOLDER,
    KINDS,
    MATCHING,
    ORDERING,
    PART,
    boxes,
    example,
    pairs,
    placed,
    ranked,
    right_answer,
    steps,
)
from tests.support.questions import CONTENT

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
