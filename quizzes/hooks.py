"""What packages above hand to quizzes: for which occasion an attempt is made, and what follows when it ends."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app

from people.access import Actor
from quizzes.models import Attempt, QuizVersion


@dataclass(frozen=True)
class Occasion:
    """For what a person may attempt a quiz, and by which rules."""

    key: str
    version: QuizVersion


#: Return the occasion for a person and a quiz on a day; raise a domain error that says why there is none.
OccasionFinder = Callable[[Actor, int, date], Occasion]
#: Called with a finished attempt inside the transaction that finishes it, with the actor and the moment.
AttemptListener = Callable[[Attempt, Actor, datetime], None]
#: Called with an attempt whose pass was withdrawn and the reason, inside the transaction.
WithdrawListener = Callable[[Attempt, str, Actor, datetime], None]
#: Called with a quiz id and its newly published version id, inside the transaction.
PublishListener = Callable[[int, int, Actor, datetime], None]
#: Called with attempts that would become passes (all those of a person at once) and attempts whose pass would stand
#: below the mark; return how many certificates would come, and how many would be in question.
CertificateCounter = Callable[[Collection[int], Collection[int]], tuple[int, int]]


@dataclass(frozen=True)
class QuizHooks:
    """One explicit list of callables, set by ``app.py``."""

    find_occasion: OccasionFinder
    on_finished: tuple[AttemptListener, ...] = ()
    on_published: tuple[PublishListener, ...] = ()
    on_withdrawn: tuple[WithdrawListener, ...] = ()
    count_certificates: CertificateCounter = lambda _won, _kept: (0, 0)


def quiz_hooks() -> QuizHooks:
    """Return what ``app.py`` handed over."""
    hooks: QuizHooks = current_app.extensions["nep_quiz_hooks"]
    return hooks
