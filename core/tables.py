"""Tables as files: CSV that Excel in Vietnam opens at once, and XLSX; identifiers stay text, formulas stay inert."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import xlsxwriter

from core.clock import LOCAL_ZONE

Cell = str | int | date | datetime | None

#: A cell that begins so is run as a formula by spreadsheet programs (OWASP, CSV Injection); full-width forms too.
FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠")
ROWS_PER_CHUNK = 1_000


def cell_text(cell: Cell) -> str:
    """Return a cell as text: dates as dd/mm/yyyy, moments in Vietnam's time."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(LOCAL_ZONE).strftime("%d/%m/%Y %H:%M")
    return _day_text(cell) if isinstance(cell, date) else str(cell)


@lru_cache(maxsize=4_096)
def _day_text(day: date) -> str:
    """Return a day as text; a long table has the same days again and again."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def guarded(cell: Cell) -> str | int:
    """Return a cell with an apostrophe before any text that a spreadsheet would run as a formula."""
    if type(cell) is str:
        return "'" + cell if cell[:1] in FORMULA_STARTS else cell
    return cell if type(cell) is int else cell_text(cell)


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
        writer.writerow(map(guarded, row))
        if count % ROWS_PER_CHUNK == 0:
            yield _drained(buffer)
    yield _drained(buffer)


def _drained(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def xlsx_file(
    sheet: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    title: Sequence[str] = (),
    footer: Sequence[Sequence[Cell]] = (),
    widths: Sequence[int] = (),
) -> IO[bytes]:
    """Return an XLSX file, written row by row to disk and rewound.

    Every cell is written as text and never as a formula or a link; whole numbers stay numbers.

    :param title: lines above the header.
    :param footer: rows below the table, after an empty one.
    :param widths: column widths in characters.
    """
    target: IO[bytes] = SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - the caller closes it
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
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
    last = top
    for last, row in enumerate(rows, start=top + 1):
        _write_cells(page, last, row, text_format)
    for number, row in enumerate(footer, start=last + 2):
        _write_cells(page, number, row, bold)
    book.close()
    target.seek(0)
    return target


def _write_cells(page: Any, number: int, row: Sequence[Cell], style: Any) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, int):
            page.write_number(number, column, cell)
        else:
            page.write_string(number, column, cell_text(cell), style)
