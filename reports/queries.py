"""The roster in SQL: one select from which the page, the files and the totals come, so that they can't disagree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from certificates.models import Certificate
from core.clock import local_midnight
from core.db import db
from lessons.models import Course, CourseVersion
from people.access import Actor, Permission
from people.models import Person, Placement, Posting
from people.queries import in_force, units_below, units_in_scope
from quizzes.models import Attempt
from training.cycle_queries import provided_to
from training.models import Completion, CompletionWithdrawal, Cycle, Exemption, Obligation, Requirement
from training.rules import occasion_key

Columns = TypeVarTuple("Columns")
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


def roster_rows(actor: Actor, wanted: RosterFilter) -> Iterator[Row[Any]]:
    """Yield the roster row by row, in Vietnamese order of names, without holding it in memory."""
    select_all = _roster(actor, wanted).execution_options(yield_per=ROWS_PER_FETCH)
    yield from db.session.connection(bind_arguments={"clause": select_all}).execute(select_all)


def roster_page(actor: Actor, wanted: RosterFilter, *, offset: int, limit: int) -> Sequence[Row[Any]]:
    """Return one page of the roster, in the same order as the whole."""
    return db.session.execute(_roster(actor, wanted).offset(offset).limit(limit)).all()


def roster_totals(actor: Actor, wanted: RosterFilter) -> Totals:
    """Return how the roster adds up, from the same duties as its rows."""
    duties = _duties(actor, wanted)
    state = duties.state.label("state")
    counted = duties.narrow(select(state, func.count())).group_by(state)
    counts: dict[str, int] = {row[0]: row[1] for row in db.session.execute(counted)}
    late, overdue = counts.get("late", 0), counts.get("overdue", 0)
    return Totals(
        done=counts.get("done", 0) + late,
        late=late,
        open=counts.get("open", 0) + overdue,
        overdue=overdue,
        exempt=counts.get("exempt", 0),
    )


def roster_years() -> Sequence[int]:
    """Return the years that have cycles which were opened, the latest first."""
    opened = select(Cycle.year).where(Cycle.state != "draft")
    return db.session.scalars(opened.distinct().order_by(Cycle.year.desc())).all()


def requirements_of(actor: Actor, year: int, on: date) -> Sequence[Requirement]:
    """Return what the actor's units, or the units above them, require in a year, by title."""
    return db.session.scalars(
        select(Requirement)
        .join(Cycle)
        .where(
            Cycle.year == year,
            Cycle.state != "draft",
            provided_to(actor, Permission.VIEW_ROSTER, Requirement.unit_id, on),
        )
        .order_by(Requirement.title)
    ).all()


@dataclass(frozen=True)
class _Duties:
    """The duties of a roster and where they stand: what its rows and its totals have in common."""

    wanted: RosterFilter
    units: Sequence[int]
    place: Subquery
    completion: Subquery
    exemption: Subquery

    @property
    def state(self) -> ColumnElement[str]:
        """Return the state of an obligation: ``done``, ``late`` (after the due day), ``exempt``, ``overdue``, ``open``.

        The same rule as ``training.rules.standing``, for sets; a test compares the two.
        """
        return case(
            (self.completion.c.completed_on > Cycle.due_on, "late"),
            (self.completion.c.obligation_id.is_not(None), "done"),
            (self.exemption.c.obligation_id.is_not(None), "exempt"),
            (Cycle.due_on < literal(self.wanted.as_of), "overdue"),
            else_="open",
        )

    def narrow(self, statement: Select[*Columns]) -> Select[*Columns]:
        """Return a select over these duties, one row each."""
        place, completion, exemption = self.place, self.completion, self.exemption
        owed = and_(
            Obligation.person_id == place.c.person_id,
            or_(place.c.is_posted, place.c.obligation_id == Obligation.id),
        )
        statement = (
            statement.select_from(place)
            .join(Obligation, owed)
            .join(Cycle, Cycle.id == Obligation.cycle_id)
            .outerjoin(completion, completion.c.obligation_id == Obligation.id)
            .outerjoin(exemption, exemption.c.obligation_id == Obligation.id)
            .where(
                Cycle.year == self.wanted.year,
                Cycle.state != "draft",
                Obligation.assigned_at < _end_of(self.wanted.as_of),
            )
        )
        if self.wanted.requirement_id is not None:
            statement = statement.where(Cycle.requirement_id == self.wanted.requirement_id)
        return statement


def _duties(actor: Actor, wanted: RosterFilter) -> _Duties:
    """Return the duties that the actor may see, each part cut to the day asked for."""
    units, end = _units(actor, wanted), _end_of(wanted.as_of)
    completion = select(Completion).where(Completion.completed_on <= wanted.as_of, _stood(end))
    exemption = select(Exemption).where(
        Exemption.granted_at < end, or_(Exemption.revoked_at.is_(None), Exemption.revoked_at >= end)
    )
    place = _places(wanted, units)
    return _Duties(wanted, units, place, completion.subquery("completion_then"), exemption.subquery("exemption_then"))


def _stood(end: datetime) -> ColumnElement[bool]:
    """Return the condition that a completion stood at a moment, of those of an obligation one at most.

    It was not withdrawn before, and all that came before it were: who was completed again by an older attempt stands
    with the first completion until that was withdrawn.
    """
    earlier = aliased(Completion)
    before = exists().where(
        earlier.obligation_id == Completion.obligation_id,
        earlier.number < Completion.number,
        ~_withdrawn(earlier.id, end),
    )
    is_first = Completion.number == 1  # Nearly all are, and then nothing more need be looked up.
    return ~_withdrawn(Completion.id, end) & or_(is_first, ~before.correlate(Completion))


