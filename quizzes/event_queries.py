"""What can be asked about the event log of attempts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from core.db import db
from people.models import Person
from quizzes.behaviour import Ending
from quizzes.events import EXPIRE, FROM_PAGE, LATE, START, SUBMIT
from quizzes.models import Attempt, AttemptItem
from quizzes.time_models import AttemptEvent


@dataclass(frozen=True)
class LogLine:
    """Something that happened around an attempt. ``kind`` is one of ``quizzes.events``."""

    at: datetime
    kind: str
    by_id: int | None = None
    by_name: str = ""
    #: The pages of an attempt are counted in the order in which they were opened; 0 when it happened on none.
    page: int = 0
    #: When the server heard of it, if that was later: a page without network waits.
    told_at: datetime | None = None
    #: The questions that it is about, by their numbers.
    questions: tuple[int, ...] = ()
    detail: dict[str, Any] | None = None


def told_by_pages(attempt_id: int) -> int:
    """Return how many events the pages of an attempt have told."""
    wanted = (AttemptEvent.attempt_id == attempt_id, AttemptEvent.kind.in_(FROM_PAGE))
    return db.session.scalar(select(func.count()).select_from(AttemptEvent).where(*wanted)) or 0


def log_of(attempt: Attempt) -> list[LogLine]:
    """Return everything that happened around an attempt, the earliest first. Two queries.

    Beginning and end are facts of the attempt itself; the rest was written down when it happened.
    """
    rows = db.session.execute(
        select(AttemptEvent, Person.full_name)
        .outerjoin(Person, Person.id == AttemptEvent.by_id)
        .where(AttemptEvent.attempt_id == attempt.id)
        .order_by(AttemptEvent.id)
    ).all()
    numbers = _question_numbers(attempt.id) if any(event.kind == LATE for event, _ in rows) else {}
    pages: dict[str, int] = {}
    lines = [LogLine(attempt.started_at, START)]
    for event, name in rows:
        page = pages.setdefault(event.page, len(pages) + 1) if event.page else 0
        lines.append(_line(event, name or "", page, numbers, attempt.started_at))
    if attempt.finished_at is not None:
        lines.append(LogLine(attempt.finished_at, EXPIRE if attempt.finish_reason == Ending.EXPIRED else SUBMIT))
    return sorted(lines, key=lambda line: line.at)


def name_at(attempt: Attempt) -> str:
    """Return the name of the person of an attempt."""
    return db.session.scalars(select(Person.full_name).where(Person.id == attempt.person_id)).one()


def _line(event: AttemptEvent, by_name: str, page: int, numbers: dict[int, int], started_at: datetime) -> LogLine:
    # A page may say whatever it likes; nothing happened before the attempt began.
    waited = timedelta(seconds=int(event.detail.get("seconds_ago", 0)))
    questions = [numbers[item_id] for item_id in event.detail.get("items", ()) if item_id in numbers]
    if "question" in event.detail:
        questions.append(int(event.detail["question"]))
    return LogLine(
        at=max(started_at, event.at - waited),
        kind=event.kind,
        by_id=event.by_id,
        by_name=by_name,
        page=page,
        told_at=event.at if waited else None,
        questions=tuple(sorted(questions)),
        detail=event.detail,
    )


def _question_numbers(attempt_id: int) -> dict[int, int]:
    rows = db.session.execute(select(AttemptItem.id, AttemptItem.position).where(AttemptItem.attempt_id == attempt_id))
    return {row.id: row.position for row in rows}
