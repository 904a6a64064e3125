"""Long lists cut into pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
ROWS_PER_PAGE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list: its rows, its number (from 1) and how many rows there are in all."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = ROWS_PER_PAGE

    @property
    def count(self) -> int:
        """Return the number of pages, at least 1."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Return the number of the first row on this page, counted from 1 over the whole list."""
        return (self.number - 1) * self.size + 1

    @property
    def has_previous(self) -> bool:
        """Tell whether there is a page before this one."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Tell whether there is a page after this one."""
        return self.number < self.count


def page_number(asked: str | None) -> int:
    """Return the page that a query string asks for, 1 when it asks for nonsense."""
    return min(max(int(asked), 1), 100_000) if asked and asked.isascii() and asked.isdigit() else 1
