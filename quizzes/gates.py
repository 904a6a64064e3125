"""Whether an attempt may begin, until when it lasts, which of its pages are open, and which attempt counts. Pure."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from core.text import nfc


class BeginRules(Protocol):
    """What the rules of a quiz say about beginning; ``quizzes.models.QuizVersion`` explains each."""

    practice: bool
    attempts_allowed: int | None
    wait_minutes: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    access_code: str


class Refusal(StrEnum):
    """Why an attempt may not begin."""

    CLOSED = "closed"
    USED_UP = "used_up"
    NOT_YET = "not_yet"
    WAITING = "waiting"
    #: The waiting time ends when the quiz has closed already.
    WAITS_TOO_LONG = "waits_too_long"
    CODE_MISSING = "code_missing"
    CODE_WRONG = "code_wrong"


@dataclass(frozen=True)
class Gate:
    """Whether an attempt may begin. ``opens_at`` tells when it opens, if time alone opens it."""

    refusal: Refusal | None = None
    opens_at: datetime | None = None
    #: How many attempts may still begin; None when there is no limit.
    attempts_left: int | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether an attempt may begin, once the access code is typed if there is one."""
        return self.refusal in (None, Refusal.CODE_MISSING)


def may_begin(
    rules: BeginRules,
    ended: Sequence[datetime],
    at: datetime,
    *,
    extra_attempts: int = 0,
    typed_code: str = "",
) -> Gate:
    """Return whether an attempt may begin at a moment.

    The window holds from ``opens_at`` until just before ``closes_at``. Practice has no limit of attempts and no
    waiting time. The reason that time can't mend comes first, the code last.

    :param ended: when the earlier attempts of the same occasion ended, in any order.
    :param extra_attempts: attempts given on top of the rule.
    """
    allowed = None if rules.practice or rules.attempts_allowed is None else rules.attempts_allowed + extra_attempts
    left = None if allowed is None else max(0, allowed - len(ended))
    refusal, opens_at = _refusal(rules, ended, at, left)
    if refusal is None and rules.access_code and not same_code(typed_code, rules.access_code):
        refusal = Refusal.CODE_WRONG if typed_code.strip() else Refusal.CODE_MISSING
    return Gate(refusal, opens_at, left)


def _refusal(
    rules: BeginRules, ended: Sequence[datetime], at: datetime, left: int | None
) -> tuple[Refusal | None, datetime | None]:
    if rules.closes_at is not None and at >= rules.closes_at:
        return Refusal.CLOSED, None
    if left == 0:
        return Refusal.USED_UP, None
    wait = timedelta(minutes=rules.wait_minutes or 0)
    waits_until = None if rules.practice or not ended else max(ended) + wait
    if waits_until is not None and at < waits_until:
        if rules.closes_at is not None and waits_until >= rules.closes_at:
            return Refusal.WAITS_TOO_LONG, None
        return Refusal.WAITING, max(waits_until, rules.opens_at or waits_until)
    if rules.opens_at is not None and at < rules.opens_at:
        return Refusal.NOT_YET, rules.opens_at
    return None, None


def same_code(typed: str, code: str) -> bool:
    """Tell whether an access code is the right one, whatever its case and spaces; in constant time."""
    return hmac.compare_digest(_plain(typed), _plain(code))


def _plain(code: str) -> bytes:
    return nfc("".join(code.split())).casefold().encode()


def deadline(
    minutes: int | None,
    started_at: datetime,
    *,
    extra_percent: int = 0,
    extra_minutes: int = 0,
    closes_at: datetime | None = None,
) -> datetime | None:
    """Return when an attempt must be in; None without a time limit and a closing time.

    It is the earlier of the end of the window and of start + limit * (100 + extra_percent) / 100 + extra_minutes.
    """
    if minutes is None:
        return closes_at
    limit = timedelta(minutes=minutes) * (100 + extra_percent) / 100 + timedelta(minutes=extra_minutes)
    due_at = started_at + limit
    return due_at if closes_at is None else min(due_at, closes_at)


class Ended(Protocol):
    """What is known of an attempt that has ended; ``score`` and ``passed`` are None while it waits for marking."""

    number: int
    score: int | None
    passed: bool | None


EndedT = TypeVar("EndedT", bound=Ended)


def counts(attempts: Sequence[EndedT], counting: str) -> EndedT | None:
    """Return the attempt that counts: ``first``, ``last``, or the ``best``. None when there is none, or none marked.

    The best is one that passed, then one with the highest score, then the earliest.

    :param attempts: the attempts of one occasion that have ended.
    """
    if counting == "first":
        return min(attempts, key=lambda attempt: attempt.number, default=None)
    if counting == "last":
        return max(attempts, key=lambda attempt: attempt.number, default=None)
    marked = [attempt for attempt in attempts if attempt.score is not None]
    return max(marked, key=lambda attempt: (bool(attempt.passed), attempt.score, -attempt.number), default=None)


def page_of(position: int, per_page: int | None) -> int:
    """Return the page, from 1, of the question at a position, from 1."""
    return 1 if per_page is None else (position - 1) // per_page + 1


def may_answer(position: int, reached: int, per_page: int | None, one_way: bool) -> bool:
    """Tell whether the question at a position may be answered: going one way, only those of the page reached."""
    return not one_way or page_of(position, per_page) == reached


@dataclass(frozen=True)
class Paging:
    """The pages of an attempt, and the one that is open."""

    number: int
    pages: int
    per_page: int | None
    one_way: bool

    @property
    def is_last(self) -> bool:
        """Tell whether no page follows."""
        return self.number >= self.pages

    def holds(self, position: int) -> bool:
        """Tell whether the question at a position is on the open page."""
        return page_of(position, self.per_page) == self.number

    @property
    def argument(self) -> int | None:
        """Return the number by which this page is asked for; None where there is no choice."""
        return None if self.one_way or self.pages == 1 else self.number

    def page_of(self, position: int) -> int | None:
        """Return the number by which the page of a question is asked for; None where there is no choice."""
        return None if self.one_way or self.pages == 1 else page_of(position, self.per_page)

    def may_open(self, position: int) -> bool:
        """Tell whether the page of the question at a position may be opened from here."""
        return may_answer(position, self.number, self.per_page, self.one_way)

    def is_left(self, position: int) -> bool:
        """Tell whether the question at a position is on a page that can't be opened again."""
        return self.one_way and page_of(position, self.per_page) < self.number

    def towards(self, wish: str, position: int) -> int:
        """Return the page that a button leads to: ``next``, ``previous``, or ``question`` at a position; else this."""
        match wish:
            case "next":
                return min(self.number + 1, self.pages)
            case "previous":
                return max(self.number - 1, 1)
            case "question":
                return page_of(max(position, 1), self.per_page)
            case _:
                return self.number


def paging(count: int, per_page: int | None, *, one_way: bool, reached: int, asked: int | None) -> Paging:
    """Return the page to show of an attempt with so many questions: the one asked for, if there is such a page.

    Going one way it is always the page reached.
    """
    pages = page_of(max(count, 1), per_page)
    wanted = reached if one_way else asked or 1
    return Paging(min(max(wanted, 1), pages), pages, per_page, one_way)
