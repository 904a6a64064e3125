"""Administrators' commands, thin over services."""

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo

import authoring.commands
import demo.commands
import people.commands
import quizzes.attempt_commands
import quizzes.commands
import quizzes.statistics_commands
import reports.commands
import server
import training.commands
from core import clock, job_commands
from core.i18n import gettext as _
from people import setup_services

#: The groups of commands; each works on a database that is ready.
GROUPS: tuple[click.Group, ...] = (
    authoring.commands.content,
    people.commands.people,
    quizzes.commands.questions,
    quizzes.attempt_commands.attempts,
    quizzes.statistics_commands.statistics,
    job_commands.jobs,
    reports.commands.roster_group,
    training.commands.training,
)


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for group in GROUPS:
        group.callback = _make_ready
        app.cli.add_command(group)
    app.cli.add_command(demo.commands.demo)
    app.cli.add_command(serve)


def _make_ready() -> None:
    """Give an empty database its tables, so that the first command of an installation just works."""
    script = click.get_current_context().find_object(ScriptInfo)
    if script is not None:
        with script.load_app().app_context():
            server.set_up_empty()


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Bring the database up to date and serve. An empty one gets a link that makes the first administrator."""
    server.bring_up_to_date()
    if not setup_services.has_administrator(clock.today()):
        link = f"{current_app.config['NEP'].base_url}/first-administrator/{setup_services.invitation()}"
        click.echo(_("Open this link once to make the first administrator: %(link)s", link=link))
    server.hand_over(host=host, port=port, workers=workers)
