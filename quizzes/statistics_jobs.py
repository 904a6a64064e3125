"""When statistics are counted: every minute, on demand, and by a command. Each batch is a transaction of its own."""

from datetime import datetime

from core.db import transaction
from quizzes import statistics_services

#: What one minute's round does at most, and what somebody waits for who presses the button.
BATCHES_A_MINUTE, BATCHES_AT_ONCE = 100, 10


def refresh(at: datetime, *, quiz_id: int | None = None, batches: int | None = None) -> int:
    """Count what is not counted yet and return how many attempts were dealt with. Safe side by side with itself.

    :param quiz_id: only this quiz.
    :param batches: stop after so many; None goes on until nothing is left.
    """
    total = done = 0
    while batches is None or done < batches:
        with transaction():
            dealt_with = statistics_services.count_new(at=at, quiz_id=quiz_id)
        if not dealt_with:
            break
        total, done = total + dealt_with, done + 1
    return total


def refresh_minutely(at: datetime) -> int:
    """Count what has come in since the last minute, and a part of what is older."""
    return refresh(at, batches=BATCHES_A_MINUTE)
