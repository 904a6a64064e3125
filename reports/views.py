"""Rosters: the page and its files."""

from flask import Blueprint, Response, render_template, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.files import XLSX
from core.i18n import gettext as _
from core.pages import ROWS_PER_PAGE, Page, page_number
from people.access import Permission
from people.guards import actor, requires
from people.queries import unit_choices
from reports import queries, roster, services
from reports.forms import RosterForm
from reports.queries import RosterFilter

blueprint = Blueprint("reports", __name__)


@blueprint.get("/hr/roster", endpoint="roster")
@requires(Permission.VIEW_ROSTER)
def roster_page() -> ResponseReturnValue:
    """Show a year's roster with its totals."""
    form = _filter_form()
    wanted = _wanted(form)
    number = page_number(request.args.get("page"))
    totals = queries.roster_totals(actor(), wanted)
    first = (number - 1) * ROWS_PER_PAGE
    rows = queries.roster_page(actor(), wanted, offset=first, limit=ROWS_PER_PAGE)
    page = Page(list(roster.table_rows(rows, first=first + 1)), number, totals.required)
    return render_template("reports/roster.html", form=form, totals=totals, page=page, header=roster.header())


@blueprint.get("/hr/roster.csv")
@requires(Permission.VIEW_ROSTER)
def roster_csv() -> ResponseReturnValue:
    """Send a roster as CSV, row by row as the database gives it."""
    wanted = _noted(_filter_form(), "csv")
    response = Response(stream_with_context(services.roster_csv(actor(), wanted)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={services.file_name(wanted)}.csv"
    return response


@blueprint.get("/hr/roster.xlsx")
@requires(Permission.VIEW_ROSTER)
def roster_xlsx() -> ResponseReturnValue:
    """Send a roster as an Excel workbook, with title, totals and places to sign."""
    wanted = _noted(_filter_form(), "xlsx")
    name = f"{services.file_name(wanted)}.xlsx"
    response = send_file(services.roster_xlsx(actor(), wanted), mimetype=XLSX, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _filter_form() -> RosterForm:
    """Return the filter as asked for in the address, with only what this person may choose."""
    form = RosterForm(request.args)
    today = clock.today()
    years = list(queries.roster_years()) or [today.year]
    form.year.choices = [(year, str(year)) for year in years]
    if form.year.data not in years:
        form.year.data = today.year if today.year in years else years[0]
    requirements = queries.requirements_of(actor(), form.year.data, today)
    form.requirement.choices = [(0, _("All requirements")), *((each.id, each.title) for each in requirements)]
    form.unit.choices = [(0, _("All units in my scope")), *unit_choices(actor(), Permission.VIEW_ROSTER, today)]
    for choice in (form.requirement, form.unit):
        choice.data = choice.data or 0
    form.validate()
    return form


def _wanted(form: RosterForm) -> RosterFilter:
    """Return the roster asked for; a unit out of scope gives an empty one."""
    return RosterFilter(
        year=form.year.data,
        as_of=form.as_of.data or clock.today(),
        unit_id=form.unit.data or None,
        requirement_id=form.requirement.data or None,
    )


def _noted(form: RosterForm, file_format: str) -> RosterFilter:
    """Write the export down before anything is sent, and return what is exported.

    :raises RuleBroken: when the day does not exist; a file must not quietly be of another day.
    """
    if form.as_of.errors:
        raise RuleBroken(form.as_of.errors[0])
    wanted = _wanted(form)
    with transaction():
        services.note_export(wanted, file_format, by=actor(), at=clock.now())
    return wanted
