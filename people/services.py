"""What can be done to sessions, accounts and roles.

Units change in ``people.unit_services``, postings in ``people.import_services``.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, delete, func, or_, select, update

from core import audit
from core.clock import local_day
from core.db import db
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken, TooMany
from core.i18n import lazy_gettext as _l
from core.origin import origin_of
from core.text import clean_line, fold
from people import passwords, queries
from people.access import Actor, Permission, Role
from people.models import Account, Person, Placement, RoleGrant, SignInFailure, UserSession

FAILURE_WINDOW = timedelta(minutes=15)
#: Failures allowed in the window: for one name from one origin, and from one origin in all (core.origin).
FAILURES_PER_NAME_AND_ADDRESS = 8
FAILURES_PER_ADDRESS = 60


def ensure_in_unit(by: Actor, permission: Permission, unit_id: int, *, on: date) -> None:
    """Refuse unless the actor has a permission in a unit.

    :raises NotAllowed: when they do not.
    """
    if not queries.may_in_unit(by, permission, unit_id, on):
        raise NotAllowed(_l("This belongs to a unit outside your responsibility."), _l("Ask the officer of that unit."))


def token_hash(token: str) -> str:
    """Return the hash under which a session token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_throttle(name: str, address: str, *, at: datetime) -> None:
    """Refuse when too many sign-ins have failed lately. A victim signs in freely from another address.

    :raises TooMany: with the time to wait.
    """
    of_name = case((SignInFailure.name_hash == _name_hash(name), 1))
    from_here, for_name = db.session.execute(
        select(func.count(), func.count(of_name)).where(
            SignInFailure.at > at - FAILURE_WINDOW, SignInFailure.address == origin_of(address)
        )
    ).one()
    if for_name >= FAILURES_PER_NAME_AND_ADDRESS or from_here >= FAILURES_PER_ADDRESS:
        raise TooMany(
            _l("Too many sign-ins from here have failed."),
            _l("Wait 15 minutes and try again, or ask your personnel officer for a new password."),
        )


@dataclass(frozen=True)
class Recognised:
    """Somebody whose name and password were right, and the password hash that they were right against."""

    person_id: int
    full_name: str
    password_hash: str


def recognise(name: str, password: str) -> Recognised | None:
    """Return the person with this staff code or e-mail address and this password; None when either is wrong.

    Reads only, and takes the same time for names that nobody has: hashing needs no lock, so it holds none.
    """
    typed = clean_line(name)
    found = db.session.execute(
        select(Person.id, Person.full_name, Account.password_hash)
        .join(Account, Account.person_id == Person.id)
        .where(or_(Person.staff_code.in_({typed, typed.upper(), typed.lower()}), Person.email == typed.lower()))
        .order_by(case((Person.staff_code == typed, 0), else_=1), Person.id)
    ).first()
    if not passwords.matches(found.password_hash if found else None, password) or found is None:
        return None
    return Recognised(found.id, found.full_name, found.password_hash)


