"""What is shown of an attempt, and from when on: the score, the verdict on each answer, the key. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from quizzes.behaviour import LATE_GRACE


class When(StrEnum):
    """The moments at which something is shown. ``DURING`` is for practice; elsewhere it means ``AFTER``."""

    DURING = "during"
    AFTER = "after"
    AFTER_CLOSE = "after_close"
    NEVER = "never"


class ShowRules(Protocol):
    """What the rules of a quiz say about showing results."""

    practice: bool
    show_score: str
    show_verdicts: str
    show_key: str


@dataclass(frozen=True)
class Reveal:
    """What may be shown now. What is hidden has a moment at which it comes, or None when it never does.

    ``score`` covers whether the attempt passed; ``verdicts`` the points and the verdict of each question; ``key`` what
    is right and why.
    """

    score: bool
    verdicts: bool
    key: bool
    score_after: datetime | None = None
    verdicts_after: datetime | None = None
    key_after: datetime | None = None


#: For who looks at attempts by office, and for trials.
EVERYTHING = Reveal(score=True, verdicts=True, key=True)
NOTHING = Reveal(score=False, verdicts=False, key=False)


def visible(rules: ShowRules, *, finished: bool, closes_at: datetime | None, at: datetime) -> Reveal:
    """Return what a person sees of their own attempt at a moment.

    Practice shows at once, while the attempt is open, what other quizzes show after its end. Nobody can show what is
    right and hide who was right: where the key is shown, verdicts are. What is shown after the close waits until the
    last answers that were on their way are in; without a closing time it is not shown.

    :param closes_at: when the last attempt of anybody must be in.
    """

    def is_shown(when: str) -> bool:
        if when == When.NEVER:
            return False
        if when == When.AFTER_CLOSE:
            return finished and closes_at is not None and at > closes_at + LATE_GRACE
        return finished or rules.practice

    def comes(when: str) -> datetime | None:
        return closes_at if when == When.AFTER_CLOSE and not is_shown(when) else None

    key, key_after = is_shown(rules.show_key), comes(rules.show_key)
    verdicts = key or is_shown(rules.show_verdicts)
    return Reveal(
        score=is_shown(rules.show_score),
        verdicts=verdicts,
        key=key,
        score_after=comes(rules.show_score),
        verdicts_after=None if verdicts else comes(rules.show_verdicts) or key_after,
        key_after=key_after,
    )


def key_since(rules: ShowRules, *, finished_at: datetime, closes_at: datetime | None) -> datetime | None:
    """Return from when on a person may read the key of their own attempt that has ended; None when it never comes.

    :param closes_at: as for :func:`visible`.
    """
    match rules.show_key:
        case When.NEVER:
            return None
        case When.AFTER_CLOSE:
            return None if closes_at is None else max(finished_at, closes_at + LATE_GRACE)
        case _:
            return finished_at


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two closing times; a missing one does not count."""
    return max((moment for moment in (one, other) if moment is not None), default=None)
