"""Staff lists against the people on record, on both databases."""

from datetime import date, timedelta

import pytest

from core.audit import AuditEntry
from core.db import db, transaction
from core.errors import BadFile, Conflict, NotAllowed, NotFound, RuleBroken
from people import import_plans, import_services
from people.access import SYSTEM, Role
from people.models import Person, Placement, Posting, Unit
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.workbooks import staff_workbook

TODAY = date(2026, 11, 20)
AN = (
    1,
    "0017",
    "Nguyễn Thị An",
    "05/01/1990",
    "Nữ",
    "Chuyên viên",
    "Chuyên viên",
    "Phòng Tổng hợp",
    "Công chức",
    "an@example.vn",
)
BINH = (
    2,
    "0018",
    "Lê Văn Bình",
    date(1985, 12, 31),
    "Nam",
    "Trưởng phòng",
    "Chuyên viên chính",
    "Phòng Tổng hợp",
    "Công chức",
    "",
)


def run(data, at, *, unit=None, create_units=False, by=SYSTEM, on=TODAY):
    """Hand a list in and apply it; return the plan."""
    root = unit.id if unit else None
    staff_list = import_plans.read_file(data)
    plan = import_plans.make_plan(staff_list, root, create_units=create_units, by=by, on=on)
    with transaction():
        staged = import_services.stage(data, "ds.xlsx", plan, create_units=create_units, by=by, at=at)
    with transaction():
        return import_services.apply_import(staged.id, staff_list, shown=staged.preview_key, by=by, at=at, on=on)


def kinds(plan):
    return {kind: count for kind, count in plan.counts.items() if count}


@pytest.fixture
def office(session, at):
    top = make_unit("Sở Nội vụ", code="SNV")
    make_unit("Phòng Tổng hợp", code="PTH", parent=top)
    make_unit("Phòng Cải cách hành chính", code="PCC", parent=top)
    return top


def test_a_first_run_adds_and_a_second_changes_nothing(office, at):
    data = staff_workbook(AN, BINH)
    assert kinds(run(data, at, unit=office)) == {"rows": 2, "new": 2}
    an = db.session.query(Person).filter_by(staff_code="0017").one()
    assert (an.full_name, an.birth_date, an.sex, an.email) == (
        "Nguyễn Thị An",
        date(1990, 1, 5),
        "female",
        "an@example.vn",
    )
    posting = db.session.query(Posting).filter_by(person_id=an.id).one()
    assert (posting.title, posting.valid_from, posting.valid_to) == ("Chuyên viên", TODAY, None)
    assert kinds(run(data, at, unit=office)) == {"rows": 2, "unchanged": 2}
    assert db.session.query(Person).count() == 2
    assert db.session.query(Posting).count() == 2


def test_moves_and_changes_keep_history(office, at):
    run(staff_workbook(AN, BINH), at, unit=office)
    later, day = at + timedelta(days=30), TODAY + timedelta(days=30)
    moved = (*AN[:7], "Phòng Cải cách hành chính", *AN[8:])
    promoted = (*BINH[:2], "Lê Văn Bình", *BINH[3:5], "Phó Giám đốc", *BINH[6:])
    plan = run(staff_workbook(moved, promoted), later, unit=office, on=day)
    assert kinds(plan) == {"rows": 2, "moved": 1, "changed": 1}
    an = db.session.query(Person).filter_by(staff_code="0017").one()
    old, new = db.session.query(Posting).filter_by(person_id=an.id).order_by(Posting.id)
    assert (old.valid_from, old.valid_to, new.valid_from, new.valid_to) == (TODAY, day, day, None)
    assert kinds(run(staff_workbook(moved, promoted), later, unit=office, on=day)) == {"rows": 2, "unchanged": 2}


def test_a_second_move_on_the_same_day_corrects_the_first(office, at):
    run(staff_workbook(AN), at, unit=office)
    moved = (*AN[:7], "PCC", *AN[8:])
    assert kinds(run(staff_workbook(moved), at, unit=office)) == {"rows": 1, "moved": 1}
    posting = db.session.query(Posting).one()
    assert (posting.valid_from, posting.valid_to) == (TODAY, None)


def test_blank_cells_change_nothing(office, at):
    run(staff_workbook(AN), at, unit=office)
    bare = (*AN[:3], "", "", "", "", "PTH", "", "")
    assert kinds(run(staff_workbook(bare), at, unit=office)) == {"rows": 1, "unchanged": 1}


def test_those_left_out_are_counted_and_kept(office, at):
    run(staff_workbook(AN, BINH), at, unit=office)
    plan = run(staff_workbook(AN), at, unit=office)
    assert plan.left == (("0018", "Lê Văn Bình", "Phòng Tổng hợp"),)
    assert db.session.query(Posting).filter(Posting.valid_to.is_(None)).count() == 2


