"""Answer files: handed in by learners, decided by trainers when they came after the end."""

from datetime import datetime

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, files, sealing
from core.db import transaction
from core.errors import BadFile, NotFound, RuleBroken
from core.i18n import gettext as _
from people.access import Permission
from people.guards import actor, ensure_in_unit, requires, signed_in
from people.person_queries import person_card
from quizzes import answer_file_changes, answer_file_queries, answer_file_services, queries, result_queries
from quizzes.answer_file_changes import FileChange
from quizzes.answer_file_forms import MAX_BYTES, DecisionForm, HandInForm, saves_in
from quizzes.models import Attempt
from quizzes.time_models import AttemptEvent
from quizzes.views_author_desk import blueprint as desk
from quizzes.views_take import blueprint


@blueprint.app_template_global()
def answer_file_key() -> str:
    """Return the public key with which a page seals answers."""
    return sealing.public_key(current_app.config["NEP"].secret_key)


@blueprint.app_template_global()
def answer_file_until(attempt: Attempt) -> datetime | None:
    """Return until when a file of an attempt that has ended is taken; None when it is not, or no longer."""
    return answer_file_services.taken_until(attempt) if answer_file_refusal(attempt) is None else None


@blueprint.app_template_global()
def answer_file_refusal(attempt: Attempt) -> RuleBroken | None:
    """Return why no file of an attempt that has ended is taken now; None when one is."""
    return answer_file_services.refusal(attempt, clock.now())


@blueprint.route("/attempts/<int:attempt_id>/answer-file", methods=["GET", "POST"])
@signed_in
def answer_file(attempt_id: int) -> ResponseReturnValue:
    """Take the file of answers that a page could not send."""
    mine, form = queries.attempt_of(actor().person_id, attempt_id), HandInForm()
    if form.validate_on_submit():
        try:
            return _hand_in(attempt_id, form)
        except (BadFile, RuleBroken) as refusal:
            form.form_errors.append(f"{refusal.message} {refusal.mend}".strip())
    status = 422 if form.is_submitted() else 200
    return render_template("quizzes/take/answer_file.html", attempt=mine, form=form), status


def _hand_in(attempt_id: int, form: HandInForm) -> ResponseReturnValue:
    data = files.read_upload(form.file.data.stream, limit=MAX_BYTES)
    saves = saves_in(data, current_app.config["NEP"].secret_key, attempt_id)
    with transaction():
        done = answer_file_services.hand_in(attempt_id, saves, data, by=actor(), at=clock.now())
    if done.waits:
        flash(_("The file is handed in. The attempt has ended; a trainer decides about the file."), "success")
    else:
        flash(_("The file is handed in. Answers that count: %(kept)s; left as they were: %(left)s.",
                kept=done.kept, left=done.left), "success")  # fmt: skip
    return redirect(url_for("quizzes.attempt", attempt_id=attempt_id))


@desk.get("/manage/answer-files")
@requires(Permission.MARK)
def answer_files() -> ResponseReturnValue:
    """List the answer files that wait for a decision."""
    waiting = answer_file_queries.waiting_files(actor(), clock.today())
    return render_template("quizzes/author/answer_files.html", waiting=waiting)


def _changes(event: AttemptEvent, attempt: Attempt) -> list[FileChange] | None:
    """Return what a kept file would change; None when it can't be opened, as after a change of the secret key."""
    try:
        saves = saves_in(files.get(event.detail["file"]), current_app.config["NEP"].secret_key, attempt.id)
    except (BadFile, NotFound, RuleBroken):
        return None
    return answer_file_changes.changes(attempt, saves)


@desk.route("/manage/answer-files/<int:event_id>", methods=["GET", "POST"])
@requires(Permission.MARK)
def decide_answer_file(event_id: int) -> ResponseReturnValue:
    """Show what a file would change, and take the decision about it."""
    event = answer_file_queries.file_event(event_id)
    attempt = queries.attempt(event.attempt_id)
    ensure_in_unit(Permission.MARK, queries.quiz(attempt.quiz_id).unit_id)
    changes, form = _changes(event, attempt), DecisionForm()
    if form.validate_on_submit():
        accept = request.form.get("decision") == "accept"
        try:
            with transaction():
                answer_file_services.decide(event_id, changes, accept, form.reason.data, by=actor(), at=clock.now())
            flash(_("The file is accepted.") if accept else _("The file is refused."), "success")
            return redirect(url_for(".answer_files"))
        except RuleBroken as refusal:
            form.form_errors.append(f"{refusal.message} {refusal.mend}".strip())
    page = render_template(
        "quizzes/author/answer_file.html",
        attempt=attempt,
        person=person_card(attempt.person_id, clock.today()),
        event=event,
        changes=changes,
        key_since=result_queries.key_readable_since(attempt),
        decided=answer_file_queries.is_decided(event),
        form=form,
    )
    return page, 422 if form.is_submitted() else 200
