"""The deadline follows from what was given; periods end without being undone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from quizzes.time_rules import Timed, ended_from, first_day_without, last_day

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        ({}, 30),
        ({"extra_percent": 50}, 45),
        ({"extra_percent": 25, "extra_minutes": 5, "given_back": 10}, 52.5),
        # The window ends first, whatever was given ...
        ({"closes_at": after(40), "given_back": 20}, 40),
        # ... unless the giver moved it too, and then by no more than that.
        ({"closes_at": after(40), "given_back": 20, "past_close": 20}, 50),
        ({"closes_at": after(25), "given_back": 20, "past_close": 10}, 35),
        # Without a time limit the window alone ends the attempt.
        ({"limit_minutes": None, "closes_at": after(40), "given_back": 10}, 40),
        ({"limit_minutes": None, "closes_at": after(40), "given_back": 10, "past_close": 10}, 50),
    ],
)
def test_the_deadline_is_the_earlier_of_ones_own_time_and_the_window(facts, minutes):
    timed = Timed(**{"started_at": START, "limit_minutes": 30, "closes_at": None, **facts})
    assert timed.due_at == after(minutes)


def test_nothing_is_due_without_limit_and_window():
    assert Timed(START, None, None, given_back=10, past_close=10).due_at is None


def test_a_period_is_stored_with_the_first_day_without_it():
    assert first_day_without(None) is None
    assert last_day(first_day_without(DAY) or DAY) == DAY


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "ended"),
    [
        (date(2026, 11, 1), None, DAY),
        (DAY, None, DAY),
        (date(2026, 12, 1), None, date(2026, 12, 1)),
        (date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 10)),
    ],
)
def test_what_is_ended_never_holds_again_and_never_longer_than_it_would_have(valid_from, valid_to, ended):
    assert ended_from(valid_from, valid_to, DAY) == ended
