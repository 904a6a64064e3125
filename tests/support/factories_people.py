"""Units, persons and sign-in for tests. Everything made here is committed, so that the code under test sees it."""

import itertools
import secrets
from collections.abc import Iterable
from datetime import date, timedelta

from flask.testing import FlaskClient

from core import clock
from core.db import db, transaction
from core.text import fold, name_sort_key, sort_key
from people import passwords, services
from people.access import Actor, Grant, Role
from people.models import Account, Person, Placement, Posting, RoleGrant, StaffGroup, Unit, UserSession

_numbers = itertools.count(1)
#: Units, postings and grants of tests begin here unless told otherwise.
LONG_AGO = date(2020, 1, 1)
#: The password of every person who was made with an account.
PASSWORD = "gió mùa thu thổi 27"


def make_unit(
    name: str = "",
    *,
    code: str = "",
    parent: Unit | None = None,
    valid_from: date = LONG_AGO,
    valid_to: date | None = None,
) -> Unit:
    """Make a unit with one placement."""
    number = next(_numbers)
    unit = Unit(code=code or f"DV{number:04d}", created_at=clock.now())
    db.session.add(unit)
    db.session.flush()
    name = name or f"Phòng Tổng hợp {number}"
    db.session.add(
        Placement(
            unit_id=unit.id,
            parent_id=parent.id if parent else None,
            name=name,
            name_key=sort_key(name),
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    db.session.commit()
    return unit


def make_person(
    full_name: str = "Nguyễn Thị An",
    *,
    unit: Unit | None = None,
    roles: Iterable[Role] = (),
    staff_code: str = "",
    title: str = "Chuyên viên",
    email: str | None = None,
    staff_group: StaffGroup = StaffGroup.CIVIL_SERVANT,
    birth_date: date | None = date(1990, 5, 17),
    sex: str = "female",
    rank: str = "Chuyên viên",
    posted_from: date = LONG_AGO,
    account: bool = False,
    must_change_password: bool = False,
) -> Person:
    """Make a person, posted in ``unit`` and with ``roles`` on it; ``account=True`` lets them sign in with PASSWORD."""
    staff_code = staff_code or f"CC{next(_numbers):05d}"
    person = Person(
        staff_code=staff_code,
        full_name=full_name,
        name_key=name_sort_key(full_name),
        search_text=fold(f"{full_name} {staff_code}"),
        birth_date=birth_date,
        sex=sex,
        email=email,
        staff_group=staff_group,
        rank=rank,
        created_at=clock.now(),
    )
    db.session.add(person)
    db.session.flush()
    if unit:
        db.session.add(Posting(person_id=person.id, unit_id=unit.id, title=title, valid_from=posted_from))
    for role in roles:
        give_role(person, role, unit)
    if account:
        _make_account(person, must_change_password)
    db.session.commit()
    return person


def give_role(person: Person, role: Role, unit: Unit | None) -> RoleGrant:
    """Give a person a role on a unit since long ago."""
    assert unit is not None, "A role is given on a unit."
    grant = RoleGrant(person_id=person.id, role=role, unit_id=unit.id, valid_from=LONG_AGO, granted_at=clock.now())
    db.session.add(grant)
    db.session.commit()
    return grant


def make_office(unit: Unit, count: int) -> list[Person]:
    """Make several persons in a unit."""
    return [make_person(f"Trần Văn Người {number}", unit=unit, sex="male") for number in range(1, count + 1)]


def actor_of(person: Person) -> Actor:
    """Return a person as the one who acts, with the roles of today."""
    grants = db.session.query(RoleGrant).filter_by(person_id=person.id, valid_to=None)
    return Actor(person.id, person.full_name, tuple(Grant(Role(grant.role), grant.unit_id) for grant in grants))


def sign_in(client: FlaskClient, person: Person) -> UserSession:
    """Sign a person in without the sign-in page, and return the session."""
    token, at, person_id = secrets.token_urlsafe(32), clock.now(), person.id
    signed_in = UserSession(
        token_hash=services.token_hash(token),
        person_id=person_id,
        started_at=at,
        last_seen_at=at,
        expires_at=at + timedelta(hours=12),
        device="Trình duyệt thử",
        address="127.0.0.1",
    )
    db.session.commit()  # what the test has prepared
    with transaction():  # takes SQLite's lock at once, as a server may be writing
        if db.session.get(Account, person_id) is None:
            _make_account(db.session.get_one(Person, person_id), False)
        db.session.add(signed_in)
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return signed_in


def _make_account(person: Person, must_change_password: bool) -> None:
    db.session.add(
        Account(
            person_id=person.id,
            password_hash=passwords.hash_password(PASSWORD),
            must_change_password=must_change_password,
            password_changed_at=clock.now(),
        )
    )
