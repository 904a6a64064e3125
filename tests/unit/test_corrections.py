"""What an attempt comes to: the last decision on each question, and a pass that stands until it is withdrawn."""

from hypothesis import given
from hypothesis import strategies as st

from quizzes.corrections import Judgement, Verdict, verdict
from quizzes.scoring import is_passed, score_of

TWO = {1: 100, 2: 100}


def judged(*marks):
    """Return decisions on questions, given as (item, mark) in their order; the mark None drops the question."""
    return [Judgement(number, item, mark) for number, (item, mark) in enumerate(marks, start=1)]


def test_without_a_mark_there_is_no_result_yet():
    assert verdict(TWO, judged((1, 100)), 500) == Verdict(None, 200, None, None)
    assert verdict(TWO, judged((1, 100), (2, 0)), 500) == Verdict(100, 200, 500, True)
    assert verdict({}, [], 500) == Verdict(0, 0, 0, False)


def test_the_last_decision_on_a_question_counts():
    assert verdict(TWO, judged((1, 0), (2, 0), (1, 100)), 500) == Verdict(100, 200, 500, True)


def test_a_dropped_question_counts_neither_in_points_nor_in_the_maximum():
    assert verdict(TWO, judged((1, 100), (2, 0), (2, None)), 500) == Verdict(100, 100, 1000, True)
    assert verdict(TWO, judged((1, 100), (2, None)), 500) == Verdict(100, 100, 1000, True)
    assert verdict(TWO, judged((1, 100), (2, 0), (2, None), (2, 50)), 500) == Verdict(150, 200, 750, True)


def test_a_pass_stands_when_the_score_falls():
    assert verdict(TWO, judged((1, 100), (2, 0), (1, 0)), 500) == Verdict(0, 200, 0, True, pass_kept=True)


def test_a_withdrawn_pass_is_none_until_it_is_won_again():
    falls = judged((1, 100), (2, 0), (1, 0))
    assert verdict(TWO, falls, 500, withdrawn_after={3}) == Verdict(0, 200, 0, False)
    rises = judged((1, 100), (2, 0), (1, 0), (2, 100))
    assert verdict(TWO, rises, 500, withdrawn_after={3}) == Verdict(100, 200, 500, True)
    again = judged((1, 100), (2, 0), (1, 0), (2, 100), (2, 0))
    assert verdict(TWO, again, 500, withdrawn_after={3}) == Verdict(0, 200, 0, True, pass_kept=True)


def test_an_attempt_that_never_passed_has_no_pass_to_keep():
    assert verdict(TWO, judged((1, 0), (2, 0), (1, 50)), 500) == Verdict(50, 200, 250, False)


@given(
    st.dictionaries(st.integers(1, 5), st.integers(1, 300), min_size=1),
    st.lists(st.tuples(st.integers(1, 5), st.none() | st.integers(0, 300)), max_size=20),
    st.sets(st.integers(1, 20)),
)
def test_the_sum_follows_from_the_last_decisions_alone(points, decisions, withdrawn_after):
    history = [(item, mark) for item, mark in decisions if item in points]
    found = verdict(points, judged(*history), 500, withdrawn_after=withdrawn_after)
    last = dict(history)
    of = sum(worth for item, worth in points.items() if last.get(item, 0) is not None)
    assert found.max_points == of
    if set(last) != set(points):
        assert (found.points, found.score, found.passed) == (None, None, None)
        return
    total = sum(mark for mark in last.values() if mark is not None)
    assert (found.points, found.score) == (total, score_of(total, of))
    assert found.passed == (is_passed(score_of(total, of), 500) or found.pass_kept)
