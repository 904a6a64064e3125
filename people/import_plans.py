"""Works out what a staff list would do to the people on record, and keeps that as a file to show. Writes no row."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, select

from core import files
from core.db import db
from core.errors import BadFile, Place
from core.files import check_workbook
from core.i18n import lazy_gettext as _l
from core.worker import run_limited
from people import queries
from people.access import Actor, Permission
from people.import_messages import message_of
from people.models import Person, Placement, Posting, Unit
from people.services import ensure_in_unit
from people.staff_diff import PERSON_FIELDS, Diff, Kind, PersonNow, UnitIndex, UnitNow, compare
from people.staff_list import Fault, StaffList, read_staff_list

#: Codes or addresses asked for in one statement.
CHUNK = 5_000
#: People whom the list leaves out are all counted, and this many named.
LEFT_NAMED = 1_000
COUNTS = ("rows", "new", "changed", "moved", "unchanged", "left")


@dataclass(frozen=True)
class Plan:
    """What a list does under a unit: the differences, and who is on record there and not in the list."""

    diff: Diff
    row_count: int
    faults: tuple[Fault, ...]
    left: tuple[tuple[str, str, str], ...]
    left_count: int
    root_id: int | None

    @property
    def counts(self) -> dict[str, int]:
        """Return the numbers that every summary shows."""
        kinds = {kind.value: self.diff.count(kind) for kind in Kind}
        return {"rows": self.row_count, **kinds, "left": self.left_count}


@dataclass(frozen=True)
class Preview:
    """A plan as it is shown: read back from its file."""

    counts: dict[str, int]
    entries: list[dict[str, Any]]
    faults: list[Fault]
    left: list[list[str]]
    new_units: list[str]

    def amount(self, kind: str) -> int:
        """Return the number of rows of a kind: one of :class:`Kind`, ``wrong`` or ``left``."""
        return len(self.faults) if kind == "wrong" else self.counts[kind]

    def rows(self, kind: str) -> list[Any]:
        """Return what is shown of a kind: faults, people left out, or entries."""
        if kind == "wrong":
            return self.faults
        return self.left if kind == "left" else [entry for entry in self.entries if entry["kind"] == kind]

    @property
    def changes_something(self) -> bool:
        """Tell whether applying the list would do anything."""
        return any(self.counts[kind] for kind in (Kind.NEW, Kind.CHANGED, Kind.MOVED))


def read_file(data: bytes) -> StaffList:
    """Return the staff list in a workbook; the workbook is opened in a limited process.

    :raises core.errors.BadFile: when it is no workbook, is damaged, or is too much to read.
    """
    if not data:
        raise BadFile(_l("The file is empty."), _l("Choose the file again; it may not have been saved yet."))
    check_workbook(data)
    return read_staff_list(run_limited("people.sheets:read", data))


def make_plan(staff_list: StaffList, root_id: int | None, *, create_units: bool, by: Actor, on: date) -> Plan:
    """Return what a list does under a unit; without one, under all units of the actor.

    Only the system may leave the unit out. A number of statements that grows by one for each 5,000 rows.

    :raises core.errors.NotAllowed: when the actor may not import into the unit.
    """
    if root_id is not None or not by.is_system:
        ensure_in_unit(by, Permission.IMPORT_PEOPLE, root_id or 0, on=on)
    below = select(queries.units_below([root_id], on).c.unit_id) if root_id else _scope(by, on)
    units = [UnitNow(*row) for row in db.session.execute(_units(below, on))]
    default = next((unit for unit in units if unit.id == root_id), None)
    rows = staff_list.rows
    diff = compare(
        rows,
        _people({row.staff_code for row in rows}, by=by, on=on),
        UnitIndex(units, default),
        emails=_owners({row.email for row in rows if row.email}),
        create_units=create_units,
    )
    left, left_count = _left(staff_list.codes, below, on)
    faults = tuple(sorted((*staff_list.faults, *diff.faults), key=_order))
    return Plan(diff, staff_list.row_count, faults, left, left_count, root_id)


def keep_preview(plan: Plan) -> str:
    """Store what a plan shows and return its key. The same key means that the same would happen."""
    entries = [
        {
            "kind": entry.kind,
            "sheet": entry.row.place.sheet,
            "row": entry.row.place.row,
            "code": entry.row.staff_code,
            "name": entry.row.full_name,
            "unit": entry.unit_name,
            "changes": [[change.field, change.old, change.new] for change in entry.changes],
        }
        for entry in plan.diff.entries
    ]
    shown = {
        "counts": plan.counts,
        "entries": entries,
        "faults": [asdict(fault) for fault in plan.faults],
        "left": plan.left,
        "new_units": plan.diff.new_units,
    }
    return files.put(json.dumps(shown, ensure_ascii=False, sort_keys=True).encode()).key


def kept_preview(key: str) -> Preview:
    """Return what was shown."""
    shown = json.loads(files.get(key))
    shown["faults"] = [Fault(**{**fault, "place": Place(**fault["place"])}) for fault in shown["faults"]]
    return Preview(**shown)


def fault_text(fault: Fault) -> str:
    """Return what is wrong, with the header of the column, in the reader's language."""
    message = message_of(fault.kind, dict(fault.values))
    return f"{fault.header}: {message}" if fault.header else message


