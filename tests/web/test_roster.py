"""The roster as people get it: page, CSV, Excel and command; for those who may, and for nobody else."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from core.audit import AuditEntry
from core.db import db
from people.access import Role
from tests.support.factories_people import LONG_AGO, make_person, make_unit, sign_in
from tests.support.factories_roster import add_person, certify, fulfil, open_duty, owe, post, spare
from tests.support.factories_training import make_training
from tests.support.queries import count_queries
from training.models import Cycle

pytestmark = pytest.mark.usefixtures("session", "at")
HEADINGS = (
    "TT;Mã CBCCVC;Họ và tên;Ngày sinh;Giới tính;Chức vụ;Ngạch/CDNN;Đơn vị;Nhóm đối tượng;Khóa học;Số tiết;Ngày bắt đầu;"
    "Ngày hoàn thành;Số lần thi;Điểm;Kết quả;Số giấy xác nhận;Hạn;Lý do miễn/hoãn;Ghi chú"
)
FORMULAS = ('=HYPERLINK("http://x.example","a")', "+84", "-1+1", "@SUM(A1)", "\tcmd", "＝1+1", "＋1", "－1", "＠x")


@pytest.fixture
def unit():
    return make_unit("Sở Nội vụ")


@pytest.fixture
def cycle(unit):
    return open_duty(make_training(unit, lessons=1), due_on=date(2026, 10, 31))


@pytest.fixture
def officer(unit):
    return make_person("Phạm Văn Cán", unit=unit, roles=[Role.HR_OFFICER])


def add_worker(unit, cycle, name="Nguyễn Thị An", *, code="", title=""):
    person = add_person(name, code=code)
    post(person, unit.id, LONG_AGO, title=title)
    return owe(person, cycle)


@pytest.fixture
def office(unit, cycle):
    """One of each: done with a certificate, exempt, overdue."""
    certificate = certify(fulfil(add_worker(unit, cycle, "Lê Anh", code="00123"), date(2026, 3, 2), unit.id))
    spare(add_worker(unit, cycle, "Đỗ Thị Dung", code="00124"), date(2026, 2, 1), reason="Nghỉ thai sản; con nhỏ")
    add_worker(unit, cycle, "Dương Văn Đức", code="00125")
    db.session.commit()
    return certificate


def as_table(response):
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig")), delimiter=";"))


def test_csv_is_what_excel_in_vietnam_opens(client, officer, office):
    sign_in(client, officer)
    response = client.get("/hr/roster.csv?year=2026")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == "attachment; filename=roster-2026-20261120.csv"
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert response.data.count(b"\r\n") == 4
    header, *rows = as_table(response)
    assert header == HEADINGS.split(";")
    first = dict(zip(header, rows[0], strict=True))
    assert (first["TT"], first["Mã CBCCVC"], first["Họ và tên"], first["Ngày sinh"]) == (
        "1",
        "00123",
        "Lê Anh",
        "07/05/1990",
    )
    assert (first["Ngày bắt đầu"], first["Ngày hoàn thành"], first["Hạn"]) == ("02/03/2026", "02/03/2026", "31/10/2026")
    assert (first["Điểm"], first["Kết quả"]) == ("8,5", "Đạt")
    assert first["Số giấy xác nhận"] == f"{office.number:06d}/2026"
    assert [row[2] for row in rows] == ["Lê Anh", "Đỗ Thị Dung", "Dương Văn Đức"]
    assert "Nghỉ thai sản; con nhỏ; 12/QĐ-SNV" in rows[1][18]
    assert rows[2][12] == rows[2][14] == ""


def test_formulas_stay_inert_in_csv(client, officer, unit, cycle):
    for number, formula in enumerate(FORMULAS):
        add_worker(unit, cycle, f"Lê Anh {number}", code=f"{formula}{number}", title=formula)
    db.session.commit()
    sign_in(client, officer)
    _, *rows = as_table(client.get("/hr/roster.csv?year=2026"))
    assert sorted(row[5] for row in rows) == sorted("'" + formula for formula in FORMULAS)
    assert all(row[1].startswith("'") for row in rows)


def test_excel_holds_text_and_totals_and_no_formula(client, officer, unit, cycle, office):
    for formula in FORMULAS:
        add_worker(unit, cycle, "Trần Văn Bình", title=formula)
    sign_in(client, officer)
    response = client.get(f"/hr/roster.xlsx?year=2026&unit={unit.id}")
    assert response.headers["Content-Disposition"] == "attachment; filename=roster-2026-20261120.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(response.data)).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    types = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert types == {"s", "n"}
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
    top = next(place for place, row in enumerate(cells) if row[0] == "TT")
    assert ["Sở Nội vụ" in str(row[0]) for row in cells[:top]].count(True) == 1
    table = [row for row in cells[top + 1 :] if isinstance(row[0], int)]
    assert table[0][:4] == [1, "00123", "Lê Anh", "07/05/1990"]
    assert {row[5] for row in table} >= set(FORMULAS)
    totals = {row[1]: row[2] for row in cells[top + 1 + len(table) :] if isinstance(row[2], int)}
    assert len(table) == 3 + len(FORMULAS)
    assert list(totals.values()) == [12, 1, 0, 10, 10, 1]


def test_page_shows_the_same_as_the_files(client, officer, office):
    sign_in(client, officer)
    page = client.page("/hr/roster?year=2026")
    stats = [stat.text for stat in page.all("p", class_="nep-stat-value")]
    assert stats == ["3", "1", "1", "1"]
    names = [row.one("th").text for row in page.one("tbody").all("tr")]
    assert [name.partition(" 00")[0] for name in names] == ["Lê Anh", "Đỗ Thị Dung", "Dương Văn Đức"]


def test_page_asks_as_much_for_three_people_as_for_three_hundred(client, officer, unit, cycle):
    sign_in(client, officer)
    counts = []
    for people in (3, 297):
        for number in range(people):
            obligation = add_worker(unit, cycle, f"Lê Anh {number}")
            if number % 3 == 0:
                certify(fulfil(obligation, date(2026, 3, 2), unit.id))
        db.session.commit()
        with count_queries() as queries:
            client.page("/hr/roster?year=2026")
        counts.append(len(queries))
    assert counts[0] == counts[1], queries
    assert counts[0] <= 12, queries


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_taking_a_roster_is_written_down(client, officer, unit, office, ending):
    sign_in(client, officer)
    client.get(f"/hr/roster.{ending}?year=2026&unit={unit.id}&as_of=01/06/2026")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "roster.export")).one()
    assert (entry.by_id, entry.about_kind, entry.about_id) == (officer.id, "unit", unit.id)
    assert entry.detail == {"year": 2026, "as_of": "2026-06-01", "format": ending, "requirement_id": None}


@pytest.mark.parametrize("path", ["/hr/roster", "/hr/roster.csv", "/hr/roster.xlsx"])
@pytest.mark.parametrize("role", [None, Role.TRAINER, Role.ADMINISTRATOR])
def test_others_are_refused(client, unit, cycle, path, role):
    sign_in(client, make_person("Lê Thị Bình", unit=unit, roles=[role] if role else []))
    assert client.get(path).status_code == 403
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "roster.export")).first() is None


def test_a_unit_out_of_scope_gives_an_empty_file(client, officer, cycle, office):
    other = make_unit("Sở Y tế")
    add_worker(other, cycle, "Vũ Thị Yến")
    sign_in(client, officer)
    assert len(as_table(client.get("/hr/roster.csv?year=2026"))) == 4
    assert len(as_table(client.get(f"/hr/roster.csv?year=2026&unit={other.id}"))) == 1
    assert client.page(f"/hr/roster?year=2026&unit={other.id}").all("tbody") == []


@pytest.mark.parametrize("query", ["year=x", "year=99999999999", "unit=x", "page=-1", "requirement=x"])
def test_nonsense_in_the_address_is_answered(client, officer, office, query):
    sign_in(client, officer)
    for path in ("/hr/roster", "/hr/roster.csv", "/hr/roster.xlsx"):
        assert client.get(f"{path}?{query}").status_code == 200, path


def test_a_day_that_does_not_exist_gives_no_file_of_another_day(client, officer, office):
    sign_in(client, officer)
    assert client.page("/hr/roster?as_of=31/02/2026").one("input", name="as_of")["aria-invalid"] == "true"
    for ending in ("csv", "xlsx"):
        assert client.get(f"/hr/roster.{ending}?as_of=31/02/2026").status_code == 422
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "roster.export")).first() is None


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_command_writes_the_file_and_prints_totals_that_add_up(app, unit, office, tmp_path, ending):
    target = tmp_path / f"danh-sach.{ending}"
    command = [
        "roster",
        "export",
        "--year",
        "2026",
        "--unit",
        unit.code,
        "--format",
        ending,
        "--out",
        str(target),
        "--json",
    ]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output
    counts = {"required": 3, "done": 1, "open": 1, "exempt": 1}
    assert json.loads(result.stdout) == {"file": str(target), **counts}
    assert target.read_bytes().startswith(b"\xef\xbb\xbf" if ending == "csv" else b"PK")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "roster.export")).one()
    assert (entry.by_id, entry.about_id) == (None, unit.id)


def test_command_refuses_a_unit_that_does_not_exist(app, session, tmp_path):
    target = tmp_path / "danh-sach.csv"
    result = app.test_cli_runner().invoke(
        args=["roster", "export", "--year", "2026", "--unit", "?", "--out", str(target)]
    )
    assert result.exit_code == 2
    assert "?" in result.stderr
    assert not target.exists()


def test_the_roster_offers_no_year_that_is_only_planned(client, unit, cycle, officer):
    planned = Cycle(
        requirement_id=cycle.requirement_id,
        year=cycle.year + 1,
        opens_on=date(cycle.year + 1, 1, 1),
        due_on=date(cycle.year + 1, 12, 31),
    )
    db.session.add(planned)
    db.session.flush()
    sign_in(client, officer)
    years = [option.text for option in client.page("/hr/roster").one("select", id="year").all("option")]
    assert years == [str(cycle.year)]
