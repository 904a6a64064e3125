"""What can be asked about time: what a person was given, what was given in one's units, and who sits at a quiz now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from core.clock import local_day
from core.db import db, table_of
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.models import Person, Placement, Posting
from people.person_queries import NamedRow
from people.queries import in_force, may_in_unit, people_visible_to, units_above, units_in_scope
from quizzes.behaviour import PREVIEW
from quizzes.models import Attempt, Quiz, QuizVersion
from quizzes.time_models import Accommodation, Allowance
from quizzes.time_rules import Given, still_due_after

#: The permission of everything here.
GRANT = Permission.GRANT_TIME
_ACCOMMODATIONS, _ALLOWANCES = map(table_of, (Accommodation, Allowance))


@dataclass(frozen=True)
class TimedQuiz:
    """A quiz to whose people time may be given. ``is_own``: it belongs to a unit of the actor, with everybody at it."""

    id: int
    title: str
    unit_id: int
    is_own: bool
    closes_at: datetime | None


@dataclass(frozen=True)
class QuizLine:
    """A quiz in the list of quizzes, with how many of the people one looks after sit at it now."""

    id: int
    title: str
    unit_name: str
    sitting: int


def given(person_id: int, quiz_id: int, on: date) -> Given:
    """Return what a person has at a quiz on a day. One query.

    Of several accommodations the highest holds; allowances of the person, their unit and the units above add up.
    """
    row = db.session.execute(_GIVEN, {"person_id": person_id, "quiz_id": quiz_id, "on": on}).one()
    return Given(row.percent or 0, row.attempts or 0, row.minutes or 0)


def extra_attempts(quiz_id: Any, person_id: BindParameter[int], on: BindParameter[date]) -> ScalarSelect[int]:
    """Return how many more attempts a person has at the quiz of the surrounding statement on a day, for that one."""
    above = units_above(select(Posting.unit_id).where(Posting.person_id == person_id, in_force(Posting, on)), on)
    return (
        select(func.coalesce(func.sum(_ALLOWANCES.c.extra_attempts), 0))
        .where(
            _ALLOWANCES.c.quiz_id == quiz_id,
            in_force(_ALLOWANCES.c, on),
            or_(_ALLOWANCES.c.person_id == person_id, _ALLOWANCES.c.unit_id.in_(above)),
        )
        .correlate(quiz_id.table)
        .scalar_subquery()
    )


def _given() -> Select[Any]:
    """Return the statement of ``given``, built once: every page of a quiz asks it."""
    person_id, on = bindparam("person_id", type_=Integer), bindparam("on", type_=Date)
    above = units_above(select(Posting.unit_id).where(Posting.person_id == person_id, in_force(Posting, on)), on)
    percent = select(func.max(_ACCOMMODATIONS.c.extra_percent)).where(
        _ACCOMMODATIONS.c.person_id == person_id, in_force(_ACCOMMODATIONS.c, on)
    )
    return select(
        percent.scalar_subquery().label("percent"),
        func.sum(_ALLOWANCES.c.extra_attempts).label("attempts"),
        func.sum(_ALLOWANCES.c.extra_minutes).label("minutes"),
    ).where(
        _ALLOWANCES.c.quiz_id == bindparam("quiz_id", type_=Integer),
        in_force(_ALLOWANCES.c, on),
        or_(_ALLOWANCES.c.person_id == person_id, _ALLOWANCES.c.unit_id.in_(above)),
    )


_GIVEN = _given()


def _reachable(by: Actor, on: date) -> ColumnElement[bool]:
    """Return the condition on ``Quiz`` that the actor may give time to somebody at it.

    It belongs to a unit of theirs or to one above, whose quizzes are for those below; or people of theirs have
    attempted it.
    """
    mine = units_in_scope(by, GRANT, on)
    attempted = (
        select(Attempt.id)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.quiz_id == Quiz.id, Attempt.occasion != PREVIEW, people_visible_to(by, GRANT, on))
    )
    return or_(Quiz.unit_id.in_(mine), Quiz.unit_id.in_(units_above(mine, on)), attempted.exists())


def quiz_for(by: Actor, quiz_id: int, on: date) -> TimedQuiz:
    """Return a quiz to whose people the actor may give time.

    :raises NotFound: when there is none.
    """
    row = db.session.execute(
        select(Quiz.id, Quiz.unit_id, QuizVersion.title, QuizVersion.closes_at)
        .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
        .where(Quiz.id == quiz_id, QuizVersion.published_at.is_not(None), _reachable(by, on))
        .order_by(QuizVersion.number.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(_l("This quiz does not exist, is not published, or is not for your people."))
    return TimedQuiz(row.id, row.title, row.unit_id, may_in_unit(by, GRANT, row.unit_id, on), row.closes_at)


def under_way(at: datetime) -> ColumnElement[bool]:
    """Return the condition on ``Attempt`` that it is neither closed nor over."""
    return and_(Attempt.finished_at.is_(None), or_(Attempt.due_at.is_(None), Attempt.due_at >= still_due_after(at)))


def people_at(quiz: TimedQuiz, by: Actor, on: date) -> ColumnElement[bool]:
    """Return the condition on ``Person`` that the actor may give time at a quiz to those who sit at it.

    A trainer of its unit may to all of them, others to the people of their units.
    """
    return true() if quiz.is_own else people_visible_to(by, GRANT, on)


def quiz_lines(by: Actor, at: datetime) -> list[QuizLine]:
    """Return the published quizzes at which the actor may give time, those with people at them first. One query."""
    on = local_day(at)
    newer = aliased(QuizVersion)
    is_latest = ~(
        select(newer.id)
        .where(newer.quiz_id == Quiz.id, newer.published_at.is_not(None), newer.number > QuizVersion.number)
        .exists()
    )
    sitting = (
        select(func.count(Attempt.id))
        .join(Person, Person.id == Attempt.person_id)
        .where(
            Attempt.quiz_id == Quiz.id,
            under_way(at),
            Attempt.occasion != PREVIEW,
            or_(Quiz.unit_id.in_(units_in_scope(by, GRANT, on)), people_visible_to(by, GRANT, on)),
        )
        .scalar_subquery()
        .label("sitting")
    )
    rows = db.session.execute(
        select(Quiz.id, QuizVersion.title, Placement.name.label("unit_name"), sitting)
        .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
        .outerjoin(Placement, and_(Placement.unit_id == Quiz.unit_id, in_force(Placement, on)))
        .where(QuizVersion.published_at.is_not(None), is_latest, _reachable(by, on))
        .order_by(sitting.desc(), QuizVersion.title, Quiz.id)
    )
    return [QuizLine(row.id, row.title, row.unit_name or "", row.sitting) for row in rows]


def person_for(by: Actor, staff_code: str, on: date, *, quiz: TimedQuiz | None = None) -> Person | None:
    """Return the person with a staff code to whom the actor may give time: of their units, or at a quiz of these."""
    within = people_visible_to(by, GRANT, on)
    if quiz is not None and quiz.is_own:
        sat = select(Attempt.id).where(Attempt.person_id == Person.id, Attempt.quiz_id == quiz.id)
        within = or_(within, sat.exists())
    codes = {staff_code, staff_code.upper(), staff_code.lower()}
    return db.session.scalars(select(Person).where(Person.staff_code.in_(codes), within).order_by(Person.id)).first()


def may_see_reason(by: Actor, person_id: int, on: date) -> bool:
    """Tell whether the actor may read why a person has more time: it may be their health.

    They themselves may, and whoever may give them time on every quiz.
    """
    if person_id == by.person_id:
        return True
    mine = select(Person.id).where(Person.id == person_id, people_visible_to(by, GRANT, on))
    return db.session.scalar(mine) is not None


def accommodations(by: Actor, on: date) -> Sequence[NamedRow]:
    """Return the accommodations of the people in one's units, those in force first. One query."""
    giver = aliased(Person)
    return db.session.execute(
        select(
            *_ACCOMMODATIONS.c["id", "extra_percent", "reason", "valid_from", "valid_to", "at"],
            Person.full_name,
            Person.staff_code,
            giver.full_name.label("giver"),
            _holds(_ACCOMMODATIONS, on),
        )
        .join(Person, Person.id == _ACCOMMODATIONS.c.person_id)
        .outerjoin(giver, giver.id == _ACCOMMODATIONS.c.by_id)
        .where(people_visible_to(by, GRANT, on))
        .order_by(_holds(_ACCOMMODATIONS, on).desc(), Person.name_key, _ACCOMMODATIONS.c.id.desc())
    ).all()


