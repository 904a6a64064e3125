"""Marking by hand: what each criterion is worth, who may mark next, and what the marks given come to. Pure.

An answer has at most three rounds: a first marker; on demand a second one, who does not see the first mark; and, when
the two are further apart than ``TOLERANCE_PERCENT`` of the points, a third person who sees both and decides. Points are
whole hundredths.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

#: Two marks that are at most this far apart count as equal, in percent of the points of the question.
TOLERANCE_PERCENT = 10
#: How long an answer is kept for the marker who opened it.
CLAIM = timedelta(minutes=15)


class TaskState(StrEnum):
    """Where the marking of an answer stands: whom it waits for, or ``DONE``."""

    WAITING = "waiting"
    SECOND = "second"
    DECIDE = "decide"
    DONE = "done"


#: The round that an answer waits for.
ROUNDS = {TaskState.WAITING: 1, TaskState.SECOND: 2, TaskState.DECIDE: 3}


class Obstacle(StrEnum):
    """Why somebody may not mark an answer."""

    OWN = "own"
    CORRECTED = "corrected"
    DONE = "done"
    MARKED_BEFORE = "marked_before"


class Given(Protocol):
    """A mark that was given: the person, the points by criterion, and their sum."""

    @property
    def marker_id(self) -> int:
        """Return who gave it."""

    @property
    def criteria(self) -> Mapping[str, int]:
        """Return the points by criterion."""

    @property
    def mark(self) -> int:
        """Return the sum."""


@dataclass(frozen=True)
class Verdict:
    """What the marks given come to. Without a mark the answer waits for another marker."""

    state: TaskState
    mark: int | None = None
    criteria: Mapping[str, int] | None = None


def worth(points: int, weights: Sequence[Fraction]) -> list[int]:
    """Return the most that each criterion can earn; together exactly the points of the question.

    Every criterion gets its share rounded down; what is left goes, one hundredth each, to the largest remainders (the
    method of Hamilton), the earlier criterion first.

    :param weights: shares that make 1 together.
    """
    exact = [points * weight for weight in weights]
    whole = [int(share) for share in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_rest[: points - sum(whole)]:
        whole[place] += 1
    return whole


def obstacle(
    state: str, marker_id: int | None, *, learner_id: int, given: Sequence[Given], is_corrected: bool = False
) -> Obstacle | None:
    """Return why a person may not give the next mark; None when they may.

    Nobody marks their own answer, and nobody twice the same one: second marks and decisions are another person's.

    :param is_corrected: whether a correction of the question has decided about the answer; it is not marked over.
    """
    if marker_id == learner_id:
        return Obstacle.OWN
    if is_corrected:
        return Obstacle.CORRECTED
    if state == TaskState.DONE:
        return Obstacle.DONE
    if any(mark.marker_id == marker_id for mark in given):
        return Obstacle.MARKED_BEFORE
    return None


def is_held(claimed_by: int | None, claimed_at: datetime | None, *, by: int | None, at: datetime) -> bool:
    """Tell whether somebody else has an answer open at a moment; a claim lapses after ``CLAIM``."""
    return claimed_by not in (None, by) and claimed_at is not None and at < claimed_at + CLAIM


def agree(first: int, second: int, points: int) -> bool:
    """Tell whether two marks count as equal."""
    return abs(first - second) * 100 <= TOLERANCE_PERCENT * points


def verdict(given: Sequence[Given], points: int, *, second_wanted: bool = False) -> Verdict:
    """Return what the marks given so far come to, the first one first.

    :param second_wanted: whether the first marker wants a second one before anything counts.
    """
    if len(given) == 1:
        return Verdict(TaskState.SECOND) if second_wanted else _done(given[0].criteria)
    if len(given) == 2:
        first, second = given
        if not agree(first.mark, second.mark, points):
            return Verdict(TaskState.DECIDE)
        return _done(_mean(first.criteria, second.criteria))
    return _done(given[-1].criteria)


def counting_rounds(state: str, rounds: int, *, is_marked: bool) -> range:
    """Return the rounds whose marks make the points of an answer: whose comments its learner reads.

    :param rounds: how many marks were given.  :param is_marked: whether the answer has points.
    """
    if not is_marked:
        return range(0)
    if state != TaskState.DONE:
        return range(1, 2)
    return range(3, 4) if rounds == 3 else range(1, rounds + 1)


def _done(criteria: Mapping[str, int]) -> Verdict:
    return Verdict(TaskState.DONE, sum(criteria.values()), dict(criteria))


def _mean(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    """Return the mean by criterion so that the sum is the mean of the sums, rounded half up.

    Where the mean of a criterion ends in half a hundredth, every other one is rounded up, the first one first.
    """
    doubled = {key: first[key] + second[key] for key in first}
    odd = [key for key, both in doubled.items() if both % 2]
    rounded_up = set(odd[::2])
    return {key: both // 2 + (key in rounded_up) for key, both in doubled.items()}
