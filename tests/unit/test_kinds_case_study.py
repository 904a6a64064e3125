"""Case studies: what their parts make together, and which are refused."""

import random
from fractions import Fraction
from typing import Any

import pytest

from core import html
from quizzes.kinds import SpecError, kind_of
from tests.support.questions import CONTENT

CASE = kind_of("case_study")
SPEC = CASE.compose(CONTENT["case_study"], None)
P1, P2, P3 = SPEC.parts
RIGHT = {
    f"{P1.key}_chosen": [P1.spec.options[0].key],
    f"{P2.key}_text": ["5"],
    f"{P3.key}_gap_{P3.spec.gaps[0].key}": ["Hai triệu"],
    f"{P3.key}_gap_{P3.spec.gaps[1].key}": [P3.spec.gaps[1].options[0].key],
}


def but(**changes: Any) -> dict[str, Any]:
    """Return the spec as it is stored, with other values."""
    return {**CASE.to_json(SPEC), **changes}


def with_row(rows: str, place: int, **changes: Any) -> dict[str, Any]:
    stored = but()
    stored[rows] = [{**row, **changes} if at == place else row for at, row in enumerate(stored[rows])]
    return stored


def test_parts_count_by_their_points():
    spec, whole = SPEC, CASE.read(SPEC, RIGHT)["parts"]
    parts = {
        (P1.key,): Fraction(1, 2),
        (P2.key,): Fraction(1, 4),
        (P1.key, P3.key): Fraction(3, 4),
    }
    for keys, share in parts.items():
        assert CASE.grade(spec, {"parts": {key: whole[key] for key in keys}}) == share
    half = {P3.key: {"gaps": {P3.spec.gaps[0].key: "hai triệu"}}}
    assert CASE.grade(spec, {"parts": half}) == Fraction(1, 8)
    assert CASE.guess(spec) == (2 * Fraction(1, 3) + 0 + Fraction(1, 4)) / 4


def test_a_case_keeps_only_the_parts_that_were_answered():
    spec = SPEC
    response = CASE.read(
        spec, {f"{P2.key}_text": ["5"], f"{P1.key}_chosen": [""], f"{P3.key}_gap_{P3.spec.gaps[0].key}": [" "]}
    )
    assert response == {"parts": {P2.key: {"text": "5"}}}
    assert CASE.fields(spec, response) == {f"{P2.key}_text": ["5"]}


def test_a_case_is_shown_and_judged_part_by_part():
    spec = SPEC
    order = CASE.arrange(spec, shuffle=False, rng=random.Random(1))
    turned = [*reversed(order[:3]), *order[3:]]
    shown = CASE.shown(spec, turned)
    assert shown.html.startswith("<p>Chiều thứ Sáu")
    assert "<strong>túi quà</strong>" in shown.html
    assert [(part.key, part.number, part.kind, part.points) for part in shown.parts] == [
        (P1.key, 1, "single_choice", 2), (P2.key, 2, "numeric", 1), (P3.key, 3, "gaps", 1),
    ]  # fmt: skip
    assert shown.parts[0].prompt_html.strip() == "<p>Việc <strong>đầu tiên</strong> cần làm là gì?</p>"
    assert SPEC.html == str(html.from_markdown(SPEC.text))
    assert [f"{P1.key}.{one.key}" for one in shown.parts[0].shown.options] == turned[:3]
    response = {
        "parts": {P1.key: {"chosen": [P1.spec.options[1].key]}, P3.key: {"gaps": {P3.spec.gaps[0].key: "2.000.000"}}}
    }
    judged = CASE.judged(spec, response, turned)
    assert [(part.number, part.answered, part.share, part.percent, part.points) for part in judged.parts] == [
        (1, True, 0, 0, 2), (2, False, 0, 0, 1), (3, True, Fraction(1, 2), 50, 1),
    ]  # fmt: skip
    assert [option.chosen for option in judged.parts[0].judged.options] == [False, True, False]
    assert judged.html == shown.html
    assert [(part.kind, part.prompt_html) for part in judged.parts] == [
        (part.kind, part.prompt_html) for part in shown.parts
    ]


def test_a_case_in_words_and_as_counted_choices():
    spec = SPEC
    assert CASE.summarise(spec, CASE.read(SPEC, RIGHT)) == (
        "(1) Báo cáo thủ trưởng; (2) 5 ngày làm việc; (3) (1) Hai triệu; (2) người dân"
    )
    assert CASE.tally(spec, CASE.read(SPEC, RIGHT)) == (
        f"{P1.key}.{P1.spec.options[0].key}",
        f"{P3.key}.{P3.spec.gaps[1].options[0].key}",
    )
    assert [(label.text, label.right) for label in CASE.tally_labels(spec)][2:4] == [
        ("(1) Chia cho đồng nghiệp", False), ("(3) (2) người dân", True),
    ]  # fmt: skip


def _changed_case(place: int, **changes: Any) -> Any:
    typed = CASE.typed(SPEC)
    parts = [{**part, **changes} if at == place else part for at, part in enumerate(typed["parts"])]
    return CASE.compose({**typed, "parts": parts}, SPEC)


