"""Who has how much time: what was given to a person, and the deadline that follows from it. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from quizzes.behaviour import LATE_GRACE
from quizzes.gates import deadline

#: More than that at once is a typing error; who needs more gives twice.
MOST_MINUTES = 240
MOST_ATTEMPTS = 10


@dataclass(frozen=True)
class Given:
    """What a person has on top of the rules of a quiz: percent of the time limit, attempts, and minutes."""

    extra_percent: int = 0
    extra_attempts: int = 0
    extra_minutes: int = 0

    def longer_than(self, minutes: int | None) -> int | None:
        """Return the full minutes of an attempt by a time limit; None without a limit, or when nothing is added."""
        if minutes is None or not (self.extra_percent or self.extra_minutes):
            return None
        return minutes * (100 + self.extra_percent) // 100 + self.extra_minutes


@dataclass(frozen=True)
class Timed:
    """The facts from which the deadline of an attempt follows."""

    started_at: datetime
    limit_minutes: int | None
    closes_at: datetime | None
    extra_percent: int = 0
    #: Minutes allowed at the start.
    extra_minutes: int = 0
    #: Minutes given back since, and those of them that count past the closing time too.
    given_back: int = 0
    past_close: int = 0

    @property
    def due_at(self) -> datetime | None:
        """Return when the attempt must be in; None without a time limit and a closing time.

        It is the earlier of the end of the person's own time and of the end of the window. Minutes given back lengthen
        the first, and the second when the giver said so.
        """
        closes_at = None if self.closes_at is None else self.closes_at + timedelta(minutes=self.past_close)
        return deadline(
            self.limit_minutes,
            self.started_at,
            extra_percent=self.extra_percent,
            extra_minutes=self.extra_minutes + self.given_back,
            closes_at=closes_at,
        )


def still_due_after(at: datetime) -> datetime:
    """Return the earliest deadline of attempts that are not over; what is over is never opened again."""
    return at - LATE_GRACE


def first_day_without(last_day: date | None) -> date | None:
    """Return the end of a period as it is stored."""
    return None if last_day is None else last_day + timedelta(days=1)


def last_day(valid_to: date) -> date:
    """Return the last day of a period by its end as it is stored."""
    return valid_to - timedelta(days=1)


def ended_from(valid_from: date, valid_to: date | None, today: date) -> date:
    """Return the end of a period that is ended today: it never holds again, and never ends later than it would have."""
    ended = max(valid_from, today)
    return ended if valid_to is None else min(ended, valid_to)
