"""The roster in SQL: one select from which the page, the files and the totals come, so that they can't disagree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from certificates.models import Certificate
from core.clock import local_midnight
from core.db import db
from lessons.models import Course, CourseVersion
from people.access import Actor, Permission
from people.models import Person, Placement, Posting
from people.queries import in_force, units_below, units_in_scope
from quizzes.models import Attempt
from training.models import Completion, Cycle, Exemption, Obligation, Requirement
from training.rules import occasion_key

ROWS_PER_FETCH = 2_000


@dataclass(frozen=True)
class RosterFilter:
    """Which roster: a training year, as of a day, of one unit and below or of all, of one requirement or of all."""

    year: int
    as_of: date
    unit_id: int | None = None
    requirement_id: int | None = None


@dataclass(frozen=True)
class Totals:
    """How a roster adds up: required = done + open + exempt. ``late`` is part of done, ``overdue`` part of open."""

    done: int = 0
    late: int = 0
    open: int = 0
    overdue: int = 0
    exempt: int = 0

    @property
    def required(self) -> int:
        """Return how many obligations there are."""
        return self.done + self.open + self.exempt


@dataclass(frozen=True)
class _Sources:
    """The parts that the roster is joined from, each cut to the day asked for."""

    posting: Subquery
    completion: Subquery
    exemption: Subquery
    tries: Subquery
    as_of: date

    @property
    def state(self) -> ColumnElement[str]:
        """Return the state of an obligation: ``done``, ``late`` (after the due day), ``exempt``, ``overdue``, ``open``.

        The same rule as ``training.rules.standing``, for sets; a test compares the two.
        """
        return case(
            (self.completion.c.completed_on > Cycle.due_on, "late"),
            (self.completion.c.obligation_id.is_not(None), "done"),
            (self.exemption.c.obligation_id.is_not(None), "exempt"),
            (Cycle.due_on < literal(self.as_of), "overdue"),
            else_="open",
        )


def roster_rows(actor: Actor, wanted: RosterFilter) -> Iterator[Row[Any]]:
    """Yield the roster row by row, in Vietnamese order of names, without holding it in memory."""
    ordered = _roster(actor, wanted).order_by(Person.name_key, Person.staff_code, Cycle.id)
    yield from db.session.execute(ordered.execution_options(yield_per=ROWS_PER_FETCH))


def roster_page(actor: Actor, wanted: RosterFilter, *, offset: int, limit: int) -> Sequence[Row[Any]]:
    """Return one page of the roster, in the same order as the whole."""
    ordered = _roster(actor, wanted).order_by(Person.name_key, Person.staff_code, Cycle.id)
    return db.session.execute(ordered.offset(offset).limit(limit)).all()


def roster_totals(actor: Actor, wanted: RosterFilter) -> Totals:
    """Return how the roster adds up, from the same select."""
    roster = _roster(actor, wanted).subquery()
    counts: dict[str, int] = dict(db.session.execute(select(roster.c.state, func.count()).group_by(roster.c.state)).tuples().all())
    late, overdue = counts.get("late", 0), counts.get("overdue", 0)
    return Totals(
        done=counts.get("done", 0) + late,
        late=late,
        open=counts.get("open", 0) + overdue,
        overdue=overdue,
        exempt=counts.get("exempt", 0),
    )


def roster_years() -> Sequence[int]:
    """Return the years that have cycles, the latest first."""
    return db.session.scalars(select(Cycle.year).distinct().order_by(Cycle.year.desc())).all()


def requirements_of(year: int) -> Sequence[Requirement]:
    """Return the requirements that have a cycle in a year, by title."""
    return db.session.scalars(
        select(Requirement).join(Cycle).where(Cycle.year == year, Cycle.state != "draft").order_by(Requirement.title)
    ).all()


def _roster(actor: Actor, wanted: RosterFilter) -> Select[*tuple[Any, ...]]:
    """Return the select of all rows that the actor may see.

    A person stands where they are posted on the day asked for. Who has left is listed only with a duty done, in the
    unit of that day: what was completed is never lost, what was open is no longer required.
    """
    parts = _sources(wanted)
    posting, completion, exemption, tries = parts.posting, parts.completion, parts.exemption, parts.tries
    scope = _scope(actor, wanted)
    statement: Select[*tuple[Any, ...]] = (
        select(
            Person.staff_code,
            Person.full_name,
            Person.birth_date,
            Person.sex,
            func.coalesce(posting.c.title, completion.c.job_title).label("job_title"),
            Person.rank,
            func.coalesce(posting.c.unit_name, completion.c.unit_name).label("unit_name"),
            Person.staff_group,
            func.coalesce(completion.c.course_title, CourseVersion.title, Course.title).label("course_title"),
            func.coalesce(completion.c.hours, CourseVersion.hours, Course.hours).label("hours"),
            completion.c.started_on,
            tries.c.first_started_at,
            completion.c.completed_on,
            func.coalesce(completion.c.attempts_made, tries.c.made, 0).label("attempts"),
            func.coalesce(completion.c.score, tries.c.best).label("score"),
            parts.state.label("state"),
            Certificate.number.label("certificate_number"),
            Certificate.year.label("certificate_year"),
            Cycle.due_on,
            exemption.c.category.label("exemption_category"),
            exemption.c.reason.label("exemption_reason"),
            exemption.c.document_number.label("exemption_document"),
            case((posting.c.unit_id != completion.c.unit_id, completion.c.unit_name)).label("completed_in_unit"),
            Person.id.label("person_id"),
        )
        .select_from(Obligation)
        .join(Cycle, Cycle.id == Obligation.cycle_id)
        .join(Requirement, Requirement.id == Cycle.requirement_id)
        .join(Course, Course.id == Requirement.course_id)
        .join(Person, Person.id == Obligation.person_id)
        .outerjoin(CourseVersion, CourseVersion.id == Cycle.course_version_id)
        .outerjoin(posting, posting.c.person_id == Obligation.person_id)
        .outerjoin(completion, completion.c.obligation_id == Obligation.id)
        .outerjoin(exemption, exemption.c.obligation_id == Obligation.id)
        .outerjoin(tries, and_(tries.c.person_id == Obligation.person_id, tries.c.cycle_id == Obligation.cycle_id))
        .outerjoin(Certificate, and_(Certificate.completion_id == completion.c.id, Certificate.revoked_at.is_(None)))
        .where(
            Cycle.year == wanted.year,
            Cycle.state != "draft",
            Obligation.assigned_at < _end_of(wanted.as_of),
            or_(
                posting.c.unit_id.in_(scope),
                and_(posting.c.unit_id.is_(None), completion.c.unit_id.in_(scope)),
            ),
        )
    )
    if wanted.requirement_id is not None:
        statement = statement.where(Cycle.requirement_id == wanted.requirement_id)
    return statement


def _scope(actor: Actor, wanted: RosterFilter) -> Select[int]:
    """Return the units of the roster: those that the actor may see and, if one is chosen, of it and below."""
    seen = units_in_scope(actor, Permission.VIEW_ROSTER, wanted.as_of)
    if wanted.unit_id is None:
        return seen
    chosen = units_below([wanted.unit_id], wanted.as_of)
    return select(chosen.c.unit_id).where(chosen.c.unit_id.in_(seen))


def _sources(wanted: RosterFilter) -> _Sources:
    end = _end_of(wanted.as_of)
    name = aliased(Placement)
    posting = (
        select(Posting.person_id, Posting.unit_id, Posting.title, name.name.label("unit_name"))
        .join(
            name,
            and_(
                name.unit_id == Posting.unit_id,
                name.valid_from <= wanted.as_of,
                or_(name.valid_to.is_(None), name.valid_to > wanted.as_of),
            ),
        )
        .where(in_force(Posting, wanted.as_of))
        .subquery("posting_then")
    )
    completion = select(Completion).where(Completion.completed_on <= wanted.as_of).subquery("completion_then")
    exemption = (
        select(Exemption)
        .where(Exemption.granted_at < end, or_(Exemption.revoked_at.is_(None), Exemption.revoked_at >= end))
        .subquery("exemption_then")
    )
    return _Sources(posting, completion, exemption, _tries(wanted.year, end), wanted.as_of)


def _tries(year: int, end: datetime) -> Subquery:
    """Return, by person and cycle, how many attempts were made, when the first began and the best score."""
    cycles = db.session.scalars(select(Cycle.id).where(Cycle.year == year)).all()
    cycle_id = case({occasion_key(cycle): cycle for cycle in cycles}, value=Attempt.occasion) if cycles else literal(0)
    return (
        select(
            Attempt.person_id,
            cycle_id.label("cycle_id"),
            func.count().label("made"),
            func.min(Attempt.started_at).label("first_started_at"),
            func.max(Attempt.score).label("best"),
        )
        .where(Attempt.occasion.in_([occasion_key(cycle) for cycle in cycles]), Attempt.started_at < end)
        .group_by(Attempt.person_id, Attempt.occasion)
        .subquery("tries_then")
    )


def _end_of(day: date) -> datetime:
    """Return the first moment after a day in Vietnam."""
    return local_midnight(day + timedelta(days=1))
