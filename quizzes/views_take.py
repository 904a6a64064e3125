"""Quizzes and attempts, for learners."""

import random

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people.access import SYSTEM
from people.guards import actor, signed_in
from quizzes import attempt_pages, behaviour, finish_services, queries
from quizzes import attempt_services as services
from quizzes.behaviour import Ending, Phase
from quizzes.models import Attempt
from quizzes.scoring import score_text

blueprint = Blueprint("quizzes", __name__)
blueprint.add_app_template_filter(score_text, "score")


@blueprint.get("/quizzes/<int:quiz_id>")
@signed_in
def quiz(quiz_id: int) -> ResponseReturnValue:
    """Show the rules of a quiz, earlier attempts, and the way in."""
    _close_if_over(queries.open_attempt(actor().person_id or 0, quiz_id))
    page = attempt_pages.quiz_page(quiz_id, by=actor(), at=clock.now())
    return render_template("quizzes/take/quiz.html", page=page)


@blueprint.post("/quizzes/<int:quiz_id>/start")
@signed_in
def start(quiz_id: int) -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one."""
    _close_if_over(queries.open_attempt(actor().person_id or 0, quiz_id))
    with transaction():
        attempt = services.start(
            quiz_id,
            by=actor(),
            at=clock.now(),
            rng=random.SystemRandom(),
            preview=request.form.get("preview") == "1",
        )
    return redirect(url_for(".attempt", attempt_id=attempt.id))


@blueprint.get("/attempts/<int:attempt_id>")
@signed_in
def attempt(attempt_id: int) -> ResponseReturnValue:
    """Show the questions of an open attempt; a finished one leads to its result."""
    mine = _mine(attempt_id)
    if mine.finished_at is not None:
        return redirect(url_for(".result", attempt_id=attempt_id))
    return render_template(
        "quizzes/take/attempt.html",
        attempt=mine,
        items=queries.item_views(attempt_id),
        seconds_left=behaviour.seconds_left(mine.due_at, clock.now()),
        is_preview=attempt_pages.is_preview(mine),
    )


@blueprint.get("/attempts/<int:attempt_id>/confirm")
@signed_in
def confirm(attempt_id: int) -> ResponseReturnValue:
    """Show what is still unanswered, and ask before the attempt is handed in."""
    mine = _mine(attempt_id)
    if mine.finished_at is not None:
        return redirect(url_for(".result", attempt_id=attempt_id))
    items = queries.item_views(attempt_id)
    return render_template("quizzes/take/confirm.html", attempt=mine, items=items)


@blueprint.post("/attempts/<int:attempt_id>/submit")
@signed_in
def submit(attempt_id: int) -> ResponseReturnValue:
    """Hand the attempt in. A second time changes nothing."""
    with transaction():
        finish_services.finish(attempt_id, by=actor(), at=clock.now())
    return redirect(url_for(".result", attempt_id=attempt_id))


@blueprint.get("/attempts/<int:attempt_id>/result")
@signed_in
def result(attempt_id: int) -> ResponseReturnValue:
    """Show score, key and explanations of a finished attempt."""
    shown = queries.attempt(attempt_id)
    if not attempt_pages.may_see_result(shown, by=actor(), at=clock.now()):
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    shown = _close_if_over(shown) or shown
    is_mine = shown.person_id == actor().person_id
    if shown.finished_at is None:
        if not is_mine:
            raise NotFound(_l("This attempt has not ended yet."))
        return redirect(url_for(".attempt", attempt_id=attempt_id))
    return render_template(
        "quizzes/take/result.html",
        attempt=shown,
        items=queries.result_views(attempt_id),
        is_mine=is_mine,
        is_preview=attempt_pages.is_preview(shown),
    )


def _mine(attempt_id: int) -> Attempt:
    """Return the actor's own attempt, closed if its time is up."""
    mine = queries.attempt_of(actor().person_id, attempt_id)
    return _close_if_over(mine) or mine


def _close_if_over(found: Attempt | None) -> Attempt | None:
    """Close an attempt whose time is up and return it; None when there was nothing to close."""
    if found is None or behaviour.phase(found.due_at, found.finished_at, clock.now()) is not Phase.OVER:
        return None
    with transaction():
        return finish_services.finish(found.id, by=SYSTEM, at=clock.now(), asked=Ending.EXPIRED)
