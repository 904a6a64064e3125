"""People and units for tests. Each function stores what it makes, in force since the beginning of 2020."""

import itertools
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from core.db import db
from core.text import fold, name_sort_key, sort_key
from people import passwords
from people.access import Actor, Grant, Role
from people.models import Account, Person, Placement, Posting, RoleGrant, Unit

SINCE = date(2020, 1, 1)
MADE_AT = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "bến cảng mùa thu 2026"

Row = TypeVar("Row")
_numbers = itertools.count(1)


def stored(row: Row) -> Row:
    """Commit a row, so that no later rollback of the code under test takes it back."""
    db.session.add(row)
    db.session.commit()
    return row


def make_unit(name: str = "Văn phòng", parent: Unit | None = None, **values: Any) -> Unit:
    """Make a unit with its name and its place below another."""
    unit = stored(Unit(**{"code": f"DV{next(_numbers):04}", "created_at": MADE_AT, **values}))
    parent_id = parent.id if parent else None
    stored(Placement(unit_id=unit.id, parent_id=parent_id, name=name, name_key=sort_key(name), valid_from=SINCE))
    return unit


def make_person(
    full_name: str = "Nguyễn Văn An", unit: Unit | None = None, *, title: str = "", **values: Any
) -> Person:
    """Make a person who can sign in, posted to a unit (a new one, if none is given)."""
    code = values.pop("staff_code", None) or f"CB{next(_numbers):05}"
    person = stored(
        Person(
            staff_code=code,
            full_name=full_name,
            name_key=name_sort_key(full_name),
            search_text=fold(f"{full_name} {code}"),
            created_at=MADE_AT,
            **values,
        )
    )
    unit_id = (unit or make_unit()).id
    stored(Posting(person_id=person.id, unit_id=unit_id, title=title, valid_from=SINCE))
    make_account(person)
    return person


def make_account(person: Person, password: str = PASSWORD, *, must_change_password: bool = False) -> Account:
    """Give a person a password."""
    return stored(
        Account(
            person_id=person.id,
            password_hash=passwords.hash_password(password),
            must_change_password=must_change_password,
            password_changed_at=MADE_AT,
        )
    )


def grant(person: Person, role: Role, unit: Unit) -> RoleGrant:
    """Give a person a role on a unit and all below it."""
    return stored(RoleGrant(person_id=person.id, role=role, unit_id=unit.id, valid_from=SINCE, granted_at=MADE_AT))


def actor(person: Person, *grants: tuple[Role, Unit]) -> Actor:
    """Return a person as the one who acts, with these roles."""
    return Actor(person.id, person.full_name, tuple(Grant(role, unit.id) for role, unit in grants))
