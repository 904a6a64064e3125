"""Reads a staff list as offices keep it: finds the header, the people under it and what is wrong. Pure.

Titles above the header, merged and two-line headers, section rows, blank rows, totals and the signature block are
known for what they are. Everything wrong is told with its place and all of it at once, not only the first.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from core.errors import Place
from core.text import clean_line, fold
from people import staff_cells
from people.staff_cells import Wrong
from people.staff_headers import HEADER_SEARCH_ROWS, Header, find_header, letter

#: Where the part of a sheet begins that is no list any more.
_SIGNATURE = re.compile(
    r"nguoi lap|\(ky|ky,? (va )?ghi ro|ky ten|thu truong|xac nhan cua|noi nhan"
    r"|ngay\b.*\bthang\b.*\bnam\b|^(kt|tm|tl|tuq)\b"
)
#: "Tổng số: 25", "Cộng 12", but not what begins alike: "Công chức", "Tổng hợp".
_TOTAL = re.compile(r"^(tong (so|cong)\b|(tong|cong)\s*([:.(]|\d|$)|danh sach (nay )?(co|gom)\b)")
_SECTION_NUMBER = re.compile(r"^([ivxlc]+|[a-z]|\d+(\.\d+)+)[.)]?$")


@dataclass(frozen=True)
class StaffRow:
    """One person of the list, as written. Empty or None where the cell is blank or the column is missing."""

    place: Place
    staff_code: str
    full_name: str
    birth_date: date | None = None
    sex: str = ""
    email: str = ""
    staff_group: str = ""
    title: str = ""
    rank: str = ""
    unit: str = ""
    #: Letter of the column that names the unit.
    unit_column: str = ""

    @property
    def unit_place(self) -> Place:
        """Return where the unit is named."""
        return replace(self.place, column=self.unit_column or self.place.column)


@dataclass(frozen=True)
class Fault:
    """Something wrong: where, under which header, what (a key of ``people.import_messages``) and what stood there."""

    place: Place
    kind: str
    header: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StaffList:
    """What a workbook holds: people whose rows are right, what is wrong, and how many rows of people there are."""

    rows: tuple[StaffRow, ...]
    faults: tuple[Fault, ...]
    row_count: int
    #: All staff codes of the list, also those of rows that are wrong otherwise.
    codes: frozenset[str]


def read_staff_list(workbook: Mapping[str, Any]) -> StaffList:
    """Return the people of a workbook as ``people.sheets.read`` gives it."""
    rows: list[StaffRow] = []
    faults: list[Fault] = []
    keys: dict[str, list[tuple[Place, str]]] = {"staff_code": [], "email": []}
    count, found = 0, False
    for sheet in workbook["sheets"]:
        header = find_header(sheet["rows"])
        if header is None:
            continue
        found = True
        for read in _SheetReader(sheet["name"], sheet["rows"], header, keys).people():
            count += 1
            if isinstance(read, StaffRow):
                rows.append(read)
            else:
                faults += read
    if not found:
        faults.append(_no_header(workbook["sheets"]))
    elif not count:
        faults.append(Fault(Place(sheet=workbook["sheets"][0]["name"]), "no_people"))
    faults += [*_twice(keys["staff_code"], "code_twice"), *_twice(keys["email"], "email_twice")]
    return StaffList(tuple(rows), tuple(faults), count, frozenset(code for _, code in keys["staff_code"]))


def _no_header(sheets: Sequence[Mapping[str, Any]]) -> Fault:
    name = sheets[0]["name"] if sheets else ""
    return Fault(Place(sheet=name, row=1, column="A"), "no_header", values={"count": str(HEADER_SEARCH_ROWS)})


def _twice(found: Sequence[tuple[Place, str]], kind: str) -> Iterator[Fault]:
    """Yield a fault for each value that stands in an earlier row already, whatever its letter case."""
    first: dict[str, Place] = {}
    for place, value in found:
        earlier = first.setdefault(value.casefold(), place)
        if earlier is not place:
            yield Fault(place, kind, values={"value": value, "row": str(earlier.row), "sheet": earlier.sheet})


class _SheetReader:
    """Walks through the rows of one sheet below its header."""

    def __init__(
        self,
        name: str,
        rows: Sequence[Sequence[Any]],
        header: Header,
        keys: dict[str, list[tuple[Place, str]]],
    ) -> None:
        self.name = name
        self.keys = keys
        self.header = header
        self.rows = rows
        self.section_unit = ""

    def people(self) -> Iterator[StaffRow | list[Fault]]:
        """Yield a person, or what is wrong with the row, for each row that means a person."""
        complete = {number for number in self._numbers() if self._is_complete(number)}
        last = max(complete, default=-1)
        for number in self._numbers():
            if number in complete:
                yield self._read(number)
                continue
            if self._is_blank(number) or self._is_column_numbers(number) or self._matches(number, _TOTAL):
                continue
            if number > last and self._is_signature(number):
                return
            if number > last and self._is_remark(number):
                continue
            if self._is_section(number):
                if "unit" not in self.header.columns:
                    self.section_unit = self._text(number, "full_name") or self._text(number, "staff_code")
                continue
            yield self._read(number)

    def _numbers(self) -> range:
        return range(self.header.first_row, len(self.rows))

    def _cell(self, number: int, field_name: str) -> Any:
        column = self.header.columns.get(field_name)
        return "" if column is None or column >= len(self.rows[number]) else self.rows[number][column]

    def _text(self, number: int, field_name: str) -> str:
        cell = self._cell(number, field_name)
        return clean_line(cell) if isinstance(cell, str) else ""

    def _is_blank(self, number: int) -> bool:
        """A row that has nothing but a running number is as good as blank."""
        known = [column for name, column in self.header.columns.items() if name != "number"]
        cells = [self.rows[number][column] for column in known if column < len(self.rows[number])]
        return not any(not isinstance(cell, str) or clean_line(cell) for cell in cells) and not self._matches(
            number, _SIGNATURE
        )

    def _matches(self, number: int, pattern: re.Pattern[str]) -> bool:
        return any(isinstance(cell, str) and cell and pattern.search(fold(cell)) for cell in self.rows[number])

    def _name(self, number: int) -> str:
        return self._text(number, "full_name") or self._text(number, "given_name")

    def _is_complete(self, number: int) -> bool:
        code = self._cell(number, "staff_code")
        has_code = isinstance(code, dict) or any(char.isdigit() for char in self._text(number, "staff_code"))
        return has_code and any(char.isalpha() for char in self._name(number))

    def _is_signature(self, number: int) -> bool:
        means_a_person = isinstance(self._cell(number, "birth_date"), dict) or self._text(number, "number").isdigit()
        return not means_a_person and self._matches(number, _SIGNATURE)

    def _is_column_numbers(self, number: int) -> bool:
        """A row (1), (2), (3) under the header, as official forms have it."""
        cells = [cell.strip("() ") for cell in self.rows[number] if isinstance(cell, str) and cell.strip("() ")]
        return len(cells) > 2 and all(cell.isdigit() for cell in cells) and self._name(number).strip("() ").isdigit()

    def _is_remark(self, number: int) -> bool:
        """One text alone below the last person, and not where names stand."""
        return len(self._texts(number)) == 1 and not self._name(number)

    def _is_section(self, number: int) -> bool:
        """A heading inside the list: one text merged over several columns, or numbered I, A, 1.1 with no code."""
        code, name = self._text(number, "staff_code"), self._text(number, "full_name")
        running = self._text(number, "number")
        if code and code == name:
            return True
        if len(self._texts(number) - {running}) != 1 or any(char.isdigit() for char in code):
            return False
        unnumbered = not running and {"number", "unit"} & self.header.columns.keys() == {"number"}
        return (not code and bool(_SECTION_NUMBER.match(fold(running)))) or unnumbered

    def _texts(self, number: int) -> set[str]:
        cells = self.rows[number]
        return {str(cell) if isinstance(cell, dict) else clean_line(cell) for cell in cells} - {""}

    def _read(self, number: int) -> StaffRow | list[Fault]:
        faults: list[Fault] = []
        read: dict[str, Any] = {}
        cells = self._cells(number)
        for name, cell in cells.items():
            try:
                read[name] = staff_cells.READERS[name](cell)
            except Wrong as wrong:
                faults.append(self._fault(number, name, wrong.kind, value=staff_cells.shown(cell), **wrong.values))
        for name, found in self.keys.items():
            if read.get(name):
                found.append((self._place(number, name), read[name]))
        for name, kind in (("staff_code", "no_code"), ("full_name", "no_name")):
            if name in read and not read[name]:
                faults.append(self._fault(number, name, kind))
        if faults:
            return faults
        year = read.pop("birth_year", None)
        read["birth_date"] = read.get("birth_date") or year
        subunit = read.pop("subunit", "")
        read["unit"] = subunit or read.get("unit", "") or self.section_unit
        read["unit_column"] = self._letter("subunit" if subunit else "unit")
        for sex in ("female", "male"):
            marked = read.pop(f"if_{sex}", None)
            if marked:
                read["sex"] = read.get("sex") or sex
                read["birth_date"] = read.get("birth_date") or (marked if isinstance(marked, date) else None)
        return StaffRow(place=self._place(number, "staff_code"), **read)

    def _cells(self, number: int) -> dict[str, Any]:
        """Return the cells that are read; family and given names in two columns become one full name."""
        cells = {name: self._cell(number, name) for name in self.header.columns if name in staff_cells.READERS}
        if "full_name" not in cells:
            parts = [self._cell(number, "family_name"), self._cell(number, "given_name")]
            refused = next((part for part in parts if not isinstance(part, str)), None)
            cells["full_name"] = refused if refused is not None else " ".join(parts)
        return cells

    def _letter(self, name: str) -> str:
        if name == "full_name" and name not in self.header.columns:
            name = "given_name"
        column = self.header.columns.get(name, self.header.columns["staff_code"])
        return letter(column)

    def _place(self, number: int, name: str) -> Place:
        return Place(sheet=self.name, row=number + 1, column=self._letter(name))

    def _fault(self, number: int, name: str, kind: str, **values: str) -> Fault:
        return Fault(self._place(number, name), kind, header=self.header.words.get(name, ""), values=values)
