"""What can be asked about answer files that were handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.models import Person
from people.queries import units_in_scope
from quizzes.events import DECIDE_FILE, HAND_IN_FILE
from quizzes.models import Attempt, Quiz, QuizVersion
from quizzes.time_models import AttemptEvent


@dataclass(frozen=True)
class WaitingFile:
    """A file that waits for a decision."""

    event_id: int
    full_name: str
    staff_code: str
    title: str
    handed_in_at: datetime


def files_of(attempt_id: int) -> int:
    """Return how many files of an attempt were handed in."""
    mine = (AttemptEvent.attempt_id == attempt_id, AttemptEvent.kind == HAND_IN_FILE)
    return db.session.scalar(select(func.count()).select_from(AttemptEvent).where(*mine)) or 0


def file_event(event_id: int) -> AttemptEvent:
    """Return the handing in of a file that a person decides about.

    :raises NotFound: when there is none.
    """
    found = db.session.get(AttemptEvent, event_id)
    if found is None or found.kind != HAND_IN_FILE or "file" not in found.detail:
        raise NotFound(_l("There is no such answer file."))
    return found


def is_decided(event: AttemptEvent) -> bool:
    """Tell whether a file has been decided."""
    return event.id in _decided([event.attempt_id])


def _decided(attempt_ids: Sequence[int]) -> set[int]:
    wanted = (AttemptEvent.kind == DECIDE_FILE, AttemptEvent.attempt_id.in_(attempt_ids))
    return {detail["of"] for detail in db.session.scalars(select(AttemptEvent.detail).where(*wanted))}


def waiting_files(by: Actor, on: date) -> list[WaitingFile]:
    """Return the files that wait for a decision in the units where the actor marks, the oldest first. Two queries."""
    rows = db.session.execute(
        select(AttemptEvent.id, AttemptEvent.attempt_id, AttemptEvent.at, AttemptEvent.detail, Person.full_name,
               Person.staff_code, QuizVersion.title)
        .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .where(AttemptEvent.kind == HAND_IN_FILE, Quiz.unit_id.in_(units_in_scope(by, Permission.MARK, on)))
        .order_by(AttemptEvent.at, AttemptEvent.id)
    ).all()  # fmt: skip
    decided = _decided([row.attempt_id for row in rows])
    return [
        WaitingFile(row.id, row.full_name, row.staff_code, row.title, row.at)
        for row in rows
        if "file" in row.detail and row.id not in decided
    ]
