"""What can be asked about people and units. Every list begins with what the actor may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    exists,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from core.db import UtcDateTime, db, table_of
from people.access import Actor, Grant, Permission, Role
from people.models import Account, Person, Placement, Posting, RoleGrant, UserSession


def in_force(
    table: type[Placement] | type[Posting] | type[RoleGrant] | ReadOnlyColumnCollection[str, Any],
    on: date | BindParameter[date],
) -> ColumnElement[bool]:
    """Return the condition that a period holds on a day (half-open: without its last day)."""
    return and_(table.valid_from <= on, or_(table.valid_to.is_(None), table.valid_to > on))


def units_below(roots: Iterable[int], on: date) -> CTE:
    """Return a CTE with one column ``unit_id``: the root units and all below them as of a day.

    UNION (not UNION ALL) ends the walk even if the tree had a cycle.
    """
    roots = list(roots)
    tree = select(Placement.unit_id).where(Placement.unit_id.in_(roots), in_force(Placement, on)).cte(recursive=True)
    child = aliased(Placement)
    return tree.union(
        select(child.unit_id).where(
            child.parent_id == tree.c.unit_id,
            child.valid_from <= on,
            or_(child.valid_to.is_(None), child.valid_to > on),
        )
    )


def units_above(start: Select[int], on: date | BindParameter[date]) -> Select[int]:
    """Return a select of the ids of some units and of all units above them as of a day.

    :param start: a select of unit ids.
    """
    units = start.cte(recursive=True)
    # UNION (not UNION ALL) ends the walk even if the tree had a cycle.
    walk = units.union(
        select(Placement.parent_id)
        .join(units, Placement.unit_id == units.c[0])
        .where(in_force(Placement, on), Placement.parent_id.is_not(None))
    )
    return select(walk.c[0])


def units_in_scope(actor: Actor, permission: Permission, on: date) -> Select[int]:
    """Return a select of the ids of all units in which the actor has a permission."""
    if actor.is_system:
        every = aliased(Placement)
        return select(every.unit_id).where(in_force(every, on))
    return select(units_below(actor.scope(permission), on).c.unit_id)


def people_visible_to(actor: Actor, permission: Permission, on: date) -> ColumnElement[bool]:
    """Return the condition on ``Person`` that the actor has a permission over them by their posting on a day."""
    posted = aliased(Posting)
    return exists().where(
        posted.person_id == Person.id,
        in_force(posted, on),
        posted.unit_id.in_(units_in_scope(actor, permission, on)),
    )


def may_in_unit(actor: Actor, permission: Permission, unit_id: int, on: date) -> bool:
    """Tell whether the actor has a permission in a unit, by a grant on it or on a unit above it."""
    if actor.is_system:
        return True
    roots = actor.scope(permission)
    if not roots or unit_id in roots:
        return bool(roots)
    found = units_in_scope(actor, permission, on).subquery()
    return db.session.scalar(select(literal(True)).where(exists().where(found.c.unit_id == unit_id))) is True


@dataclass(frozen=True)
class SessionFound:
    """A running session: who acts in it, under which staff code, and whether a first password must be changed."""

    actor: Actor
    staff_code: str
    session_id: int
    last_seen_at: datetime
    must_change_password: bool


_SESSION, _PERSON, _ACCOUNT, _GRANT = map(table_of, (UserSession, Person, Account, RoleGrant))
_ON = bindparam("on", type_=Date)

#: Asked at every request, so built once; parameters ``token_hash``, ``at`` and ``on``.
_RUNNING_SESSION = (
    select(
        _SESSION.c.id,
        _SESSION.c.person_id,
        _SESSION.c.last_seen_at,
        _PERSON.c.full_name,
        _PERSON.c.staff_code,
        _ACCOUNT.c.must_change_password,
        _GRANT.c.role,
        _GRANT.c.unit_id,
    )
    .join(_PERSON, _PERSON.c.id == _SESSION.c.person_id)
    .join(_ACCOUNT, _ACCOUNT.c.person_id == _PERSON.c.id)
    .outerjoin(_GRANT, and_(_GRANT.c.person_id == _PERSON.c.id, in_force(_GRANT.c, _ON)))
    .where(
        _SESSION.c.token_hash == bindparam("token_hash"),
        _SESSION.c.ended_at.is_(None),
        _SESSION.c.expires_at > bindparam("at", type_=UtcDateTime),
    )
)


def actor_for_session(token_hash: str, at: datetime, on: date) -> SessionFound | None:
    """Return who is signed in by a session token.

    One query; None when the session has ended or expired. Grants are those of this day, so a change holds at once.
    """
    rows = db.session.execute(_RUNNING_SESSION, {"token_hash": token_hash, "at": at, "on": on}).all()
    if not rows:
        return None
    first = rows[0]
    grants = tuple(Grant(Role(row.role), row.unit_id) for row in rows if row.role is not None)
    actor = Actor(first.person_id, first.full_name, grants)
    return SessionFound(actor, first.staff_code, first.id, first.last_seen_at, first.must_change_password)


def running_sessions(person_id: int, at: datetime) -> Sequence[UserSession]:
    """Return the sessions of a person that have neither ended nor expired, the one last used first."""
    return db.session.scalars(
        select(UserSession)
        .where(UserSession.person_id == person_id, UserSession.ended_at.is_(None), UserSession.expires_at > at)
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
    ).all()


def unit_names(unit_ids: Iterable[int], on: date) -> dict[int, str]:
    """Return the names of units as of a day."""
    rows = db.session.execute(
        select(Placement.unit_id, Placement.name).where(Placement.unit_id.in_(list(unit_ids)), in_force(Placement, on))
    )
    return {row.unit_id: row.name for row in rows}


def unit_choices(actor: Actor, permission: Permission, on: date) -> list[tuple[int, str]]:
    """Return the units in which the actor has a permission, those of the grants first, each with the unit above."""
    above = aliased(Placement)
    rows = db.session.execute(
        select(Placement.unit_id, Placement.name, above.name.label("above"))
        .outerjoin(
            above,
            and_(
                above.unit_id == Placement.parent_id,
                above.valid_from <= on,
                or_(above.valid_to.is_(None), above.valid_to > on),
            ),
        )
        .where(in_force(Placement, on), Placement.unit_id.in_(units_in_scope(actor, permission, on)))
        .order_by(Placement.unit_id.not_in(actor.scope(permission)), Placement.name_key, Placement.unit_id)
    )
    return [(row.unit_id, f"{row.name} ({row.above})" if row.above else row.name) for row in rows]


def _path() -> Select[Any]:
    on = bindparam("on", type_=Date)
    start = (
        select(Placement.unit_id, Placement.parent_id, Placement.name, literal(0).label("up"))
        .where(Placement.unit_id == bindparam("unit_id"), in_force(Placement, on))
        .cte("path", recursive=True)
    )
    above = aliased(Placement)
    walk = start.union_all(
        select(above.unit_id, above.parent_id, above.name, start.c.up + 1).where(
            above.unit_id == start.c.parent_id,
            above.valid_from <= on,
            or_(above.valid_to.is_(None), above.valid_to > on),
            start.c.up < 50,
        )
    )
    return select(walk.c.name).order_by(walk.c.up.desc())


_PATH = _path()


def unit_path(unit_id: int, on: date) -> tuple[str, ...]:
    """Return the names from the top down to a unit, as of a day. One query."""
    return tuple(db.session.scalars(_PATH, {"unit_id": unit_id, "on": on}))
