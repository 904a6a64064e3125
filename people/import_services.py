"""What can be done with staff lists: hand one in, apply it once. All rows or none."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from core import audit, files
from core.db import db
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line, fold, name_sort_key, sort_key
from people import queries
from people.access import Actor, Permission
from people.import_plans import Plan, keep_preview, make_plan
from people.models import Person, Placement, Posting, StaffGroup, StaffImport, Unit
from people.staff_diff import PERSON_FIELDS, Entry, Kind
from people.staff_list import StaffList

#: Lists shown on the page where one is handed in.
RECENT = 10


def stage(data: bytes, file_name: str, plan: Plan, *, create_units: bool, by: Actor, at: datetime) -> StaffImport:
    """Keep a staff list and what it would do, to be looked at and applied."""
    staged = StaffImport(
        file_name="".join(letter for letter in clean_line(file_name) if letter.isprintable())[:200],
        file_key=files.put(data).key,
        preview_key=keep_preview(plan),
        unit_id=plan.root_id,
        create_units=create_units,
        uploaded_by_id=by.person_id,
        uploaded_at=at,
    )
    db.session.add(staged)
    db.session.flush()
    audit.record(
        "people.stage_import", by=by, at=at, about=("staff_import", staged.id), detail={"file": staged.file_name}
    )
    return staged


def visible_import(import_id: int, *, by: Actor, on: date) -> StaffImport:
    """Return a staff list that the actor handed in, while they may import into its unit.

    :raises NotFound: when there is none, or none for them.
    """
    staged = db.session.get(StaffImport, import_id)
    if staged is None or not (by.is_system or _is_theirs(staged, by=by, on=on)):
        raise NotFound(_l("There is no such staff list."))
    return staged


def recent_imports(by: Actor) -> Sequence[StaffImport]:
    """Return the lists that the actor handed in last."""
    return db.session.scalars(
        select(StaffImport)
        .where(StaffImport.uploaded_by_id == by.person_id)
        .order_by(StaffImport.id.desc())
        .limit(RECENT)
    ).all()


def apply_import(
    import_id: int, staff_list: StaffList, *, shown: str, by: Actor, at: datetime, on: date
) -> Plan | None:
    """Apply a staged list, all of it, and return what was done.

    Return None, and keep the new preview, when what would happen is no longer what was shown.

    :param shown: the key of the preview that the person looked at.
    :raises Conflict: when it was applied before, or somebody changes the same people at this moment.
    :raises RuleBroken: when a row is wrong.
    """
    visible_import(import_id, by=by, on=on)
    staged = db.session.get_one(StaffImport, import_id, with_for_update=True, populate_existing=True)
    if staged.applied_at is not None:
        raise Conflict(_l("This staff list has been applied already."), _l("Hand in a new list to change more."))
    plan = make_plan(staff_list, staged.unit_id, create_units=staged.create_units, by=by, on=on)
    key = keep_preview(plan)
    if key != shown:
        staged.preview_key = key
        return None
    if plan.faults:
        raise RuleBroken(
            _l("Some rows of this list are wrong, so nothing was changed."), _l("Mend the file, then hand it in again.")
        )
    carry_out(staged, plan, by=by, at=at, on=on)
    return plan


def carry_out(staged: StaffImport, plan: Plan, *, by: Actor, at: datetime, on: date) -> None:
    """Do what a plan without faults says; it was made in the running transaction.

    :raises Conflict: when somebody changes the same people at this moment.
    """
    try:
        _write(plan, by=by, at=at, on=on)
        staged.applied_at = at
        db.session.flush()
    except IntegrityError:
        raise Conflict(
            _l("Somebody changed the same people at this moment; nothing of this list was applied."),
            _l("Look at the preview again."),
        ) from None
    detail = {"file": staged.file_name, "unit_id": staged.unit_id, **plan.counts}
    audit.record("people.apply_import", by=by, at=at, about=("staff_import", staged.id), detail=detail)


def _is_theirs(staged: StaffImport, *, by: Actor, on: date) -> bool:
    """Only whoever handed a list in looks at it: it may show people whom an officer of a unit below can't see."""
    return (
        staged.uploaded_by_id == by.person_id
        and staged.unit_id is not None
        and queries.may_in_unit(by, Permission.IMPORT_PEOPLE, staged.unit_id, on)
    )


