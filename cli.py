"""Administrators' commands, thin over services."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the commands to the application."""
