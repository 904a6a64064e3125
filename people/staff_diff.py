"""Compares a staff list with the people on record. Pure.

Each person of the list is new, moved (another unit), changed (anything else differs) or unchanged. A blank cell says
nothing and changes nothing. Those on record whom the list leaves out are reported and left as they are: a list may be
of one office only, and a departure needs a decision.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.text import fold
from people.staff_list import Fault, StaffRow


class Kind(StrEnum):
    """What a row of the list means for the record."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class UnitNow:
    """A unit of the import's scope, as of today."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class PersonNow:
    """A person on record with their posting of today."""

    id: int
    staff_code: str
    full_name: str
    birth_date: date | None
    sex: str
    email: str
    staff_group: str
    rank: str
    title: str = ""
    unit_id: int | None = None
    unit_name: str = ""
    posting_id: int | None = None
    posted_from: date | None = None
    #: Whether whoever imports may see this person.
    in_scope: bool = True


@dataclass(frozen=True)
class Change:
    """A field with what it held and what it will hold, both as text."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """A right row of the list and what it does. ``unit`` is None for a unit that is to be created."""

    kind: Kind
    row: StaffRow
    person: PersonNow | None
    unit: UnitNow | None
    unit_name: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Diff:
    """What a list does: its entries, what is wrong, and the names of the units to create."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    new_units: tuple[str, ...]

    def count(self, kind: Kind) -> int:
        """Return the number of rows of a kind."""
        return Counter(entry.kind for entry in self.entries)[kind]


#: What a person's own row may change; title and unit belong to the posting.
PERSON_FIELDS = ("full_name", "birth_date", "sex", "email", "staff_group", "rank")


class UnitIndex:
    """Finds units as lists name them: by code, by name, or by name without diacritics."""

    def __init__(self, units: Sequence[UnitNow], default: UnitNow | None) -> None:
        self._default = default
        self._by_code = {unit.code.casefold(): unit for unit in units}
        self._by_name: dict[str, list[UnitNow]] = {}
        self._by_folded: dict[str, list[UnitNow]] = {}
        for unit in units:
            self._by_name.setdefault(unit.name.casefold(), []).append(unit)
            self._by_folded.setdefault(fold(unit.name), []).append(unit)

    def find(self, written: str) -> list[UnitNow]:
        """Return the units that a text may mean: none, one, or several."""
        if not written:
            return [self._default] if self._default else []
        key = written.casefold()
        if key in self._by_code:
            return [self._by_code[key]]
        return self._by_name.get(key) or self._by_folded.get(fold(written), [])


def compare(
    rows: Sequence[StaffRow],
    people: Mapping[str, PersonNow],
    units: UnitIndex,
    *,
    emails: Mapping[str, int],
    create_units: bool,
) -> Diff:
    """Return what a list does.

    :param people: those on record, by staff code. :param emails: whose each e-mail of the list is by now, by person id.
    """
    entries: list[Entry] = []
    faults: list[Fault] = []
    new_units: dict[str, str] = {}
    for row in rows:
        person = people.get(row.staff_code)
        found = units.find(row.unit)
        fault = _fault(row, person, found, emails=emails, create_units=create_units)
        if fault:
            faults.append(fault)
            continue
        name = found[0].name if found else new_units.setdefault(fold(row.unit), row.unit)
        entries.append(_entry(row, person, found[0] if found else None, name))
    return Diff(tuple(entries), tuple(faults), tuple(new_units.values()))


def _fault(
    row: StaffRow, person: PersonNow | None, found: Sequence[UnitNow], *, emails: Mapping[str, int], create_units: bool
) -> Fault | None:
    if person and not person.in_scope:
        return Fault(row.place, "elsewhere")
    if len(found) > 1:
        codes = ", ".join(sorted(unit.code for unit in found))
        return Fault(row.unit_place, "ambiguous_unit", values={"value": row.unit, "codes": codes})
    if not found and not row.unit:
        return Fault(row.unit_place, "no_unit")
    if not found and not create_units:
        return Fault(row.unit_place, "unknown_unit", values={"value": row.unit})
    owner = emails.get(row.email) if row.email else None
    if owner is not None and (person is None or owner != person.id):
        return Fault(row.place, "email_taken", values={"value": row.email})
    return None


def _entry(row: StaffRow, person: PersonNow | None, unit: UnitNow | None, unit_name: str) -> Entry:
    if person is None:
        return Entry(Kind.NEW, row, None, unit, unit_name)
    changes = tuple(
        Change(name, _text(old), _text(new))
        for name in (*PERSON_FIELDS, "title")
        if (new := getattr(row, name)) and new != (old := getattr(person, name))
    )
    if unit is None or unit.id != person.unit_id:
        changes += (Change("unit", person.unit_name, unit_name),)
        return Entry(Kind.MOVED, row, person, unit, unit_name, changes)
    return Entry(Kind.CHANGED if changes else Kind.UNCHANGED, row, person, unit, unit_name, changes)


def _text(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""
