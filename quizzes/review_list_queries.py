"""The attempts at a quiz as a list, for who looks after them. Everything begins with their units."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, exists, func, select
from sqlalchemy.orm import aliased

from core.clock import local_midnight
from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from core.pages import ROWS_PER_PAGE, Page
from core.text import clean_line, fold
from people.access import Actor, Permission
from people.models import Person, Posting
from people.queries import units_in_scope
from quizzes.behaviour import COUNTS_FOR_NOTHING
from quizzes.marking import TaskState
from quizzes.marking_models import Marking, MarkingTask
from quizzes.models import Attempt, AttemptItem, Quiz, QuizVersion

ROWS_PER_FETCH = 500


@dataclass(frozen=True)
class AttemptFilter:
    """Which attempts are looked for; empty parts let everything through. Scores are hundredths, days are Vietnam's."""

    text: str = ""
    #: ``open``, ``waiting``, ``passed`` or ``failed``.
    state: str = ""
    #: The number of the quiz version.
    version: int = 0
    score_from: int | None = None
    score_to: int | None = None
    day_from: date | None = None
    day_to: date | None = None

    @property
    def tells_result(self) -> bool:
        """Tell whether being in the list says something about the result of an attempt."""
        return self.state in ("passed", "failed") or (self.score_from, self.score_to) != (None, None)


@dataclass(frozen=True)
class AttemptRow:
    """An attempt in the list of a quiz; without its result for whoever may be the second marker of an answer in it."""

    attempt_id: int
    full_name: str
    staff_code: str
    number: int
    version: int
    started_at: datetime
    finished_at: datetime | None
    finish_reason: str
    score: int | None
    passed: bool | None
    pass_kept: bool


def quiz_of(quiz_id: int, by: Actor, on: date) -> tuple[Quiz, str, list[int]]:
    """Return a quiz whose attempts the actor may look at, its title, and the numbers of its published versions.

    :raises NotFound: when there is none, or it belongs to another unit.
    """
    rows = db.session.execute(
        select(Quiz, QuizVersion.title, QuizVersion.number)
        .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
        .where(
            Quiz.id == quiz_id,
            QuizVersion.published_at.is_not(None),
            Quiz.unit_id.in_(units_in_scope(by, Permission.VIEW_ATTEMPTS, on)),
        )
        .order_by(QuizVersion.number.desc())
    ).all()
    if not rows:
        raise NotFound(_l("There is no such quiz."))
    return rows[0][0], rows[0].title, [row.number for row in rows]


def attempt_page(quiz_id: int, asked: AttemptFilter, number: int, by: Actor, on: date) -> Page[AttemptRow]:
    """Return a page of the attempts at a quiz, the latest first. Two queries; trials and practice are left out."""
    wanted = _attempts(quiz_id, asked, by, on)
    total = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    rows = db.session.execute(wanted.limit(ROWS_PER_PAGE).offset((number - 1) * ROWS_PER_PAGE))
    return Page([_row(row) for row in rows], number, total)


def attempt_rows(quiz_id: int, asked: AttemptFilter, by: Actor, on: date) -> Iterator[AttemptRow]:
    """Yield all of them, without holding them in memory."""
    wanted = _attempts(quiz_id, asked, by, on).execution_options(yield_per=ROWS_PER_FETCH)
    for row in db.session.connection(bind_arguments={"clause": wanted}).execute(wanted):
        yield _row(row)


def attempts_visible_to(by: Actor, on: date) -> list[ColumnElement[bool]]:
    """Return the conditions on ``Attempt`` and ``Quiz`` that an attempt is for the actor to look at.

    The quiz must be of their units, and so must its person be, or have been: who left has still taken the quiz.
    """
    units, posted = units_in_scope(by, Permission.VIEW_ATTEMPTS, on), aliased(Posting)
    return [
        Quiz.unit_id.in_(units),
        exists().where(posted.person_id == Attempt.person_id, posted.unit_id.in_(units)),
    ]


def is_visible_to(by: Actor, attempt_id: int, on: date) -> bool:
    """Tell whether an attempt is for the actor to look at. One query, none for who may look at none."""
    if not by.may(Permission.VIEW_ATTEMPTS):
        return False
    found = select(Attempt.id).join(Quiz, Quiz.id == Attempt.quiz_id)
    return db.session.scalar(found.where(Attempt.id == attempt_id, *attempts_visible_to(by, on))) is not None


def _attempts(quiz_id: int, asked: AttemptFilter, by: Actor, on: date) -> Select[Any]:
    wanted: Any = (
        select(
            Attempt.id,
            Attempt.number,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.finish_reason,
            Attempt.score,
            Attempt.passed,
            Attempt.pass_kept,
            Person.full_name,
            Person.staff_code,
            QuizVersion.number.label("version"),
            _is_blind(by).label("is_blind"),
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.quiz_id == quiz_id, Attempt.occasion.not_in(COUNTS_FOR_NOTHING), *attempts_visible_to(by, on))
        .where(*_conditions(asked))
    )
    if asked.tells_result:
        wanted = wanted.where(~_is_blind(by))
    order: list[ColumnElement[Any]] = [Attempt.started_at.desc(), Attempt.id.desc()]
    if asked.text:
        order.insert(0, case((Person.full_name.contains(clean_line(asked.text), autoescape=True), 0), else_=1))
    ordered: Select[Any] = wanted.order_by(*order)
    return ordered


def _is_blind(by: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Attempt`` that an answer waits for a second marker, who could be the actor."""
    marked = exists().where(Marking.item_id == MarkingTask.item_id, Marking.marker_id == by.person_id)
    return exists().where(
        AttemptItem.attempt_id == Attempt.id,
        MarkingTask.item_id == AttemptItem.id,
        MarkingTask.state == TaskState.SECOND,
        ~marked,
    )


def _conditions(asked: AttemptFilter) -> list[ColumnElement[bool]]:
    states: dict[str, list[ColumnElement[bool]]] = {
        "open": [Attempt.finished_at.is_(None)],
        "waiting": [Attempt.finished_at.is_not(None), Attempt.score.is_(None)],
        "passed": [Attempt.passed.is_(True)],
        "failed": [Attempt.passed.is_(False)],
    }
    found = list(states.get(asked.state, []))
    if asked.text:
        found.append(Person.search_text.contains(fold(asked.text), autoescape=True))
    if asked.version:
        found.append(QuizVersion.number == asked.version)
    if asked.score_from is not None:
        found.append(Attempt.score >= asked.score_from)
    if asked.score_to is not None:
        found.append(Attempt.score <= asked.score_to)
    if asked.day_from is not None:
        found.append(Attempt.started_at >= local_midnight(asked.day_from))
    if asked.day_to is not None:
        found.append(Attempt.started_at < local_midnight(asked.day_to + timedelta(days=1)))
    return found


def _row(row: Row[Any]) -> AttemptRow:
    return AttemptRow(
        attempt_id=row.id,
        full_name=row.full_name,
        staff_code=row.staff_code,
        number=row.number,
        version=row.version,
        started_at=row.started_at,
        finished_at=row.finished_at,
        finish_reason=row.finish_reason,
        score=None if row.is_blind else row.score,
        passed=None if row.is_blind else row.passed,
        pass_kept=row.pass_kept,
    )
