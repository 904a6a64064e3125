"""What is shown of an attempt, and from when on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from quizzes.behaviour import LATE_GRACE
from quizzes.reveal import Reveal, key_since, later, visible

AT = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
CLOSE = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
AFTER_CLOSE = CLOSE + LATE_GRACE + timedelta(milliseconds=1)
WHEN = ("during", "after", "after_close", "never")


@dataclass
class Rules:
    """When what is shown."""

    show_score: str = "after"
    show_verdicts: str = "after"
    show_key: str = "after"
    practice: bool = False


@pytest.mark.parametrize(
    ("when", "practice", "during", "ended", "closed"),
    [
        ("during", False, False, True, True),
        ("during", True, True, True, True),
        ("after", False, False, True, True),
        ("after", True, True, True, True),
        ("after_close", False, False, False, True),
        ("after_close", True, False, False, True),
        ("never", False, False, False, False),
        ("never", True, False, False, False),
    ],
)
def test_each_moment_shows_what_the_rules_say(when, practice, during, ended, closed):
    rules = Rules(when, when, when, practice)
    for finished, at, expected in ((False, AT, during), (True, AT, ended), (True, AFTER_CLOSE, closed)):
        shown = visible(rules, finished=finished, closes_at=CLOSE, at=at)
        assert (shown.score, shown.verdicts, shown.key) == (expected, expected, expected)


def test_nothing_is_published_while_answers_may_be_on_their_way():
    rules = Rules(show_key="after_close")
    for at in (CLOSE, CLOSE + LATE_GRACE):
        shown = visible(rules, finished=True, closes_at=CLOSE, at=at)
        assert not shown.key
        assert shown.key_after == CLOSE
    assert visible(rules, finished=True, closes_at=CLOSE, at=AFTER_CLOSE) == Reveal(True, True, True)


def test_without_a_closing_time_nothing_comes_after_it():
    shown = visible(Rules(show_key="after_close"), finished=True, closes_at=None, at=AFTER_CLOSE)
    assert (shown.score, shown.key, shown.key_after) == (True, False, None)


@pytest.mark.parametrize(("score", "verdicts", "key"), [*product(WHEN, WHEN, WHEN)])
def test_whoever_sees_the_key_sees_the_verdicts(score, verdicts, key):
    for finished, at in product((False, True), (AT, AFTER_CLOSE)):
        shown = visible(Rules(score, verdicts, key, True), finished=finished, closes_at=CLOSE, at=at)
        assert shown.verdicts or not shown.key


def test_a_longer_window_moves_the_moment():
    assert later(CLOSE, AT) == later(AT, CLOSE) == CLOSE
    assert later(None, AT) == AT
    assert later(None, None) is None


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("closes_at", [None, CLOSE, AT - timedelta(days=1)])
def test_the_key_can_be_read_from_the_moment_that_is_told(when, closes_at):
    rules, tick = Rules(show_key=when), timedelta(milliseconds=1)
    since = key_since(rules, finished_at=AT, closes_at=closes_at)
    for moment in (AT, AT + tick, CLOSE, AFTER_CLOSE - tick, AFTER_CLOSE, AFTER_CLOSE + tick):
        key = visible(rules, finished=True, closes_at=closes_at, at=moment).key
        assert key == (since is not None and (moment >= since if since == AT else moment > since))
