"""Tables that Excel opens: formulas inert, identifiers text, days as offices write them."""

import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from core import clock, tables
from core.forms import parse_day

HOSTILE = ["=1+1", "+84", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_cell_never_begins_like_a_formula(cell):
    assert tables.guarded(cell) == "'" + cell


def test_other_cells_stay_as_they_are():
    assert [tables.guarded(cell) for cell in ("00012", "Đỗ An", "", None, -5)] == ["00012", "Đỗ An", "", "", -5]
    assert tables.guarded(date(2026, 1, 5)) == "05/01/2026"
    assert tables.guarded(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == "01/01/2027 00:00"


def test_csv_is_what_excel_in_vietnam_reads():
    data = b"".join(tables.csv_chunks(["Mã", "Tên"], [("00012", "An; Bình"), ("=1", 'Nói "thật"')])).decode()
    assert data == '\ufeffMã;Tên\r\n00012;"An; Bình"\r\n\'=1;"Nói ""thật"""\r\n'


def test_csv_comes_in_pieces():
    pieces = list(tables.csv_chunks(["n"], ((number,) for number in range(3 * tables.ROWS_PER_CHUNK))))
    assert len(pieces) >= 4
    assert b"".join(pieces).count(b"\r\n") == 3 * tables.ROWS_PER_CHUNK + 1


def test_a_workbook_holds_text_and_no_formula():
    with tables.xlsx_file(
        "Bảng", ["Mã", "Số"], [("00012", 3), ("=1+1", 4)], title=["TIÊU ĐỀ"], footer=[("Cộng", 7)]
    ) as book:
        sheet = openpyxl.load_workbook(book).worksheets[0]
        written = zipfile.ZipFile(book).read("xl/worksheets/sheet1.xml")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [["TIÊU ĐỀ", None], [None, None], ["Mã", "Số"], ["00012", 3], ["=1+1", 4], [None, None], ["Cộng", 7]]
    assert b"<f>" not in written


def test_days_are_read_as_offices_write_them():
    assert parse_day(" 5/1/2026 ") == parse_day("05-01-2026") == parse_day("05.01.2026") == date(2026, 1, 5)
    for wrong in ("31/02/2026", "29/02/2027", "2026-01-05", "hôm nay"):
        with pytest.raises(ValueError, match=r"."):
            parse_day(wrong)


def test_the_day_turns_at_midnight_in_vietnam():
    assert clock.local_day(datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert clock.local_day(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == date(2027, 1, 1)
    assert clock.local_midnight(date(2027, 1, 1)) == datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