def _withdrawn(completion_id: Any, end: datetime) -> ColumnElement[bool]:
    return exists().where(CompletionWithdrawal.completion_id == completion_id, CompletionWithdrawal.at < end)


def _roster(actor: Actor, wanted: RosterFilter) -> Select[*tuple[Any, ...]]:
    """Return the select of all rows that the actor may see, in Vietnamese order of names."""
    duties = _duties(actor, wanted)
    place, completion, exemption = duties.place, duties.completion, duties.exemption
    tries = _tries(wanted, duties.units)
    statement: Select[*tuple[Any, ...]] = select(
        Person.staff_code,
        Person.full_name,
        Person.birth_date,
        Person.sex,
        place.c.job_title,
        Person.rank,
        place.c.unit_name,
        Person.staff_group,
        func.coalesce(completion.c.course_title, CourseVersion.title, Course.title).label("course_title"),
        func.coalesce(completion.c.hours, CourseVersion.hours, Course.hours).label("hours"),
        completion.c.started_on,
        case((completion.c.started_on.is_(None), tries.c.first_started_at)).label("first_started_at"),
        completion.c.completed_on,
        func.coalesce(completion.c.attempts_made, tries.c.made, 0).label("attempts"),
        func.coalesce(completion.c.score, tries.c.best).label("score"),
        duties.state.label("state"),
        Certificate.number.label("certificate_number"),
        Certificate.year.label("certificate_year"),
        Cycle.due_on,
        exemption.c.category.label("exemption_category"),
        exemption.c.reason.label("exemption_reason"),
        exemption.c.document_number.label("exemption_document"),
        case((place.c.unit_id != completion.c.unit_id, completion.c.unit_name)).label("completed_in_unit"),
    )
    return (
        duties.narrow(statement)
        .join(Requirement, Requirement.id == Cycle.requirement_id)
        .join(Course, Course.id == Requirement.course_id)
        .join(Person, Person.id == Obligation.person_id)
        .outerjoin(CourseVersion, CourseVersion.id == Cycle.course_version_id)
        .outerjoin(tries, and_(tries.c.person_id == Obligation.person_id, tries.c.cycle_id == Obligation.cycle_id))
        .outerjoin(Certificate, and_(Certificate.completion_id == completion.c.id, Certificate.revoked_at.is_(None)))
        .order_by(Person.name_key, Person.staff_code, Cycle.id)
    )


def _units(actor: Actor, wanted: RosterFilter) -> Sequence[int]:
    """Return the units of the roster: those that the actor may see and, if one is chosen, of it and below.

    They are looked up first and named one by one, so that the database knows how few people a small unit has.
    """
    units = units_in_scope(actor, Permission.VIEW_ROSTER, wanted.as_of)
    if wanted.unit_id is not None:
        chosen = units_below([wanted.unit_id], wanted.as_of)
        units = select(chosen.c.unit_id).where(chosen.c.unit_id.in_(units))
    return db.session.scalars(units).all()


def _places(wanted: RosterFilter, units: Sequence[int]) -> Subquery:
    """Return where people stand: in the unit in which they are posted on the day asked for.

    Who has left stands, with a duty done (``obligation_id``) and with no other, in the unit of the day when it was
    done: what was completed is never lost, what was open is no longer required.
    """
    name = aliased(Placement)
    posted = (
        select(
            Posting.person_id,
            Posting.unit_id,
            Posting.title.label("job_title"),
            name.name.label("unit_name"),
            cast(null(), Integer).label("obligation_id"),
            true().label("is_posted"),
        )
        .join(
            name,
            and_(
                name.unit_id == Posting.unit_id,
                name.valid_from <= wanted.as_of,
                or_(name.valid_to.is_(None), name.valid_to > wanted.as_of),
            ),
        )
        .where(in_force(Posting, wanted.as_of), Posting.unit_id.in_(units))
    )
    left = select(
        Completion.person_id,
        Completion.unit_id,
        Completion.job_title,
        Completion.unit_name,
        Completion.obligation_id,
        false().label("is_posted"),
    ).where(
        Completion.completed_on <= wanted.as_of,
        _stood(_end_of(wanted.as_of)),
        Completion.unit_id.in_(units),
        Completion.cycle_id.in_(select(Cycle.id).where(Cycle.year == wanted.year)),
        ~exists().where(Posting.person_id == Completion.person_id, in_force(Posting, wanted.as_of)),
    )
    return union_all(posted, left).subquery("place")


def _tries(wanted: RosterFilter, units: Sequence[int]) -> Subquery:
    """Return, by person and cycle, how many attempts were made, when the first began and the best score.

    Only of people who are posted in the units: for who has left, the completion says it all.
    """
    posted = select(Posting.person_id).where(in_force(Posting, wanted.as_of), Posting.unit_id.in_(units))
    cycles = db.session.scalars(select(Cycle.id).where(Cycle.year == wanted.year)).all()
    cycle_id = case({occasion_key(cycle): cycle for cycle in cycles}, value=Attempt.occasion) if cycles else literal(0)
    return (
        select(
            Attempt.person_id,
            cycle_id.label("cycle_id"),
            func.count().label("made"),
            func.min(Attempt.started_at).label("first_started_at"),
            func.max(Attempt.score).label("best"),
        )
        .where(
            Attempt.occasion.in_([occasion_key(cycle) for cycle in cycles]),
            Attempt.started_at < _end_of(wanted.as_of),
            Attempt.person_id.in_(posted),
        )
        .group_by(Attempt.person_id, Attempt.occasion)
        .subquery("tries_then")
    )


def _end_of(day: date) -> datetime:
    """Return the first moment after a day in Vietnam."""
    return local_midnight(day + timedelta(days=1))
