"""What I owe: my training."""

from flask import Blueprint

blueprint = Blueprint("training", __name__)
