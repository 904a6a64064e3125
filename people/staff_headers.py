"""Finds the header of a staff list among title rows, whatever words an office uses for its columns. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.text import clean_line, fold

HEADER_SEARCH_ROWS = 60

_WHOSE = (
    r"( (cb|cc|vc|cbcc|cbccvc|ccvc|cbvc|cbcnv|nld|nv|can|bo|cong|chuc|vien|nhan|su|nguoi|lao|dong|va|hop|khai sinh))*"
)
_OF_UNIT = (
    r"( (don vi|phong|ban|bo phan|cong tac|to|truc thuoc|hien tai|hien nay|chuyen mon|va|lam viec|cong tac hien nay))*"
)
#: Field and pattern of its folded header, the first that fits wins.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("number", r"(tt|stt|so tt|so thu tu|no)"),
    ("staff_code", rf"(ma|ma so|so hieu|ma ho so|ma the)( so)?{_WHOSE}|staff code|employee (code|id)"),
    ("family_name", r"ho( va)?( ten)?( chu)? (dem|lot)|ho|ho va chu (dem|lot)"),
    ("full_name", rf"ho( va)? ten( day du)?{_WHOSE}|full name"),
    ("given_name", r"ten"),
    ("birth_date", r"(ngay ?,? ?(thang ?,? ?)?(nam )?sinh|sinh ngay|ngay sinh.*|date of birth)"),
    ("birth_year", r"nam sinh"),
    ("sex", r"gioi tinh|gioi|phai|sex|gender"),
    ("rank", r"(ten )?(ngach|cdnn|hang cdnn|chuc danh nghe nghiep)( .*)?"),
    (
        "title",
        r"chuc (vu|danh)( (hien tai|hien nay|hien giu|chuc danh|chuc vu|chinh quyen|cong tac|vi tri viec lam))*|title",
    ),
    ("subunit", rf"(ten |ma )?(phong|bo phan|to|ban|khoa|doi)(?! cong tac ngoai){_OF_UNIT}"),
    ("unit", rf"(ten |ma )?(don vi|co quan)( co quan)?{_OF_UNIT}|noi (cong tac|lam viec)|unit"),
    (
        "staff_group",
        r"(nhom|loai|doi tuong|nhom doi tuong|phan loai|loai hinh|loai doi tuong)( can bo| cbccvc| lao dong)?",
    ),
    ("email", r"(dia chi )?(e ?mail|thu dien tu|hop thu)( cong vu| co quan)?"),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _PATTERNS)
_PUNCTUATION = re.compile(r"[^\w\s]+")


@dataclass(frozen=True)
class Header:
    """Which column (from 0) holds which field, the words of the list for them, and the first row below the header."""

    columns: Mapping[str, int]
    words: Mapping[str, str]
    first_row: int


def find_header(rows: Sequence[Sequence[Any]]) -> Header | None:
    """Return the header: the first row, or two read as one, with a code and a name; None when there is none."""
    for number, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        below = rows[number + 1] if number + 1 < len(rows) else []
        second = below if _continues(row, below) else None
        columns, words = _columns(row, second)
        if "staff_code" in columns and ("full_name" in columns or "given_name" in columns):
            return Header(columns, words, number + (1 if second is None else 2))
    return None


def field_of(words: str) -> str:
    """Return the field that a header means; empty when it is none that we read."""
    exact = clean_line(words).casefold()
    if exact in ("nam", "nữ"):
        return "if_male" if exact == "nam" else "if_female"
    folded = clean_line(_PUNCTUATION.sub(" ", fold(words)))
    return next((name for name, pattern in _COMPILED if pattern.fullmatch(folded)), "")


def letter(column: int) -> str:
    """Return the letter of a column as Excel shows it: 0 is A, 26 is AA."""
    letters, rest = "", column + 1
    while rest:
        rest, place = divmod(rest - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def _continues(row: Sequence[Any], second: Sequence[Any]) -> bool:
    """Tell whether the second row goes on with the header (merged cells repeat in it); people would bring digits."""
    people = any(isinstance(cell, dict) or any(char.isdigit() for char in cell) for cell in second)
    return not people and _headers(row) >= 1 and _headers(second) >= 2


def _headers(row: Sequence[Any]) -> int:
    return sum(1 for cell in row if isinstance(cell, str) and field_of(cell))


def _columns(row: Sequence[Any], second: Sequence[Any] | None) -> tuple[dict[str, int], dict[str, str]]:
    columns: dict[str, int] = {}
    words: dict[str, str] = {}
    for column, cell in enumerate(row):
        above = clean_line(cell) if isinstance(cell, str) else ""
        below = second[column] if second is not None and column < len(second) else ""
        below = clean_line(below) if isinstance(below, str) else ""
        name = (field_of(below) if below else "") or field_of(above)
        if name and name not in columns:
            columns[name] = column
            words[name] = below or above
    if "birth_date" in columns and "birth_year" in columns:
        del columns["birth_year"]
    return columns, words
