"""The roster: it adds up, it stays in its scope, and it tells what held on the day asked for."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from core.db import db
from people.access import SYSTEM, Actor, Grant, Role
from people.models import Placement
from reports import queries
from reports.queries import RosterFilter
from tests.support.factories_people import LONG_AGO, make_unit
from tests.support.factories_roster import add_person, attempt, certify, fulfil, open_duty, owe, post, spare
from tests.support.factories_training import make_training
from training import rules
from training.rules import COUNTED_AS, Kind, StandingFacts

pytestmark = pytest.mark.usefixtures("session", "at")
DAY = date(2026, 11, 20)
DUE = date(2026, 10, 31)
WANTED = RosterFilter(2026, DAY)
STATES = {Kind.DONE: "done", Kind.DONE_LATE: "late", Kind.EXEMPT: "exempt", Kind.OVERDUE: "overdue"}


@pytest.fixture
def training(session):
    return make_training(lessons=1)


@pytest.fixture
def cycle(training):
    return open_duty(training, due_on=DUE)


def rows(actor: Actor = SYSTEM, wanted: RosterFilter = WANTED):
    return list(queries.roster_rows(actor, wanted))


def codes(actor: Actor = SYSTEM, wanted: RosterFilter = WANTED) -> list[str]:
    return [row.staff_code for row in rows(actor, wanted)]


def officer_of(*unit_ids: int) -> Actor:
    return Actor(0, "Phạm Văn Cán", tuple(Grant(Role.HR_OFFICER, unit_id) for unit_id in unit_ids))


def worker(unit, cycle, name: str = "Nguyễn Thị An"):
    person = add_person(name)
    post(person, unit.id, LONG_AGO)
    return person, owe(person, cycle)


def some_day(rng: random.Random, around: date = DAY) -> date:
    return around + timedelta(days=rng.randrange(-40, 41))


def test_totals_add_up_and_equal_the_rows_and_the_standings(training):
    rng = random.Random(7)
    cycles = [
        open_duty(training, due_on=DAY + timedelta(days=days), opens_on=opens)
        for days, opens in (
            (-30, date(2026, 1, 5)),
            (-1, date(2026, 1, 5)),
            (0, DAY),
            (1, DAY),
            (30, DAY + timedelta(days=1)),
        )
    ]
    expected = {}
    for _ in range(150):
        person, cycle = add_person(), rng.choice(cycles)
        obligation = owe(person, cycle)
        left_on = rng.choice((None, None, DAY, some_day(rng)))
        post(person, training.unit.id, LONG_AGO, left_on)
        facts: dict[str, Any] = {"day": DAY, "opens_on": cycle.opens_on, "due_on": cycle.due_on, "left_on": left_on}
        if rng.random() < 0.5:
            done_on = rng.choice((some_day(rng), cycle.due_on, cycle.due_on + timedelta(days=1)))
            fulfil(obligation, done_on, training.unit.id)
            facts["completed_on"] = done_on if done_on <= DAY else None
        if rng.random() < 0.4:
            since = some_day(rng)
            until = rng.choice((None, since + timedelta(days=rng.randrange(1, 40))))
            spare(obligation, since, until)
            holds = since <= DAY and (until is None or until > DAY)
            facts["exempt_as"] = "maternity" if holds else ""
        expected[person.staff_code] = rules.standing(StandingFacts(**facts)).kind
    db.session.commit()

    found = {row.staff_code: row.state for row in rows()}
    assert found == {code: STATES.get(kind, "open") for code, kind in expected.items() if kind in COUNTED_AS}
    totals, states = queries.roster_totals(SYSTEM, WANTED), Counter(found.values())
    assert totals.required == totals.done + totals.open + totals.exempt == len(found)
    assert (totals.late, totals.overdue, totals.exempt) == (states["late"], states["overdue"], states["exempt"])
    assert (totals.done, totals.open) == (states["done"] + states["late"], states["open"] + states["overdue"])
    assert {"required": totals.required, "done": totals.done, "open": totals.open, "exempt": totals.exempt} == (
        rules.totals(expected.values())
    )
    assert min(states[state] for state in ("done", "late", "exempt", "overdue", "open")) > 0


class Tree:
    """Units whose parents change in time, and people who move among them; asked by looking at every one."""

    def __init__(self, rng: random.Random, cycle) -> None:
        self.placements: list[tuple[int, int | None, date, date | None]] = []
        self.postings: list[tuple[str, int, date, date | None]] = []
        self.done: dict[str, tuple[int, date]] = {}
        ids = [make_unit().id]
        self._write_over(ids[0], [(None, LONG_AGO, None)])
        for _ in range(24):
            unit_id, moved_on = make_unit().id, some_day(rng)
            first, second = rng.choice(ids), rng.choice(ids)
            self._write_over(unit_id, [(first, LONG_AGO, moved_on), (second, moved_on, None)])
            ids.append(unit_id)
        self.ids = ids
        for _ in range(60):
            self._add_person(rng, cycle)
        db.session.commit()

    def _write_over(self, unit_id, periods) -> None:
        placement = db.session.scalars(db.select(Placement).where(Placement.unit_id == unit_id)).one()
        name, key = placement.name, placement.name_key
        db.session.delete(placement)
        db.session.flush()
        for parent_id, begins, ends in periods:
            values = {"name": name, "name_key": key, "valid_from": begins, "valid_to": ends}
            db.session.add(Placement(unit_id=unit_id, parent_id=parent_id, **values))
            self.placements.append((unit_id, parent_id, begins, ends))
        db.session.flush()

    def _add_person(self, rng, cycle) -> None:
        person = add_person()
        obligation, moved_on = owe(person, cycle), some_day(rng)
        first, second = rng.choice(self.ids), rng.choice((None, *self.ids))
        periods = [(first, LONG_AGO, moved_on), *([(second, moved_on, None)] if second else [])]
        for unit_id, begins, ends in periods:
            post(person, unit_id, begins, ends)
            self.postings.append((person.staff_code, unit_id, begins, ends))
        if rng.random() < 0.5:
            on = moved_on - timedelta(days=rng.randrange(1, 30))
            fulfil(obligation, on, first)
            self.done[person.staff_code] = (first, on)

    def below(self, root: int, day: date) -> set[int]:
        parents = {u: p for u, p, begins, ends in self.placements if begins <= day and (ends is None or day < ends)}
        found = set()
        for unit_id in parents:
            above: int | None = unit_id
            while above is not None and above != root:
                above = parents.get(above)
            if above == root:
                found.add(unit_id)
        return found

    def expected(self, roots, chosen, day: date) -> set[str]:
        scope = set().union(*(self.below(root, day) for root in roots))
        scope = scope & self.below(chosen, day) if chosen else scope
        posted = {c: u for c, u, begins, ends in self.postings if begins <= day and (ends is None or day < ends)}
        stands = {code for code, unit_id in posted.items() if unit_id in scope}
        gone = {
            code for code, (unit_id, on) in self.done.items() if code not in posted and on <= day and unit_id in scope
        }
        return stands | gone


@pytest.mark.parametrize("seed", range(3))
def test_scope_is_what_looking_at_everyone_finds(cycle, seed):
    rng = random.Random(seed)
    tree, sizes = Tree(rng, cycle), set()
    for _ in range(60):
        roots = rng.sample(tree.ids, rng.choice((0, 1, 1, 2)))
        chosen, day = rng.choice((None, *tree.ids)), some_day(rng)
        found = codes(officer_of(*roots), RosterFilter(2026, day, chosen))
        assert len(found) == len(set(found))
        assert set(found) == tree.expected(roots, chosen, day), (roots, chosen, day)
        totals = queries.roster_totals(officer_of(*roots), RosterFilter(2026, day, chosen))
        assert totals.required == len(found)
        sizes.add(len(found))
    assert len(sizes) > 5


def test_another_unit_than_ones_own_gives_nothing(cycle):
    mine, other = make_unit("Sở Tài chính"), make_unit("Sở Y tế")
    worker(mine, cycle)
    worker(other, cycle)
    db.session.commit()
    assert len(rows(officer_of(mine.id))) == 1
    assert rows(officer_of(mine.id), RosterFilter(2026, DAY, other.id)) == []
    assert queries.roster_totals(officer_of(mine.id), RosterFilter(2026, DAY, other.id)).required == 0
    assert rows(Actor(0, "Lê Thị Bình")) == []


def test_who_moved_stands_where_posted_on_the_day(cycle):
    old, new = make_unit("Phòng Một"), make_unit("Phòng Hai")
    person = add_person()
    post(person, old.id, LONG_AGO, date(2026, 6, 1))
    post(person, new.id, date(2026, 6, 1))
    fulfil(owe(person, cycle), date(2026, 3, 2), old.id, unit_name="Phòng Một")
    db.session.commit()

    (then,) = rows(officer_of(old.id), RosterFilter(2026, date(2026, 5, 31)))
    assert (then.unit_name, then.completed_in_unit) == ("Phòng Một", None)
    assert rows(officer_of(old.id)) == []
    (now,) = rows(officer_of(new.id))
    assert (now.unit_name, now.completed_in_unit) == ("Phòng Hai", "Phòng Một")
    (before,) = rows(officer_of(old.id), RosterFilter(2026, date(2026, 3, 1)))
    assert (before.state, before.completed_on, before.score) == ("open", None, None)


def test_who_left_keeps_what_is_done_and_owes_nothing(cycle, training):
    unit = make_unit()
    done, undone = add_person(), add_person()
    for person in (done, undone):
        post(person, unit.id, LONG_AGO, date(2026, 6, 1))
    fulfil(owe(done, cycle), date(2026, 3, 2), unit.id)
    owe(undone, cycle)
    owe(done, open_duty(training, due_on=DUE))
    db.session.commit()
    assert codes() == [done.staff_code]
    assert queries.roster_totals(officer_of(unit.id), WANTED).done == 1
    assert len(rows(wanted=RosterFilter(2026, date(2026, 5, 31)))) == 3


def test_names_stand_in_vietnamese_order(cycle):
    unit = make_unit()
    names = ["Nguyễn Văn An", "Lê Anh", "Trần Thị Ánh", "Đỗ Thị Dung", "Vũ Văn Dũng", "Dương Văn Đức", "Phạm Thị Ê"]
    for name in random.Random(3).sample(names, len(names)):
        worker(unit, cycle, name)
    db.session.commit()
    assert [row.full_name for row in rows()] == names
    pages = [queries.roster_page(SYSTEM, WANTED, offset=start, limit=3) for start in (0, 3, 6)]
    assert [row.full_name for page in pages for row in page] == names


def test_attempts_count_for_their_cycle_and_their_day(cycle, training):
    unit, other = make_unit(), open_duty(training, due_on=DUE)
    person, _ = worker(unit, cycle)
    attempt(person, cycle, date(2026, 3, 1), score=300)
    attempt(person, cycle, date(2026, 4, 1), score=475, number=2)
    attempt(person, cycle, date(2026, 11, 21), score=475, number=3)
    attempt(person, other, date(2026, 4, 1), score=100)
    db.session.commit()
    (row,) = rows()
    assert (row.attempts, row.score, row.first_started_at.date()) == (2, 475, date(2026, 3, 1))


def test_certificate_is_named_while_it_stands(cycle):
    unit = make_unit()
    _, obligation = worker(unit, cycle)
    certificate = certify(fulfil(obligation, date(2026, 3, 2), unit.id))
    db.session.commit()
    (row,) = rows()
    assert (row.certificate_number, row.certificate_year) == (certificate.number, 2026)
    certificate.revoked_at, certificate.revoked_reason = certificate.issued_at, "Cấp nhầm"
    db.session.commit()
    (row,) = rows()
    assert (row.certificate_number, row.state) == (None, "done")


def test_a_requirement_may_be_asked_for_alone(cycle, training):
    unit, other = make_unit(), open_duty(training, due_on=DUE)
    person, _ = worker(unit, cycle)
    owe(person, other)
    db.session.commit()
    assert len(rows()) == 2
    wanted = RosterFilter(2026, DAY, requirement_id=other.requirement_id)
    assert [row.staff_code for row in rows(wanted=wanted)] == [person.staff_code]
    assert rows(wanted=RosterFilter(2025, DAY)) == []
