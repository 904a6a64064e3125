"""The trainers' desk and course packages."""

from flask import Blueprint

blueprint = Blueprint("authoring", __name__)