def _write(plan: Plan, *, by: Actor, at: datetime, on: date) -> None:
    units = _create_units(plan.diff.new_units, plan.root_id, by=by, at=at, on=on)
    entries = plan.diff.entries
    _add_people([entry for entry in entries if entry.kind == Kind.NEW], units, at=at, on=on)
    known = [entry for entry in entries if entry.person and entry.changes]
    _change_people(known)
    _change_postings(known, units, on=on)


def _create_units(names: Sequence[str], root_id: int | None, *, by: Actor, at: datetime, on: date) -> dict[str, int]:
    """Make the units that the list brings, below its root, and return their ids by folded name."""
    if not names:
        return {}
    taken = set(db.session.scalars(select(Unit.code)))
    units = {}
    for name in names:
        code = _free_code(name, taken)
        taken.add(code)
        units[fold(name)] = unit = Unit(code=code, created_at=at)
        db.session.add(unit)
        db.session.flush()
        db.session.add(Placement(unit_id=unit.id, parent_id=root_id, name=name, name_key=sort_key(name), valid_from=on))
        detail = {"code": code, "name": name, "parent_id": root_id}
        audit.record("unit.create", by=by, at=at, about=("unit", unit.id), detail=detail)
    return {key: unit.id for key, unit in units.items()}


def _free_code(name: str, taken: set[str]) -> str:
    """Return the initials of a name as a code, numbered when they are taken: Phòng Tổng hợp becomes PTH."""
    initials = "".join(word[0] for word in fold(name).split() if word[0].isalnum()).upper()[:20] or "DV"
    number = 2
    code = initials
    while code in taken:
        code = f"{initials}{number}"
        number += 1
    return code


def _add_people(entries: Sequence[Entry], units: dict[str, int], *, at: datetime, on: date) -> None:
    if not entries:
        return
    people = [{**_facts(entry), "staff_code": entry.row.staff_code, "created_at": at} for entry in entries]
    adding = insert(Person).returning(Person.id, sort_by_parameter_order=True)
    ids = db.session.scalars(adding, people).all()
    postings = [
        {"person_id": person_id, "unit_id": _unit_id(entry, units), "title": entry.row.title, "valid_from": on}
        for person_id, entry in zip(ids, entries, strict=True)
    ]
    db.session.execute(insert(Posting), postings)


def _change_people(entries: Sequence[Entry]) -> None:
    changed = [
        {"id": entry.person.id, **_facts(entry)}
        for entry in entries
        if entry.person and any(change.field in PERSON_FIELDS for change in entry.changes)
    ]
    if changed:
        db.session.execute(update(Person), changed)


def _change_postings(entries: Sequence[Entry], units: dict[str, int], *, on: date) -> None:
    """Close postings on the day of the import and open new ones; one that began that day is corrected in place."""
    corrected, closed, opened = [], [], []
    for entry in entries:
        person = entry.person
        if person is None or not any(change.field in ("unit", "title") for change in entry.changes):
            continue
        place = {"unit_id": _unit_id(entry, units), "title": entry.row.title or person.title}
        if person.posting_id and person.posted_from and person.posted_from >= on:
            corrected.append({"id": person.posting_id, **place})
            continue
        if person.posting_id:
            closed.append({"id": person.posting_id, "valid_to": on})
        opened.append({"person_id": person.id, "valid_from": on, **place})
    for rows in (corrected, closed):
        if rows:
            db.session.execute(update(Posting), rows)
    if opened:
        db.session.execute(insert(Posting), opened)


def _unit_id(entry: Entry, units: dict[str, int]) -> int:
    return entry.unit.id if entry.unit else units[fold(entry.unit_name)]


def _facts(entry: Entry) -> dict[str, Any]:
    """Return the columns of a person: what the list says, and where it says nothing, what was there."""
    facts = {name: getattr(entry.row, name) or getattr(entry.person, name, None) for name in PERSON_FIELDS}
    return {
        **facts,
        "sex": facts["sex"] or "",
        "rank": facts["rank"] or "",
        "email": facts["email"] or None,
        "staff_group": facts["staff_group"] or StaffGroup.CIVIL_SERVANT,
        "name_key": name_sort_key(entry.row.full_name),
        "search_text": fold(f"{entry.row.full_name} {entry.row.staff_code}")[:200],
    }