def _order(fault: Fault) -> tuple[str, int, str]:
    return fault.place.sheet, fault.place.row or 0, fault.place.column


def _scope(by: Actor, on: date) -> Select[int]:
    return queries.units_in_scope(by, Permission.IMPORT_PEOPLE, on)


def _units(below: Select[int], on: date) -> Select[int, str, str]:
    return (
        select(Unit.id, Unit.code, Placement.name)
        .join(Placement, and_(Placement.unit_id == Unit.id, queries.in_force(Placement, on)))
        .where(Unit.id.in_(below))
        .order_by(Unit.id)
    )


def _people(codes: set[str], *, by: Actor, on: date) -> dict[str, PersonNow]:
    """Return those of the list who are on record. People posted outside the actor's scope are marked as such."""
    visible = set(db.session.scalars(_scope(by, on)))
    found = {}
    for some in _chunks(codes):
        asked = (
            select(
                Person.id,
                Person.staff_code,
                *(getattr(Person, name) for name in PERSON_FIELDS),
                Posting.id.label("posting_id"),
                Posting.unit_id,
                Posting.title,
                Posting.valid_from,
                Placement.name.label("unit_name"),
            )
            .outerjoin(Posting, and_(Posting.person_id == Person.id, Posting.valid_to.is_(None)))
            .outerjoin(Placement, and_(Placement.unit_id == Posting.unit_id, queries.in_force(Placement, on)))
            .where(Person.staff_code.in_(some))
        )
        for row in db.session.execute(asked):
            found[row.staff_code] = PersonNow(
                id=row.id,
                staff_code=row.staff_code,
                full_name=row.full_name,
                birth_date=row.birth_date,
                sex=row.sex,
                email=row.email or "",
                staff_group=row.staff_group,
                rank=row.rank,
                title=row.title or "",
                unit_id=row.unit_id,
                unit_name=row.unit_name or "",
                posting_id=row.posting_id,
                posted_from=row.valid_from,
                in_scope=by.is_system or row.unit_id is None or row.unit_id in visible,
            )
    return found


def _owners(emails: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _chunks(emails):
        rows = db.session.execute(select(Person.email, Person.id).where(Person.email.in_(some)))
        found.update({row.email: row.id for row in rows if row.email})
    return found


def _left(codes: frozenset[str], below: Select[int], on: date) -> tuple[tuple[tuple[str, str, str], ...], int]:
    """Return who is posted in the units and not in the list: the first in the order of names, and how many in all."""
    posted = (
        select(Person.staff_code, Person.full_name, Placement.name)
        .join(Posting, and_(Posting.person_id == Person.id, queries.in_force(Posting, on)))
        .join(Placement, and_(Placement.unit_id == Posting.unit_id, queries.in_force(Placement, on)))
        .where(Posting.unit_id.in_(below))
        .order_by(Person.name_key, Person.id)
    )
    named: list[tuple[str, str, str]] = []
    count = 0
    for code, name, unit in db.session.execute(posted.execution_options(yield_per=CHUNK)):
        if code not in codes:
            count += 1
            if len(named) < LEFT_NAMED:
                named.append((code, name, unit))
    return tuple(named), count


def _chunks(values: Iterable[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
