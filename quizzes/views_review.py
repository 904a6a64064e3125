"""Attempts at a quiz, for those who look after them: the list, its file, and one attempt with all its facts."""

from datetime import timedelta

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from core.pages import page_number
from core.tables import csv_chunks
from people.access import Permission
from people.guards import actor, requires
from quizzes import review_labels, review_list_queries, review_queries, review_services
from quizzes.marking_labels import TASK_LABELS
from quizzes.review_forms import AttemptFilterForm
from quizzes.take_labels import rule_words
from quizzes.views_author_desk import blueprint


@blueprint.get("/manage/quizzes/<int:quiz_id>/attempts")
@requires(Permission.VIEW_ATTEMPTS)
def attempts(quiz_id: int) -> ResponseReturnValue:
    """List the attempts at a quiz."""
    _quiz, title, versions = review_list_queries.quiz_of(quiz_id, actor(), clock.today())
    form, number = _filter_form(versions), page_number(request.args.get("page"))
    page = review_list_queries.attempt_page(quiz_id, form.wanted(), number, actor(), clock.today())
    return render_template(
        "quizzes/review/attempts.html", quiz_id=quiz_id, title=title, form=form, page=page, labels=review_labels
    )


@blueprint.get("/manage/quizzes/<int:quiz_id>/attempts.csv")
@requires(Permission.VIEW_ATTEMPTS)
def attempts_csv(quiz_id: int) -> ResponseReturnValue:
    """Send the attempts that the filter lets through as CSV, row by row as the database gives them."""
    quiz, _title, versions = review_list_queries.quiz_of(quiz_id, actor(), clock.today())
    form, name = _filter_form(versions), f"{quiz.slug}-attempts.csv"
    if form.errors:
        raise RuleBroken(_l("The filter can't be read."), _l("Go back, and check what you entered."))
    with transaction():
        review_services.note_export(quiz_id, by=actor(), at=clock.now())
    rows = review_list_queries.attempt_rows(quiz_id, form.wanted(), actor(), clock.today())
    chunks = csv_chunks([str(word) for word in review_labels.HEADER], review_labels.csv_rows(rows))
    response = Response(stream_with_context(chunks), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


@blueprint.get("/manage/quizzes/attempts/<int:attempt_id>")
@requires(Permission.VIEW_ATTEMPTS)
def review_attempt(attempt_id: int) -> ResponseReturnValue:
    """Show one finished attempt: every question, the answer, the points, and who decided what when and why."""
    return render_template(
        "quizzes/review/attempt.html",
        review=review_queries.review(attempt_id, actor(), clock.now()),
        labels=review_labels,
        rule_words=rule_words,
        TASK_LABELS=TASK_LABELS,
        seconds_words=lambda seconds: review_labels.duration_words(timedelta(seconds=seconds)),
    )


def _filter_form(versions: list[int]) -> AttemptFilterForm:
    form = AttemptFilterForm(request.args)
    form.offer(versions)
    form.validate()
    return form
