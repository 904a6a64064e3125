"""Numbers as people type them, read and written exactly. Pure.

The decimal mark is a comma or a dot, thousands are set off by dots,
commas or spaces in groups of three. Where a text could mean two numbers, it means what it means in Vietnam: a single
dot with one to three digits before it and exactly three after it sets off thousands (``1.234`` is 1234, but ``0.125``
and ``1234.567`` have no such groups and are decimals), a single comma is always the decimal mark (``1,234`` is a
little over one).
"""

import re
from decimal import Decimal

from core.text import clean_line

#: Characters of a number, and its digits without zeros in front: decimals stay exact.
MAX_NUMBER, MAX_DIGITS = 60, 20
_STORED = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SIGN = re.compile(r"([-+\u2212\u2013]?)\s*")
_BY_SPACES = re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3})+(?=[.,]|$)")
_PLAIN = re.compile(r"([0-9]*)(?:[.,]([0-9]+))?")
#: Thousands by dots with a decimal comma, or the other way round.
_GROUPED = [
    re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,([0-9]+))?"),
    re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]+)"),
    re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3}){2,})()"),
]


def read_number(text: str) -> Decimal | None:
    """Return the number that a typed text means by the rules of this module, None when it means none."""
    text = clean_line(text)
    if len(text) > MAX_NUMBER:
        return None
    sign = _SIGN.match(text)
    assert sign is not None  # it may be empty, so it always matches
    body = text[sign.end() :]
    if by_spaces := _BY_SPACES.match(body):
        found = _PLAIN.fullmatch(by_spaces[0].replace(" ", "") + body[by_spaces.end() :])
    else:
        found = next((match for shape in _GROUPED if (match := shape.fullmatch(body))), None) or _PLAIN.fullmatch(body)
    if found is None:
        return None
    before, after = re.sub(r"[.,]", "", found[1]), found[2]
    minus = "-" if sign[1] not in ("", "+") else ""
    return parse_number(f"{minus}{before or '0'}.{after}" if after else f"{minus}{before}")


def write_number(number: Decimal) -> str:
    """Return a number with a decimal comma and without groups; :func:`read_number` gives it back."""
    return stored_number(number).replace(".", ",")


def parse_number(stored: str) -> Decimal | None:
    """Return a number as :func:`stored_number` writes it, None when it is none or has too many digits."""
    digits = stored.replace("-", "").replace(".", "").lstrip("0")
    if not _STORED.fullmatch(stored) or len(stored) > MAX_NUMBER or len(digits) > MAX_DIGITS:
        return None
    number = Decimal(stored)
    return number.normalize() if number else Decimal(0)


def stored_number(number: Decimal) -> str:
    """Return a number with a decimal point, never in powers of ten."""
    return format(number, "f")
