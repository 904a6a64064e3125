"""What personnel officers do to requirements and cycles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, literal, select

from core import audit
from core.clock import local_day
from core.db import db, insert_if_new
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.queries import units_below
from people.services import ensure_in_unit
from quizzes.models import QuizVersion
from training.audience import missing_obligations
from training.cycle_queries import (
    course_choices,
    cycle_counts,
    latest_course_version,
    latest_quiz_version,
    quiz_choices,
)
from training.models import AudienceRule, Cycle, Obligation, Requirement
from training.rules import AudienceLine, CycleState


@dataclass(frozen=True)
class RequirementFacts:
    """What an officer says about a requirement."""

    title: str
    legal_basis: str
    unit_id: int
    course_id: int
    quiz_id: int


@dataclass(frozen=True)
class CyclePlan:
    """What an officer says about a cycle before it opens. ``due_on`` is the last day in time."""

    opens_on: date
    due_on: date
    lines: tuple[AudienceLine, ...]
    follows_versions: bool = True


def create_requirement(facts: RequirementFacts, *, by: Actor, at: datetime) -> Requirement:
    """Write down something that is required year after year.

    :raises NotAllowed, RuleBroken: outside the actor's units; a course or quiz that they can't choose.
    """
    _check_requirement(facts, by=by, on=local_day(at))
    requirement = Requirement(**vars(facts), created_at=at)
    db.session.add(requirement)
    db.session.flush()
    audit.record("requirement.create", by=by, at=at, about=("requirement", requirement.id), detail=vars(facts))
    return requirement


def edit_requirement(requirement_id: int, facts: RequirementFacts, *, by: Actor, at: datetime) -> None:
    """Change a requirement. Cycles that have opened keep the versions that they pinned.

    :raises NotFound, NotAllowed, RuleBroken: as at creation; course and quiz can't change while a cycle is open.
    """
    requirement = managed_requirement(requirement_id, by=by, on=local_day(at))
    _check_requirement(facts, by=by, on=local_day(at))
    learns_anew = (facts.course_id, facts.quiz_id) != (requirement.course_id, requirement.quiz_id)
    if learns_anew and db.session.scalar(
        select(func.count()).where(Cycle.requirement_id == requirement_id, Cycle.state == CycleState.OPEN)
    ):
        raise RuleBroken(
            _l("The course and the quiz can't change while a year is open."),
            _l("Close the year, or make a new requirement."),
        )
    if facts.unit_id != requirement.unit_id:
        _ensure_below(facts.unit_id, _units_named(requirement_id), on=local_day(at))
    before = {name: getattr(requirement, name) for name in vars(facts)}
    for name, value in vars(facts).items():
        setattr(requirement, name, value)
    detail = {"before": before, "after": vars(facts)}
    audit.record("requirement.edit", by=by, at=at, about=("requirement", requirement_id), detail=detail)


def draft_cycle(requirement_id: int, year: int, plan: CyclePlan, *, by: Actor, at: datetime) -> Cycle:
    """Plan a requirement for a year. Nobody owes anything until it opens.

    :raises Conflict, RuleBroken: when the year has been planned before, or the plan makes no sense.
    """
    requirement = managed_requirement(requirement_id, by=by, on=local_day(at))
    _check_plan(plan, year, requirement, by=by, on=local_day(at))
    values = {"requirement_id": requirement_id, "year": year, "opens_on": plan.opens_on, "due_on": plan.due_on}
    cycle_id = db.session.scalar(
        insert_if_new(Cycle)
        .values(**values, state=CycleState.DRAFT, follows_versions=plan.follows_versions)
        .returning(Cycle.id)
    )
    if cycle_id is None:
        raise Conflict(_l("This year has been planned before."), _l("Open the requirement and edit that year."))
    _write_audience(cycle_id, plan.lines)
    audit.record("cycle.draft", by=by, at=at, about=("cycle", cycle_id), detail=_plan_detail(plan))
    return db.session.get_one(Cycle, cycle_id)


def edit_draft(cycle_id: int, plan: CyclePlan, *, by: Actor, at: datetime) -> None:
    """Change a plan that has not opened yet.

    :raises Conflict, RuleBroken: when it has opened, or the plan makes no sense.
    """
    cycle = _locked_cycle(cycle_id, by=by, at=at)
    _ensure_draft(cycle)
    requirement = db.session.get_one(Requirement, cycle.requirement_id)
    _check_plan(plan, cycle.year, requirement, by=by, on=local_day(at))
    cycle.opens_on, cycle.due_on, cycle.follows_versions = plan.opens_on, plan.due_on, plan.follows_versions
    _write_audience(cycle_id, plan.lines)
    audit.record("cycle.edit_draft", by=by, at=at, about=("cycle", cycle_id), detail=_plan_detail(plan))


def open_cycle(cycle_id: int, *, by: Actor, at: datetime) -> int:
    """Open a cycle: pin the latest published versions, make everybody meant owe it, and return how many they are.

    :raises Conflict, RuleBroken: it is open already; nothing is published; the due day has passed; nobody is meant.
    """
    cycle = _locked_cycle(cycle_id, by=by, at=at)
    _ensure_draft(cycle)
    if cycle.due_on < local_day(at):
        raise RuleBroken(_l("The due date has already passed."), _l("Set a later due date, then open the year."))
    requirement = db.session.get_one(Requirement, cycle.requirement_id)
    course_version_id = latest_course_version(requirement.course_id)
    quiz_version_id = latest_quiz_version(requirement.quiz_id)
    if course_version_id is None or quiz_version_id is None:
        raise RuleBroken(
            _l("The course or the quiz has not been published yet."),
            _l("Ask the trainer to publish it, then open the year."),
        )
    if db.session.get_one(QuizVersion, quiz_version_id).practice:
        raise RuleBroken(
            _l("This quiz is for practice and counts for nothing."), _l("Ask the trainer for a quiz that counts.")
        )
    cycle.course_version_id, cycle.quiz_version_id = course_version_id, quiz_version_id
    cycle.state, cycle.opened_at, cycle.opened_by_id = CycleState.OPEN, at, by.person_id
    count = _add_obligations(cycle_id, at=at)
    if count == 0:
        raise RuleBroken(_l("The audience catches nobody."), _l("Check the units and groups of the audience."))
    audit.record("cycle.open", by=by, at=at, about=("cycle", cycle_id), detail={"obligations": count})
    return count


def evaluate_audience(cycle_id: int, *, by: Actor, at: datetime) -> int:
    """Make those owe an open cycle who have come to be meant since it opened, and return how many they are.

    Nobody is added after the due day: they would be overdue at once. Nobody is taken out; see exemptions.

    :raises RuleBroken: when the cycle is not open.
    """
    cycle = _locked_cycle(cycle_id, by=by, at=at)
    if cycle.state != CycleState.OPEN:
        raise RuleBroken(_l("This year is not open."))
    if cycle.due_on < local_day(at):
        return 0
    count = _add_obligations(cycle_id, at=at)
    if count:
        audit.record("cycle.evaluate", by=by, at=at, about=("cycle", cycle_id), detail={"obligations": count})
    return count


def close_cycle(cycle_id: int, *, by: Actor, at: datetime) -> None:
    """Close a cycle: from then on no attempt begins for it.

    :raises RuleBroken: when it is not open, or somebody may still complete it in time.
    """
    cycle = _locked_cycle(cycle_id, by=by, at=at)
    if cycle.state != CycleState.OPEN:
        raise RuleBroken(_l("This year is not open."))
    counts = cycle_counts(cycle_id, local_day(at))
    if counts.open and local_day(at) <= cycle.due_on:
        raise RuleBroken(
            _l("Some people may still complete this in time."),
            _l("Close it after the due date, or when everybody is done."),
        )
    cycle.state = CycleState.CLOSED
    audit.record("cycle.close", by=by, at=at, about=("cycle", cycle_id), detail=vars(counts))


def managed_requirement(requirement_id: int, *, by: Actor, on: date) -> Requirement:
    """Return a requirement that the actor manages.

    :raises NotFound: when there is none, or it belongs to a unit outside their responsibility.
    """
    requirement = db.session.get(Requirement, requirement_id)
    if requirement is None:
        raise NotFound(_l("There is no such requirement."))
    ensure_in_unit(by, Permission.MANAGE_TRAINING, requirement.unit_id, on=on)
    return requirement


def _locked_cycle(cycle_id: int, *, by: Actor, at: datetime) -> Cycle:
    """Return a cycle, locked, of a requirement that the actor manages."""
    cycle = db.session.get(Cycle, cycle_id, with_for_update=True)
    if cycle is None:
        raise NotFound(_l("There is no such year of training."))
    managed_requirement(cycle.requirement_id, by=by, on=local_day(at))
    return cycle


def _ensure_draft(cycle: Cycle) -> None:
    if cycle.state != CycleState.DRAFT:
        raise Conflict(_l("This year has been opened already."))


def _check_requirement(facts: RequirementFacts, *, by: Actor, on: date) -> None:
    ensure_in_unit(by, Permission.MANAGE_TRAINING, facts.unit_id, on=on)
    if facts.course_id not in dict(course_choices(by, on)):
        raise RuleBroken(_l("Choose a course that is published for your units."))
    if facts.quiz_id not in dict(quiz_choices(by, on)):
        raise RuleBroken(_l("Choose a quiz that is published for your units."))


def _check_plan(plan: CyclePlan, year: int, requirement: Requirement, *, by: Actor, on: date) -> None:
    if plan.due_on < plan.opens_on:
        raise RuleBroken(_l("The due date lies before the opening date."))
    if plan.opens_on.year != year:
        raise RuleBroken(_("The opening date must lie in %(year)s.", year=year))
    if not any(line.includes for line in plan.lines):
        raise RuleBroken(_l("Name at least one unit whose staff are meant."))
    named = {line.unit_id for line in plan.lines}
    for unit_id in sorted(named):
        ensure_in_unit(by, Permission.MANAGE_TRAINING, unit_id, on=on)
    _ensure_below(requirement.unit_id, named, on=on)


def _ensure_below(unit_id: int, named: set[int], *, on: date) -> None:
    """Refuse an audience beyond the unit that requires: its officers would see and exempt people of other units."""
    below = set(db.session.scalars(select(units_below([unit_id], on).c.unit_id)))
    if not named <= below:
        raise RuleBroken(
            _l("The audience reaches beyond the unit that requires this."),
            _l("Let the unit above require it, or name only units below."),
        )


def _units_named(requirement_id: int) -> set[int]:
    """Return the units that the audiences of a requirement's years name."""
    named = select(AudienceRule.unit_id).join(Cycle, Cycle.id == AudienceRule.cycle_id)
    return set(db.session.scalars(named.where(Cycle.requirement_id == requirement_id)))


