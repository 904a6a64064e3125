"""Courses and lessons, for learners."""

from flask import Blueprint

blueprint = Blueprint("lessons", __name__)
