"""Quizzes and attempts, for learners."""

from flask import Blueprint

blueprint = Blueprint("quizzes", __name__)
