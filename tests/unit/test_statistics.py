"""Classical test theory: against a table worked by hand, and against the plain definitions over raw answers."""

import random
import statistics as plain
from collections import Counter
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.kinds import TallyLabel
from quizzes.scoring import score_of
from quizzes.statistics import ItemStatistics, ItemTally, ScoreTally, statistics_of
from quizzes.statistics_choices import (
    ChoiceTally,
    Weakness,
    choice_rows,
    findings_of,
    tempting_of,
    unchosen_of,
)
from quizzes.statistics_quiz import alpha_of, quiz_statistics_of

# Six people and four questions of one point each.
#
#     person   1  2  3  4   right   score
#     A        1  1  1  1     4     10
#     B        1  1  1  0     3      7,5
#     C        1  1  0  0     2      5
#     D        1  0  1  0     2      5
#     E        1  0  0  0     1      2,5
#     F        0  0  0  0     0      0
TABLE = ((1, 1, 1, 1), (1, 1, 1, 0), (1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 0), (0, 0, 0, 0))


def item(question: int) -> list[ItemTally]:
    return [ItemTally(100, 400, 250 * sum(row), 100 * row[question], 1) for row in TABLE]


def scores() -> list[ScoreTally]:
    return [ScoreTally(250 * sum(row), 1, seconds=60) for row in TABLE]


def test_a_question_of_the_table():
    found = statistics_of(item(1))
    assert found.attempts == 6
    assert found.facility == pytest.approx(3 / 6)
    # Squared distances from the mean of a half: 6 x 0.25 = 1.5, by n - 1 = 5.
    assert found.deviation == pytest.approx(sqrt(1.5 / 5))
    # Products of distances from both means add up to 3; the squares to 1.5 and, for the number right, to 10.
    assert found.item_total == pytest.approx(3 / sqrt(1.5 * 10))
    # Without the question itself the others have 3, 2, 1, 2, 1, 0 right: products 1.5, squares 5.5.
    assert found.item_rest == pytest.approx(1.5 / sqrt(1.5 * 5.5))
    # In order the rests are 0, 1, 1, 2, 2, 3: products at most 2.5.
    assert found.efficiency == pytest.approx(1.5 / 2.5)
    # 27% of six people are 1.62: A and a part of B, all right; F and a part of E, all wrong.
    assert found.discrimination == pytest.approx(1)


def test_the_upper_group_takes_a_part_of_the_person_at_its_edge():
    assert statistics_of(item(3)).discrimination == pytest.approx(1 / 1.62)
    assert statistics_of(item(0)).discrimination == pytest.approx(1 - 0.62 / 1.62)


def test_the_quiz_of_the_table():
    guesses = [(Fraction(1, 4), item(question)) for question in range(4)]
    found = quiz_statistics_of(scores(), [item(question) for question in range(4)], guesses)
    assert (found.attempts, found.mean, found.median, found.seconds) == (6, 500, 500, 60)
    assert found.deviation == pytest.approx(250 * sqrt(10 / 5))
    # Kuder-Richardson 20: p x q add up to 28/36, the number right has the variance 10/6.
    assert found.alpha == pytest.approx(4 / 3 * (1 - (28 / 36) / (10 / 6)))
    assert found.error == pytest.approx(250 * sqrt(2) * sqrt(1 - 32 / 45))
    assert found.guess == pytest.approx(250)


def test_thirds_of_the_table():
    labels = (TallyLabel("r", "Đúng", True), TallyLabel("w", "Sai", False))
    made = [ChoiceTally(250 * sum(row), "r" if row[2] else "w", 1) for row in TABLE[:5]] + [ChoiceTally(0, "", 1)]
    right, wrong, nothing = choice_rows(item(2), made, labels)
    assert (right.count, right.share, right.thirds) == (3, 0.5, (0, 0.5, 1))
    assert (wrong.count, wrong.thirds) == (2, (0.5, 0.5, 0))
    assert (nothing.key, nothing.count, nothing.thirds) == ("", 1, (0.5, 0, 0))


def test_nothing_is_said_where_nothing_can_be_known():
    assert statistics_of([]) == ItemStatistics(0)
    alone = statistics_of([ItemTally(100, 400, 1000, 100, 1)])
    assert (alone.facility, alone.deviation, alone.discrimination, alone.item_total) == (1, None, None, None)
    same = statistics_of([ItemTally(100, 400, 1000, 100, 9)])
    assert (same.deviation, same.efficiency, same.item_rest) == (0, None, None)
    assert quiz_statistics_of([]).mean is None
    flat = quiz_statistics_of([ScoreTally(500, 2)], [item(0)])
    assert (flat.deviation, flat.alpha, flat.error) == (0, None, None)
    assert alpha_of(scores(), [item(0)]) is None, "one question has no inner consistency"


def test_questions_drawn_by_chance_count_their_differences_as_error():
    """Everybody is equally good; who drew the hard question has less. Nothing tells people apart, so alpha is 0."""
    easy = [ItemTally(100, 200, score, 100, 25) for score in (1000, 500)]
    hard = [ItemTally(100, 200, score, 0, 25) for score in (500, 0)]
    first, second = [*easy, *hard], [*easy, *hard]
    totals = [ScoreTally(1000, 25), ScoreTally(500, 50), ScoreTally(0, 25)]
    assert alpha_of(totals, [[*first, *second]]) == pytest.approx(0)


