"""Commands for question banks: ``flask questions import`` and ``flask questions export``.

Exit status: 0 done, 1 refused (what is wrong stands with file and line), 2 wrong usage.
"""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select

from core import clock, files
from core.db import db, transaction
from core.errors import DomainError
from core.i18n import gettext as _
from people.access import SYSTEM
from people.models import Placement, Unit
from people.queries import in_force
from quizzes import bank_services, gift_services
from quizzes.author_labels import KIND_LABELS
from quizzes.models import Bank

questions = AppGroup("questions", help="Question banks in and out.")
Source = click.Path(exists=True, dir_okay=False, path_type=Path)
Target = click.Path(dir_okay=False, writable=True, path_type=Path)


@questions.command("import")
@click.argument("file", type=Source)
@click.option("--bank", required=True, help="Name of the bank; it is made when there is none.")
@click.option("--unit", default="", help="Code of the unit that owns a new bank. Default: the unit at the top.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_questions(file: Path, bank: str, unit: str, dry_run: bool, as_json: bool) -> None:
    """Take the questions of a GIFT file into a bank and publish them: all of them or none."""
    try:
        with file.open("rb") as stream:
            text = gift_services.decode(files.read_upload(stream, limit=gift_services.MAX_BYTES))
        result = _preview(bank, text) if dry_run else _import(bank, unit, text, file.name)
    except DomainError as error:
        _refuse(error, str(file), as_json)
    else:
        _report(bank, result, as_json)


@questions.command("export")
@click.option("--bank", required=True, help="Name of the bank.")
@click.option("--format", "format_", type=click.Choice(["gift"]), default="gift", show_default=True)
@click.option("--out", required=True, type=Target, help="File to write.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def export_questions(bank: str, format_: str, out: Path, as_json: bool) -> None:
    """Write the questions of a bank to a file; importing it again changes nothing. Says what the format can't hold."""
    found = db.session.scalar(select(Bank).where(Bank.name == bank))
    if found is None:
        raise click.BadParameter(_("There is no bank with this name."), param_hint="--bank")
    written = gift_services.export_gift(found)
    out.write_text(written.text, encoding="utf-8")
    if as_json:
        left_out = [{"code": one.code, "kind": one.kind, "reason": str(one.reason)} for one in written.left_out]
        facts = {"bank": bank, "format": format_, "file": str(out), "questions": written.count, "left_out": left_out}
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(_("The bank “%(bank)s” was written to %(file)s.", bank=bank, file=out))
    for one in written.left_out:
        words = {"code": one.code, "kind": KIND_LABELS[one.kind], "reason": one.reason}
        click.echo(_("Not in the file: %(code)s (%(kind)s). %(reason)s", **words), err=True)


def _import(name: str, unit_code: str, text: str, file_name: str) -> gift_services.ImportResult:
    at = clock.now()
    with transaction():
        bank = bank_services.ensure_bank(name, _owner(name, unit_code), by=SYSTEM, at=at)
        return gift_services.import_gift(bank, text, file_name=file_name, by=SYSTEM, at=at)


def _preview(name: str, text: str) -> gift_services.ImportResult:
    bank = db.session.scalar(select(Bank).where(Bank.name == name))
    return gift_services.preview_gift(bank or Bank(id=0, name=name), text)


def _owner(bank_name: str, unit_code: str) -> int:
    """Return the unit for a new bank: the one named, else that of the bank, else the first at the top.

    :raises click.BadParameter: when there is no such unit, or none at all.
    """
    if unit_code:
        unit_id = db.session.scalar(select(Unit.id).where(Unit.code == unit_code))
    else:
        unit_id = db.session.scalar(select(Bank.unit_id).where(Bank.name == bank_name)) or db.session.scalar(
            select(Placement.unit_id)
            .where(Placement.parent_id.is_(None), in_force(Placement, clock.today()))
            .order_by(Placement.unit_id)
            .limit(1)
        )
    if unit_id is None:
        known = _("There is no unit with this code.") if unit_code else _("There is no unit yet that could own a bank.")
        raise click.BadParameter(known, param_hint="--unit")
    return unit_id


def _report(bank: str, result: gift_services.ImportResult, as_json: bool) -> None:
    counts: dict[str, Any] = {"new": result.new, "changed": result.changed, "unchanged": result.unchanged}
    if as_json:
        facts = {"bank": bank, "questions": result.total, **counts, "unknown_sources": list(result.unknown_sources)}
        click.echo(json.dumps({**facts, "errors": []}, ensure_ascii=False))
        return
    click.echo(_("New: %(new)s, changed: %(changed)s, unchanged: %(unchanged)s.", **counts))
    if result.unknown_sources:
        click.echo(_("Not in the register of sources: %(codes)s.", codes=", ".join(result.unknown_sources)))


def _refuse(error: DomainError, file: str, as_json: bool) -> None:
    """Print what is wrong, by line where that is known, and end with status 1."""
    located = error.errors if isinstance(error, gift_services.BadGift) else ()
    if as_json:
        listed = [{"line": e.line, "code": e.code, "message": str(e.message)} for e in located]
        listed = listed or [{"line": None, "code": "refused", "message": str(error.message)}]
        click.echo(json.dumps({"new": 0, "changed": 0, "unchanged": 0, "errors": listed}, ensure_ascii=False))
    else:
        for one in located:
            click.echo(f"{file}:{one.line}: {one.message}", err=True)
        if not located:
            click.echo(f"{file}: {error.message}", err=True)
        click.echo(str(error.mend), err=True)
    raise SystemExit(1)
