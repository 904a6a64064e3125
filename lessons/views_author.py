"""Courses, modules and lessons, for trainers."""

from flask import Blueprint

blueprint = Blueprint("lesson_desk", __name__)
