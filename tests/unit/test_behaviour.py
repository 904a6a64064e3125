"""What may happen next in an attempt, and which questions it has."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.behaviour import (
    NETWORK_GRACE,
    Ending,
    ItemState,
    Phase,
    PoolEntry,
    PoolSection,
    attempts_left,
    deadline,
    draw,
    ending,
    may_start,
    phase,
    seconds_left,
    state_of,
)

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DUE = START + timedelta(minutes=30)
MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (START, Phase.OPEN),
        (DUE - MILLISECOND, Phase.OPEN),
        (DUE + MILLISECOND, Phase.OPEN),
        (DUE + NETWORK_GRACE, Phase.OPEN),
        (DUE + NETWORK_GRACE + MILLISECOND, Phase.OVER),
    ],
)
def test_what_was_on_its_way_at_the_deadline_still_counts(at, expected):
    assert phase(DUE, None, at) is expected
    assert phase(DUE, DUE, at) is Phase.FINISHED


def test_without_a_limit_an_attempt_stays_open():
    assert deadline(None, START) is None
    assert deadline(30, START) == DUE
    assert phase(None, None, START + timedelta(days=300)) is Phase.OPEN
    assert seconds_left(None, START) is None


def test_seconds_left_never_go_below_zero():
    assert seconds_left(DUE, START) == 1800
    assert seconds_left(DUE, DUE + timedelta(days=1)) == 0


def test_an_attempt_that_nobody_closed_ended_at_its_deadline():
    assert ending(DUE, DUE + timedelta(days=3), asked=Ending.SUBMITTED) == (DUE, Ending.EXPIRED)
    assert ending(DUE, START, asked=Ending.SUBMITTED) == (START, Ending.SUBMITTED)
    assert ending(None, START, asked=Ending.EXPIRED) == (START, Ending.EXPIRED)


def test_attempts_are_counted():
    assert (attempts_left(3, 2), attempts_left(3, 3), attempts_left(3, 4), attempts_left(None, 90)) == (1, 0, 0, None)
    assert may_start(3, 2)
    assert not may_start(3, 3)
    assert may_start(None, 90)


@pytest.mark.parametrize(
    ("finished", "answered", "mark", "expected"),
    [
        (False, False, None, ItemState.OPEN),
        (False, True, None, ItemState.ANSWERED),
        (True, True, None, ItemState.NEEDS_MARKING),
        (True, True, 100, ItemState.RIGHT),
        (True, True, 1, ItemState.PARTLY),
        (True, False, 0, ItemState.WRONG),
    ],
)
def test_six_states_of_a_question(finished, answered, mark, expected):
    assert state_of(finished=finished, answered=answered, mark=mark, points=100) is expected


def pool(first: int, count: int, draw_count: int | None) -> PoolSection:
    numbers = range(first, first + count)
    entries = tuple(PoolEntry(number, 1000 + number) for number in numbers)
    return PoolSection(entries, draw_count, 100)


def drawn(*sections: PoolSection, seed: int = 1, questions: bool = True):
    return draw(sections, shuffle_questions=questions, rng=random.Random(seed))


def test_everything_in_order_when_nothing_is_drawn_or_shuffled():
    items = drawn(pool(1, 4, None), questions=False)
    assert [item.question_version_id for item in items] == [1001, 1002, 1003, 1004]


def test_drawn_questions_keep_the_authors_order_unless_shuffled():
    items = drawn(pool(1, 20, 5), questions=False)
    ids = [item.question_version_id for item in items]
    assert ids == sorted(ids)
    assert len(set(ids)) == 5


@given(seed=st.integers(), first=st.integers(1, 15), second=st.integers(1, 15))
def test_a_draw_repeats_from_the_same_chance_and_takes_no_question_twice(seed, first, second):
    sections = (pool(1, 15, first), pool(1, 15, second))
    items = drawn(*sections, seed=seed)
    assert items == drawn(*sections, seed=seed)
    ids = [item.question_version_id for item in items]
    assert len(ids) == len(set(ids)) == min(first + second, 15)


def test_every_question_comes_up():
    firsts = {drawn(pool(1, 5, 1), seed=seed)[0] for seed in range(2000)}
    assert len({item.question_version_id for item in firsts}) == 5
