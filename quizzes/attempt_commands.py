"""Administrators' commands about attempts."""

import json

import click
import structlog
from flask.cli import AppGroup

from core import clock
from core.db import transaction
from core.errors import DomainError
from people.access import SYSTEM
from quizzes import queries
from quizzes.attempt_services import finish
from quizzes.behaviour import Ending

log = structlog.get_logger("nep")
attempts = AppGroup("attempts", help="Attempts at quizzes.")


@attempts.command("finish-overdue")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def finish_overdue(as_json: bool) -> None:
    """Close every attempt whose time is up, with the answers saved until then. Safe to run twice and side by side."""
    finished = failed = 0
    for attempt_id in queries.overdue_attempt_ids(clock.now()):
        try:
            with transaction():
                finish(attempt_id, by=SYSTEM, at=clock.now(), asked=Ending.EXPIRED)
            finished += 1
        except DomainError as error:
            log.error("attempt not finished", attempt_id=attempt_id, error=str(error.message))
            failed += 1
    if as_json:
        click.echo(json.dumps({"finished": finished, "failed": failed}))
    else:
        click.echo(f"finished: {finished}, failed: {failed}")
    if failed:
        raise SystemExit(1)
