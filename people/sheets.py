"""Reads a workbook into plain cells. Runs in the limited process of ``core.worker``: nothing here is trusted.

A cell becomes text; a day becomes ``{"d": "2026-01-05"}``; a formula that reaches out, or whose value the workbook does
not hold, becomes ``{"f": "HYPERLINK(...)"}``. Cells of a merged range all carry its value.
"""

import html
import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineSheet, SheetVisibleEnum, load_workbook

MAX_ROWS = 200_000
MAX_COLUMNS = 60
MAX_SHEETS = 30
#: A larger merged range is decoration.
MAX_MERGED_CELLS = 20_000
#: Functions that lead out of the workbook.
REACHING_OUT = re.compile(r"HYPERLINK|WEBSERVICE|IMPORT|RTD|DDE|CALL|\||\[", re.IGNORECASE)
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>(.*?)</(?:\w+:)?c>', re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>.+?</(?:\w+:)?v>", re.DOTALL)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Cells = list[list[Any]]


def read(data: bytes) -> dict[str, Any]:
    """Return ``{"sheets": [{"name": ..., "rows": [[cell, ...], ...]}]}`` of the sheets that can be seen."""
    book = load_workbook(io.BytesIO(data))
    seen = [meta.name for meta in book.sheets_metadata if meta.visible == SheetVisibleEnum.Visible][:MAX_SHEETS]
    formulas = _formulas(data)
    sheets = []
    for name in seen:
        sheet = book.get_sheet_by_name(name)
        rows = _rows(sheet)
        _fill_merged(rows, sheet.merged_cell_ranges or [])
        _mark_formulas(rows, formulas.get(name, []))
        sheets.append({"name": name, "rows": rows})
    return {"sheets": sheets}


def _rows(sheet: CalamineSheet) -> Cells:
    if sheet.end is None:
        return []
    rows: Cells = []
    for row in sheet.iter_rows():
        if len(rows) == MAX_ROWS:
            break
        rows.append([_cell(value) for value in row[:MAX_COLUMNS]])
    return rows


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return {"d": value.date().isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return str(value)


def _fill_merged(rows: Cells, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or (bottom - top + 1) * (right - left + 1) > MAX_MERGED_CELLS:
            continue
        value = rows[top][left] if left < len(rows[top]) else ""
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value


def _mark_formulas(rows: Cells, formulas: list[tuple[int, int, str]]) -> None:
    """Put formulas where they stand; a formula without a value may lie beyond the cells that have one."""
    for row, column, formula in formulas:
        if row >= MAX_ROWS or column >= MAX_COLUMNS:
            continue
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
        rows[row][column] = {"f": formula[:80]}


def _formulas(data: bytes) -> dict[str, list[tuple[int, int, str]]]:
    """Return, by sheet, where formulas stand that can't be taken: row and column from 0, and the formula."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {
            name: [found for match in _CELL.finditer(part) if (found := _refused(match))]
            for name, path in _sheet_paths(package).items()
            if b"f>" in (part := package.read(path)) or b"/>" in part
        }


def _refused(match: re.Match[bytes]) -> tuple[int, int, str] | None:
    formula = _FORMULA.search(match[3])
    if formula is None:
        return None
    text = html.unescape((formula[1] or b"").decode("utf-8", "replace"))
    if not REACHING_OUT.search(text) and _VALUE.search(match[3]):
        return None
    column = 0
    for letter in match[1].decode():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1, text or "?"


def _sheet_paths(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the path inside the package of each sheet, by name."""
    book = package.read("xl/workbook.xml").decode("utf-8", "replace")
    links = package.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for link in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", links):
        attributes = _attributes(link)
        targets[attributes.get("Id", "")] = attributes.get("Target", "")
    paths = {}
    for sheet in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book):
        attributes = _attributes(sheet)
        link_id = next((value for name, value in attributes.items() if name.endswith(":id")), "")
        target = targets.get(link_id, "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in package.namelist():
            paths[attributes.get("name", "")] = path
    return paths


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'([\w:]+)\s*=\s*"([^"]*)"', tag)}
