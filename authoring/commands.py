"""The command for course packages: ``flask content import``.

Exit status: 0 done, 1 refused (what is wrong stands with file, line and field), 2 wrong usage.
"""

import json
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy import select

from authoring import services
from authoring.packages import read_package
from authoring.toml_fields import BadPackage, Problem
from core import clock
from core.db import db, transaction
from core.errors import DomainError
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from people.access import SYSTEM
from people.models import Placement, Unit
from people.queries import in_force

content = AppGroup("content", help="Course packages in.")
KIND_WORDS = {
    "sources": _l("Sources"),
    "courses": _l("Courses"),
    "modules": _l("Modules"),
    "lessons": _l("Lessons"),
    "questions": _l("Questions"),
    "quizzes": _l("Quizzes"),
}


class _OnlyTried(Exception):
    """Raised at the end of a dry run, so that nothing is kept."""


@content.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--unit", "unit_code", default="", help="Code of the unit that owns what is new. Default: the top one.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_content(folder: Path, unit_code: str, dry_run: bool, as_json: bool) -> None:
    """Bring in the course packages of a folder and publish them: all of them or none."""
    unit_id = _unit_id(unit_code)
    outcome: services.ImportOutcome | None = None
    try:
        package = read_package(folder)
        with transaction():
            outcome = services.import_package(package, unit_id=unit_id, by=SYSTEM, at=clock.now())
            if dry_run:
                raise _OnlyTried
    except _OnlyTried:
        pass
    except BadPackage as error:
        _refuse(error.problems, str(error.mend), as_json)
    except DomainError as error:
        _refuse((Problem(str(folder), 0, "", error.message),), str(error.mend), as_json)
    _report(outcome or services.ImportOutcome(), as_json, dry_run)


def _unit_id(code: str) -> int:
    """Return the unit named, else the one at the top.

    :raises click.BadParameter: when there is no such unit, or more than one at the top and none named.
    """
    if code:
        found = db.session.scalars(select(Unit.id).where(Unit.code == code)).all()
    else:
        top = select(Placement.unit_id).where(Placement.parent_id.is_(None), in_force(Placement, clock.today()))
        found = db.session.scalars(top).all()
    if not found:
        raise click.BadParameter(_("There is no unit with this code."), param_hint="--unit")
    if len(found) > 1:
        raise click.BadParameter(_("There are several units at the top: say which one."), param_hint="--unit")
    return found[0]


def _report(outcome: services.ImportOutcome, as_json: bool, dry_run: bool) -> None:
    if as_json:
        counts: dict[str, Any] = {kind: vars(tally) for kind, tally in outcome.counts.items()}
        unknown = list(outcome.unknown_sources)
        click.echo(json.dumps({**counts, "unknown_sources": unknown, "dry_run": dry_run, "errors": []}))
        return
    for kind, tally in outcome.counts.items():
        numbers = _("new: %(new)s, changed: %(changed)s, unchanged: %(unchanged)s", **vars(tally))
        click.echo(f"{KIND_WORDS[kind]}: {numbers}")
    if outcome.unknown_sources:
        click.echo(_("Not in the register of sources: %(codes)s.", codes=", ".join(outcome.unknown_sources)))
    if dry_run:
        click.echo(_("Only tried: nothing was changed."))


def _refuse(problems: tuple[Problem, ...], mend: str, as_json: bool) -> NoReturn:
    """Print what is wrong and where, and end with status 1."""
    if as_json:
        listed = [{**vars(each), "message": str(each.message)} for each in problems]
        click.echo(json.dumps({"errors": listed}, ensure_ascii=False))
    else:
        for each in problems:
            place = f"{each.file}:{each.line}" if each.line else each.file
            click.echo(f"{place}: {each.field + ': ' if each.field else ''}{each.message}", err=True)
        click.echo(mend, err=True)
    raise SystemExit(1)
