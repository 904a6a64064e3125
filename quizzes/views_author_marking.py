"""Marking by hand: the queue, an answer with its rubric, and the wish for a second marker."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import Conflict
from core.i18n import gettext as _
from people.access import Permission
from people.guards import actor, requires
from quizzes import marking_queries, marking_services
from quizzes.marking import TaskState
from quizzes.marking_forms import MarkForm, SecondForm, mark_form
from quizzes.marking_labels import OBSTACLE_LABELS, TASK_LABELS, told
from quizzes.marking_services import AnswerChanged, MarkedMeanwhile
from quizzes.views_author_desk import blueprint


@blueprint.get("/manage/marking")
@requires(Permission.MARK)
def marking() -> ResponseReturnValue:
    """List the quizzes with answers that wait for a marker."""
    queues = marking_queries.quiz_queues(actor(), clock.now())
    return render_template("quizzes/marking/quizzes.html", quizzes=queues)


@blueprint.get("/manage/marking/<int:quiz_id>")
@requires(Permission.MARK)
def marking_quiz(quiz_id: int) -> ResponseReturnValue:
    """List the questions of a quiz with answers that wait."""
    title = marking_queries.quiz_title(quiz_id, actor(), clock.today())
    questions = marking_queries.question_queues(quiz_id, actor(), clock.now())
    return render_template("quizzes/marking/quiz.html", quiz_id=quiz_id, title=title, questions=questions)


@blueprint.post("/manage/marking/<int:quiz_id>/next")
@requires(Permission.MARK)
def next_answer(quiz_id: int) -> ResponseReturnValue:
    """Take the next answer out of the queue and open it."""
    return _to_next(quiz_id, request.form.get("question", type=int))


@blueprint.route("/manage/marking/answers/<int:item_id>", methods=["GET", "POST"])
@requires(Permission.MARK)
def mark_answer(item_id: int) -> ResponseReturnValue:
    """Show an answer with its rubric; give a mark."""
    answer = marking_queries.answer(item_id, actor(), clock.now())
    form = mark_form(answer)
    if not form.validate_on_submit():
        return _answer_page(item_id, form), 422 if form.errors else 200
    try:
        with transaction():
            state = marking_services.mark(
                item_id,
                int(form.round.data) if form.round.data in ("1", "2", "3") else 0,
                form.criteria(),
                answer_step=int(form.answer_step.data) if (form.answer_step.data or "").isdecimal() else 0,
                comment=form.comment.data or "",
                reason=form.reason.data or "",
                second_reason=form.second_wanted(),
                by=actor(),
                at=clock.now(),
            )
    except (AnswerChanged, MarkedMeanwhile) as error:
        return _answer_page(item_id, form, str(error.message)), error.status
    flash(told(state), "success")
    if request.form.get("wish") == "next":
        return _to_next(answer.quiz_id, answer.question_version_id)
    return redirect(url_for(".marking_quiz", quiz_id=answer.quiz_id))


@blueprint.post("/manage/marking/answers/<int:item_id>/claim")
@requires(Permission.MARK)
def claim_answer(item_id: int) -> ResponseReturnValue:
    """Open a certain answer for marking."""
    try:
        with transaction():
            marking_services.claim(item_id, by=actor(), at=clock.now())
    except Conflict as error:
        flash(f"{error.message} {error.mend}", "warning")
    return redirect(url_for(".mark_answer", item_id=item_id))


@blueprint.route("/manage/marking/answers/<int:item_id>/second", methods=["GET", "POST"])
@requires(Permission.MARK)
def ask_second(item_id: int) -> ResponseReturnValue:
    """Ask for a second marker, with a reason."""
    answer, form = marking_queries.answer(item_id, actor(), clock.now()), SecondForm()
    if form.validate_on_submit():
        with transaction():
            marking_services.ask_second(item_id, form.reason.data or "", by=actor(), at=clock.now())
        flash(told(TaskState.SECOND), "success")
        return redirect(url_for(".mark_answer", item_id=item_id))
    return render_template("quizzes/marking/second.html", answer=answer, form=form), 422 if form.errors else 200


def _to_next(quiz_id: int, question_version_id: int | None) -> ResponseReturnValue:
    with transaction():
        item_id = marking_services.claim_next(quiz_id, question_version_id, by=actor(), at=clock.now())
    if item_id is None:
        flash(_("No answer is left here that you could mark now."), "info")
        return redirect(url_for(".marking_quiz", quiz_id=quiz_id))
    return redirect(url_for(".mark_answer", item_id=item_id))


def _answer_page(item_id: int, form: MarkForm, conflict: str = "") -> str:
    """Return the page of an answer as it stands now, with what was typed."""
    answer = marking_queries.answer(item_id, actor(), clock.now())
    return render_template(
        "quizzes/marking/answer.html",
        answer=answer,
        form=form,
        conflict=conflict,
        may_type=answer.obstacle is None and answer.held_until is None and (answer.is_mine or form.is_submitted()),
        marker_id=actor().person_id,
        TASK_LABELS=TASK_LABELS,
        OBSTACLE_LABELS=OBSTACLE_LABELS,
    )