def _write_audience(cycle_id: int, lines: Sequence[AudienceLine]) -> None:
    db.session.execute(delete(AudienceRule).where(AudienceRule.cycle_id == cycle_id))
    db.session.add_all(
        AudienceRule(
            cycle_id=cycle_id,
            position=number,
            includes=line.includes,
            unit_id=line.unit_id,
            staff_group=line.staff_group,
        )
        for number, line in enumerate(lines, start=1)
    )
    db.session.flush()


def _add_obligations(cycle_id: int, *, at: datetime) -> int:
    """Insert what is missing in one statement, whatever the number of people; return how many are new."""
    owing = select(func.count()).where(Obligation.cycle_id == cycle_id)
    before = db.session.scalar(owing) or 0
    missing = missing_obligations(cycle_id, local_day(at))
    owed = missing.add_columns(literal(cycle_id), literal(at, Obligation.assigned_at.type))
    columns = ["person_id", "audience_rule_id", "cycle_id", "assigned_at"]
    db.session.execute(insert_if_new(Obligation).from_select(columns, owed))
    return (db.session.scalar(owing) or 0) - before


def _plan_detail(plan: CyclePlan) -> dict[str, object]:
    return {
        "opens_on": plan.opens_on.isoformat(),
        "due_on": plan.due_on.isoformat(),
        "audience": [vars(line) for line in plan.lines],
        "follows_versions": plan.follows_versions,
    }
