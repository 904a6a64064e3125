"""Quizzes and attempts, for learners."""

import random

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import DomainError, NotFound, TooMany
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from people.guards import actor, signed_in
from quizzes import attempt_pages, behaviour, entry_queries, finish_services, queries, quiz_pages
from quizzes import attempt_services as services
from quizzes.behaviour import Phase
from quizzes.models import Attempt
from quizzes.scoring import score_text
from quizzes.take_forms import StartForm
from quizzes.take_labels import CodeRefused, WrongCode, moment_words, rule_words

blueprint = Blueprint("quizzes", __name__)
blueprint.add_app_template_filter(score_text, "score")
blueprint.add_app_template_filter(moment_words, "moment_words")


@blueprint.get("/practice")
@signed_in
def practice() -> ResponseReturnValue:
    """List the quizzes in which one may practise."""
    found = entry_queries.practice_quizzes(actor().person_id, clock.today())
    return render_template("quizzes/take/practice.html", quizzes=found)


@blueprint.get("/quizzes/<int:quiz_id>")
@signed_in
def quiz(quiz_id: int) -> ResponseReturnValue:
    """Show the rules of a quiz, earlier attempts, and the way in."""
    page = quiz_pages.quiz_page(quiz_id, by=actor(), at=clock.now())
    if _close_if_over(page.open_attempt):
        page = quiz_pages.quiz_page(quiz_id, by=actor(), at=clock.now())
    return render_template("quizzes/take/quiz.html", page=page, form=StartForm())


@blueprint.post("/quizzes/<int:quiz_id>/start")
@signed_in
def start(quiz_id: int) -> ResponseReturnValue:
    """Begin an attempt, or go on with the open one."""
    form, preview = StartForm(), request.form.get("preview") == "1"
    typed = form.access_code.data or ""
    try:
        with transaction():
            attempt_id = services.start(
                quiz_id, by=actor(), at=clock.now(), rng=random.SystemRandom(), preview=preview, typed_code=typed
            ).id
    except DomainError as refusal:
        # That an earlier attempt was closed on the way is undone with the start.
        _close_if_over(queries.open_attempt(actor().person_id or 0, quiz_id))
        if isinstance(refusal, CodeRefused | TooMany):
            return _code_refused(quiz_id, form, refusal)
        raise
    return redirect(url_for(".attempt", attempt_id=attempt_id))


def _code_refused(quiz_id: int, form: StartForm, refusal: CodeRefused | TooMany) -> ResponseReturnValue:
    """Say beside the field what is wrong with the access code; a wrong one is counted."""
    if isinstance(refusal, WrongCode):
        with transaction():
            services.note_wrong_code(quiz_id, by=actor(), at=clock.now())
    form.access_code.errors = [f"{refusal.message} {refusal.mend}".strip()]
    page = quiz_pages.quiz_page(quiz_id, by=actor(), at=clock.now())
    return render_template("quizzes/take/quiz.html", page=page, form=form), refusal.status


@blueprint.get("/attempts/<int:attempt_id>")
@signed_in
def attempt(attempt_id: int) -> ResponseReturnValue:
    """Show a page of questions of an open attempt; a finished one leads to its result."""
    mine, asked = _mine(attempt_id), request.args.get("page", type=int)
    if mine.finished_at is not None:
        return redirect(url_for(".result", attempt_id=attempt_id))
    checked = request.args.getlist("checked", type=int)
    page = attempt_pages.attempt_page(mine, asked=asked, checked=checked, at=clock.now())
    if page.paging.one_way and asked not in (None, page.paging.number):
        flash(_("In this quiz only the page that you are on can be opened."), "warning")
        return redirect(url_for(".attempt", attempt_id=attempt_id))
    return render_template(
        "quizzes/take/attempt.html",
        attempt=mine,
        items=page.items,
        page=page,
        rule_words=rule_words,
        seconds_left=behaviour.seconds_left(mine.due_at, clock.now()),
        is_preview=page.is_preview,
    )


@blueprint.get("/attempts/<int:attempt_id>/confirm")
@signed_in
def confirm(attempt_id: int) -> ResponseReturnValue:
    """Show what is still unanswered, and ask before the attempt is handed in."""
    mine = _mine(attempt_id)
    if mine.finished_at is not None:
        return redirect(url_for(".result", attempt_id=attempt_id))
    page = attempt_pages.attempt_page(mine, asked=None, checked=(), at=clock.now())
    return render_template("quizzes/take/confirm.html", attempt=mine, page=page)


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
    if shown.finished_at is None:
        if shown.person_id != actor().person_id:
            raise NotFound(_l("This attempt has not ended yet."))
        return redirect(url_for(".attempt", attempt_id=attempt_id))
    if shown.person_id != actor().person_id:
        return redirect(url_for("quiz_desk.review_attempt", attempt_id=attempt_id))
    page = quiz_pages.result_page(shown, by=actor(), at=clock.now())
    return render_template("quizzes/take/result.html", page=page, rule_words=rule_words)


def _mine(attempt_id: int) -> Attempt:
    """Return the actor's own attempt, closed if its time is up."""
    mine = queries.attempt_of(actor().person_id, attempt_id)
    return _close_if_over(mine) or mine


def _close_if_over(found: Attempt | None) -> Attempt | None:
    """Close an attempt whose time is up and return it; None when there was nothing to close."""
    if found is None or behaviour.phase(found.due_at, found.finished_at, clock.now()) is not Phase.OVER:
        return None
    with transaction():
        return finish_services.finish_if_over(found.id, at=clock.now())
