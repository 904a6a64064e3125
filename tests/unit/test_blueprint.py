"""What sections ask of banks: what is missing, and the draw."""

import itertools
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.blueprint import (
    Candidate,
    PoolEntry,
    PoolSection,
    Seen,
    Shortfall,
    draw,
    fits,
    pools_of,
    shortfalls,
)

BANK = 1
DAY = datetime(2026, 3, 2, tzinfo=UTC)
TOPICS, LEVELS = ("N4", "N19"), ("easy", "hard")
#: The plain truth is found by trying every way, which takes its time on a busy machine.
BUSY = settings(max_examples=80, deadline=None)


@dataclass(frozen=True)
class Asked:
    """A section, with nothing but what it asks for."""

    draw_count: int | None
    topic: str = ""
    difficulty: str = ""
    bank_id: int = BANK


def candidate(number: int, topic: str = "N4", difficulty: str = "easy", bank: int = BANK) -> Candidate:
    return Candidate(number, 1000 + number, bank, topic, difficulty)


def sections_of(asked, candidates):
    return [
        PoolSection(
            tuple(PoolEntry(one.question_id, one.question_version_id) for one in pool), section.draw_count, 100 + number
        )
        for number, (section, pool) in enumerate(zip(asked, pools_of(asked, candidates), strict=True))
    ]


def drawn(asked, candidates, seed=1, **options):
    """Draw, and return the ids of the questions of each section; the points tell the sections apart."""
    options = {"shuffle_questions": True, **options}
    items = draw(sections_of(asked, candidates), rng=random.Random(seed), **options)
    return [[item.question_version_id - 1000 for item in items if item.points == 100 + n] for n in range(len(asked))]


banks = st.lists(st.tuples(st.sampled_from(["N4", "N19", "N4, N19", ""]), st.sampled_from(LEVELS)), max_size=9).map(
    lambda rows: [candidate(number, *row) for number, row in enumerate(rows)]
)
blueprints = st.lists(
    st.builds(
        Asked,
        st.one_of(st.integers(1, 4), st.integers(1, 4), st.none()),
        st.sampled_from(["", *TOPICS]),
        st.sampled_from(["", *LEVELS]),
    ),
    min_size=1,
    max_size=4,
)


def most_that_fits(asked, candidates) -> int:
    """Return how many questions can be placed at most, by trying every way: the plain truth to compare with."""
    pools = [{one.question_id for one in pool} for pool in pools_of(asked, candidates)]
    free = {one.question_id for one in candidates}
    placed = 0
    for section, pool in zip(asked, pools, strict=True):
        if section.draw_count is None:
            placed += len(pool & free)
            free -= pool
    slots = [pool & free for section, pool in zip(asked, pools, strict=True) for _ in range(section.draw_count or 0)]
    # Hall's theorem: what can be filled is the least, over all sets of slots, of what they have plus the other slots.
    names = sorted({frozenset(slot) for slot in slots}, key=sorted)
    sizes = [sum(frozenset(slot) == name for slot in slots) for name in names]
    least = len(slots)
    for chosen in itertools.product([False, True], repeat=len(names)):
        have = set().union(*(name for name, taken in zip(names, chosen, strict=True) if taken))
        others = sum(size for size, taken in zip(sizes, chosen, strict=True) if not taken)
        least = min(least, len(have) + others)
    return placed + least


def test_a_section_takes_questions_of_its_bank_topic_and_difficulty():
    one = candidate(1, "N4, N19", "hard")
    assert fits(Asked(1), one)
    assert fits(Asked(1, "n19", "hard"), one)
    assert not fits(Asked(1, "N1"), one)
    assert not fits(Asked(1, "", "easy"), one)
    assert not fits(Asked(1, bank_id=2), one)


def test_what_one_section_lacks_is_named():
    asked = [Asked(5, "N19", "hard"), Asked(2)]
    candidates = [candidate(1, "N19", "hard"), candidate(2, "N19", "hard"), *map(candidate, range(3, 9))]
    assert shortfalls(asked, pools_of(asked, candidates)) == [Shortfall((0,), 5, 2)]


def test_sections_that_have_enough_one_by_one_are_judged_together():
    asked = [Asked(3, "N19"), Asked(3, difficulty="hard"), Asked(1, "N4", "easy")]
    candidates = [candidate(n, "N19", "hard") for n in range(4)] + [candidate(9)]
    assert shortfalls(asked, pools_of(asked, candidates)) == [Shortfall((0, 1), 6, 4)]
    candidates += [candidate(10, "N19", "easy"), candidate(11, "N4", "hard")]
    assert shortfalls(asked, pools_of(asked, candidates)) == []


def test_all_that_compete_for_one_question_are_named_together():
    asked = [Asked(1), Asked(1, "N4"), Asked(1, difficulty="easy")]
    assert shortfalls(asked, pools_of(asked, [candidate(1)])) == [Shortfall((0, 1, 2), 3, 1)]


