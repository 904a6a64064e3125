"""Matching, ordering and categorising: what is refused, and what an author types."""

import pytest

from quizzes.kinds import SpecError
from tests.support.kinds_moving import CATEGORISE, KINDS, MATCHING, ORDERING, PART, boxes, example, pairs, steps
from tests.support.questions import CONTENT

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
