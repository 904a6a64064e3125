"""Whether an attempt may begin, its deadline, its pages, and which attempt counts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.gates import (
    Gate,
    Refusal,
    counts,
    deadline,
    may_answer,
    may_begin,
    page_of,
    paging,
    same_code,
)

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TICK = timedelta(milliseconds=1)


@dataclass
class Rules:
    """The rules of a quiz; nothing is limited unless a test says so."""

    practice: bool = False
    attempts_allowed: int | None = None
    wait_minutes: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    access_code: str = ""


@dataclass
class Made:
    """An attempt that has ended."""

    number: int
    score: int | None
    passed: bool | None


def test_without_rules_the_gate_is_open():
    assert may_begin(Rules(), [AT], AT) == Gate()


@pytest.mark.parametrize(
    ("at", "refusal", "opens_at"),
    [
        (AT - TICK, Refusal.NOT_YET, AT),
        (AT, None, None),
        (AT + MINUTE - TICK, None, None),
        (AT + MINUTE, Refusal.CLOSED, None),
    ],
)
def test_the_window_holds_its_first_moment_and_not_its_last(at, refusal, opens_at):
    gate = may_begin(Rules(opens_at=AT, closes_at=AT + MINUTE), [], at)
    assert (gate.refusal, gate.opens_at) == (refusal, opens_at)


def test_the_waiting_time_runs_from_the_end_of_the_last_attempt():
    rules, ended = Rules(wait_minutes=30), [AT, AT - 90 * MINUTE]
    until = AT + 30 * MINUTE
    assert may_begin(rules, ended, until - TICK) == Gate(Refusal.WAITING, until)
    assert may_begin(rules, ended, until).is_open
    assert may_begin(rules, [], AT).is_open


def test_a_wait_that_outlasts_the_window_is_told_at_once():
    rules = Rules(wait_minutes=30, closes_at=AT + 30 * MINUTE)
    assert may_begin(rules, [AT], AT).refusal is Refusal.WAITS_TOO_LONG
    rules.closes_at = AT + 31 * MINUTE
    assert may_begin(rules, [AT], AT).refusal is Refusal.WAITING


def test_attempts_are_counted_with_those_given_on_top():
    rules = Rules(attempts_allowed=2)
    assert may_begin(rules, [AT], AT) == Gate(attempts_left=1)
    assert may_begin(rules, [AT, AT], AT) == Gate(Refusal.USED_UP, None, 0)
    assert may_begin(rules, [AT, AT], AT, extra_attempts=1) == Gate(attempts_left=1)
    assert may_begin(rules, [AT] * 5, AT, extra_attempts=1).attempts_left == 0


def test_what_time_cannot_mend_is_said_first():
    rules = Rules(attempts_allowed=1, wait_minutes=30, closes_at=AT + 99 * MINUTE, access_code="x")
    assert may_begin(rules, [AT], AT).refusal is Refusal.USED_UP
    assert may_begin(rules, [AT], AT + 99 * MINUTE).refusal is Refusal.CLOSED


def test_practice_knows_no_limit_and_no_wait_but_keeps_window_and_code():
    rules = Rules(practice=True, attempts_allowed=1, wait_minutes=30, closes_at=AT + MINUTE, access_code="ab")
    assert may_begin(rules, [AT] * 9, AT, typed_code="AB") == Gate()
    assert may_begin(rules, [], AT).refusal is Refusal.CODE_MISSING
    assert may_begin(rules, [], AT + MINUTE).refusal is Refusal.CLOSED


@pytest.mark.parametrize(
    ("typed", "refusal", "is_open"),
    [
        ("", Refusal.CODE_MISSING, True),
        ("   ", Refusal.CODE_MISSING, True),
        ("thi đua 2025", Refusal.CODE_WRONG, False),
        (" THI  Đua\t2026 ", None, True),
        ("THI ĐUA 2026".replace("Đ", "Đ"), None, True),
    ],
)
def test_the_access_code_is_compared_without_case_and_spaces(typed, refusal, is_open):
    gate = may_begin(Rules(access_code="Thi đua 2026"), [], AT, typed_code=typed)
    assert (gate.refusal, gate.is_open) == (refusal, is_open)


def test_a_code_is_the_same_however_its_marks_are_written():
    assert same_code("ho\u0323c to\u0302\u0301t", "HỌC TỐT")
    assert not same_code("học tôt", "HỌC TỐT")


def test_the_deadline_is_the_earlier_of_limit_and_window():
    assert deadline(None, AT) is None
    assert deadline(None, AT, extra_percent=50, closes_at=AT + MINUTE) == AT + MINUTE
    assert deadline(30, AT) == AT + 30 * MINUTE
    assert deadline(30, AT, extra_percent=50) == AT + 45 * MINUTE
    assert deadline(30, AT, extra_percent=25, extra_minutes=10) == AT + timedelta(minutes=47, seconds=30)
    assert deadline(30, AT, extra_percent=50, closes_at=AT + 40 * MINUTE) == AT + 40 * MINUTE


def test_which_attempt_counts():
    failed, passed, worse = Made(1, 300, False), Made(2, 800, True), Made(3, 600, True)
    made = [worse, failed, passed]
    assert counts(made, "best") is passed
    assert counts(made, "first") is failed
    assert counts(made, "last") is worse
    assert counts([], "best") is counts([], "first") is counts([], "last") is None


def test_the_best_has_passed_and_of_equals_is_the_earliest():
    old_rules, new_rules, again = Made(1, 600, True), Made(2, 700, False), Made(3, 600, True)
    assert counts([again, new_rules, old_rules], "best") is old_rules


def test_an_attempt_that_waits_for_marking_can_be_first_or_last_but_not_best():
    waits, marked = Made(1, None, None), Made(2, 0, False)
    assert counts([marked, waits], "first") is waits
    assert counts([marked, waits], "best") is marked
    assert counts([waits], "best") is None


def test_questions_fall_on_pages():
    assert [page_of(position, 3) for position in (1, 3, 4, 6, 7)] == [1, 1, 2, 2, 3]
    assert page_of(40, None) == 1


@given(st.integers(1, 60), st.none() | st.integers(1, 20), st.integers(-5, 70))
def test_every_question_is_on_exactly_one_page_that_can_be_asked_for(count, per_page, asked):
    pages = paging(count, per_page, one_way=False, reached=1, asked=asked).pages
    shown = [paging(count, per_page, one_way=False, reached=1, asked=page) for page in range(1, pages + 1)]
    held = [position for page in shown for position in range(1, count + 1) if page.holds(position)]
    assert held == list(range(1, count + 1))
    assert [page.is_last for page in shown] == [False] * (pages - 1) + [True]
    assert 1 <= paging(count, per_page, one_way=False, reached=1, asked=asked).number <= pages


@given(st.integers(1, 30), st.integers(1, 5), st.integers(1, 8), st.none() | st.integers(-3, 12))
def test_one_way_shows_and_takes_the_page_reached_alone(count, per_page, reached, asked):
    page = paging(count, per_page, one_way=True, reached=reached, asked=asked)
    assert page.number == min(reached, page.pages)
    for position in range(1, count + 1):
        assert may_answer(position, page.number, per_page, one_way=True) is page.holds(position)
        assert page.may_open(position) is page.holds(position)
        assert page.is_left(position) is (page_of(position, per_page) < page.number)
        assert may_answer(position, reached, per_page, one_way=False)
