"""Administrators' commands for people: import a staff list, first passwords, roles, the first administrator."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from core import clock
from core.db import db, transaction
from core.errors import BadFile
from core.i18n import gettext as _
from core.tables import csv_chunks
from people import import_plans, import_services, queries, services, setup_services
from people.access import SYSTEM, Role
from people.import_messages import value_word
from people.import_plans import COUNTS, Plan, fault_text
from people.labels import ROLES
from people.models import Account, Person, Placement, Posting, Unit
from people.staff_diff import Kind

people = AppGroup("people", help="Staff lists, first passwords, roles.")
#: Rows of changes and errors that are printed for people to read; --json gives all errors.
SHOWN_ROWS = 200
#: People given a password in one transaction.
PASSWORDS_AT_ONCE = 50


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--create-units", is_flag=True, help="Create units that are not known, below --unit.")
@click.option(
    "--unit", "unit_code", default="", help="Code of the unit that the list is of. Default: the only top unit."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: counts and errors.")
def import_list(file: Path, dry_run: bool, create_units: bool, unit_code: str, as_json: bool) -> None:
    """Import a staff list from an Excel workbook (.xlsx). All rows or none; a second run changes nothing.

    Exit status: 0 when the list is right, 1 when it is refused, 2 when the command is wrong. Without any unit in the
    database, --create-units makes those of the list top units.
    """
    root_id = _unit_id(unit_code) if unit_code else _only_top_unit()
    console = Console(stderr=True, quiet=as_json)
    try:
        with console.status(_("Reading %(file)s…", file=file.name)):
            data = file.read_bytes()
            staff_list = import_plans.read_file(data)
        with console.status(_("Comparing and writing…")), transaction():
            at, on = clock.now(), clock.today()
            plan = import_plans.make_plan(staff_list, root_id, create_units=create_units, by=SYSTEM, on=on)
            if not plan.faults and not dry_run:
                staged = import_services.stage(data, file.name, plan, create_units=create_units, by=SYSTEM, at=at)
                import_services.carry_out(staged, plan, by=SYSTEM, at=at, on=on)
    except BadFile as refusal:
        _tell_refusal(refusal, as_json)
    else:
        _tell_json(plan) if as_json else _tell(plan, dry_run)
        sys.exit(1 if plan.faults else 0)


def _tell_refusal(refusal: BadFile, as_json: bool) -> None:
    """Print why the file can't be read at all, and end with status 1."""
    message = f"{refusal.message} {refusal.mend}".strip()
    if as_json:
        place = {"sheet": refusal.place.sheet, "row": refusal.place.row, "column": refusal.place.column}
        click.echo(
            json.dumps({**dict.fromkeys(COUNTS, 0), "errors": [{**place, "message": message}]}, ensure_ascii=False)
        )
    else:
        click.echo(message, err=True)
    sys.exit(1)


def _tell_json(plan: Plan) -> None:
    errors = [
        {"sheet": fault.place.sheet, "row": fault.place.row, "column": fault.place.column, "message": fault_text(fault)}
        for fault in plan.faults
    ]
    click.echo(json.dumps({**plan.counts, "errors": errors}, ensure_ascii=False))


def _tell(plan: Plan, dry_run: bool) -> None:
    console = Console()
    table = Table(title=_("What the list changes"))
    for head in (_("Row"), _("Staff code"), _("Full name"), _("Unit"), _("Change")):
        table.add_column(head)
    shown = [entry for entry in plan.diff.entries if entry.kind != Kind.UNCHANGED]
    for entry in shown[:SHOWN_ROWS]:
        changes = "; ".join(
            f"{value_word(change.field, change.old) if change.old else '–'} → {value_word(change.field, change.new)}"
            for change in entry.changes
        ) or _("new")
        table.add_row(str(entry.row.place.row), entry.row.staff_code, entry.row.full_name, entry.unit_name, changes)
    if shown:
        console.print(table, markup=False)
    if len(shown) > SHOWN_ROWS:
        console.print(_("… and %(count)s more rows.", count=len(shown) - SHOWN_ROWS))
    if plan.diff.new_units:
        console.print(_("Units to create: %(names)s", names=", ".join(plan.diff.new_units)), markup=False)
    for fault in plan.faults[:SHOWN_ROWS]:
        place = f"{fault.place.sheet}!{fault.place.column}{fault.place.row}"
        console.print(f"{place}  {fault_text(fault)}", style="red", markup=False)
    if len(plan.faults) > SHOWN_ROWS:
        console.print(_("… and %(count)s more errors.", count=len(plan.faults) - SHOWN_ROWS))
    summary = _(
        "%(rows)s rows: %(new)s new, %(changed)s changed, %(moved)s moved, %(unchanged)s unchanged; %(left)s on record "
        "are not in the list.",
        **plan.counts,
    )
    console.print(summary)
    if plan.faults:
        console.print(_("Refused: nothing was changed."), style="bold red")
    elif dry_run:
        console.print(_("Only looked at: nothing was changed."))
    else:
        console.print(_("Applied."), style="green")


