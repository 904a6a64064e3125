"""The command that writes a roster to a file."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from core import clock
from core.db import db, transaction
from core.i18n import gettext as _
from people.access import SYSTEM
from people.models import Unit
from reports import queries, services
from reports.queries import RosterFilter

roster_group = AppGroup("roster", help="Rosters of a training year.")


@roster_group.command("export")
@click.option("--year", type=int, required=True, help="The training year.")
@click.option("--unit", "unit_code", default="", help="Code of a unit; it and all below. Default: all units.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]), default=None, help="The day. Default: today.")
@click.option("--format", "file_format", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@click.option("--json", "as_json", is_flag=True, help="Print the totals as one JSON object.")
def export(year: int, unit_code: str, as_of: datetime | None, file_format: str, out: Path, as_json: bool) -> None:
    """Write the roster of a year to a file and print its totals."""
    wanted = RosterFilter(year, as_of.date() if as_of else clock.today(), _unit_id(unit_code))
    with transaction():
        services.note_export(wanted, file_format, by=SYSTEM, at=clock.now())
    partial = out.with_name(out.name + ".partial")
    with partial.open("wb") as target:
        if file_format == "csv":
            target.writelines(services.roster_csv(SYSTEM, wanted))
        else:
            with services.roster_xlsx(SYSTEM, wanted) as book:
                target.writelines(book)
    partial.replace(out)
    totals = queries.roster_totals(SYSTEM, wanted)
    counts = {"required": totals.required, "done": totals.done, "open": totals.open, "exempt": totals.exempt}
    if as_json:
        click.echo(json.dumps({"file": str(out), **counts}, ensure_ascii=False))
    else:
        click.echo(
            _("%(file)s: required %(required)s = done %(done)s + open %(open)s + exempt %(exempt)s", file=out, **counts)
        )


def _unit_id(code: str) -> int | None:
    """Return the id of a unit, None when no code is given; end with status 2 when there is no such unit."""
    if not code:
        return None
    unit_id = db.session.scalar(db.select(Unit.id).where(Unit.code == code))
    if unit_id is None:
        click.echo(_("There is no unit with the code %(code)s.", code=code), err=True)
        sys.exit(2)
    return unit_id
