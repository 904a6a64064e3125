"""Administrators' commands, thin over services."""

from flask import Flask

import quizzes.commands


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(quizzes.commands.questions)
