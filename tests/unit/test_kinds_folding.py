"""Written answers: which say the same."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.kinds.folding import Folding, with_new_tones, without_edges, without_marks

EXACT = Folding(case=False, marks=False, edges=False, tones=False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hòa", "hoà"), ("hóa", "hoá"), ("hỏa", "hoả"), ("lõa", "loã"), ("họa", "hoạ"), ("òa", "oà"),
        ("khỏe", "khoẻ"), ("xòe", "xoè"), ("thúy", "thuý"), ("ủy ban", "uỷ ban"), ("ngụy", "nguỵ"),
        ("TÒA ÁN", "TOÀ ÁN"), ("Hòa, Thúy; khỏe.", "Hoà, Thuý; khoẻ."),
        ("trụy-lụy", "truỵ-luỵ"), ("hỒa hòA", "hỒa hoÀ"),
    ],
)  # fmt: skip
def test_tones_of_open_syllables_are_put_on_the_second_vowel(old, new):
    assert with_new_tones(old) == new == with_new_tones(new)
    assert with_new_tones(unicodedata.normalize("NFD", old)) == new


@pytest.mark.parametrize(
    "text",
    ["quý", "qúy", "QÚY", "hoàn", "hòan", "khoét", "huỳnh", "hòai", "xóay", "khoèo", "òâ", "tuyết", "múa", "hồa", "ớa",
     "hòă", "cúi", "òy", "úa", "íe", "hoa", "hòa1", "thúỹ"],
)  # fmt: skip
def test_tones_elsewhere_stay_where_they_are(text):
    assert with_new_tones(text) == text


@pytest.mark.parametrize(
    ("text", "without"),
    [("Đường đi ở Hà Nội", "Duong di o Ha Noi"), ("ƯƠĂÂÊÔ ưỡng", "UOAAEO uong"), ("Huế 2026.", "Hue 2026.")],
)
def test_diacritics_can_be_left_out(text, without):
    assert without_marks(text) == without
    assert without_marks(unicodedata.normalize("NFD", text)) == without


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("  Báo cáo . ", "Báo cáo"),
        ("“Báo cáo”…", "Báo cáo"),
        ("báo\u00a0\t cáo!!", "báo cáo"),
        ("a,, b;;c", "a, b;c"),
        ("(a) và (b)", "a) và (b"),
        ("-5", "-5"),
        ("50 %", "50 %"),
        ("a--b", "a--b"),
        ("XXL X", "XXL X"),
        (" ?? ", "?"),
        ("", ""),
    ],
)
def test_spaces_and_punctuation_at_the_ends_and_doubled_ones_can_be_left_out(text, without):
    assert without_edges(text) == without


@pytest.mark.parametrize(
    ("one", "other", "rules"),
    [
        ("Báo cáo", "báo CÁO", {"case"}),
        ("báo cáo", "bao cao", {"marks"}),
        ("báo cáo", " báo  cáo.", {"edges"}),
        ("hòa", "hoà", {"tones", "marks"}),
    ],
)
def test_each_rule_takes_as_equal_what_it_names_and_nothing_else(one, other, rules):
    names = ("case", "marks", "edges", "tones")
    foldings = {name: replace(EXACT, **{name: True}) for name in names}
    equal = {name for name, folding in foldings.items() if folding.key(one) == folding.key(other)}
    assert equal == rules
    assert EXACT.key(one) != EXACT.key(other)
    assert EXACT.key(unicodedata.normalize("NFD", one)) == one


def test_a_rule_that_is_not_told_is_that_of_a_new_question():
    assert Folding.of(None) == Folding.of({}) == Folding(case=True, marks=False, edges=True, tones=True)
    assert Folding.of({"case": False, "marks": True, "edges": False, "tones": False, "more": 1}) == Folding(
        case=False, marks=True, edges=False, tones=False
    )


@given(st.text(alphabet="aáàeoòóuúùyýqhHĐđ .,!?ớ", max_size=20), st.tuples(*[st.booleans()] * 4))
def test_folding_what_is_folded_changes_nothing(text, rules):
    folding = Folding(*rules)
    assert folding.key(folding.key(text)) == folding.key(text)
    assert folding.key(unicodedata.normalize("NFD", text)) == folding.key(text)
