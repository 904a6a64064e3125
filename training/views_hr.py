"""Requirements, cycles and exemptions, for personnel officers."""

from flask import Blueprint

blueprint = Blueprint("cycles", __name__)
