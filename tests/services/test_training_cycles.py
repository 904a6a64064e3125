"""Requirements and cycles: planned, opened for their audience, evaluated again, closed; exemptions."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.audit import AuditEntry
from core.db import db, transaction
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from people.access import SYSTEM, Role
from people.models import Posting, StaffGroup
from tests.support.factories_people import actor_of, make_office, make_person, make_unit
from tests.support.factories_training import (
    complete,
    draft,
    everybody_in,
    make_training,
    nobody_in,
    obligation_of,
    open_year,
    plan,
    publish_course,
)
from tests.support.queries import count_queries
from training import exemption_services, services
from training.audience import preview_audience
from training.cycle_queries import course_choices, cycle_counts, obligations_of, quiz_choices
from training.models import AudienceRule, Cycle, Exemption, Obligation
from training.rules import AudienceLine, Kind, PersonFacts, StandingFacts, audience_rule_for, standing, totals
from training.services import CyclePlan, RequirementFacts

pytestmark = pytest.mark.usefixtures("session", "at")
TODAY = date(2026, 11, 20)


def owing(cycle):
    return set(db.session.scalars(select(Obligation.person_id).where(Obligation.cycle_id == cycle.id)))


def reopen(cycle, at):
    with transaction():
        return services.evaluate_audience(cycle.id, by=SYSTEM, at=at)


def test_opening_binds_everybody_below_the_unit_of_the_group(at):
    training = make_training()
    below = make_unit("Phòng Tổ chức", parent=training.unit)
    elsewhere = make_unit("Sở Tài chính")
    meant = [make_person(unit=training.unit), make_person(unit=below)]
    make_person(unit=below, staff_group=StaffGroup.CONTRACT)
    make_person(unit=elsewhere)
    cycle = open_year(training, plan(everybody_in(training.unit, "civil_servant")))
    assert owing(cycle) == {person.id for person in meant}
    assert cycle.state == "open"
    assert cycle.course_version_id is not None
    assert cycle.quiz_version_id is not None
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "cycle.open")).one()
    assert entry.detail == {"obligations": 2}


def test_a_line_that_spares_wins_and_the_first_line_is_the_cause(at):
    training = make_training()
    below = make_unit("Phòng Tổ chức", parent=training.unit)
    spared = make_unit("Tổ lái xe", parent=below)
    clerk, driver = make_person(unit=below), make_person(unit=spared)
    cycle = open_year(training, plan(everybody_in(below), everybody_in(training.unit), nobody_in(spared)))
    assert owing(cycle) == {clerk.id}
    assert db.session.get_one(AudienceRule, obligation_of(clerk, cycle).audience_rule_id).position == 1
    preview = preview_audience(cycle.id, TODAY, spared=True)
    assert (preview.meant, preview.spared) == (1, 1)
    assert [(row.staff_code, row.number) for row in preview.rows] == [(driver.staff_code, 3)]


def test_the_audience_in_sql_agrees_with_the_rule(at):
    """Compare the two on random trees and rules."""
    chance = random.Random(7)
    training = make_training()
    units, above = [training.unit], {training.unit.id: frozenset({training.unit.id})}
    for _ in range(12):
        parent = chance.choice(units)
        unit = make_unit(parent=parent)
        units.append(unit)
        above[unit.id] = above[parent.id] | {unit.id}
    groups = list(StaffGroup)[:3]
    people = [make_person(unit=chance.choice(units), staff_group=chance.choice(groups)) for _ in range(40)]
    posted = {row.person_id: row.unit_id for row in db.session.execute(select(Posting.person_id, Posting.unit_id))}
    for year in range(2026, 2032):
        lines = [AudienceLine(1, True, chance.choice(units).id)] + [
            AudienceLine(number, chance.random() < 0.6, chance.choice(units).id, chance.choice(["", *groups]))
            for number in range(2, 6)
        ]
        cycle = draft(training, replace(plan(*lines), opens_on=date(year, 1, 5), due_on=date(year, 12, 1)), year=year)
        expected = {}
        for person in people:
            line = audience_rule_for(PersonFacts(above[posted[person.id]], person.staff_group), lines)
            if line is not None:
                expected[person.staff_code] = line.number
        shown = preview_audience(cycle.id, TODAY, limit=100)
        assert {row.staff_code: row.number for row in shown.rows} == expected
        assert shown.meant == len(expected)


@pytest.mark.parametrize("people", [1, 30])
def test_opening_takes_as_many_statements_for_thirty_as_for_one(people, at):
    training = make_training()
    make_office(training.unit, people)
    cycle = draft(training)
    with count_queries() as queries, transaction():
        services.open_cycle(cycle.id, by=SYSTEM, at=at)
    assert len(queries) <= 11, queries


def test_joiners_are_added_once_and_nobody_is_taken_out(at):
    training = make_training()
    first = make_person(unit=training.unit)
    cycle = open_year(training)
    moved = db.session.scalars(select(Posting).where(Posting.person_id == first.id)).one()
    moved.valid_to = TODAY
    db.session.commit()
    joiner = make_person(unit=training.unit, posted_from=TODAY)
    assert reopen(cycle, at) == 1
    assert reopen(cycle, at) == 0
    assert owing(cycle) == {first.id, joiner.id}


def test_nobody_joins_after_the_due_day(at):
    training = make_training()
    make_person(unit=training.unit)
    cycle = open_year(training)
    make_person(unit=training.unit)
    assert reopen(cycle, datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == 0
    assert reopen(cycle, datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)) == 1


def test_opening_is_refused_when_it_would_bind_nobody(at):
    training = make_training()
    cycle = draft(training)
    with pytest.raises(RuleBroken), transaction():
        services.open_cycle(cycle.id, by=SYSTEM, at=at)
    db.session.expire_all()
    assert db.session.get_one(Cycle, cycle.id).state == "draft"


def test_opening_is_refused_twice_and_after_the_due_day(at):
    training = make_training()
    make_person(unit=training.unit)
    late = draft(training, plan(everybody_in(training.unit), due_on=TODAY - timedelta(days=1)))
    with pytest.raises(RuleBroken), transaction():
        services.open_cycle(late.id, by=SYSTEM, at=at)
    with transaction():
        services.edit_draft(late.id, plan(everybody_in(training.unit)), by=SYSTEM, at=at)
        services.open_cycle(late.id, by=SYSTEM, at=at)
    with pytest.raises(Conflict), transaction():
        services.open_cycle(late.id, by=SYSTEM, at=at)
    with pytest.raises(Conflict), transaction():
        services.edit_draft(late.id, plan(everybody_in(training.unit)), by=SYSTEM, at=at)


def test_a_year_is_planned_once(at):
    training = make_training()
    draft(training)
    with pytest.raises(Conflict):
        draft(training)


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_on": date(2026, 1, 1)},
        {"opens_on": date(2025, 12, 31)},
        {"lines": ()},
    ],
    ids=["due before opening", "opens in another year", "nobody included"],
)
def test_plans_that_make_no_sense_are_refused(wrong, at):
    training = make_training()
    with pytest.raises(RuleBroken):
        draft(training, replace(plan(everybody_in(training.unit)), **wrong))
    assert db.session.scalar(select(func.count()).select_from(Cycle)) == 0


def test_a_plan_of_only_sparing_lines_is_refused(at):
    training = make_training()
    with pytest.raises(RuleBroken):
        draft(training, CyclePlan(date(2026, 1, 5), date(2026, 12, 31), (nobody_in(training.unit),)))


def test_officers_stay_in_their_units(at):
    top = make_unit("Ủy ban nhân dân tỉnh")
    training = make_training(make_unit("Sở Nội vụ", parent=top))
    officer = actor_of(make_person(unit=training.unit, roles=[Role.HR_OFFICER]))
    stranger = actor_of(make_person(unit=make_unit("Sở Tài chính", parent=top), roles=[Role.HR_OFFICER]))
    trainer = actor_of(make_person(unit=training.unit, roles=[Role.TRAINER]))
    for outsider in (stranger, trainer):
        with pytest.raises(NotAllowed):
            draft(training, by=outsider)
    with pytest.raises(NotAllowed):
        draft(training, plan(everybody_in(top)), by=officer)
    cycle = open_year(training, by=officer)
    for act in (services.evaluate_audience, services.close_cycle):
        with pytest.raises(NotAllowed), transaction():
            act(cycle.id, by=stranger, at=at)
    with pytest.raises(NotFound), transaction():
        services.evaluate_audience(cycle.id + 1000, by=officer, at=at)


def test_officers_choose_what_their_units_and_those_above_provide(at):
    top = make_unit("Ủy ban nhân dân tỉnh")
    mine = make_unit("Sở Nội vụ", parent=top)
    below = make_unit("Phòng Tổ chức", parent=mine)
    elsewhere = make_unit("Sở Tài chính", parent=top)
    trainings = [make_training(unit) for unit in (top, mine, below, elsewhere)]
    officer = actor_of(make_person(unit=mine, roles=[Role.HR_OFFICER]))
    assert {number for number, _ in course_choices(officer, TODAY)} == {one.course.id for one in trainings[:3]}
    assert {number for number, _ in quiz_choices(officer, TODAY)} == {one.quiz.id for one in trainings[:3]}
    facts = RequirementFacts("Bồi dưỡng", "Kế hoạch", mine.id, trainings[3].course.id, trainings[1].quiz.id)
    with pytest.raises(RuleBroken), transaction():
        services.create_requirement(facts, by=officer, at=at)
    assert len(course_choices(SYSTEM, TODAY)) == 4


def test_course_and_quiz_stay_while_a_year_is_open(at):
    training = make_training()
    make_person(unit=training.unit)
    open_year(training)
    other = make_training(training.unit)
    unchanged = RequirementFacts("Tên mới", "Kế hoạch mới", training.unit.id, training.course.id, training.quiz.id)
    with transaction():
        services.edit_requirement(training.requirement.id, unchanged, by=SYSTEM, at=at)
    with pytest.raises(RuleBroken), transaction():
        services.edit_requirement(
            training.requirement.id, replace(unchanged, course_id=other.course.id), by=SYSTEM, at=at
        )


def test_open_cycles_take_new_versions_over_if_they_follow(at):
    training, fixed = make_training(), make_training()
    for one in (training, fixed):
        make_person(unit=one.unit)
    following = open_year(training)
    pinned = open_year(fixed, plan(everybody_in(fixed.unit), follows=False))
    before = pinned.course_version_id
    assert publish_course(training.course, listen=True).id == db.session.get_one(Cycle, following.id).course_version_id
    publish_course(fixed.course, listen=True)
    assert db.session.get_one(Cycle, pinned.id).course_version_id == before


def test_closing_waits_for_those_who_may_still_be_in_time(at):
    training = make_training()
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    with pytest.raises(RuleBroken), transaction():
        services.close_cycle(cycle.id, by=SYSTEM, at=at)
    complete(person, training, cycle)
    with transaction():
        services.close_cycle(cycle.id, by=SYSTEM, at=at)
    with pytest.raises(RuleBroken), transaction():
        services.close_cycle(cycle.id, by=SYSTEM, at=at)
    with pytest.raises(RuleBroken), transaction():
        services.evaluate_audience(cycle.id, by=SYSTEM, at=at)


def test_an_exemption_is_granted_once_and_taken_back(at):
    training = make_training()
    person = make_person(unit=training.unit)
    officer = actor_of(make_person(unit=training.unit, roles=[Role.HR_OFFICER]))
    owed = obligation_of(person, open_year(training))

    def grant(reason="Nghỉ thai sản đến tháng 3", by=officer):
        with transaction():
            exemption_services.exempt(owed.id, "maternity", reason, "45/QĐ-SNV", by=by, at=at)

    with pytest.raises(RuleBroken):
        grant("  ")
    with pytest.raises(NotAllowed):
        grant(by=actor_of(person))
    grant()
    with pytest.raises(Conflict):
        grant()
    with transaction():
        exemption_services.revoke_exemption(owed.id, by=officer, at=at)
    with pytest.raises(Conflict), transaction():
        exemption_services.revoke_exemption(owed.id, by=officer, at=at)
    grant()
    kept = db.session.scalars(select(Exemption).order_by(Exemption.id)).all()
    assert [entry.revoked_at is None for entry in kept] == [False, True]


def test_counts_reconcile_and_agree_with_the_rule(at):
    training = make_training()
    done, late, exempt, exempt_done, left, idle, left_done = make_office(training.unit, 7)
    cycle = open_year(training)
    after_due = datetime(2027, 1, 5, 3, 0, tzinfo=UTC)
    for person in (done, exempt_done, left_done):
        complete(person, training, cycle, at)
    complete(late, training, cycle, after_due)
    db.session.add_all(
        Exemption(
            obligation_id=obligation_of(person, cycle).id, category="illness", reason="Ốm dài ngày", granted_at=at
        )
        for person in (exempt, exempt_done)
    )
    for person in (left, left_done):
        posting = db.session.scalars(select(Posting).where(Posting.person_id == person.id)).one()
        posting.valid_to = date(2027, 1, 1)
    db.session.commit()

    for day in (TODAY, date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 10)):
        counts = cycle_counts(cycle.id, day)
        kinds = [standing(_facts(row, cycle, day, {left.id, left_done.id})).kind for row in _everybody(cycle)]
        assert {
            "required": counts.required,
            "done": counts.done,
            "open": counts.open,
            "exempt": counts.exempt,
        } == totals(kinds)
        assert counts.late == kinds.count(Kind.DONE_LATE)
        assert counts.overdue == kinds.count(Kind.OVERDUE)
        assert counts.left == kinds.count(Kind.NO_LONGER_REQUIRED)
    assert (counts.done, counts.open, counts.exempt, counts.left) == (4, 1, 1, 1)
    found = obligations_of(cycle.id, date(2027, 1, 10), state="overdue")
    assert [row.staff_code for row in found.rows] == [idle.staff_code]
    assert obligations_of(cycle.id, TODAY, search="tran van nguoi 3").total == 1


def _everybody(cycle):
    from training.models import Completion

    return db.session.execute(
        select(Obligation.person_id, Completion.completed_on, Exemption.category)
        .outerjoin(Completion, Completion.obligation_id == Obligation.id)
        .outerjoin(Exemption, Exemption.obligation_id == Obligation.id)
        .where(Obligation.cycle_id == cycle.id)
    ).all()


def _facts(row, cycle, day, leavers):
    return StandingFacts(
        day=day,
        opens_on=cycle.opens_on,
        due_on=cycle.due_on,
        completed_on=row.completed_on,
        exempt_as=row.category or "",
        left_on=date(2027, 1, 1) if row.person_id in leavers else None,
    )


def test_the_nightly_command_adds_those_who_have_joined(app, at):
    training = make_training()
    make_person(unit=training.unit)
    open_year(training)
    make_person(unit=training.unit)
    answers = [app.test_cli_runner().invoke(args=["training", "evaluate", "--json"]) for _ in range(2)]
    assert [json.loads(answer.stdout) for answer in answers] == [
        {"cycles": 1, "added": 1},
        {"cycles": 1, "added": 0},
    ]
