"""Roles and the audit log, for administrators."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
