"""Banks, questions and quizzes, for trainers."""

from flask import Blueprint

blueprint = Blueprint("quiz_desk", __name__)
