"""Tables as files: CSV that Excel in Vietnam opens at once, and XLSX; identifiers stay text, formulas stay inert."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO

import xlsxwriter

from core.clock import LOCAL_ZONE

Cell = str | int | date | datetime | None

#: A cell that begins so is run as a formula by spreadsheet programs (OWASP, CSV Injection); full-width forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
ROWS_PER_CHUNK = 500


def cell_text(cell: Cell) -> str:
    """Return a cell as text: dates as dd/mm/yyyy, moments in Vietnam's time."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(LOCAL_ZONE).strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return str(cell)


def guarded(cell: Cell) -> str:
    """Return a cell's text with an apostrophe before anything that a spreadsheet would run as a formula."""
    value = cell_text(cell)
    return "'" + value if value.startswith(FORMULA_STARTS) else value


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file piece by piece: UTF-8 with BOM, ``;`` between cells, as Excel with Vietnamese settings reads it.

    Memory does not grow with the number of rows.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(header)
    yield _drained(buffer)
    for count, row in enumerate(rows, start=1):
        writer.writerow([guarded(cell) for cell in row])
        if count % ROWS_PER_CHUNK == 0:
            yield _drained(buffer)
    yield _drained(buffer)


def _drained(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def xlsx_file(
    sheet: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: Sequence[str] = (), widths: Sequence[int] = ()
) -> IO[bytes]:
    """Return an XLSX file, written row by row to disk and rewound.

    :param title: lines above the header. :param widths: column widths in characters.
    Every cell is written as text; whole numbers stay numbers.
    """
    target: IO[bytes] = SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - the caller closes it
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet[:31])
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"})
    text_format = book.add_format({"num_format": "@"})
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    for number, line in enumerate(title):
        page.write_string(number, 0, line, bold)
    top = len(title) + (1 if title else 0)
    for column, name in enumerate(header):
        page.write_string(top, column, name, head)
    page.freeze_panes(top + 1, 0)
    for number, row in enumerate(rows, start=top + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                page.write_number(number, column, cell)
            else:
                page.write_string(number, column, cell_text(cell), text_format)
    book.close()
    target.seek(0)
    return target