def test_a_case_is_judged_anew_only_where_its_parts_are_the_same():
    spec, typed = SPEC, CASE.typed(SPEC)
    more = {"kind": "numeric", "prompt": "Thêm?", "content": {"answers": [{"value": "1"}]}}
    options = typed["parts"][0]["content"]["options"]
    new = [
        _changed_case(0, points=3, prompt="Khác?"),
        _changed_case(1, content={"answers": [{"value": "6"}]}),
        CASE.compose({**typed, "parts": typed["parts"][:2]}, spec),
        CASE.compose({**typed, "parts": [*typed["parts"], more]}, spec),
        _changed_case(1, kind="short_answer", content={"answers": [{"text": "5"}]}),
        _changed_case(0, content={"options": options[:2]}),
    ]
    assert [CASE.why_not_regradable(spec, one) for one in new] == [
        None, None, "part_removed", "part_added", "part_changed", "option_removed",
    ]  # fmt: skip
    assert new[4].parts[1].key == P2.key


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"text": " "}, "no_case_text", None),
        ({"text": "x" * 20_001}, "case_too_long", None),
        ({"parts": CONTENT["case_study"]["parts"][:1]}, "too_few_parts", None),
        ({"parts": CONTENT["case_study"]["parts"][1:2] * 11}, "too_many_parts", None),
        ({"parts": []}, "too_few_parts", None),
    ],
)
def test_a_case_that_can_not_be_asked_is_refused_by_name(changes, code, place):
    with pytest.raises(SpecError) as refused:
        CASE.compose({**CONTENT["case_study"], **changes}, None)
    assert (refused.value.code, refused.value.option) == (code, place)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "essay", "content": CONTENT["essay"]}, "bad_part_kind"),
        ({"kind": "case_study", "content": CONTENT["case_study"]}, "bad_part_kind"),
        ({"kind": ""}, "bad_part_kind"),
        ({"prompt": " "}, "no_part_prompt"),
        ({"prompt": "x" * 5_001}, "prompt_too_long"),
        ({"points": 0}, "bad_part_points"),
        ({"points": "101"}, "bad_part_points"),
        ({"points": "1,5"}, "bad_part_points"),
        ({"content": {"answers": []}}, "no_answer"),
        ({"content": None}, "no_answer"),
    ],
)
def test_a_part_that_can_not_be_asked_is_refused_by_name(changes, code):
    with pytest.raises(SpecError) as refused:
        _changed_case(1, **changes)
    assert (refused.value.code, refused.value.option) == (code, 1)


@pytest.mark.parametrize(
    ("stored", "code", "place"),
    [
        (but(html=None), "malformed", None),
        (but(parts={}), "malformed", None),
        (with_row("parts", 1, key="P2"), "bad_key", 1),
        (with_row("parts", 1, key=P1.key), "duplicate_key", 1),
        (with_row("parts", 1, spec=None), "malformed", 1),
        (with_row("parts", 1, points=True), "bad_part_points", 1),
        (with_row("parts", 1, points="1"), "bad_part_points", 1),
        (with_row("parts", 2, kind="essay"), "bad_part_kind", 2),
    ],
)
def test_a_stored_case_that_can_not_be_asked_is_refused_by_name(stored, code, place):
    with pytest.raises(SpecError) as refused:
        CASE.parse(stored)
    assert (refused.value.code, refused.value.option) == (code, place)


def test_the_limits_of_a_case_are_taken():
    part = {**CONTENT["case_study"]["parts"][1], "prompt": "x" * 5_000, "points": "100"}
    spec = CASE.compose({"text": "x" * 20_000, "parts": [part] * 10}, None)
    assert len(spec.parts) == 10
    assert len({one.key for one in spec.parts}) == 10
    assert [one.points for one in CASE.compose(CONTENT["case_study"], None).parts] == [2, 1, 1]


def test_a_case_that_comes_again_without_keys_is_known_by_its_prompts():
    spec = SPEC
    turned = {**CONTENT["case_study"], "parts": CONTENT["case_study"]["parts"][::-1]}
    again = CASE.compose(CASE.recall(turned, spec), spec)
    assert [part.key for part in again.parts] == [P3.key, P2.key, P1.key]
    assert again.parts[2] == P1
    assert again.parts[0] == P3


def test_a_part_that_comes_again_as_another_kind_or_for_the_first_time_has_no_content_to_recall():
    first, second, third = CONTENT["case_study"]["parts"]
    other = {**third, "kind": "short_answer", "content": {"answers": [{"text": "hai triệu"}]}}
    new = {**first, "prompt": "Khác hẳn?"}
    bare = CASE.recall({"parts": [{"kind": first["kind"], "prompt": first["prompt"]}]}, SPEC)["parts"][0]
    assert (bare["key"], bare["content"]) == (P1.key, {"options": []})
    again = CASE.compose(CASE.recall({**CONTENT["case_study"], "parts": [first, second, other, new]}, SPEC), SPEC)
    assert [part.key for part in again.parts[:3]] == [P1.key, P2.key, P3.key]
    assert again.parts[2].kind == "short_answer"
    assert again.parts[3].key not in {P1.key, P2.key, P3.key}


@pytest.mark.parametrize(
    ("share", "percent"), [(Fraction(1, 3), 33), (Fraction(1, 8), 13), (Fraction(2, 3), 67), (Fraction(1), 100)]
)
def test_a_part_says_its_share_in_whole_percent(share, percent):
    part = CASE.judged(SPEC, None, []).parts[0]
    assert type(part)(**{**vars(part), "share": share}).percent == percent