def test_a_shared_question_goes_where_both_sections_can_be_filled():
    asked = [Asked(1), Asked(1, "N19")]
    candidates = [candidate(1, "N19"), candidate(2, "N4")]
    assert all(drawn(asked, candidates, seed) == [[2], [1]] for seed in range(20))


def test_sections_that_take_all_come_first_and_every_attempt_is_as_long():
    asked = [Asked(2), Asked(None, "N19")]
    candidates = [candidate(n, "N19") for n in range(3)] + [candidate(n) for n in range(3, 6)]
    assert {tuple(map(len, drawn(asked, candidates, seed))) for seed in range(20)} == {(2, 3)}
    assert shortfalls([Asked(4), asked[1]], pools_of(asked, candidates)) == [Shortfall((0,), 4, 3, taken=3)]
    assert shortfalls([Asked(None), asked[1]], pools_of(asked, candidates)) == [Shortfall((1,), 1, 0, taken=3)]


@BUSY
@given(asked=blueprints, candidates=banks)
def test_what_is_missing_is_exactly_what_can_not_be_filled(asked, candidates):
    missing = shortfalls(asked, pools_of(asked, candidates))
    empty_wholes = sum(short.missing for short in missing if asked[short.sections[0]].draw_count is None)
    wholes = sum(len(ids) for ids, one in zip(drawn(asked, candidates), asked, strict=True) if one.draw_count is None)
    wanted = wholes + sum(one.draw_count or 0 for one in asked)
    assert wanted - (sum(short.missing for short in missing) - empty_wholes) == most_that_fits(asked, candidates)
    assert all(short.missing > 0 for short in missing)


@BUSY
@given(asked=blueprints, candidates=banks, seed=st.integers(), shuffle=st.booleans())
def test_a_draw_fills_what_can_be_filled_without_repeats_and_by_the_criteria(asked, candidates, seed, shuffle):
    by_section = drawn(asked, candidates, seed, shuffle_questions=shuffle)
    assert by_section == drawn(asked, candidates, seed, shuffle_questions=shuffle)
    ids = [number for section in by_section for number in section]
    assert len(ids) == len(set(ids)) == most_that_fits(asked, candidates)
    for section, chosen in zip(asked, by_section, strict=True):
        assert all(fits(section, candidates[number]) for number in chosen)
        assert section.draw_count is None or len(chosen) <= section.draw_count
        assert shuffle or chosen == sorted(chosen)
    if not shortfalls(asked, pools_of(asked, candidates)):
        assert all(len(c) == s.draw_count for s, c in zip(asked, by_section, strict=True) if s.draw_count)


@BUSY
@given(asked=blueprints, candidates=banks, seed=st.integers(), data=st.data())
def test_no_draw_has_fewer_questions_seen_before(asked, candidates, seed, data):
    seen_ids = data.draw(st.sets(st.sampled_from(range(len(candidates))))) if candidates else set()
    seen = dict.fromkeys(seen_ids, Seen(1, DAY))
    chosen = {n for section in drawn(asked, candidates, seed, seen=seen, avoid_seen=True) for n in section}
    wholes = {
        n for ids, one in zip(drawn(asked, candidates), asked, strict=True) for n in ids if one.draw_count is None
    }
    fresh = [one for one in candidates if one.question_id not in seen or one.question_id in wholes]
    assert len(chosen - seen.keys() | (chosen & wholes)) == most_that_fits(asked, fresh)


def test_of_seen_questions_those_seen_least_often_then_longest_ago_come_first():
    candidates = [candidate(number) for number in range(4)]
    seen = {0: Seen(2, DAY), 1: Seen(1, DAY + timedelta(days=2)), 2: Seen(1, DAY)}
    for count, expected in ((1, {3}), (2, {3, 2}), (3, {3, 2, 1})):
        for seed in range(10):
            assert set(drawn([Asked(count)], candidates, seed, seen=seen, avoid_seen=True)[0]) == expected
    assert {drawn([Asked(1)], candidates, seed, seen=seen)[0][0] for seed in range(60)} == {0, 1, 2, 3}


def test_every_question_comes_up_as_often_where_sections_share_none():
    candidates = [candidate(number) for number in range(5)]
    counts = [0] * 5
    for seed in range(2000):
        for number in drawn([Asked(2)], candidates, seed)[0]:
            counts[number] += 1
    assert all(700 < count < 900 for count in counts), counts


def test_every_question_has_a_chance_where_sections_share_some():
    candidates = [candidate(n, "N19", "hard") for n in range(3)] + [candidate(3, "N19"), candidate(4, "N4", "hard")]
    asked = [Asked(1, "N19"), Asked(1, difficulty="hard")]
    came = {n for seed in range(200) for section in drawn(asked, candidates, seed) for n in section}
    assert came == {0, 1, 2, 3, 4}
