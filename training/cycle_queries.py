"""What personnel officers ask: requirements in their units, what may be chosen, how a cycle stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from core.pages import ROWS_PER_PAGE, Page
from core.text import fold
from lessons.models import Course, CourseVersion
from people.access import Actor, Permission
from people.models import Person, Placement, Posting
from people.queries import in_force, units_above, units_in_scope
from quizzes.models import Quiz, QuizVersion
from training.models import Completion, Cycle, Exemption, Obligation, Requirement, fulfils


def latest_course_version(course_id: int) -> int | None:
    """Return the version of a course that was published last."""
    return db.session.scalar(
        select(CourseVersion.id)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )


def latest_quiz_version(quiz_id: int) -> int | None:
    """Return the version of a quiz that was published last."""
    return db.session.scalar(
        select(QuizVersion.id)
        .where(QuizVersion.quiz_id == quiz_id, QuizVersion.published_at.is_not(None))
        .order_by(QuizVersion.number.desc())
        .limit(1)
    )


def course_choices(actor: Actor, on: date) -> list[tuple[int, str]]:
    """Return the published courses of the actor's units, and of the units above, which provide for them."""
    published = exists().where(CourseVersion.course_id == Course.id)
    provided = provided_to(actor, Permission.MANAGE_TRAINING, Course.unit_id, on)
    rows = db.session.execute(select(Course.id, Course.title).where(published, provided).order_by(Course.title))
    return [(row.id, row.title) for row in rows]


def quiz_choices(actor: Actor, on: date) -> list[tuple[int, str]]:
    """Return the published quizzes of the actor's units and of the units above, by the title of the latest version.

    Those for practice count for nothing and are left out.
    """
    newer = aliased(QuizVersion)
    is_latest = ~exists().where(
        newer.quiz_id == QuizVersion.quiz_id, newer.number > QuizVersion.number, newer.published_at.is_not(None)
    )
    provided = provided_to(actor, Permission.MANAGE_TRAINING, Quiz.unit_id, on)
    rows = db.session.execute(
        select(Quiz.id, QuizVersion.title)
        .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
        .where(QuizVersion.published_at.is_not(None), QuizVersion.practice.is_(False), is_latest, provided)
        .order_by(QuizVersion.title)
    )
    return [(row.id, row.title) for row in rows]


def provided_to(actor: Actor, permission: Permission, unit_id: Any, on: date) -> ColumnElement[bool]:
    """Return the condition that a unit is in the actor's scope, or above it."""
    scope = units_in_scope(actor, permission, on)
    held = select(Placement.unit_id).where(Placement.unit_id.in_(actor.scope(permission)), in_force(Placement, on))
    return or_(unit_id.in_(scope), unit_id.in_(units_above(held, on)))


def requirements_managed_by(actor: Actor, on: date) -> list[tuple[Requirement, list[Row[Any]]]]:
    """Return the requirements of the actor's units and the counts of each of their years. Two queries."""
    scope = units_in_scope(actor, Permission.MANAGE_TRAINING, on)
    requirements = db.session.scalars(
        select(Requirement).where(Requirement.unit_id.in_(scope)).order_by(Requirement.title, Requirement.id)
    ).all()
    years: Any = (
        select(
            Cycle.id,
            Cycle.requirement_id,
            Cycle.year,
            Cycle.state,
            Cycle.opens_on,
            Cycle.due_on,
            func.count(Obligation.id).label("required"),
            func.count(Completion.id).label("done"),
        )
        .outerjoin(Obligation, Obligation.cycle_id == Cycle.id)
        .outerjoin(Completion, fulfils())
        .where(Cycle.requirement_id.in_([requirement.id for requirement in requirements]))
        .group_by(Cycle.id)
        .order_by(Cycle.year.desc())
    )
    rows = db.session.execute(years).all()
    return [(one, [row for row in rows if row.requirement_id == one.id]) for one in requirements]


def cycle_with_audience(cycle_id: int) -> Cycle:
    """Return a cycle with its requirement and audience.

    :raises NotFound: when there is none.
    """
    cycle = db.session.scalar(
        select(Cycle).where(Cycle.id == cycle_id).options(selectinload(Cycle.requirement), selectinload(Cycle.audience))
    )
    if cycle is None:
        raise NotFound(_l("There is no such year of training."))
    return cycle


