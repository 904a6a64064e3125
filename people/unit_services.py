"""What can be done to units: make, rename, move. Names and parents are placements in time; nothing is overwritten
but what began on the same day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from core import audit
from core.db import db
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line, has_unprintable, sort_key
from people import queries
from people.access import Actor, Permission
from people.models import Placement, Unit
from people.services import ensure_in_unit


def create_unit(
    code: str, name: str, parent_id: int | None, *, valid_from: date, by: Actor, at: datetime, on: date
) -> Unit:
    """Make a unit below another one; only the system makes one at the top.

    :raises NotAllowed: when the actor does not manage the unit above.
    :raises RuleBroken: when the code is taken, or the unit above does not exist on that day.
    """
    if parent_id is None and not by.is_system:
        raise NotFound(_l("This unit does not exist."))
    if parent_id is not None:
        ensure_in_unit(by, Permission.MANAGE_UNITS, parent_id, on=on)
        _ensure_exists(parent_id, valid_from)
    if db.session.scalar(select(Unit.id).where(Unit.code == code)):
        raise RuleBroken(_l("There is a unit with the code %(code)s already.", code=code), _l("Choose another code."))
    unit = Unit(code=code, created_at=at)
    db.session.add(unit)
    db.session.flush()
    db.session.add(_placement(unit.id, parent_id, _checked_name(name), valid_from))
    audit.record(
        "unit.create",
        by=by,
        at=at,
        about=("unit", unit.id),
        detail={"code": code, "name": name, "parent_id": parent_id},
    )
    return unit


def change_unit(
    unit_id: int, *, name: str, parent_id: int | None, valid_from: date, by: Actor, at: datetime, on: date
) -> bool:
    """Rename or move a unit from a day on, and tell whether anything changed. What held before stays readable.

    :raises NotAllowed: when the actor manages neither the unit or the unit that is to be above.
    :raises RuleBroken: when it would come below itself, or the day lies before the last change.
    """
    current = db.session.scalar(
        select(Placement).where(Placement.unit_id == unit_id, Placement.valid_to.is_(None)).with_for_update()
    )
    if current is None:
        raise NotFound(_l("This unit does not exist."))
    ensure_in_unit(by, Permission.MANAGE_UNITS, unit_id, on=on)
    name = _checked_name(name)
    if (name, parent_id) == (current.name, current.parent_id):
        return False
    if parent_id != current.parent_id:
        _ensure_may_move(unit_id, parent_id, valid_from, by=by, on=on)
    if valid_from < current.valid_from:
        raise RuleBroken(
            _l("This unit was last changed from %(day)s on.", day=current.valid_from.strftime("%d/%m/%Y")),
            _l("Choose that day or a later one."),
        )
    before = {"name": current.name, "parent_id": current.parent_id}
    if current.valid_from == valid_from:
        current.name, current.name_key, current.parent_id = name, sort_key(name), parent_id
    else:
        db.session.execute(update(Placement).where(Placement.id == current.id).values(valid_to=valid_from))
        db.session.add(_placement(unit_id, parent_id, name, valid_from))
    after: dict[str, Any] = {"name": name, "parent_id": parent_id}
    detail = {"from": valid_from.isoformat(), "before": before, "after": after}
    audit.record("unit.change", by=by, at=at, about=("unit", unit_id), detail=detail)
    return True


def _ensure_may_move(unit_id: int, parent_id: int | None, valid_from: date, *, by: Actor, on: date) -> None:
    """Refuse a move to the top, out of the actor's scope, to a unit that is not there, or below itself.

    A cycle is looked for on the day of the move and in what is known to hold after it. All moves take the lock of all
    open placements in one order, so two moves at once can't make a cycle together.
    """
    if parent_id is None:
        raise RuleBroken(_l("Choose the unit above."))
    ensure_in_unit(by, Permission.MANAGE_UNITS, parent_id, on=on)
    _ensure_exists(parent_id, valid_from)
    open_now = select(Placement.unit_id, Placement.parent_id).where(Placement.valid_to.is_(None))
    parents = {
        row.unit_id: row.parent_id for row in db.session.execute(open_now.order_by(Placement.id).with_for_update())
    }
    above: int | None = parent_id
    for _ in range(len(parents) + 1):
        if above == unit_id:
            raise RuleBroken(
                _l("A unit can't belong to itself or to a unit below it."), _l("Choose another unit above.")
            )
        if above is None:
            return
        above = parents.get(above)
    raise Conflict(_l("The tree of units has a circle; nothing was changed."))


def _ensure_exists(unit_id: int, on: date) -> None:
    held = db.session.scalar(
        select(Placement.id).where(Placement.unit_id == unit_id, queries.in_force(Placement, on)).limit(1)
    )
    if held is None:
        raise RuleBroken(_l("The unit above does not exist on that day."), _l("Choose a later day."))


def _checked_name(name: str) -> str:
    cleaned = clean_line(name)
    if not cleaned or len(cleaned) > 200 or has_unprintable(cleaned):
        raise RuleBroken(_l("A unit needs a name of 1 to 200 printable characters."))
    return cleaned


def _placement(unit_id: int, parent_id: int | None, name: str, valid_from: date) -> Placement:
    return Placement(unit_id=unit_id, parent_id=parent_id, name=name, name_key=sort_key(name), valid_from=valid_from)