def note_failure(name: str, *, address: str, at: datetime) -> None:
    """Write down that a sign-in failed, for throttling; old failures are forgotten."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.at < at - FAILURE_WINDOW * 4))
    db.session.add(SignInFailure(name_hash=_name_hash(name), address=origin_of(address), at=at))


def start_session(
    person: Recognised, password: str, *, address: str, device: str, lifetime: timedelta, at: datetime
) -> str | None:
    """Begin a session for somebody just recognised, and return its token; None when the password changed meanwhile."""
    account = db.session.get(Account, person.person_id, with_for_update=True)
    if account is None or account.password_hash != person.password_hash:
        return None
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hash_password(password)
    token = secrets.token_urlsafe(32)
    db.session.add(
        UserSession(
            token_hash=token_hash(token),
            person_id=person.person_id,
            started_at=at,
            last_seen_at=at,
            expires_at=at + lifetime,
            device=clean_line(device)[:200],
            address=address,
        )
    )
    audit.record(
        "session.start", by=Actor(person.person_id, person.full_name), at=at, about=("person", person.person_id)
    )
    return token


def note_last_seen(session_id: int, *, at: datetime) -> None:
    """Write down that a session is in use."""
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=at))


def end_session(session_id: int, *, by: Actor, at: datetime) -> None:
    """End one of the actor's own sessions; it is refused at its next request.

    :raises NotFound: when it is not theirs, or has ended.
    """
    ended = db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.person_id == by.person_id, UserSession.ended_at.is_(None))
        .values(ended_at=at)
        .returning(UserSession.id)
    ).all()
    if not ended:
        raise NotFound(_l("There is no such session."))
    audit.record("session.end", by=by, at=at, about=("user_session", session_id))


def end_sessions_of(person_id: int, *, but: int | None = None, by: Actor, at: datetime) -> None:
    """End all sessions of a person, but one if so asked."""
    ending = update(UserSession).where(UserSession.person_id == person_id, UserSession.ended_at.is_(None))
    db.session.execute((ending.where(UserSession.id != but) if but else ending).values(ended_at=at))
    audit.record("session.end_all", by=by, at=at, about=("person", person_id))


def change_password(current: str, new: str, *, session_id: int, by: Actor, at: datetime) -> None:
    """Change the actor's own password and end their other sessions.

    :raises RuleBroken: when the current password is wrong or the new one is weak or the same.
    """
    person = db.session.get_one(Person, by.person_id)
    account = db.session.get_one(Account, by.person_id)
    if not passwords.matches(account.password_hash, current):
        raise RuleBroken(_l("The current password is not right."))
    if current == new:
        raise RuleBroken(_l("Choose a password that you have not used here before."))
    passwords.check_new(new, about=(person.staff_code, *person.full_name.split(), *fold(person.full_name).split()))
    account.password_hash = passwords.hash_password(new)
    account.must_change_password = False
    account.password_changed_at = at
    end_sessions_of(person.id, but=session_id, by=by, at=at)
    audit.record("account.change_password", by=by, at=at, about=("person", person.id))


def may_give_password(person_id: int, *, by: Actor, on: date) -> bool:
    """Tell whether the actor may replace a person's password.

    A password opens all that its owner may do. So the password of somebody with a role is replaced only by those who
    could grant that role, else an officer could take over an administrator's account.
    """
    holds = (
        select(RoleGrant.unit_id).where(RoleGrant.person_id == person_id, queries.in_force(RoleGrant, on)).distinct()
    )
    return all(queries.may_in_unit(by, Permission.GRANT_ROLES, unit_id, on) for unit_id in db.session.scalars(holds))


def give_first_password(person_id: int, *, must_change: bool = True, by: Actor, at: datetime) -> str:
    """Give a person a fresh first password, end their sessions, and return it once for the slip.

    It must be changed at the first sign-in, but for the guests of a demonstration. The caller has made sure that the
    actor manages the accounts of the person's unit.

    :raises NotAllowed: when the person has a role that the actor could not grant.
    """
    if not may_give_password(person_id, by=by, on=local_day(at)):
        raise NotAllowed(_l("This person has a role here."), _l("Ask the administrator to give them a new password."))
    password = passwords.made_up()
    account = db.session.get(Account, person_id)
    if account is None:
        account = Account(person_id=person_id, password_hash="", password_changed_at=at)
        db.session.add(account)
    account.password_hash = passwords.hash_password(password)
    account.must_change_password = must_change
    account.password_changed_at = at
    end_sessions_of(person_id, by=by, at=at)
    audit.record("account.give_first_password", by=by, at=at, about=("person", person_id))
    return password


def grant_role(person_id: int, role: Role, unit_id: int, *, by: Actor, at: datetime, on: date) -> RoleGrant:
    """Grant a role on a unit and all below it, from a day on. Granting it again changes nothing."""
    ensure_in_unit(by, Permission.GRANT_ROLES, unit_id, on=on)
    existing = db.session.scalar(
        select(RoleGrant).where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.unit_id == unit_id,
            RoleGrant.valid_to.is_(None),
        )
    )
    if existing:
        return existing
    grant = RoleGrant(
        person_id=person_id, role=role, unit_id=unit_id, valid_from=on, granted_by_id=by.person_id, granted_at=at
    )
    db.session.add(grant)
    audit.record("role.grant", by=by, at=at, about=("person", person_id), detail={"role": role, "unit_id": unit_id})
    return grant


def grant_by_code(code: str, role: Role, unit_id: int, *, by: Actor, at: datetime, on: date) -> str:
    """Grant a role to whoever has a staff code, and return their name.

    :raises RuleBroken: when nobody has it, or nobody whom the actor may see.
    """
    visible = queries.people_visible_to(by, Permission.VIEW_PEOPLE, on)
    person = db.session.scalar(select(Person).where(Person.staff_code == code, visible))
    if person is None:
        raise RuleBroken(_l("Nobody in your units has the staff code %(code)s.", code=code), _l("Check the code."))
    grant_role(person.id, role, unit_id, by=by, at=at, on=on)
    return person.full_name


def end_role(grant_id: int, *, by: Actor, at: datetime, on: date) -> None:
    """End a role; it is gone at the person's next request.

    :raises NotFound: when there is none, or none in the actor's units.
    :raises RuleBroken: when it is the last administrator's of a top unit.
    """
    administrators = _locked_top_administrators(on)
    grant = db.session.get(RoleGrant, grant_id, with_for_update=True, populate_existing=True)
    if grant is None or not queries.may_in_unit(by, Permission.GRANT_ROLES, grant.unit_id, on):
        raise NotFound(_l("There is no such role."))
    if grant.valid_to is not None:
        raise Conflict(_l("This role has ended already."))
    if administrators == [grant.id]:
        raise RuleBroken(_l("This is the last administrator."), _l("Grant the role to somebody else first."))
    grant.valid_to = on
    audit.record("role.end", by=by, at=at, about=("person", grant.person_id), detail={"role": grant.role})


def _locked_top_administrators(on: date) -> list[int]:
    """Return the grants of administrators on top units, locked in one order: who leave at once wait for each other."""
    top = select(Placement.unit_id).where(Placement.parent_id.is_(None), queries.in_force(Placement, on))
    grants = select(RoleGrant.id).where(
        RoleGrant.role == Role.ADMINISTRATOR, queries.in_force(RoleGrant, on), RoleGrant.unit_id.in_(top)
    )
    return list(db.session.scalars(grants.order_by(RoleGrant.id).with_for_update(of=RoleGrant)))


def _name_hash(name: str) -> str:
    return hashlib.sha256(fold(name).encode()).hexdigest()
