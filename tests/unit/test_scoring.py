"""Points and scores: whole hundredths, rounded once, half up."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.scoring import is_passed, mark_of, score_of, score_text


@pytest.mark.parametrize(
    ("share", "points", "mark"),
    [
        (Fraction(1), 100, 100),
        (Fraction(0), 100, 0),
        (Fraction(1, 3), 100, 33),
        (Fraction(2, 3), 100, 67),
        (Fraction(1, 2), 25, 13),
        (Fraction(1, 6), 150, 25),
    ],
)
def test_a_share_becomes_a_mark_rounded_half_up(share, points, mark):
    assert mark_of(share, points) == mark


@pytest.mark.parametrize(
    ("points", "of", "score"), [(1700, 2000, 850), (1, 3, 333), (2, 3, 667), (0, 0, 0), (7, 7, 1000)]
)
def test_the_scale_is_ten(points, of, score):
    assert score_of(points, of) == score


def test_a_score_passes_as_it_is_shown():
    assert is_passed(score_of(4995, 10_000), 500)
    assert not is_passed(score_of(4994, 10_000), 500)


@pytest.mark.parametrize(
    ("hundredths", "text"),
    [(850, "8,5"), (1000, "10"), (825, "8,25"), (5, "0,05"), (0, "0"), (100, "1"), (None, "–"), (-50, "−0,5")],
)
def test_scores_have_a_decimal_comma(hundredths, text):
    assert score_text(hundredths) == text


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40))
def test_full_marks_are_ten_and_a_part_is_never_more(marks):
    full = sum(marks) + 1
    assert score_of(full, full) == 1000
    assert 0 <= score_of(sum(marks), full) <= 1000
