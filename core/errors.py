"""Domain errors. Rules and services raise them; :mod:`core.web` turns them into pages and JSON, once."""

from dataclasses import dataclass
from typing import Any


class DomainError(Exception):
    """Something that a person asked for and can't have.

    ``message`` says what happened, ``mend`` what to do about it; both in the reader's language (lazy strings are fine).
    """

    status = 400

    def __init__(self, message: Any = "", mend: Any = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


class SignInRequired(DomainError):
    """Raised when nobody is signed in and the page needs somebody."""

    status = 401


class NotAllowed(DomainError):
    """Raised when the person may not do this, and may know that it exists."""

    status = 403


class NotFound(DomainError):
    """Raised when there is no such thing, or none that this person may know of."""

    status = 404


class Conflict(DomainError):
    """Raised when somebody else, or another tab, was there first."""

    status = 409


class RuleBroken(DomainError):
    """Raised when input is understood and refused by a rule."""

    status = 422


class TooMany(DomainError):
    """Raised when something is asked for too often."""

    status = 429


@dataclass(frozen=True)
class Place:
    """Where in a file something is wrong. Rows count from 1 as in Excel; column is its letter."""

    sheet: str = ""
    row: int | None = None
    column: str = ""


class BadFile(DomainError):
    """Raised when a file can't be taken; ``place`` tells where."""

    status = 422

    def __init__(self, message: Any, mend: Any = "", place: Place | None = None) -> None:
        super().__init__(message, mend)
        self.place = place or Place()
