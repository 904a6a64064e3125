"""What can be asked about units: the tree of a day within somebody's scope, and the history of one unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people import queries
from people.access import Actor, Permission
from people.models import Placement, Posting, Unit
from people.person_queries import NamedRow


@dataclass(frozen=True)
class TreeRow:
    """A unit in the tree: how deep it stands, and how many people work in it and in all below."""

    id: int
    code: str
    name: str
    depth: int
    people: int
    people_below: int


def unit_tree(actor: Actor, permission: Permission, on: date) -> list[TreeRow]:
    """Return the units of the actor's scope as a tree, parents before children, siblings by name. Two queries."""
    scope = queries.units_in_scope(actor, permission, on)
    units = db.session.execute(
        select(Unit.id, Unit.code, Placement.name, Placement.parent_id)
        .join(Placement, and_(Placement.unit_id == Unit.id, queries.in_force(Placement, on)))
        .where(Unit.id.in_(scope))
        .order_by(Placement.name_key, Unit.id)
    ).all()
    counted = db.session.execute(
        select(Posting.unit_id, func.count())
        .where(queries.in_force(Posting, on), Posting.unit_id.in_(scope))
        .group_by(Posting.unit_id)
    )
    return _as_tree(units, {row[0]: row[1] for row in counted})


def _as_tree(units: Sequence[NamedRow], people: dict[int, int]) -> list[TreeRow]:
    known = {unit.id for unit in units}
    children: dict[int | None, list[NamedRow]] = {}
    for unit in units:
        children.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    ordered: list[tuple[NamedRow, int]] = []
    waiting = [(unit, 0) for unit in reversed(children.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        ordered.append((unit, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(unit.id, []))]
    below: dict[int | None, int] = {}
    for unit, _depth in reversed(ordered):
        below[unit.id] = below.get(unit.id, 0) + people.get(unit.id, 0)
        below[unit.parent_id] = below.get(unit.parent_id, 0) + below[unit.id]
    return [
        TreeRow(unit.id, unit.code, unit.name, depth, people.get(unit.id, 0), below[unit.id]) for unit, depth in ordered
    ]


def visible_unit(actor: Actor, permission: Permission, unit_id: int, on: date) -> NamedRow:
    """Return code, latest name and latest parent of a unit of the actor's scope.

    :raises NotFound: when there is none, or none that the actor may know of.
    """
    found = db.session.execute(
        select(Unit.id, Unit.code, Placement.name, Placement.parent_id)
        .join(Placement, and_(Placement.unit_id == Unit.id, Placement.valid_to.is_(None)))
        .where(Unit.id == unit_id)
    ).first()
    if found is None or not queries.may_in_unit(actor, permission, unit_id, on):
        raise NotFound(_l("This unit does not exist."))
    return found


def history(unit_id: int) -> Sequence[NamedRow]:
    """Return what a unit was called and to which unit it belonged, the latest first."""
    above = aliased(Placement)
    newest = select(func.max(above.id)).where(above.unit_id == Placement.parent_id).scalar_subquery()
    parent = aliased(Placement)
    return db.session.execute(
        select(Placement.name, Placement.valid_from, Placement.valid_to, parent.name.label("parent_name"))
        .outerjoin(parent, parent.id == newest)
        .where(Placement.unit_id == unit_id)
        .order_by(Placement.valid_from.desc())
    ).all()
