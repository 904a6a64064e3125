"""What I owe: my training."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.i18n import gettext as _
from core.web import public
from people.guards import actor, signed_in
from people.labels import STAFF_GROUPS
from quizzes.models import Attempt
from training import queries
from training.labels import EXEMPTION_CATEGORIES, STANDINGS
from training.my_pages import my_training

blueprint = Blueprint("training", __name__)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """Lead to what one has to do; strangers are asked to sign in there."""
    return redirect(url_for("training.my"))


@blueprint.get("/my")
@signed_in
def my() -> ResponseReturnValue:
    """Show what is owed, by when and why, and the one next step."""
    return render_template(
        "training/my.html",
        training=my_training(actor().person_id or 0, clock.now()),
        standings=STANDINGS,
        staff_groups=STAFF_GROUPS,
        exemption_categories=EXEMPTION_CATEGORIES,
    )


def after_result(attempt: Attempt, is_score_shown: bool) -> list[tuple[str, str]]:
    """Return the ways on from the result of one's own attempt, the first the most likely.

    A score that is not shown yet is not betrayed by a certificate.
    """
    certificate_id = queries.certificate_of_attempt(attempt.id) if attempt.passed and is_score_shown else None
    ways = [(_("Go to My training"), url_for("training.my"))]
    if certificate_id is not None:
        ways.insert(0, (_("Open the certificate"), url_for("certificates.show", certificate_id=certificate_id)))
    return ways
