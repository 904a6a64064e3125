"""Administrators' commands for people: what they print, how they end, what they write."""

import csv
import json

import pytest

from core.db import db
from people.access import Role
from people.models import Account, Person, RoleGrant
from tests.support.factories_people import make_person, make_unit
from tests.support.workbooks import staff_workbook

AN = (1, "0017", "Nguyễn Thị An", "05/01/1990", "Nữ", "Chuyên viên", "", "Phòng Tổng hợp", "Công chức", "")


@pytest.fixture
def run(app, session, at):
    """Return a function that runs a command and returns its result."""

    def command(*arguments):
        return app.test_cli_runner().invoke(args=["people", *map(str, arguments)])

    return command


@pytest.fixture
def office(session, at):
    top = make_unit("Sở Nội vụ", code="SNV")
    make_unit("Phòng Tổng hợp", code="PTH", parent=top)
    return top


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "ds.xlsx"
    path.write_bytes(staff_workbook(AN))
    return path


def test_prints_one_object(run, office, listed):
    result = run("import", listed, "--json")
    assert result.exit_code == 0
    counts = {"rows": 1, "new": 1, "changed": 0, "moved": 0, "unchanged": 0, "left": 0}
    assert json.loads(result.stdout) == {**counts, "errors": []}
    assert json.loads(run("import", listed, "--json").stdout)["unchanged"] == 1


def test_a_dry_run_changes_nothing(run, office, listed):
    result = run("import", listed, "--dry-run")
    assert result.exit_code == 0
    assert "Nguyễn Thị An" in result.stdout
    assert db.session.query(Person).count() == 0


def test_errors_are_located_and_end_with_status_1(run, office, tmp_path):
    path = tmp_path / "ds.xlsx"
    path.write_bytes(staff_workbook((*AN[:3], "31/02/1990", *AN[4:])))
    result = run("import", path, "--json")
    assert result.exit_code == 1
    (error,) = json.loads(result.stdout)["errors"]
    assert (error["sheet"], error["row"], error["column"]) == ("Danh sách 1", 5, "D")
    assert "31/02/1990" in error["message"]
    assert run("import", path).exit_code == 1
    assert db.session.query(Person).count() == 0


def test_what_is_no_workbook_ends_with_status_1(run, office, tmp_path):
    path = tmp_path / "ds.xlsx"
    path.write_bytes(b"")
    result = run("import", path, "--json")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["errors"]) == 1


@pytest.mark.parametrize("arguments", [("khong-co.xlsx",), ()])
def test_wrong_use_ends_with_status_2(run, office, arguments):
    assert run("import", *arguments).exit_code == 2


def test_an_unknown_unit_code_ends_with_status_2(run, office, listed):
    assert run("import", listed, "--unit", "KHONG").exit_code == 2


def test_creates_units_only_when_told(run, session, at, listed):
    assert run("import", listed).exit_code == 1
    assert run("import", listed, "--create-units").exit_code == 0


def test_writes_slips_for_those_without_account(run, office, tmp_path):
    make_person("Lê Văn Có", unit=office, account=True)
    person = make_person("Trần Thị Chưa", unit=office, staff_code="007")
    out = tmp_path / "slips.csv"
    assert run("first-passwords", "--unit", "SNV", "--out", out).exit_code == 0
    rows = list(csv.reader(out.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["007"]
    assert db.session.get_one(Account, person.id).must_change_password
    assert out.stat().st_mode & 0o077 == 0
    assert run("first-passwords", "--out", out).exit_code == 2


def test_gives_one_new_password(run, office):
    make_person(unit=office, staff_code="007")
    assert len(run("new-password", "007").stdout.strip()) == 19
    assert run("new-password", "008").exit_code == 2


def test_grants_a_role(run, office):
    person = make_person(unit=office, staff_code="007")
    assert run("grant", "007", "trainer", "--unit", "SNV").exit_code == 0
    assert db.session.query(RoleGrant).filter_by(person_id=person.id, role=Role.TRAINER).count() == 1
    assert run("grant", "007", "king", "--unit", "SNV").exit_code == 2


def test_invites_the_first_administrator_only(run, office):
    assert "/first-administrator/" in run("invite-administrator").stdout
    make_person(unit=office, roles=[Role.ADMINISTRATOR])
    assert run("invite-administrator").stdout == ""
