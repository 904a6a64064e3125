"""Workbooks for tests, made cell by cell."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter

HEADER = (
    "TT",
    "Mã CBCCVC",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Chức vụ",
    "Ngạch/CDNN",
    "Đơn vị",
    "Nhóm đối tượng",
    "Email",
)


def workbook(*sheets: Sequence[Sequence[Any]], merged: Sequence[str] = ()) -> bytes:
    """Return an XLSX file with these sheets of rows. Days become Excel days; ``{"f": ...}`` becomes a formula.

    :param merged: ranges of the first sheet that are merged, such as ``A1:D1``.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    day_format = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, rows in enumerate(sheets):
        page = book.add_worksheet(f"Danh sách {number + 1}")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_datetime(row, column, cell, day_format)
                elif isinstance(cell, dict):
                    page.write_formula(row, column, cell["f"], None, cell.get("value", ""))
                elif isinstance(cell, str):
                    page.write_string(row, column, cell)
                elif cell is not None:
                    page.write_number(row, column, cell)
        if number == 0:
            for area in merged:
                first = area.split(":")[0]
                page.merge_range(area, _text_at(rows, first))
    book.close()
    return target.getvalue()


def staff_workbook(*people: Sequence[Any], header: Sequence[str] = HEADER) -> bytes:
    """Return a workbook with one list: titles, the header, these people, a signature block."""
    blank: list[Any] = []
    end = [blank, ["", "Tổng số: ", len(people)], blank, ["", "Người lập biểu", "", "", "", "Thủ trưởng đơn vị"],
           ["", "(Ký, ghi rõ họ tên)"], blank, ["", "Lê Thị Biểu", "", "", "", "Phạm Văn Trưởng"]]  # fmt: skip
    titles = [["ỦY BAN NHÂN DÂN TỈNH"], ["DANH SÁCH CÁN BỘ, CÔNG CHỨC"], blank]
    return workbook([*titles, header, *people, *end])


def _text_at(rows: Sequence[Sequence[Any]], cell: str) -> str:
    column, row = ord(cell[0]) - 65, int(cell[1:]) - 1
    return str(rows[row][column])
