"""Certificates and their verification."""

from flask import Blueprint

blueprint = Blueprint("certificates", __name__)
