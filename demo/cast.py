"""Who plays in the demonstration: whom visitors may sign in as, and who acts for the department."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.clock import local_day
from core.db import db, transaction
from demo import organisation
from people.access import SYSTEM, Actor, Grant, Role
from people.models import Person, Placement, Posting
from people.services import give_first_password, grant_role

#: What somebody is who has no role.
LEARNER = "learner"
#: Whom visitors play and what each is, by staff code, so that it is always the same ones.
GUESTS: dict[str, str] = {
    "00008": LEARNER,
    "00009": LEARNER,
    "00002": Role.HR_OFFICER,
    "00003": Role.TRAINER,
    "00001": Role.UNIT_HEAD,
    "00005": Role.INSPECTOR,
    "00010": Role.ADMINISTRATOR,
}
OFFICER, TRAINER, ADVANCED_LEARNER = "00002", "00003", "00009"
#: A trainer whom no visitor plays: second marks are another person's.
COLLEAGUE = "00011"


@dataclass(frozen=True)
class Guest:
    """Somebody as whom a visitor may sign in."""

    person: Person
    role: str
    password: str


def unit_id(name: str = organisation.ROOT_NAME) -> int:
    """Return the unit with a name, the department itself unless told otherwise."""
    return db.session.scalars(select(Placement.unit_id).where(Placement.name == name)).one()


def actor(code: str) -> Actor:
    """Return somebody as who acts, with the role that they play."""
    person = db.session.scalars(select(Person).where(Person.staff_code == code)).one()
    role = _roles().get(code, LEARNER)
    grants = () if role == LEARNER else (Grant(Role(role), _scope(person, role)),)
    return Actor(person.id, person.full_name, grants)


def appoint(at: datetime) -> None:
    """Grant everybody the role that they play."""
    with transaction():
        for code, role in _roles().items():
            if role != LEARNER:
                person = db.session.scalars(select(Person).where(Person.staff_code == code)).one()
                grant_role(person.id, Role(role), _scope(person, role), by=SYSTEM, at=at, on=local_day(at))


def welcome_guests(now: datetime) -> list[Guest]:
    """Give the guests fresh passwords."""
    found = {
        person.staff_code: person for person in db.session.scalars(select(Person).where(Person.staff_code.in_(GUESTS)))
    }
    with transaction():
        return [
            Guest(found[code], role, give_first_password(found[code].id, must_change=False, by=SYSTEM, at=now))
            for code, role in GUESTS.items()
        ]


def _roles() -> dict[str, str]:
    return GUESTS | {COLLEAGUE: Role.TRAINER}


def _scope(person: Person, role: str) -> int:
    """Return the unit on which somebody has their role: heads their own one, all others the department."""
    if role != Role.UNIT_HEAD:
        return unit_id()
    return db.session.scalars(
        select(Posting.unit_id).where(Posting.person_id == person.id, Posting.valid_to.is_(None))
    ).one()