def allowances(quiz: TimedQuiz, by: Actor, on: date) -> Sequence[NamedRow]:
    """Return the allowances at a quiz for people and units that the actor may give time to. One query."""
    giver = aliased(Person)
    return db.session.execute(
        select(
            *_ALLOWANCES.c["id", "extra_attempts", "extra_minutes", "reason", "valid_from", "valid_to", "at"],
            Person.full_name,
            Person.staff_code,
            Placement.name.label("unit_name"),
            giver.full_name.label("giver"),
            _holds(_ALLOWANCES, on),
        )
        .outerjoin(Person, Person.id == _ALLOWANCES.c.person_id)
        .outerjoin(Placement, and_(Placement.unit_id == _ALLOWANCES.c.unit_id, in_force(Placement, on)))
        .outerjoin(giver, giver.id == _ALLOWANCES.c.by_id)
        .where(_ALLOWANCES.c.quiz_id == quiz.id, _allowance_within(quiz, by, on))
        .order_by(_holds(_ALLOWANCES, on).desc(), _ALLOWANCES.c.id.desc())
    ).all()


def _holds(table: Any, on: date) -> ColumnElement[bool]:
    """Return whether something has not ended on a day; what begins later has not."""
    return or_(table.c.valid_to.is_(None), table.c.valid_to > on).label("holds")


def _allowance_within(quiz: TimedQuiz, by: Actor, on: date) -> ColumnElement[bool]:
    people = select(Person.id).where(people_at(quiz, by, on)).correlate(None)
    return or_(_ALLOWANCES.c.person_id.in_(people), _ALLOWANCES.c.unit_id.in_(units_in_scope(by, GRANT, on)))


def accommodation_for(by: Actor, accommodation_id: int, on: date) -> Accommodation:
    """Return an accommodation of somebody in the actor's units, for a change.

    :raises NotFound: when there is none.
    """
    found = db.session.scalar(
        select(Accommodation)
        .join(Person, Person.id == Accommodation.person_id)
        .where(Accommodation.id == accommodation_id, people_visible_to(by, GRANT, on))
        .with_for_update(of=Accommodation)
    )
    if found is None:
        raise NotFound(_l("This does not exist, or is not for your people."))
    return found


def allowance_for(by: Actor, allowance_id: int, on: date) -> Allowance:
    """Return an allowance that the actor may end, for a change.

    :raises NotFound: when there is none.
    """
    found = db.session.get(Allowance, allowance_id, with_for_update=True)
    if found is not None:
        quiz = quiz_for(by, found.quiz_id, on)
        if db.session.scalar(
            select(_ALLOWANCES.c.id).where(_ALLOWANCES.c.id == found.id, _allowance_within(quiz, by, on))
        ):
            return found
    raise NotFound(_l("This does not exist, or is not for your people."))
