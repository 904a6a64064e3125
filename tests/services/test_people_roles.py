"""Roles end; the last administrator of a top unit does not, whoever leaves at the same moment."""

import pytest

from core import clock
from core.db import db, transaction
from core.errors import NotFound, RuleBroken
from people import services
from people.access import Role
from people.models import RoleGrant
from tests.support.crowd import all_at_once
from tests.support.factories_people import actor_of, give_role, make_person, make_unit


def end(grant: RoleGrant, by, at) -> None:
    with transaction():
        services.end_role(grant.id, by=by, at=at, on=clock.local_day(at))


def test_an_administrator_of_a_unit_below_does_not_replace_the_last_one_above(session, at):
    office = make_unit("Sở Nội vụ")
    division = make_unit("Văn phòng Sở", parent=office)
    person = make_person(unit=office)
    above = give_role(person, Role.ADMINISTRATOR, office)
    below = give_role(make_person(unit=division), Role.ADMINISTRATOR, division)
    with pytest.raises(RuleBroken):
        end(above, actor_of(person), at)
    end(below, actor_of(person), at)
    successor = give_role(make_person(unit=office), Role.ADMINISTRATOR, office)
    end(above, actor_of(person), at)
    assert db.session.get_one(RoleGrant, above.id).valid_to == clock.local_day(at)
    assert db.session.get_one(RoleGrant, successor.id).valid_to is None


def test_nobody_ends_a_role_outside_their_units(session, at):
    office, other = make_unit("Sở Nội vụ"), make_unit("Sở Y tế")
    person = make_person(unit=office)
    give_role(person, Role.ADMINISTRATOR, office)
    grant = give_role(make_person(unit=other), Role.TRAINER, other)
    with pytest.raises(NotFound):
        end(grant, actor_of(person), at)


def test_two_administrators_who_leave_at_once_leave_one(own_app, at):
    with own_app.app_context():
        office = make_unit("Sở Nội vụ")
        people = [make_person(unit=office), make_person(unit=office)]
        grants = [give_role(person, Role.ADMINISTRATOR, office).id for person in people]
        actors = [actor_of(person) for person in people]

        def leave(grant_id, actor):
            try:
                services.end_role(grant_id, by=actor, at=at, on=clock.local_day(at))
            except RuleBroken:
                return "refused"
            return "left"

        jobs = [lambda pair=pair: leave(*pair) for pair in zip(grants, actors, strict=True)]
        assert sorted(all_at_once(own_app, *jobs)) == ["left", "refused"]