@dataclass(frozen=True)
class CycleCounts:
    """How a cycle adds up: required = done + open + exempt; ``late`` is part of done, ``overdue`` part of open."""

    done: int
    late: int
    open: int
    overdue: int
    exempt: int
    left: int

    @property
    def required(self) -> int:
        """Return how many obligations count; those of people who left without completing do not."""
        return self.done + self.open + self.exempt


def state_on(day: date) -> ColumnElement[str]:
    """Return the state of an obligation on a day: the rule of ``training.rules.standing`` for sets.

    ``late, done, left, exempt, overdue, open``; needs Cycle, and outer joins to Completion and Exemption.
    """
    works_here = exists().where(Posting.person_id == Obligation.person_id, in_force(Posting, day)).correlate(Obligation)
    return case(
        (Completion.completed_on > Cycle.due_on, "late"),
        (Completion.id.is_not(None), "done"),
        (~works_here, "left"),
        (Exemption.id.is_not(None), "exempt"),
        (Cycle.due_on < day, "overdue"),
        else_="open",
    )


def _standing_of(cycle_id: int, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Obligation)
        .join(Cycle, Cycle.id == Obligation.cycle_id)
        .outerjoin(Completion, fulfils())
        .outerjoin(Exemption, and_(Exemption.obligation_id == Obligation.id, Exemption.revoked_at.is_(None)))
        .where(Obligation.cycle_id == cycle_id)
    )


def cycle_counts(cycle_id: int, day: date) -> CycleCounts:
    """Return how a cycle adds up on a day. One query."""
    states = _standing_of(cycle_id, state_on(day).label("state")).subquery()
    rows = db.session.execute(select(states.c.state, func.count().label("people")).group_by(states.c.state))
    found = {row.state: row.people for row in rows}
    late, overdue = found.get("late", 0), found.get("overdue", 0)
    return CycleCounts(
        done=found.get("done", 0) + late,
        late=late,
        open=found.get("open", 0) + overdue,
        overdue=overdue,
        exempt=found.get("exempt", 0),
        left=found.get("left", 0),
    )


def obligations_of(cycle_id: int, day: date, *, search: str = "", state: str = "", page: int = 1) -> Page[Row[Any]]:
    """Return one page of a cycle's obligations, by name; found by name or staff code, and by state. Two queries."""
    columns = (
        Obligation.id,
        Person.full_name,
        Person.staff_code,
        Placement.name.label("unit_name"),
        state_on(day).label("state"),
        Completion.completed_on,
        Exemption.category,
        Exemption.reason,
        Exemption.document_number,
    )
    found = (
        _standing_of(cycle_id, *columns)
        .join(Person, Person.id == Obligation.person_id)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, in_force(Posting, day)))
        .outerjoin(Placement, and_(Placement.unit_id == Posting.unit_id, in_force(Placement, day)))
    )
    if search:
        found = found.where(Person.search_text.contains(fold(search), autoescape=True))
    if state:
        found = found.where(state_on(day) == state)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    ordered = found.order_by(Person.name_key, Person.staff_code).offset((page - 1) * ROWS_PER_PAGE).limit(ROWS_PER_PAGE)
    return Page(db.session.execute(ordered).all(), page, total)


def obligation_row(obligation_id: int) -> Row[Any]:
    """Return an obligation with its person, the exemption in force and the day of completion.

    :raises NotFound: when there is none.
    """
    wanted: Any = (
        select(
            Obligation.id,
            Obligation.cycle_id,
            Person.full_name,
            Person.staff_code,
            Completion.completed_on,
            Exemption.category,
            Exemption.reason,
            Exemption.document_number,
            Exemption.granted_at,
        )
        .join(Person, Person.id == Obligation.person_id)
        .outerjoin(Completion, fulfils())
        .outerjoin(Exemption, and_(Exemption.obligation_id == Obligation.id, Exemption.revoked_at.is_(None)))
        .where(Obligation.id == obligation_id)
    )
    row = db.session.execute(wanted).first()
    if row is None:
        raise NotFound(_l("There is no such obligation."))
    return row


def open_cycle_ids() -> Sequence[int]:
    """Return the cycles that are open."""
    return db.session.scalars(select(Cycle.id).where(Cycle.state == "open").order_by(Cycle.id)).all()