#: Other tests may keep the machine busy just when an example is made.
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

marks = st.integers(0, 4)
papers = st.integers(2, 5).flatmap(
    lambda length: st.lists(st.lists(marks, min_size=length, max_size=length), min_size=2, max_size=25)
)


def tallied(people: list[list[int]], points: list[int], question: int) -> list[ItemTally]:
    """Return one tally per person: marks in quarters of the points."""
    most = sum(points)
    return [
        ItemTally(
            points[question],
            most,
            score_of(sum(share * worth // 4 for share, worth in zip(row, points, strict=True)), most),
            row[question] * points[question] // 4,
            1,
        )
        for row in people
    ]


@BUSY
@given(papers, st.randoms(use_true_random=False))
def test_every_figure_agrees_with_its_definition_over_raw_answers(people: list[list[int]], rng: random.Random):
    points = [rng.choice((100, 200, 300)) for _ in people[0]]
    most = sum(points)
    for question, worth in enumerate(points):
        cells = tallied(people, points, question)
        found = statistics_of(cells)
        shares = [cell.mark / worth for cell in cells]
        totals = [float(cell.score) for cell in cells]
        rests = [cell.score - 1000 * cell.mark / most for cell in cells]
        assert found.facility == pytest.approx(plain.mean(shares))
        assert found.deviation == pytest.approx(plain.stdev(shares), abs=1e-9)
        assert found.item_total == correlation(shares, totals)
        assert found.item_rest == correlation(shares, rests)
        greatest = plain.covariance(sorted(shares), sorted(rests))
        if greatest > 1e-6:
            assert found.efficiency == pytest.approx(plain.covariance(shares, rests) / greatest, abs=1e-6)
        assert found.discrimination == upper_less_lower(shares, totals)
    places = [tallied(people, points, question) for question in range(len(points))]
    total = [cell.score for cell in places[0]]
    quiz = quiz_statistics_of([ScoreTally(score, 1) for score in total], places)
    assert quiz.mean == pytest.approx(plain.mean(total))
    assert quiz.median == plain.median(total)
    if plain.pvariance(total):
        inner = sum(plain.pvariance([1000 * cell.mark / most for cell in cells]) for cells in places)
        k = len(points)
        assert quiz.alpha == pytest.approx(k / (k - 1) * (1 - inner / plain.pvariance(total)), abs=1e-9)


def correlation(left: list[float], right: list[float]):
    if len({round(one, 6) for one in left}) < 2 or len({round(one, 6) for one in right}) < 2:
        return None
    return pytest.approx(plain.correlation(left, right), abs=1e-6)


def upper_less_lower(shares: list[float], totals: list[float]):
    """Cut every person in a hundred pieces; a piece earns what people of that score earn on average."""
    if len(set(totals)) < 2:
        return None
    equals = {score: plain.mean(s for s, t in zip(shares, totals, strict=True) if t == score) for score in totals}
    pieces = [equals[score] for score in sorted(totals) for _ in range(100)]
    size = 27 * len(totals)
    return pytest.approx(plain.mean(pieces[-size:]) - plain.mean(pieces[:size]), abs=1e-9)


@BUSY
@given(papers)
def test_tallies_may_be_put_together_in_any_way(people: list[list[int]]):
    one_by_one = tallied(people, [100] * len(people[0]), 0)
    merged = Counter((cell.points, cell.max_points, cell.score, cell.mark) for cell in one_by_one)
    together = [ItemTally(*key, count) for key, count in reversed(merged.items())]
    assert statistics_of(together) == statistics_of(one_by_one)


def crowd(mark_low: int, mark_high: int, size: int = 20) -> ItemStatistics:
    return statistics_of([ItemTally(100, 400, 200, mark_low, size), ItemTally(100, 400, 800, mark_high, size)])


@pytest.mark.parametrize(
    ("low", "high", "weakness"),
    [(100, 0, Weakness.REVERSED), (100, 100, Weakness.EASY), (0, 0, Weakness.GUESSED), (40, 50, Weakness.FLAT)],
)
def test_weak_questions_are_named(low: int, high: int, weakness: Weakness):
    assert weakness in [finding.weakness for finding in findings_of(crowd(low, high), Fraction(1, 4))]


def test_good_questions_and_those_that_few_have_answered_are_left_in_peace():
    assert findings_of(crowd(0, 100), Fraction(1, 4)) == []
    assert findings_of(crowd(100, 0, size=14), Fraction(1, 4)) == []


def test_wrong_options_that_do_not_work_or_that_lure_the_strong():
    labels = tuple(TallyLabel(key, key.upper(), key == "a") for key in "abcd")
    found = unchosen_of(labels, {"a": 60, "b": 38, "c": 2}, 100)
    assert [(one.weakness, one.place) for one in found] == [(Weakness.RARE, 2), (Weakness.UNCHOSEN, 3)]
    shown = [ItemTally(100, 400, score, 0, 30) for score in (100, 500, 900)]
    made = [ChoiceTally(100, "a", 30), ChoiceTally(500, "b", 30), ChoiceTally(900, "c", 30)]
    lures = tempting_of(choice_rows(shown, made, labels), 90)
    assert [(one.weakness, one.place) for one in lures] == [(Weakness.TEMPTING, 2)]
