"""Rosters as files, for the page and the command alike, and the note that one was taken."""

from collections.abc import Iterator
from datetime import datetime
from typing import IO

from core import audit
from core.tables import csv_chunks, xlsx_file
from people.access import Actor
from people.queries import unit_names
from reports import queries, roster
from reports.queries import RosterFilter


def note_export(wanted: RosterFilter, file_format: str, *, by: Actor, at: datetime) -> None:
    """Write down who took which roster, before the first byte leaves."""
    audit.record(
        "roster.export",
        by=by,
        at=at,
        about=("unit", wanted.unit_id),
        detail={"year": wanted.year, "as_of": wanted.as_of.isoformat(), "format": file_format,
                "requirement_id": wanted.requirement_id},
    )  # fmt: skip


def roster_csv(actor: Actor, wanted: RosterFilter) -> Iterator[bytes]:
    """Yield the roster as CSV. The first piece, the headings, comes before the database is asked."""
    return csv_chunks(roster.header(), roster.table_rows(queries.roster_rows(actor, wanted)))


def roster_xlsx(actor: Actor, wanted: RosterFilter) -> IO[bytes]:
    """Return the roster as an Excel workbook with title, totals and places to sign; the caller closes it."""
    names = unit_names([wanted.unit_id], wanted.as_of) if wanted.unit_id else {}
    return xlsx_file(
        str(wanted.year),
        roster.header(),
        roster.table_rows(queries.roster_rows(actor, wanted)),
        title=roster.title_lines(wanted.year, wanted.as_of, names.get(wanted.unit_id or 0, "")),
        footer=roster.footer_lines(queries.roster_totals(actor, wanted)),
        widths=roster.WIDTHS,
    )


def file_name(wanted: RosterFilter) -> str:
    """Return the name of a roster's file, without its ending."""
    return f"roster-{wanted.year}-{wanted.as_of:%Y%m%d}"
