"""What may happen next in an attempt."""

from datetime import UTC, datetime, timedelta

import pytest

from quizzes.behaviour import (
    LATE_GRACE,
    NETWORK_GRACE,
    Ending,
    ItemState,
    Phase,
    ending,
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
        (DUE + NETWORK_GRACE + MILLISECOND, Phase.LATE),
        (DUE + LATE_GRACE, Phase.LATE),
        (DUE + LATE_GRACE + MILLISECOND, Phase.OVER),
    ],
)
def test_what_was_on_its_way_at_the_deadline_still_counts(at, expected):
    assert phase(DUE, None, at) is expected
    assert phase(DUE, DUE, at) is Phase.FINISHED


def test_without_a_limit_an_attempt_stays_open():
    assert phase(None, None, START + timedelta(days=300)) is Phase.OPEN
    assert seconds_left(None, START) is None


def test_seconds_left_never_go_below_zero():
    assert seconds_left(DUE, START) == 1800
    assert seconds_left(DUE, DUE + timedelta(days=1)) == 0


def test_an_attempt_that_nobody_closed_ended_at_its_deadline():
    assert ending(DUE, DUE + timedelta(days=3), asked=Ending.SUBMITTED) == (DUE, Ending.EXPIRED)
    assert ending(DUE, START, asked=Ending.SUBMITTED) == (START, Ending.SUBMITTED)
    assert ending(None, START, asked=Ending.EXPIRED) == (START, Ending.EXPIRED)


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
