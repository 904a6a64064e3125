"""Corrections of wrong questions, for trainers: preview, list, decision."""

from flask import Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.tables import csv_chunks
from people.access import Permission
from people.guards import actor, requires
from people.queries import unit_names
from quizzes import correction_labels, correction_preview, correction_queries, correction_services
from quizzes.correction_forms import DecisionForm, PlanForm
from quizzes.correction_preview import Plan
from quizzes.models import Question
from quizzes.views_author_desk import blueprint


@blueprint.route("/manage/questions/<int:question_id>/correct", methods=["GET", "POST"])
@requires(Permission.CORRECT)
def correct_question(question_id: int) -> ResponseReturnValue:
    """Choose what is to be done about a wrong question, see what it would change, and decide."""
    question, form = _question(question_id), DecisionForm()
    plan_form = PlanForm.of(question, request.args)
    plan = _plan(question, plan_form) if "method" in request.args and plan_form.validate() else None
    if plan is not None and form.validate_on_submit():
        try:
            with transaction():
                _correction, job_id = correction_services.decide(
                    plan,
                    reason=form.reason.data or "",
                    note=form.note.data or "",
                    by=actor(),
                    at=clock.now(),
                    return_url=url_for(".correct_question", question_id=question_id),
                )
            return redirect(url_for("jobs.job", job_id=job_id), 303)
        except RuleBroken as error:
            form.form_errors.append(f"{error.message} {error.mend}".strip())
        question = _question(question_id)
    return _page(question, plan_form, plan, form)


@blueprint.get("/manage/questions/<int:question_id>/correct.csv")
@requires(Permission.CORRECT)
def correction_list(question_id: int) -> ResponseReturnValue:
    """Send the attempts that a correction would change as CSV, as the database gives them."""
    question = _question(question_id)
    form = PlanForm.of(question, request.args)
    if "method" not in request.args or not form.validate():
        return redirect(url_for(".correct_question", question_id=question_id))
    plan = _plan(question, form)
    lines = correction_preview.lines(plan, clock.today(), reader=actor()) if not plan.refusal else iter(())
    names = unit_names([unit_id for unit_id in plan.by_unit if unit_id is not None], clock.today())
    rows = correction_labels.csv_rows(lines, names)
    response = Response(
        stream_with_context(csv_chunks(correction_labels.csv_header(), rows)),
        mimetype="text/csv",
    )
    response.headers["Content-Disposition"] = f"attachment; filename=correction-{question_id}.csv"
    response.headers["Cache-Control"] = "no-store"
    return response


def _question(question_id: int) -> Question:
    return correction_queries.question(actor(), question_id, clock.today())


def _plan(question: Question, form: PlanForm) -> Plan:
    return correction_preview.plan_for(
        question,
        method=form.method.data,
        version_id=form.version.data,
        wrong_version_ids=form.wrong.data or [],
        on=clock.today(),
        reader=actor(),
    )


def _page(question: Question, plan_form: PlanForm, plan: Plan | None, form: DecisionForm) -> ResponseReturnValue:
    units = [unit_id for unit_id in plan.by_unit if unit_id is not None] if plan else []
    page = render_template(
        "quizzes/corrections/correct.html",
        question=question,
        bank=question.bank,
        plan_form=plan_form,
        plan=plan,
        form=form,
        unit_names=unit_names(units, clock.today()),
        earlier=correction_queries.corrections_of(question.id),
        words=correction_labels,
    )
    return page, 422 if plan_form.errors or form.errors or form.form_errors else 200
