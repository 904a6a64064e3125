"""Reads the cells of a staff list one by one. Pure. A cell is text, ``{"d": day}`` or ``{"f": formula}``."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from core.forms import parse_day
from core.tables import FORMULA_STARTS
from core.text import clean_line, fold, has_symbols, has_unprintable
from people.models import StaffGroup

CODE_PATTERN = r"^\w[\w./-]*$"
EMAIL_PATTERN = r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$"
OLDEST_BIRTH = date(1920, 1, 1)
_NAME_MARKS = " .,'’`-()"
_ISO_DAY = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})( 00:00(:00)?)?$")
_GROUPS = {
    StaffGroup.OFFICIAL: r"can bo|cb",
    StaffGroup.CIVIL_SERVANT: r"(can bo,? )?cong chuc( .*)?|cc|cbcc",
    StaffGroup.PUBLIC_EMPLOYEE: r"vien chuc( .*)?|vc",
    StaffGroup.CONTRACT: r"(nguoi )?lao dong( hop dong)?( .*)?|nld|hdld|hop dong( .*)?|hd( .*)?|nhan vien hop dong",
    StaffGroup.ARMED_FORCES: r"luc luong vu trang( .*)?|llvt|cong an( .*)?|quan doi( .*)?|si quan( .*)?",
    StaffGroup.ASSOCIATION: r"(can bo )?(hoi|doan the)(,? .*)?",
}
_SEXES = {"female": {"nu", "female", "f", "gai"}, "male": {"nam", "male", "m", "trai"}}


class Wrong(Exception):
    """Raised when a cell can't be taken; ``kind`` is a key of ``people.import_messages``."""

    def __init__(self, kind: str, **values: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values = values


def shown(cell: Any) -> str:
    """Return a cell as the error message shows it: short, without what can't be printed."""
    if isinstance(cell, dict):
        return f"={cell['f']}"[:40] if "f" in cell else str(cell.get("d", ""))
    printable = "".join(char if unicodedata.category(char)[0] != "C" else "�" for char in str(cell))
    return clean_line(printable)[:40]


def _line(cell: Any, *, limit: int) -> str:
    """Return a cell as one line of text.

    :raises Wrong: for formulas, days, text that a spreadsheet would run, unprintable characters and too long text.
    """
    if isinstance(cell, dict) and "f" in cell:
        raise Wrong("formula")
    if isinstance(cell, dict):
        raise Wrong("day_not_text")
    text = clean_line(cell)
    if text.startswith(("=", "＝", "@", "＠")):
        raise Wrong("formula")
    if not text.isprintable() and has_unprintable(text):
        raise Wrong("unprintable")
    if len(text) > limit:
        raise Wrong("too_long", limit=str(limit))
    return text


def _code(cell: Any) -> str:
    text = _line(cell, limit=40).replace(" ", "")
    if text and not re.match(CODE_PATTERN, text):
        raise Wrong("formula" if text[0] in FORMULA_STARTS else "bad_code")
    return text


def _name(cell: Any) -> str:
    text = _line(cell, limit=120)
    if text.replace(" ", "").isalpha():
        return text
    for char in text:
        if unicodedata.category(char)[0] not in "LMN" and char not in _NAME_MARKS:
            raise Wrong("bad_name", character=char)
    if text and not any(unicodedata.category(char)[0] == "L" for char in text):
        raise Wrong("bad_name", character=text[0])
    return text


def _words(cell: Any) -> str:
    text = _line(cell, limit=120)
    if has_symbols(text):
        raise Wrong("unprintable")
    return "" if text in {"-", "–", "—", "x"} else text


def _unit(cell: Any) -> str:
    text = _line(cell, limit=200)
    if has_symbols(text):
        raise Wrong("unprintable")
    return text


def _birth_date(cell: Any) -> date | None:
    if isinstance(cell, dict) and "d" in cell:
        day: date | None = date.fromisoformat(cell["d"])
    else:
        text = _line(cell, limit=40)
        if not text:
            return None
        iso = _ISO_DAY.match(text)
        try:
            day = date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else parse_day(text)
        except ValueError:
            raise Wrong("bad_day") from None
    if day and not day >= OLDEST_BIRTH:
        raise Wrong("bad_day")
    return day


def _birth_year(cell: Any) -> date | None:
    """Return a whole day where there is one; a year alone is no day, and is left out."""
    if isinstance(cell, str) and re.fullmatch(r"\s*(19|20)\d\d\s*", cell):
        return None
    return _birth_date(cell)


def _mark(cell: Any) -> Any:
    """Return what stands in a column "Nam" or "Nữ": a birth date, or whether there is a mark at all."""
    if isinstance(cell, dict) or re.search(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", cell):
        return _birth_date(cell)
    return bool(_line(cell, limit=40).strip("-0"))


def _sex(cell: Any) -> str:
    folded = fold(_line(cell, limit=40))
    for sex, words in _SEXES.items():
        if folded in words:
            return sex
    if folded:
        raise Wrong("bad_sex")
    return ""


def _email(cell: Any) -> str:
    text = _line(cell, limit=200).lower()
    if text and not re.match(EMAIL_PATTERN, text):
        raise Wrong("bad_email")
    return text


def _group(cell: Any) -> str:
    folded = fold(_line(cell, limit=80))
    for group, pattern in _GROUPS.items():
        if re.fullmatch(pattern, folded):
            return group.value
    if folded:
        raise Wrong("bad_group")
    return ""


def _remembered(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a reader that reads each text once: units, titles and groups repeat from row to row."""
    read_text = lru_cache(maxsize=4_000)(reader)
    return lambda cell: read_text(cell) if isinstance(cell, str) else reader(cell)


#: How the cells of each field are read.
READERS: dict[str, Callable[[Any], Any]] = {
    "staff_code": _code,
    "full_name": _name,
    "birth_date": _birth_date,
    "birth_year": _birth_year,
    "sex": _remembered(_sex),
    "if_female": _mark,
    "if_male": _mark,
    "email": _email,
    "staff_group": _remembered(_group),
    "title": _remembered(_words),
    "rank": _remembered(_words),
    "unit": _remembered(_unit),
    "subunit": _remembered(_unit),
}
