"""Signing in and out, one's own password, sessions."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)
