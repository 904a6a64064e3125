"""Pages of no feature: health, choice of language and appearance, the page of components."""

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from core import charts
from core.db import db
from core.forms import BaseForm, DayField, LineField, TextField
from core.i18n import LANGUAGE_COOKIE, LANGUAGES
from core.i18n import lazy_gettext as _l
from core.web import TEXT_SIZES, THEMES, local_path, public

blueprint = Blueprint("core", __name__)
YEAR_SECONDS = 365 * 24 * 3600


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process lives."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say whether requests can be served: the database answers and its tables are there."""
    db.session.execute(text("SELECT version_num FROM alembic_version"))
    return jsonify(status="ready")


@blueprint.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Keep the chosen language in a cookie and go back."""
    response = redirect(local_path(request.form.get("next"), "/"))
    chosen = request.form.get("language", "")
    return _keep(response, LANGUAGE_COOKIE, chosen) if chosen in LANGUAGES else response


@blueprint.post("/appearance")
@public
def choose_appearance() -> ResponseReturnValue:
    """Keep the chosen theme or text size in a cookie and go back."""
    response = redirect(local_path(request.form.get("next"), "/"))
    for field, cookie, known in (("theme", "nep_theme", THEMES), ("text_size", "nep_text_size", TEXT_SIZES)):
        if request.form.get(field) in known:
            _keep(response, cookie, request.form[field])
    return response


def _keep(response: Response, cookie: str, value: str) -> Response:
    response.set_cookie(cookie, value, max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


class SampleForm(BaseForm):
    """Every kind of field once, for the page of components."""

    full_name = LineField(_l("Full name"), [InputRequired()])
    birth_date = DayField(_l("Date of birth"))
    group = SelectField(
        _l("Group"), choices=[("civil_servant", _l("Civil servant")), ("public_employee", _l("Public employee"))]
    )
    note = TextField(_l("Note"))
    answer = RadioField(_l("Answer"), choices=[("a", _l("Yes")), ("b", _l("No"))])
    agreed = BooleanField(_l("I have read this"))
    submit = SubmitField(_l("Save"))


@blueprint.get("/design")
@public
def components() -> ResponseReturnValue:
    """Show every component of the design system."""
    wrong = SampleForm(
        MultiDict({"wrong-birth_date": "31/02/2026", "wrong-group": "unknown"}), prefix="wrong", meta={"csrf": False}
    )
    wrong.validate()
    chart = charts.histogram((0, 2, 3, 5, 9, 14, 22, 31, 18, 7), line=5)
    return render_template("design/components.html", form=SampleForm(), wrong=wrong, chart=chart)
