"""What can be asked about those who sit at a quiz now, and about those whose time ran out lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, or_, select

from core.clock import local_day
from core.db import db
from core.pages import ROWS_PER_PAGE, Page
from people.access import Actor
from people.models import Person, Placement, Posting
from people.person_queries import NamedRow
from people.queries import in_force
from quizzes.behaviour import PREVIEW, Ending
from quizzes.events import OFFLINE, OTHER_PAGE
from quizzes.models import Attempt, AttemptDraft, AttemptItem, Quiz
from quizzes.review_list_queries import attempts_visible_to
from quizzes.time_models import AttemptEvent
from quizzes.time_queries import TimedQuiz, people_at, under_way
from quizzes.time_rules import still_due_after

#: How long an attempt that ended at its deadline stays in the list of those that may have been hit by an outage.
LATELY = timedelta(hours=24)
MOST_LATELY = 200


@dataclass(frozen=True)
class Sitting:
    """Somebody in the midst of an attempt. ``saved`` of ``questions`` have an answer stored."""

    attempt_id: int
    full_name: str
    staff_code: str
    unit_name: str
    started_at: datetime
    due_at: datetime | None
    #: Whether its event log is for the reader.
    has_log: bool
    saved_at: datetime | None
    saved: int
    questions: int
    #: Answers that arrived after the deadline, other windows opened, and times without network.
    late: int
    other_pages: int
    cuts: int


def sittings(quiz: TimedQuiz, by: Actor, at: datetime, *, page: int = 1) -> Page[Sitting]:
    """Return a page of the attempts under way, in the order of Vietnamese names. Two queries."""
    progress, told = _progress(quiz.id), _told(quiz.id)
    asked = (
        _people(quiz, by, at)
        .add_columns(
            progress.c.saved_at,
            progress.c.saved,
            progress.c.questions,
            progress.c.late,
            func.coalesce(told.c.other_pages, 0).label("other_pages"),
            func.coalesce(told.c.cuts, 0).label("cuts"),
        )
        .join(progress, progress.c.attempt_id == Attempt.id)
        .outerjoin(told, told.c.attempt_id == Attempt.id)
        .where(under_way(at))
    )
    all_of_them = _people(quiz, by, at).where(under_way(at)).subquery()
    total = db.session.scalar(select(func.count()).select_from(all_of_them)) or 0
    order = (Person.name_key, Attempt.id)
    rows = db.session.execute(asked.order_by(*order).limit(ROWS_PER_PAGE).offset((page - 1) * ROWS_PER_PAGE))
    return Page([Sitting(**row._mapping) for row in rows], page, total)


def ended_lately(quiz: TimedQuiz, by: Actor, at: datetime) -> list[NamedRow]:
    """Return the attempts whose time ran out in the last 24 hours, closed or about to be, the latest first.

    Their columns are those of a sitting up to ``has_log``. One query.
    """
    ran_out = or_(
        and_(Attempt.finish_reason == Ending.EXPIRED, Attempt.finished_at > at - LATELY),
        and_(Attempt.finished_at.is_(None), Attempt.due_at < still_due_after(at)),
    )
    asked = _people(quiz, by, at).where(ran_out).order_by(Attempt.due_at.desc(), Attempt.id).limit(MOST_LATELY)
    return list(db.session.execute(asked).all())


def sitting_name(quiz: TimedQuiz, by: Actor, attempt_id: int, at: datetime) -> str | None:
    """Return the name of the person of an attempt at a quiz, None when the actor may give no time to it."""
    found = db.session.execute(_people(quiz, by, at).where(Attempt.id == attempt_id)).first()
    return None if found is None else str(found.full_name)


def _people(quiz: TimedQuiz, by: Actor, at: datetime) -> Select[Any]:
    on = local_day(at)
    asked: Any = (
        select(
            Attempt.id.label("attempt_id"),
            Person.full_name,
            Person.staff_code,
            func.coalesce(Placement.name, "").label("unit_name"),
            Attempt.started_at,
            Attempt.due_at,
            and_(*attempts_visible_to(by, on)).label("has_log"),
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, in_force(Posting, on)))
        .outerjoin(Placement, and_(Placement.unit_id == Posting.unit_id, in_force(Placement, on)))
        .where(Attempt.quiz_id == quiz.id, Attempt.occasion != PREVIEW, people_at(quiz, by, on))
    )
    found: Select[Any] = asked
    return found


def _progress(quiz_id: int) -> Subquery:
    """Return how far the open attempts at a quiz are."""
    return (
        select(
            AttemptItem.attempt_id,
            func.count(AttemptItem.id).label("questions"),
            func.count(AttemptDraft.item_id).label("saved"),
            func.max(AttemptDraft.saved_at).label("saved_at"),
            func.sum(case((AttemptDraft.late, 1), else_=0)).label("late"),
        )
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .outerjoin(AttemptDraft, AttemptDraft.item_id == AttemptItem.id)
        .where(Attempt.quiz_id == quiz_id, Attempt.finished_at.is_(None))
        .group_by(AttemptItem.attempt_id)
        .subquery()
    )


def _told(quiz_id: int) -> Subquery:
    """Return what the pages of the open attempts at a quiz have told."""
    return (
        select(
            AttemptEvent.attempt_id,
            func.sum(case((AttemptEvent.kind == OTHER_PAGE, 1), else_=0)).label("other_pages"),
            func.sum(case((AttemptEvent.kind == OFFLINE, 1), else_=0)).label("cuts"),
        )
        .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
        .where(Attempt.quiz_id == quiz_id, Attempt.finished_at.is_(None), AttemptEvent.kind.in_((OTHER_PAGE, OFFLINE)))
        .group_by(AttemptEvent.attempt_id)
        .subquery()
    )
