"""Quizzes, for trainers: list, editor, publication, history."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import Conflict, RuleBroken
from core.i18n import gettext as _
from core.text import slug
from people.access import Permission
from people.guards import actor, requires
from people.queries import unit_choices
from quizzes import author_queries, quiz_services
from quizzes.forms import MAX_SECTIONS, QuizForm, change_rows
from quizzes.models import Quiz
from quizzes.views_author_desk import blueprint


def own_quiz(quiz_id: int) -> Quiz:
    """Return a quiz of one's units, with its versions and their sections."""
    return author_queries.quiz(actor(), quiz_id, clock.today())


@blueprint.get("/manage/quizzes")
@requires(Permission.AUTHOR)
def quizzes() -> ResponseReturnValue:
    """List the quizzes of one's units."""
    rows = author_queries.quizzes_in_scope(actor(), clock.today())
    return render_template("quizzes/author/quizzes.html", quizzes=rows)


@blueprint.route("/manage/quizzes/new", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def new_quiz() -> ResponseReturnValue:
    """Write the rules of a new quiz."""
    form = QuizForm()
    form.unit_id.choices = unit_choices(actor(), Permission.AUTHOR, clock.today())
    if request.method == "POST":
        return _wish(None, form)
    form.fill(None)
    return _editor(None, form)


@blueprint.route("/manage/quizzes/<int:quiz_id>", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def edit_quiz(quiz_id: int) -> ResponseReturnValue:
    """Edit the draft of a quiz's rules."""
    quiz, form = own_quiz(quiz_id), QuizForm()
    form.unit_id.choices, form.unit_id.data = [(quiz.unit_id, "")], quiz.unit_id
    if request.method == "POST":
        return _wish(quiz, form)
    latest = quiz.versions[-1]
    form.fill(quiz_services.draft_of(latest))
    form.based_on.data = quiz_services.revision_of(latest)
    return _editor(quiz, form)


@blueprint.route("/manage/quizzes/<int:quiz_id>/publish", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def publish_quiz(quiz_id: int) -> ResponseReturnValue:
    """Show what will be published; publish."""
    quiz, problem = own_quiz(quiz_id), ""
    if request.method == "POST":
        try:
            with transaction():
                version = quiz_services.publish_quiz(quiz_id, by=actor(), at=clock.now())
        except RuleBroken as error:
            problem, quiz = f"{error.message} {error.mend}", own_quiz(quiz_id)
        else:
            _tell(version.number if version else None)
            return redirect(url_for("quiz_desk.edit_quiz", quiz_id=quiz_id), 303)
    latest = quiz.versions[-1]
    available = author_queries.available_counts(section.bank_id for section in latest.sections)
    page = render_template(
        "quizzes/author/quiz_publish.html",
        quiz=quiz,
        latest=latest,
        available=available,
        problem=problem,
        seen=[note for note in author_queries.quiz_history(quiz_id) if note.attempts],
    )
    return page, 422 if problem else 200


@blueprint.get("/manage/quizzes/<int:quiz_id>/history")
@requires(Permission.AUTHOR)
def quiz_history(quiz_id: int) -> ResponseReturnValue:
    """List the versions of a quiz with their rules."""
    quiz = own_quiz(quiz_id)
    versions = {version.number: version for version in quiz.versions}
    history = author_queries.quiz_history(quiz_id)
    return render_template("quizzes/author/quiz_history.html", quiz=quiz, history=history, versions=versions)


def _wish(quiz: Quiz | None, form: QuizForm) -> ResponseReturnValue:
    """Do what the pressed button asks: change the rows, or save (and go on to publish)."""
    wish = request.form.get("wish", "save")
    if change_rows(form.sections, wish, limit=MAX_SECTIONS):
        return _editor(quiz, form)
    _offer_banks(quiz, form)
    if not form.validate():
        return _editor(quiz, form, status=422)
    address = quiz.slug if quiz else form.slug.data or slug(form.title.data)
    try:
        with transaction():
            if quiz is None:
                quiz_services.ensure_free(address)
            saved = quiz_services.put_quiz(
                address,
                form.draft(),
                unit_id=form.unit_id.data,
                by=actor(),
                at=clock.now(),
                based_on=form.based_on.data if quiz else None,
            )
    except RuleBroken as error:
        form.form_errors.append(f"{error.message} {error.mend}")
        return _editor(quiz, form, status=422)
    except Conflict as error:
        form.form_errors.append(f"{error.message} {error.mend}")
        return _editor(quiz, form, status=409)
    if wish == "publish":
        return redirect(url_for("quiz_desk.publish_quiz", quiz_id=saved.id), 303)
    flash(_("The draft of the quiz is saved."), "success")
    return redirect(url_for("quiz_desk.edit_quiz", quiz_id=saved.id), 303)


def _editor(quiz: Quiz | None, form: QuizForm, *, status: int = 200) -> ResponseReturnValue:
    """Show the form with all that was typed; after a conflict beside what was saved meanwhile."""
    if status != 200 and quiz:  # what was loaded before a transaction is forgotten
        quiz = own_quiz(quiz.id)
    banks, theirs = _offer_banks(quiz, form), None
    if status == 409 and quiz:
        theirs = quiz.versions[-1]
        form.based_on.data = quiz_services.revision_of(theirs)
    page = render_template(
        "quizzes/author/quiz_editor.html",
        quiz=quiz,
        latest=quiz.versions[-1] if quiz else None,
        is_published=bool(quiz and any(version.published_at for version in quiz.versions)),
        form=form,
        theirs=theirs,
        available=author_queries.available_counts(bank_id for bank_id, _name in banks),
        max_sections=MAX_SECTIONS,
    )
    return page, status


def _offer_banks(quiz: Quiz | None, form: QuizForm) -> list[tuple[int, str]]:
    """Offer the banks of one's units, and those from which the quiz draws already."""
    banks = author_queries.bank_choices(actor(), clock.today())
    if quiz:
        known = dict(banks)
        banks += [(s.bank_id, s.bank.name) for s in quiz.versions[-1].sections if s.bank_id not in known]
    form.offer_banks(banks)
    return banks


def _tell(number: int | None) -> None:
    if number is None:
        flash(_("Nothing has changed since the last published version."), "info")
    else:
        flash(_("Version %(number)s of the quiz is published.", number=number), "success")
