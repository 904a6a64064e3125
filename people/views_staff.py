"""People, units and staff lists, for officers."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__)