def test_unknown_units_are_errors_unless_created(office, at):
    strange = (*AN[:7], "Phòng Chuyển đổi số", *AN[8:])
    with pytest.raises(RuleBroken):
        run(staff_workbook(strange, BINH), at, unit=office)
    assert db.session.query(Person).count() == 0
    plan = run(staff_workbook(strange, BINH), at, unit=office, create_units=True)
    assert plan.diff.new_units == ("Phòng Chuyển đổi số",)
    placed = db.session.query(Placement).filter_by(name="Phòng Chuyển đổi số").one()
    assert placed.parent_id == office.id
    assert db.session.get_one(Unit, placed.unit_id).code == "PCDS"


def test_a_database_without_units_gets_them_from_the_list(session, at):
    run(staff_workbook(AN), at, create_units=True)
    assert db.session.query(Placement).one().parent_id is None


def test_units_of_one_name_need_a_code(office, at):
    make_unit("Phòng Tổng hợp", code="PTH9", parent=office)
    plan = import_plans.make_plan(
        import_plans.read_file(staff_workbook(AN)), office.id, create_units=True, by=SYSTEM, on=TODAY
    )
    (fault,) = plan.faults
    assert (fault.kind, fault.values["codes"], fault.place.row, fault.place.column) == (
        "ambiguous_unit",
        "PTH, PTH9",
        5,
        "H",
    )


def test_an_email_of_somebody_else_is_refused(office, at):
    make_person("Trần Văn Có", unit=office, email="an@example.vn")
    with pytest.raises(RuleBroken):
        run(staff_workbook(AN), at, unit=office)


def test_officers_import_into_their_units_only(office, at):
    other = make_unit("Sở Tài chính", code="STC")
    officer = actor_of(make_person(unit=other, roles=[Role.HR_OFFICER]))
    with pytest.raises(NotAllowed):
        run(staff_workbook(AN), at, unit=office, by=officer)
    with pytest.raises(NotAllowed):
        run(staff_workbook(AN), at, by=officer)


def test_people_of_other_units_are_not_taken_nor_shown(office, at):
    other = make_unit("Sở Tài chính", code="STC")
    make_person("Người Giấu Tên", unit=other, staff_code="0017")
    officer = actor_of(make_person(unit=office, roles=[Role.HR_OFFICER], staff_code="HR1"))
    data = staff_workbook(AN)
    plan = import_plans.make_plan(import_plans.read_file(data), office.id, create_units=False, by=officer, on=TODAY)
    assert [fault.kind for fault in plan.faults] == ["elsewhere"]
    assert "Giấu" not in import_plans.fault_text(plan.faults[0])
    preview = import_plans.kept_preview(import_plans.keep_preview(plan))
    assert "Giấu" not in repr(preview)


def test_a_list_is_applied_once(office, at):
    data = staff_workbook(AN)
    staff_list = import_plans.read_file(data)
    plan = import_plans.make_plan(staff_list, office.id, create_units=False, by=SYSTEM, on=TODAY)
    with transaction():
        staged = import_services.stage(data, "ds.xlsx", plan, create_units=False, by=SYSTEM, at=at)
    with transaction():
        import_services.apply_import(staged.id, staff_list, shown=staged.preview_key, by=SYSTEM, at=at, on=TODAY)
    with pytest.raises(Conflict), transaction():
        import_services.apply_import(staged.id, staff_list, shown=staged.preview_key, by=SYSTEM, at=at, on=TODAY)


def test_what_was_not_shown_is_not_applied(office, at):
    data = staff_workbook(AN)
    staff_list = import_plans.read_file(data)
    plan = import_plans.make_plan(staff_list, office.id, create_units=False, by=SYSTEM, on=TODAY)
    with transaction():
        staged = import_services.stage(data, "ds.xlsx", plan, create_units=False, by=SYSTEM, at=at)
    make_person("Nguyễn Thị An", unit=office, staff_code="0017")
    shown = staged.preview_key
    with transaction():
        assert import_services.apply_import(staged.id, staff_list, shown=shown, by=SYSTEM, at=at, on=TODAY) is None
    assert staged.preview_key != shown
    assert staged.applied_at is None


def test_lists_of_others_are_invisible(office, at):
    data = staff_workbook(AN)
    plan = import_plans.make_plan(import_plans.read_file(data), office.id, create_units=False, by=SYSTEM, on=TODAY)
    with transaction():
        staged = import_services.stage(data, "ds.xlsx", plan, create_units=False, by=SYSTEM, at=at)
    stranger = actor_of(make_person(unit=make_unit(), roles=[Role.HR_OFFICER]))
    with pytest.raises(NotFound):
        import_services.visible_import(staged.id, by=stranger, on=TODAY)


def test_an_import_is_in_the_audit_log(office, at):
    run(staff_workbook(AN), at, unit=office)
    entry = db.session.query(AuditEntry).filter_by(action="people.apply_import").one()
    assert entry.detail["new"] == 1


@pytest.mark.parametrize(
    "data",
    [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"PK\x03\x04 broken", b"TT;Ho ten\n1;An"],
    ids=["xls", "zip", "csv"],
)
def test_what_is_no_workbook_is_refused(app, data):
    with app.app_context(), pytest.raises(BadFile):
        import_plans.read_file(data)
