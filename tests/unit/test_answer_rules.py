"""Which of two answers to one question counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.answer_rules import WRITER, Origin, Verdict, believable_seconds, judge
from quizzes.behaviour import given_in_time

A, B = "a" * 24, "b" * 24
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DUE = START + timedelta(minutes=30)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("stored", "posted", "same", "expected"),
    [
        # One page: its own order counts, whatever revision it knew.
        (Origin(3, A, 7), Origin(0, A, 8), False, Verdict.TAKEN),
        (Origin(3, A, 7), Origin(3, A, 7), False, Verdict.KNOWN),
        (Origin(3, A, 7), Origin(3, A, 2), False, Verdict.KNOWN),
        # The same words again with a higher number are written down, so that what they overtook is told later.
        (Origin(3, A, 7), Origin(3, A, 8), True, Verdict.TAKEN),
        # Another page: it must have seen what is stored, or say the same.
        (Origin(3, A, 7), Origin(3, B, 1), False, Verdict.TAKEN),
        (Origin(3, A, 7), Origin(2, B, 99), False, Verdict.CONFLICT),
        (Origin(3, A, 7), Origin(4, B, 99), False, Verdict.CONFLICT),
        (Origin(3, A, 7), Origin(2, B, 99), True, Verdict.KNOWN),
        (Origin(), Origin(0, B, 1), True, Verdict.TAKEN),
        # A form without script: the revision alone.
        (Origin(3, A, 7), Origin(3), False, Verdict.TAKEN),
        (Origin(3, A, 7), Origin(2), False, Verdict.CONFLICT),
        (Origin(3, A, 7), Origin(2), True, Verdict.KNOWN),
        (Origin(3), Origin(2), False, Verdict.CONFLICT),
        (Origin(), Origin(), True, Verdict.KNOWN),
    ],
)
def test_who_is_taken_known_or_in_conflict(stored, posted, same, expected):
    assert judge(stored, posted, same=same) is expected


@given(answers=st.lists(st.sampled_from("xyz"), min_size=1, max_size=6), data=st.data())
def test_one_page_ends_with_its_last_change_in_whatever_order_its_changes_arrive(answers, data):
    changes = list(enumerate(answers, start=1))
    arriving = data.draw(st.permutations(changes + data.draw(st.lists(st.sampled_from(changes), max_size=4))))
    stored, holds = Origin(), ""
    for sequence, answer in arriving:
        posted = Origin(data.draw(st.integers(0, 3)), A, sequence)
        if stored == Origin():
            posted = Origin(0, A, sequence)  # It was the first to write: nothing was there when it was opened.
        if judge(stored, posted, same=answer == holds) is Verdict.TAKEN:
            stored, holds = Origin(stored.revision + 1, A, sequence), answer
    assert holds == answers[-1]


@given(
    stored=st.builds(Origin, st.integers(0, 5), st.sampled_from(["", A, B]), st.integers(0, 5)),
    posted=st.builds(Origin, st.integers(-9, 9), st.sampled_from(["", A, B]), st.integers(-9, 9)),
)
def test_what_a_page_has_not_seen_is_never_overwritten(stored, posted):
    if judge(stored, posted, same=False) is Verdict.TAKEN:
        is_later_of_the_same = posted.writer == stored.writer != "" and posted.sequence > stored.sequence
        assert is_later_of_the_same or posted.revision == stored.revision


@pytest.mark.parametrize(
    ("claimed", "stored", "after", "expected"),
    [(30, 0, 60, 30), (30, 40, 60, 40), (10**9, 0, 60, 60), (5, 0, -3, 0)],
)
def test_seconds_are_believed_as_long_as_the_attempt_has_lasted(claimed, stored, after, expected):
    assert believable_seconds(claimed, stored, START, START + after * SECOND) == expected


@pytest.mark.parametrize(
    ("at", "in_time"),
    [(None, False), (START - SECOND, False), (START, True), (DUE, True), (DUE + SECOND, False)],
)
def test_an_answer_is_given_in_time_between_start_and_deadline(at, in_time):
    assert given_in_time(at, START, DUE) is in_time


def test_marks_of_writers_are_letters_and_digits():
    assert WRITER.fullmatch(A)
    assert not any(WRITER.fullmatch(text) for text in ("", "a" * 15, "a" * 33, "A" * 24, "a" * 23 + "\n", "ạ" * 24))
