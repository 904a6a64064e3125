"""TOML tables read field by field; everything wrong is collected with its file, line and field. Pure."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from core.clock import LOCAL_ZONE
from core.errors import BadFile, Place
from core.i18n import lazy_gettext as _l
from core.text import clean_line, nfc

_TOML_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True)
class Problem:
    """Something wrong in a package; lines count from 1, 0 means the file as a whole."""

    file: str
    line: int
    field: str
    message: Any


class BadPackage(BadFile):
    """Raised when a package can't be taken; ``problems`` holds all that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(
            _l("%(file)s, line %(line)s: %(message)s", file=first.file, line=first.line, message=first.message),
            _l("Nothing has been imported. Mend the files and import them again."),
            Place(sheet=first.file, row=first.line or None, column=first.field),
        )
        self.problems = problems


def parse(text: str, file: str, problems: list[Problem], *, first_line: int = 1) -> dict[str, Any] | None:
    """Return the table of a TOML text; one that can't be read is noted, and None returned.

    :param first_line: number of the text's first line in its file.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        line = int(place.group(1)) + first_line - 1 if place else first_line + text.count("\n")
        problems.append(Problem(file, line, "", _l("This is not valid TOML: %(reason)s", reason=str(error))))
        return None


@dataclass
class Fields:
    """One table of a file: its fields are taken one by one, what is wrong is noted in ``problems``."""

    #: None when the file could not be read, which is noted already: then nothing further is.
    table: dict[str, Any] | None
    file: str
    #: The text of the table, to find lines in.
    text: str
    problems: list[Problem]
    first_line: int = 1
    _taken: set[str] = field(default_factory=set)

    def line(self, name: str) -> int:
        """Return the line of a field, or that of the table when the field is missing."""
        own = self.text.partition("\n[[")[0]
        found = re.search(rf"^[ \t]*{re.escape(name)}[ \t]*=", own, re.MULTILINE)
        return self.first_line + (self.text.count("\n", 0, found.start()) if found else 0)

    def wrong(self, name: str, message: Any) -> None:
        """Note that a field is wrong."""
        if self.table is None:
            return
        self.problems.append(Problem(self.file, self.line(name), name, message))

    def words(self, name: str, *, most: int, needed: bool = False) -> str:
        """Return a line of text."""
        return clean_line(self.passage(name, most=most, needed=needed))

    def passage(self, name: str, *, most: int, needed: bool = False) -> str:
        """Return text of several lines."""
        value = self._take(name, str, needed) or ""
        if len(value) > most:
            self.wrong(name, _l("This has more than %(most)s characters.", most=most))
        if needed and self.table and name in self.table and not value.strip():
            self.wrong(name, _l("This is empty."))
        return nfc(value).strip()

    def whole(self, name: str, least: int, most: int, default: int | None) -> int | None:
        """Return a whole number."""
        value = self._take(name, int, needed=False)
        if value is None:
            return default
        if not least <= value <= most:
            self.wrong(name, _l("This is not from %(least)s to %(most)s.", least=least, most=most))
        return int(value)

    def hundredths(self, name: str, default: int) -> int:
        """Return a number with at most two decimals as hundredths."""
        value = self._take(name, (int, float), needed=False)
        if value is None:
            return default
        try:
            exact = Decimal(str(value)) * 100
            if exact == exact.to_integral_value() and 0 <= exact <= 100_000:
                return int(exact)
        except InvalidOperation:
            pass
        self.wrong(name, _l("This is not a number with at most two decimals."))
        return default

    def truth(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self._take(name, bool, needed=False)
        return default if value is None else bool(value)

    def day(self, name: str) -> date | None:
        """Return a day."""
        value = self._take(name, date, needed=False)
        if isinstance(value, datetime):
            self.wrong(name, _l("Write a day without a time, for example 2026-01-05."))
            return None
        return value

    def moment(self, name: str) -> datetime | None:
        """Return a moment as UTC; one without an offset is on Vietnam's clock."""
        value = self._take(name, datetime, needed=False)
        if value is None:
            return None
        return (value if value.tzinfo else value.replace(tzinfo=LOCAL_ZONE)).astimezone(UTC)

    def list_of_words(self, name: str) -> tuple[str, ...]:
        """Return a list of short texts."""
        value = self._take(name, list, needed=False) or []
        if not all(isinstance(each, str) and len(each) <= 60 for each in value):
            self.wrong(name, _l("This is not a list of short texts."))
            return ()
        return tuple(clean_line(each) for each in value)

    def tables(self, name: str) -> "list[Fields]":
        """Return the tables under ``[[name]]``, each knowing its own lines."""
        value = self._take(name, list, needed=False) or []
        starts = [match.start() for match in re.finditer(rf"^[ \t]*\[\[{re.escape(name)}\]\]", self.text, re.MULTILINE)]
        if not all(isinstance(each, dict) for each in value) or len(starts) != len(value):
            self.wrong(name, _l("Write each entry under its own line [[%(name)s]].", name=name))
            return []
        ends = [*starts[1:], len(self.text)][: len(starts)]
        return [
            Fields(
                each, self.file, self.text[start:end], self.problems, self.first_line + self.text.count("\n", 0, start)
            )
            for each, start, end in zip(value, starts, ends, strict=True)
        ]

    def finish(self, *ignored: str) -> None:
        """Note fields that nobody asked for: they are misspelt, or do nothing."""
        for name in (self.table or {}).keys() - self._taken - set(ignored):
            self.wrong(name, _l("There is no such field."))

    def _take(self, name: str, kind: type | tuple[type, ...], needed: bool) -> Any:
        self._taken.add(name)
        value = (self.table or {}).get(name)
        if value is None:
            if needed:
                self.wrong(name, _l("This field is missing."))
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.wrong(name, _l("This is of another kind than expected."))
            return None
        return value
