"""Writing down what happens around an attempt."""

from datetime import datetime
from typing import Any

from core.db import db
from people.access import Actor
from quizzes.time_models import AttemptEvent


def note(
    attempt_id: int, kind: str, *, by: Actor, at: datetime, page: str = "", detail: dict[str, Any] | None = None
) -> None:
    """Add an event of ``quizzes.events`` to the log of an attempt, in the transaction of what it is about."""
    db.session.add(
        AttemptEvent(attempt_id=attempt_id, at=at, kind=kind, by_id=by.person_id, page=page, detail=detail or {})
    )
