"""The roster as people read it: headings, cells, lines of totals. Pure but for translation."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from certificates.rules import number_text
from core.clock import local_day
from core.i18n import gettext as _
from core.tables import Cell, cell_text
from people.labels import SEXES, STAFF_GROUPS
from quizzes.scoring import score_text
from reports.queries import Totals
from training.labels import EXEMPTION_CATEGORIES

#: Widths of the columns in characters.
WIDTHS = (5, 14, 26, 12, 9, 20, 20, 30, 16, 34, 8, 12, 12, 9, 8, 12, 16, 12, 30, 30)


def header() -> list[str]:
    """Return the column headings of the roster."""
    return [
        _("No."),
        _("Staff code"),
        _("Full name"),
        _("Date of birth"),
        _("Sex"),
        _("Position"),
        _("Rank or professional title"),
        _("Unit"),
        _("Group"),
        _("Course"),
        _("Hours"),
        _("Started on"),
        _("Completed on"),
        _("Attempts"),
        _("Score"),
        _("Result"),
        _("Certificate number"),
        _("Due date"),
        _("Reason for exemption"),
        _("Note"),
    ]


def table_rows(rows: Iterable[Any], *, first: int = 1) -> Iterator[Sequence[Cell]]:
    """Yield the cells of each roster row, numbered from ``first``. Words are looked up once, not per row."""
    groups = {key: str(label) for key, label in STAFF_GROUPS.items()}
    sexes = {key: str(label) for key, label in SEXES.items()}
    categories = {key: str(label) for key, label in EXEMPTION_CATEGORIES.items()}
    results = {
        "done": _("Passed"),
        "late": _("Passed"),
        "exempt": _("Exempt"),
        "open": _("Not passed"),
        "overdue": _("Not passed"),
    }
    notes = {"late": _("Completed after the due date"), "overdue": _("Overdue")}
    elsewhere = _("Completed in: %(unit)s")
    for number, row in enumerate(rows, start=first):
        (
            staff_code, full_name, birth_date, sex, job_title, rank, unit_name, staff_group, course_title, hours,
            started_on, first_started_at, completed_on, attempts, score, state, certificate_number, certificate_year,
            due_on, exemption, exemption_reason, exemption_document, completed_in_unit,
        ) = row  # fmt: skip
        note = notes.get(state, "")
        if completed_in_unit:
            note = _reasons(note, elsewhere % {"unit": completed_in_unit})
        yield (
            number,
            staff_code,
            full_name,
            birth_date,
            sexes.get(sex, sex),
            job_title,
            rank,
            unit_name,
            groups.get(staff_group, staff_group),
            course_title,
            hours,
            started_on or (first_started_at and local_day(first_started_at)),
            completed_on,
            attempts,
            "" if score is None else score_text(score),
            results[state],
            "" if certificate_number is None else number_text(certificate_number, certificate_year),
            due_on,
            _reasons(categories.get(exemption, exemption), exemption_reason, exemption_document)
            if state == "exempt"
            else "",
            note,
        )


def _reasons(*parts: str | None) -> str:
    return "; ".join(filter(None, parts))


def title_lines(year: int, as_of: date, unit_name: str) -> list[str]:
    """Return the lines above the table in a file; without a unit's name the roster is of all units in scope."""
    lines = [_("ROSTER OF THE TRAINING YEAR %(year)s", year=year)]
    if unit_name:
        lines.append(_("Unit: %(scope)s", scope=unit_name))
    return [*lines, _("As of %(day)s", day=cell_text(as_of))]


def footer_lines(totals: Totals) -> list[Sequence[Cell]]:
    """Return the lines below the table in a file: totals that add up, and the places to sign."""
    return [
        ("", _("Required"), totals.required),
        ("", _("Done"), totals.done),
        ("", _("of these after the due date"), totals.late),
        ("", _("Not yet done"), totals.open),
        ("", _("of these overdue"), totals.overdue),
        ("", _("Exempt"), totals.exempt),
        (),
        ("", "", _("Prepared by"), *[""] * 4, _("Head of unit")),
        ("", "", _("(Signature and full name)"), *[""] * 4, _("(Signature and full name)")),
    ]
