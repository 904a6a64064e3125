"""What can be asked about the event log of attempts."""

from sqlalchemy import func, select

from core.db import db
from quizzes.events import FROM_PAGE
from quizzes.time_models import AttemptEvent


def told_by_pages(attempt_id: int) -> int:
    """Return how many events the pages of an attempt have told."""
    wanted = (AttemptEvent.attempt_id == attempt_id, AttemptEvent.kind.in_(FROM_PAGE))
    return db.session.scalar(select(func.count()).select_from(AttemptEvent).where(*wanted)) or 0
