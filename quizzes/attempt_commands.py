"""Administrators' commands about attempts."""

import json

import click
from flask.cli import AppGroup

from core import clock
from quizzes.attempt_jobs import close_overdue

attempts = AppGroup("attempts", help="Attempts at quizzes.")


@attempts.command("finish-overdue")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def finish_overdue(as_json: bool) -> None:
    """Close every attempt whose time is up, with the answers saved until then. Safe to run twice and side by side."""
    finished, failed = close_overdue(clock.now())
    if as_json:
        click.echo(json.dumps({"finished": finished, "failed": failed}))
    else:
        click.echo(f"finished: {finished}, failed: {failed}")
    if failed:
        raise SystemExit(1)