@people.command("first-passwords")
@click.option("--unit", "unit_code", default="", help="Code of a unit; it and all below. Default: all units.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The CSV file to write.")
def first_passwords(unit_code: str, out: Path) -> None:
    """Give a first password to all without an account; write the slips to a CSV file that only you can read."""
    wanted = _without_account(_unit_id(unit_code) if unit_code else None)
    if out.exists():
        raise click.BadParameter(_("The file exists already; it is not overwritten."), param_hint="--out")
    header = (_("Staff code"), _("Full name"), _("Unit"), _("First password"))
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target, click.progressbar(length=len(wanted), file=sys.stderr) as bar:
        for chunk in csv_chunks(header, _slips(wanted, bar)):
            target.write(chunk)
    click.echo(_("%(count)s first passwords written to %(file)s.", count=len(wanted), file=out))


def _slips(wanted: list[Any], bar: Any) -> Iterator[tuple[str, str, str, str]]:
    for start in range(0, len(wanted), PASSWORDS_AT_ONCE):
        some = wanted[start : start + PASSWORDS_AT_ONCE]
        with transaction():
            given = [services.give_first_password(person.id, by=SYSTEM, at=clock.now()) for person in some]
        for person, password in zip(some, given, strict=True):
            yield person.staff_code, person.full_name, person.unit_name, password
        bar.update(len(some))


def _without_account(unit_id: int | None) -> list[Any]:
    on = clock.today()
    asked = (
        db.select(Person.id, Person.staff_code, Person.full_name, Placement.name.label("unit_name"))
        .join(Posting, db.and_(Posting.person_id == Person.id, queries.in_force(Posting, on)))
        .join(Placement, db.and_(Placement.unit_id == Posting.unit_id, queries.in_force(Placement, on)))
        .where(~db.exists().where(Account.person_id == Person.id))
        .order_by(Placement.name_key, Person.name_key, Person.id)
    )
    if unit_id is not None:
        asked = asked.where(Posting.unit_id.in_(db.select(queries.units_below([unit_id], on).c.unit_id)))
    return list(db.session.execute(asked))


@people.command("new-password")
@click.argument("staff_code")
def new_password(staff_code: str) -> None:
    """Give one person a new first password and print it; their sessions end."""
    person_id = _person_id(staff_code)
    with transaction():
        password = services.give_first_password(person_id, by=SYSTEM, at=clock.now())
    click.echo(password)


@people.command("grant")
@click.argument("staff_code")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option(
    "--unit", "unit_code", required=True, help="Code of the unit; the role holds there and in all units below."
)
def grant(staff_code: str, role: str, unit_code: str) -> None:
    """Grant a role to a person."""
    person_id, unit_id = _person_id(staff_code), _unit_id(unit_code)
    with transaction():
        services.grant_role(person_id, Role(role), unit_id, by=SYSTEM, at=clock.now(), on=clock.today())
    click.echo(_("%(code)s: %(role)s on %(unit)s.", code=staff_code, role=ROLES[role], unit=unit_code))


@people.command("invite-administrator")
def invite_administrator() -> None:
    """Print the link that makes the first administrator; nothing when there is one."""
    if setup_services.has_administrator(clock.today()):
        return
    click.echo(f"{current_app.config['NEP'].base_url}/first-administrator/{setup_services.invitation()}")


def _unit_id(code: str) -> int:
    unit_id = db.session.scalar(db.select(Unit.id).where(Unit.code == code))
    if unit_id is None:
        raise click.BadParameter(_("There is no unit with the code %(code)s.", code=code), param_hint="--unit")
    return unit_id


def _only_top_unit() -> int | None:
    tops = setup_services.top_units(clock.today())
    return tops[0] if len(tops) == 1 else None


def _person_id(staff_code: str) -> int:
    person_id = db.session.scalar(db.select(Person.id).where(Person.staff_code == staff_code))
    if person_id is None:
        raise click.BadParameter(_("There is nobody with the staff code %(code)s.", code=staff_code), param_hint="CODE")
    return person_id
