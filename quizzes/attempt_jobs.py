"""What happens to attempts without anybody asking: those whose time is up are closed."""

from datetime import datetime

import structlog

from core.db import transaction
from core.errors import DomainError
from quizzes import queries
from quizzes.finish_services import finish_if_over

log = structlog.get_logger("nep")


def close_overdue(at: datetime) -> tuple[int, int]:
    """Close every attempt whose time is up, with the answers saved until then, each in a transaction of its own.

    Safe to run twice and side by side, also with somebody who looks at the attempt: whoever comes second finds it
    closed, and one that was given minutes meanwhile goes on. Returns how many ended and how many could not.
    """
    finished = failed = 0
    for attempt_id in queries.overdue_attempt_ids(at):
        try:
            with transaction():
                finished += finish_if_over(attempt_id, at=at).finished_at is not None
        except DomainError as error:
            log.error("attempt not finished", attempt_id=attempt_id, error=str(error.message))
            failed += 1
    return finished, failed
