"""How quizzes and questions work, for trainers: figures, chart, words, and a file."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import charts, clock
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from core.tables import csv_chunks
from people.access import Permission
from people.guards import actor, requires
from quizzes import statistics_labels, statistics_queries
from quizzes.models import Quiz, QuizVersion
from quizzes.statistics_choices import ENOUGH, Weakness
from quizzes.statistics_jobs import BATCHES_AT_ONCE, refresh
from quizzes.statistics_values import QuestionLine
from quizzes.views_author_desk import blueprint
from quizzes.views_author_questions import own_question
from quizzes.views_author_quizzes import own_quiz

#: Weaknesses, the gravest first.
GRAVITY = list(Weakness)
#: By what the questions of a quiz can be put in order; what is not known comes last.
ORDERS: dict[str, Callable[[QuestionLine], float | None]] = {
    "place": lambda line: line.place,
    "attempts": lambda line: line.item.attempts,
    "facility": lambda line: line.item.facility,
    "discrimination": lambda line: line.item.discrimination,
    "rest": lambda line: line.item.item_rest,
    "seconds": lambda line: line.item.seconds,
    "findings": lambda line: len(line.findings),
    "gravity": lambda line: min((GRAVITY.index(finding.weakness) for finding in line.findings), default=None),
}


@blueprint.get("/manage/quizzes/<int:quiz_id>/statistics")
@requires(Permission.AUTHOR)
def quiz_statistics(quiz_id: int) -> ResponseReturnValue:
    """Show how a version of a quiz works: the scores, how far they can be trusted, and each question."""
    quiz = own_quiz(quiz_id)
    version, first_only = _chosen(quiz)
    report = statistics_queries.quiz_report(version, actor(), clock.today(), first_only=first_only)
    order, down = _order()
    return render_template(
        "quizzes/statistics/quiz.html",
        quiz=quiz,
        version=version,
        first_only=first_only,
        versions=statistics_queries.version_lines(quiz, first_only=first_only),
        standing=statistics_queries.standing([version.id]),
        report=report,
        lines=_sorted(report.lines, order, down),
        order=order,
        down=down,
        chart=charts.histogram(report.bins, line=version.pass_score / 100),
        address={"quiz_id": quiz_id, "version": request.args.get("version"), "attempts": request.args.get("attempts")},
        words=statistics_labels,
    )


@blueprint.get("/manage/quizzes/<int:quiz_id>/statistics.csv")
@requires(Permission.AUTHOR)
def quiz_statistics_csv(quiz_id: int) -> ResponseReturnValue:
    """Send the questions of a version with their figures as CSV."""
    quiz = own_quiz(quiz_id)
    version, first_only = _chosen(quiz)
    report = statistics_queries.quiz_report(version, actor(), clock.today(), first_only=first_only)
    rows = map(statistics_labels.csv_row, report.lines)
    response = Response(csv_chunks([str(word) for word in statistics_labels.HEADER], rows), mimetype="text/csv")
    name = f"{quiz.slug}-{version.number}-statistics.csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


@blueprint.post("/manage/quizzes/<int:quiz_id>/statistics/count")
@requires(Permission.AUTHOR)
def count_quiz_statistics(quiz_id: int) -> ResponseReturnValue:
    """Count now what would be counted within a minute."""
    quiz = own_quiz(quiz_id)
    counted = refresh(clock.now(), quiz_id=quiz.id, batches=BATCHES_AT_ONCE)
    flash(ngettext("%(num)s attempt has been counted.", "%(num)s attempts have been counted.", counted), "success")
    asked = {name: request.args.get(name) for name in ("version", "attempts")}
    return redirect(url_for("quiz_desk.quiz_statistics", quiz_id=quiz_id, **asked), 303)  # type: ignore[arg-type]


@blueprint.get("/manage/questions/<int:question_id>/statistics")
@requires(Permission.AUTHOR)
def question_statistics(question_id: int) -> ResponseReturnValue:
    """Show how every published version of a question works, over all quizzes, and who chose what."""
    question, first_only = own_question(question_id), _first_only()
    return render_template(
        "quizzes/statistics/question.html",
        question=question,
        bank=question.bank,
        first_only=first_only,
        standing=statistics_queries.standing(statistics_queries.quiz_versions_asking(question)),
        reports=statistics_queries.question_reports(question, actor(), clock.today(), first_only=first_only),
        enough=ENOUGH,
        words=statistics_labels,
    )


def _first_only() -> bool:
    """Tell whether only first attempts are asked for."""
    return request.args.get("attempts") == "first"


def _chosen(quiz: Quiz) -> tuple[QuizVersion, bool]:
    """Return the published version that the address asks for, and which attempts count.

    Without a word it is the latest one that has figures: a version that has just been published tells nothing yet.

    :raises NotFound: when there is no such version, or none is published.
    """
    published = [version for version in quiz.versions if version.published_at is not None]
    asked = request.args.get("version", type=int)
    found = [version for version in published if asked in (None, version.number)]
    if not found:
        raise NotFound(
            _l("There are no statistics for this version."), _l("Publish the quiz; figures follow its attempts.")
        )
    if asked is None:
        lines = statistics_queries.version_lines(quiz, first_only=_first_only())
        counted = next((line.quiz_version_id for line in lines if line.attempts), found[-1].id)
        found = [version for version in found if version.id == counted]
    return found[-1], _first_only()


def _order() -> tuple[str, bool]:
    """Return by what the questions are put in order, and whether the greatest comes first."""
    asked = request.args.get("sort", "gravity")
    name = asked.removeprefix("-")
    return (name, asked.startswith("-")) if name in ORDERS else ("gravity", False)


def _sorted(lines: tuple[QuestionLine, ...], order: str, down: bool) -> list[QuestionLine]:
    """Return the questions in order; equal ones stay as in the quiz, and what is not known comes last."""
    value = ORDERS[order]

    def rank(line: QuestionLine) -> tuple[bool, Any, int]:
        found = value(line)
        return found is None, 0 if found is None else -found if down else found, line.place

    return sorted(lines, key=rank)
