"""Administrators' commands, thin over services."""

from flask import Flask

import authoring.commands
import quizzes.attempt_commands
import quizzes.commands


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(authoring.commands.content)
    app.cli.add_command(quizzes.commands.questions)
    app.cli.add_command(quizzes.attempt_commands.attempts)
