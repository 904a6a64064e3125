"""What may happen next in an attempt. Pure: no web, no database, no clock.

An answer is judged by when it reaches the server. What arrives up to ``NETWORK_GRACE`` after the deadline still counts,
because it was given before and was on its way. Up to ``LATE_GRACE`` an answer is kept, marked late, when its page says
that it was given before the deadline; whoever forges that gains those seconds at most. What arrives later is refused.
"""

from datetime import datetime, timedelta
from enum import StrEnum

NETWORK_GRACE = timedelta(seconds=5)
LATE_GRACE = timedelta(seconds=120)
#: The occasions of a trainer's trial and of practice. They count for nothing: no result is told to those who listen,
#: no statistics have it, nobody marks it, and no certificate comes of it.
PREVIEW = "preview"
PRACTICE = "practice"
COUNTS_FOR_NOTHING = frozenset({PREVIEW, PRACTICE})


class Phase(StrEnum):
    """Where an attempt stands. ``LATE``: its time is up, and answers given before may still arrive; it is closed by
    its person alone. ``OVER``: nothing more is taken, and nobody has closed it yet.
    """

    OPEN = "open"
    LATE = "late"
    OVER = "over"
    FINISHED = "finished"


class Ending(StrEnum):
    """Why an attempt ended."""

    SUBMITTED = "submitted"
    EXPIRED = "expired"


class ItemState(StrEnum):
    """Where one question of an attempt stands."""

    OPEN = "open"
    ANSWERED = "answered"
    NEEDS_MARKING = "needs_marking"
    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    #: A correction has taken the question out.
    DROPPED = "dropped"


def phase(due_at: datetime | None, finished_at: datetime | None, at: datetime) -> Phase:
    """Return where an attempt stands at a moment."""
    if finished_at is not None:
        return Phase.FINISHED
    if is_over(due_at, at):
        return Phase.OVER
    return Phase.LATE if is_up(due_at, at) else Phase.OPEN


def is_up(due_at: datetime | None, at: datetime) -> bool:
    """Tell whether the time is up, with the grace for what is on its way."""
    return due_at is not None and at > due_at + NETWORK_GRACE


def is_over(due_at: datetime | None, at: datetime) -> bool:
    """Tell whether the time is up and nothing more is taken."""
    return due_at is not None and at > due_at + LATE_GRACE


def given_in_time(given_at: datetime | None, started_at: datetime, due_at: datetime | None) -> bool:
    """Tell whether an answer was given within its attempt, by the server's time as its page reckons it."""
    return given_at is not None and started_at <= given_at and (due_at is None or given_at <= due_at)


def ending(due_at: datetime | None, at: datetime, *, asked: Ending) -> tuple[datetime, Ending]:
    """Return when and why an attempt that is closed at ``at`` has ended.

    One whose time is up ended at its deadline, however late somebody looks; so a test of 31 December stays in its year.
    """
    if due_at is not None and is_up(due_at, at):
        return due_at, Ending.EXPIRED
    return at, asked


def seconds_left(due_at: datetime | None, at: datetime) -> int | None:
    """Return the whole seconds until the deadline, never below 0; None without a time limit."""
    return None if due_at is None else max(0, int((due_at - at).total_seconds()))


def state_of(*, finished: bool, answered: bool, mark: int | None, points: int) -> ItemState:
    """Return where a question stands; the verdicts are for finished attempts only."""
    if not finished:
        return ItemState.ANSWERED if answered else ItemState.OPEN
    if mark is None:
        return ItemState.NEEDS_MARKING
    if mark >= points:
        return ItemState.RIGHT
    return ItemState.PARTLY if mark > 0 else ItemState.WRONG
