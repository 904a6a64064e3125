"""What the page of an open attempt sends: answers, where it stands, and what happens around it."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from core import clock
from core.db import transaction
from core.i18n import gettext as _
from core.web import wants_json
from people.guards import actor, signed_in
from quizzes import answer_services, attempt_pages, attempt_services, event_services, queries
from quizzes.attempt_forms import posted_answers, posted_event, posted_pairs
from quizzes.behaviour import Phase
from quizzes.views_take import blueprint


@blueprint.app_template_global()
def server_time() -> int:
    """Return the moment at which a page is made, as its script counts it."""
    return attempt_pages.milliseconds(clock.now())


@blueprint.get("/attempts/<int:attempt_id>/state")
@signed_in
def state(attempt_id: int) -> ResponseReturnValue:
    """Tell the page's script where the attempt stands, with a fresh token for its forms."""
    mine = queries.attempt_of(actor().person_id, attempt_id)
    items = [] if mine.finished_at else queries.item_views(attempt_id)
    return jsonify(attempt_pages.state_json(mine, items, at=clock.now(), csrf_token=generate_csrf()))


@blueprint.post("/attempts/<int:attempt_id>/answers")
@signed_in
def save(attempt_id: int) -> ResponseReturnValue:
    """Save answers, sent by the page's script one by one or by its form all at once."""
    answers = posted_answers(request.form)
    with transaction():
        outcome = answer_services.save(attempt_id, answers, by=actor(), at=clock.now())
    if wants_json():
        return jsonify(attempt_pages.saved_json(outcome, at=clock.now())), 200 if outcome.all_kept else 409
    if outcome.phase is not Phase.OPEN and not outcome.all_kept:
        flash(_("This attempt has ended. What you sent just now came too late and was not saved."), "warning")
        return redirect(url_for(".attempt", attempt_id=attempt_id))
    if outcome.conflicts:
        return _conflict_page(attempt_id, outcome, answers)
    if outcome.refused:
        flash(_("You have left the page of a question. What was changed there afterwards was not saved."), "warning")
    return _go_on(attempt_id)


def _go_on(attempt_id: int) -> ResponseReturnValue:
    """Lead to where the button that was pressed points: on, back, to a question, to its check, or to the end."""
    wish, _dash, number = request.form.get("next", "").partition("-")
    if wish == "confirm":
        return redirect(url_for(".confirm", attempt_id=attempt_id))
    shown, given = request.form.get("page_number", 1, type=int), int(number) if number.isdecimal() else 0
    paging = attempt_pages.paging_of(queries.attempt_of(actor().person_id, attempt_id), shown)
    if wish == "next" and paging.one_way and not paging.is_last:
        with transaction():
            attempt_services.turn_page(attempt_id, left=shown, by=actor())
    elif not wish:
        flash(_("Saved at %(time)s.", time=clock.time_text(clock.now())), "success")
    target = attempt_pages.target(paging, wish, given, request.form.getlist("checked", type=int))
    return redirect(url_for(".attempt", attempt_id=attempt_id, **target))


@blueprint.post("/attempts/<int:attempt_id>/events")
@signed_in
def tell(attempt_id: int) -> ResponseReturnValue:
    """Note what the page's script tells, such as a lost network; no score uses it."""
    kind, page, seconds_ago = posted_event(request.form)
    with transaction():
        told = event_services.tell(attempt_id, kind, page, seconds_ago=seconds_ago, by=actor(), at=clock.now())
    return jsonify(page=told.page)


def _conflict_page(
    attempt_id: int, outcome: answer_services.SaveOutcome, answers: dict[int, answer_services.TypedAnswer]
) -> ResponseReturnValue:
    """Show what is stored and what was sent, and let the person decide."""
    in_conflict = [(item_id, answers[item_id]) for item_id in sorted(outcome.conflicts)]
    revisions = {item_id: outcome.stored[item_id].revision for item_id in outcome.conflicts}
    page = render_template(
        "quizzes/take/conflict.html",
        attempt=queries.attempt(attempt_id),
        conflicts=attempt_pages.conflict_views(queries.item_views(attempt_id), outcome),
        fields=[*posted_pairs(in_conflict, revisions), ("page_number", request.form.get("page_number", "1"))],
    )
    return page, 409
