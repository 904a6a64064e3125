"""Administrators' commands about statistics."""

import json

import click
from flask.cli import AppGroup
from sqlalchemy import select

from core import clock
from core.db import db
from quizzes.models import Quiz
from quizzes.statistics_jobs import refresh as count

statistics = AppGroup("statistics", help="Statistics of quizzes and questions.")


@statistics.command("refresh")
@click.option("--quiz", "slug", help="Only the quiz with this address.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def refresh(slug: str | None, as_json: bool) -> None:
    """Count the attempts that are not counted yet, and anew what a correction has changed. Safe to run twice."""
    quiz_id = None
    if slug is not None:
        quiz_id = db.session.scalar(select(Quiz.id).where(Quiz.slug == slug))
        if quiz_id is None:
            raise click.ClickException(f"There is no quiz {slug!r}.")
    counted = count(clock.now(), quiz_id=quiz_id)
    click.echo(json.dumps({"counted": counted}) if as_json else f"counted: {counted}")
