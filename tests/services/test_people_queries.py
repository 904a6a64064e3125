"""Scope: what an actor may see, as of a day."""

from datetime import date

from core.db import db
from people import queries
from people.access import Permission, Role
from people.models import Person
from tests.support.factories_people import actor_of, make_person, make_unit

TODAY = date(2026, 11, 20)


def test_scope_covers_the_unit_and_all_below(session, at):
    top = make_unit("Sở Nội vụ")
    below = make_unit("Phòng Cải cách hành chính", parent=top)
    other = make_unit("Sở Tài chính")
    officer = actor_of(make_person(unit=top, roles=[Role.HR_OFFICER]))
    in_scope = set(db.session.scalars(queries.units_in_scope(officer, Permission.VIEW_PEOPLE, TODAY)))
    assert in_scope == {top.id, below.id}
    assert not queries.may_in_unit(officer, Permission.VIEW_PEOPLE, other.id, TODAY)


def test_people_of_another_unit_are_invisible(session, at):
    mine, other = make_unit(), make_unit()
    officer = make_person(unit=mine, roles=[Role.HR_OFFICER])
    make_person("Lê Văn Khác", unit=other)
    visible = queries.people_visible_to(actor_of(officer), Permission.VIEW_PEOPLE, TODAY)
    assert list(db.session.scalars(db.select(Person.id).where(visible))) == [officer.id]
