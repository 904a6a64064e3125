"""Administrators' commands, thin over services."""

import click
from flask import Flask, current_app

import authoring.commands
import demo.commands
import people.commands
import quizzes.attempt_commands
import quizzes.commands
import reports.commands
import server
import training.commands
from core import clock
from core.i18n import gettext as _
from people import setup_services


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(authoring.commands.content)
    app.cli.add_command(people.commands.people)
    app.cli.add_command(quizzes.commands.questions)
    app.cli.add_command(quizzes.attempt_commands.attempts)
    app.cli.add_command(reports.commands.roster_group)
    app.cli.add_command(training.commands.training)
    app.cli.add_command(demo.commands.demo)
    app.cli.add_command(serve)


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
