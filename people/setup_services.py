"""The first administrator of an installation: a link that works once, and what it makes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select, text

from core import audit
from core.db import db, is_sqlite
from core.errors import NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line, fold, name_sort_key
from people import passwords, queries
from people.access import SYSTEM, Role
from people.models import Account, Person, Placement, Posting, RoleGrant
from people.services import grant_role
from people.unit_services import create_unit

LINK_LIFETIME = timedelta(days=7)


@dataclass(frozen=True)
class FirstAdministrator:
    """What the page of the first administrator asks for. The unit is asked for only where there is none."""

    unit_name: str
    unit_code: str
    full_name: str
    staff_code: str
    email: str
    password: str


def invitation() -> str:
    """Return a token that opens the page of the first administrator while there is no administrator."""
    return _serializer().dumps("first administrator")


def has_administrator(on: date) -> bool:
    """Tell whether anybody is an administrator on a day."""
    grants = select(RoleGrant.id).where(RoleGrant.role == Role.ADMINISTRATOR, queries.in_force(RoleGrant, on))
    return db.session.scalar(grants.limit(1)) is not None


def top_units(on: date) -> list[int]:
    """Return the ids of the units that belong to no other, in the order of their names."""
    top = select(Placement.unit_id).where(Placement.parent_id.is_(None), queries.in_force(Placement, on))
    return list(db.session.scalars(top.order_by(Placement.name_key, Placement.unit_id)))


def ensure_open(token: str, *, on: date) -> None:
    """Refuse a link that was not made here, is too old, or is no longer needed.

    :raises NotFound: always in the same words.
    """
    try:
        _serializer().loads(token, max_age=int(LINK_LIFETIME.total_seconds()))
    except BadData:
        genuine = False
    else:
        genuine = True
    if not genuine or has_administrator(on):
        raise NotFound(
            _l("This link is no longer valid."),
            _l("If there is no administrator yet, run `flask --app app people invite-administrator` for a new one."),
        )


def make_first_administrator(token: str, wanted: FirstAdministrator, *, at: datetime, on: date) -> Person:
    """Make the top unit, where there is none, and the person who administers everything, with a password of their own.

    Somebody already on the staff list becomes the administrator when code and name agree.

    :raises NotFound: when there is an administrator by now.
    :raises RuleBroken: when the password is weak or the staff code is somebody else's.
    """
    if not is_sqlite():
        db.session.execute(text("LOCK TABLE role_grant IN SHARE ROW EXCLUSIVE MODE"))
    ensure_open(token, on=on)
    passwords.check_new(wanted.password, about=(wanted.staff_code, *wanted.full_name.split()))
    tops = top_units(on)
    if not tops:
        code, name = clean_line(wanted.unit_code), clean_line(wanted.unit_name)
        tops = [create_unit(code, name, None, valid_from=on, by=SYSTEM, at=at, on=on).id]
    person = _person(wanted, tops[0], at=at, on=on)
    account = db.session.get(Account, person.id) or Account(person_id=person.id)
    account.password_hash = passwords.hash_password(wanted.password)
    account.must_change_password = False
    account.password_changed_at = at
    db.session.add(account)
    for unit_id in tops:
        grant_role(person.id, Role.ADMINISTRATOR, unit_id, by=SYSTEM, at=at, on=on)
    audit.record("installation.first_administrator", by=SYSTEM, at=at, about=("person", person.id))
    return person


def _person(wanted: FirstAdministrator, unit_id: int, *, at: datetime, on: date) -> Person:
    name, code = clean_line(wanted.full_name), clean_line(wanted.staff_code)
    known = db.session.scalar(select(Person).where(Person.staff_code == code))
    if known and fold(known.full_name) != fold(name):
        raise RuleBroken(_l("This staff code belongs to somebody else."), _l("Check the staff code and the name."))
    if known:
        return known
    person = Person(
        staff_code=code,
        full_name=name,
        name_key=name_sort_key(name),
        search_text=fold(f"{name} {code}"),
        email=clean_line(wanted.email).lower() or None,
        created_at=at,
    )
    db.session.add(person)
    db.session.flush()
    db.session.add(Posting(person_id=person.id, unit_id=unit_id, valid_from=on))
    return person


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="first-administrator")
