"""The rules of marking by hand: worth of criteria, rounds, tolerance, mean, claims."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from quizzes.marking import (
    CLAIM,
    Obstacle,
    TaskState,
    Verdict,
    agree,
    counting_rounds,
    is_held,
    obstacle,
    verdict,
    worth,
)

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Mark:
    marker_id: int
    criteria: dict[str, int]

    @property
    def mark(self) -> int:
        return sum(self.criteria.values())


def mark(first: int, second: int = 0, *, by: int = 1) -> Mark:
    return Mark(by, {"a": first, "b": second})


@pytest.mark.parametrize(
    ("points", "weights", "expected"),
    [
        (100, [(1, 2), (1, 4), (1, 4)], [50, 25, 25]),
        (100, [(1, 3), (1, 3), (1, 3)], [34, 33, 33]),
        (100, [(2, 3), (1, 6), (1, 6)], [67, 17, 16]),
        (250, [(1, 7), (6, 7)], [36, 214]),
        (1, [(1, 2), (1, 2)], [1, 0]),
    ],
)
def test_the_criteria_are_worth_exactly_the_points(points, weights, expected):
    assert worth(points, [Fraction(*weight) for weight in weights]) == expected


@pytest.mark.parametrize(
    ("state", "marker", "given", "expected"),
    [
        ("waiting", 1, [], None),
        ("waiting", 9, [], Obstacle.OWN),
        ("second", 2, [mark(1, by=1)], None),
        ("second", 1, [mark(1, by=1)], Obstacle.MARKED_BEFORE),
        ("decide", 2, [mark(1, by=1), mark(90, by=2)], Obstacle.MARKED_BEFORE),
        ("decide", 3, [mark(1, by=1), mark(90, by=2)], None),
        ("decide", 9, [mark(1, by=1), mark(90, by=2)], Obstacle.OWN),
        ("done", 2, [mark(1, by=1)], Obstacle.DONE),
    ],
)
def test_nobody_marks_their_own_answer_or_one_answer_twice(state, marker, given, expected):
    assert obstacle(state, marker, learner_id=9, given=given) is expected


def test_what_a_correction_decided_is_not_marked_over():
    assert obstacle("waiting", 1, learner_id=9, given=[], is_corrected=True) is Obstacle.CORRECTED


@pytest.mark.parametrize(
    ("state", "rounds", "is_marked", "expected"),
    [
        ("waiting", 0, False, []),
        ("second", 1, False, []),
        ("second", 1, True, [1]),
        ("decide", 2, True, [1]),
        ("done", 1, True, [1]),
        ("done", 2, True, [1, 2]),
        ("done", 3, True, [3]),
    ],
)
def test_the_learner_reads_the_comments_of_the_marks_that_count(state, rounds, is_marked, expected):
    assert list(counting_rounds(state, rounds, is_marked=is_marked)) == expected


def test_an_answer_is_kept_for_its_marker_until_the_claim_lapses():
    assert is_held(1, AT, by=2, at=AT + CLAIM - timedelta(seconds=1))
    assert not is_held(1, AT, by=2, at=AT + CLAIM)
    assert not is_held(1, AT, by=1, at=AT)
    assert not is_held(None, None, by=2, at=AT)


def test_marks_a_tenth_of_the_points_apart_count_as_equal():
    assert agree(50, 60, 100)
    assert not agree(50, 61, 100)
    assert agree(33, 45, 125)
    assert not agree(33, 46, 125)


def test_one_mark_counts_unless_a_second_marker_is_wanted():
    assert verdict([mark(40, 20)], 100) == Verdict(TaskState.DONE, 60, {"a": 40, "b": 20})
    assert verdict([mark(40, 20)], 100, second_wanted=True) == Verdict(TaskState.SECOND)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (mark(40, 20), mark(44, 22), {"a": 42, "b": 21}),
        (mark(40, 20), mark(41, 20), {"a": 41, "b": 20}),
        (mark(40, 20), mark(41, 21), {"a": 41, "b": 20}),
        (mark(10, 0), mark(0, 10), {"a": 5, "b": 5}),
    ],
)
def test_the_mean_of_two_equal_marks_is_rounded_half_up_once(first, second, expected):
    found = verdict([first, second], 100)
    assert found == Verdict(TaskState.DONE, sum(expected.values()), expected)
    assert found.mark == (first.mark + second.mark + 1) // 2


def test_marks_far_apart_are_decided_by_a_third():
    apart = [mark(10), mark(90, by=2)]
    assert verdict(apart, 100) == Verdict(TaskState.DECIDE)
    assert verdict([*apart, mark(30, 5, by=3)], 100) == Verdict(TaskState.DONE, 35, {"a": 30, "b": 5})
