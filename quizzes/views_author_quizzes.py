"""Quizzes, for trainers: list, editor, publication, history."""

from itertools import pairwise

from flask import flash, jsonify, redirect, render_template, request, url_for
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
from quizzes.blueprint_queries import supply, topics_in
from quizzes.forms_parts import change_rows
from quizzes.models import Quiz
from quizzes.quiz_drafts import SectionDraft
from quizzes.quiz_forms import MAX_SECTIONS, QuizForm
from quizzes.quiz_rules import warnings
from quizzes.rule_labels import problem_text, rule_changes, there_text
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
    quiz = own_quiz(quiz_id)
    if request.method == "GET":
        return _publication(quiz)
    try:
        with transaction():
            version = quiz_services.publish_quiz(quiz_id, by=actor(), at=clock.now())
    except quiz_services.TooFewQuestions as error:
        return _publication(own_quiz(quiz_id), [*error.lines, str(error.mend)])
    except RuleBroken as error:
        return _publication(own_quiz(quiz_id), [f"{error.message} {error.mend}"])
    _tell(version.number if version else None)
    return redirect(url_for("quiz_desk.edit_quiz", quiz_id=quiz_id), 303)


@blueprint.get("/manage/quizzes/<int:quiz_id>/history")
@requires(Permission.AUTHOR)
def quiz_history(quiz_id: int) -> ResponseReturnValue:
    """List the versions of a quiz with their rules, and what changed from each to the next."""
    quiz = own_quiz(quiz_id)
    return render_template(
        "quizzes/author/quiz_history.html",
        quiz=quiz,
        history=author_queries.quiz_history(quiz_id),
        versions={version.number: version for version in quiz.versions},
        changes={new.number: rule_changes(old, new) for old, new in pairwise(quiz.versions)},
    )


@blueprint.get("/manage/banks/<int:bank_id>/questions-there")
@requires(Permission.AUTHOR)
def questions_there(bank_id: int) -> ResponseReturnValue:
    """Tell how many questions of a bank a section may draw from, while it is being written."""
    bank = author_queries.bank(actor(), bank_id, clock.today())
    asked = SectionDraft(bank.id, topic=request.args.get("topic", ""), difficulty=request.args.get("difficulty", ""))
    return jsonify(text=there_text(supply([asked]).sizes[0]))


def _publication(quiz: Quiz, problems: list[str] | None = None) -> ResponseReturnValue:
    """Show what will be published, or why it can't be."""
    latest = quiz.versions[-1]
    rules = quiz_services.draft_of(latest)
    there = supply(rules.sections)
    page = render_template(
        "quizzes/author/quiz_publish.html",
        quiz=quiz,
        latest=latest,
        available=there.sizes,
        notes=[*([] if problems else there.missing), *(problem_text(each) for each in warnings(rules, clock.now()))],
        problems=problems or [],
        seen=[note for note in author_queries.quiz_history(quiz.id) if note.attempts],
    )
    return page, 422 if problems else 200


def _wish(quiz: Quiz | None, form: QuizForm) -> ResponseReturnValue:
    """Do what the pressed button asks: change the rows, count the questions, or save (and go on to publish)."""
    wish = request.form.get("wish", "save")
    if change_rows(form.sections, wish, limit=MAX_SECTIONS) or wish == "check":
        return _editor(quiz, form)
    _offer_banks(quiz, form)
    if not form.validate():
        return _editor(quiz, form, status=422)
    try:
        saved_id = _save(quiz, form)
    except quiz_services.BadRules as error:
        form.blame(error.problems)
        return _editor(quiz, form, status=422)
    except (RuleBroken, Conflict) as error:
        form.form_errors.append(f"{error.message} {error.mend}")
        return _editor(quiz, form, status=error.status)
    if wish == "publish":
        return redirect(url_for("quiz_desk.publish_quiz", quiz_id=saved_id), 303)
    flash(_("The draft of the quiz is saved."), "success")
    return redirect(url_for("quiz_desk.edit_quiz", quiz_id=saved_id), 303)


def _save(quiz: Quiz | None, form: QuizForm) -> int:
    """Keep what was typed as the quiz's draft, and return the quiz's id."""
    address = quiz.slug if quiz else form.slug.data or slug(form.title.data)
    with transaction():
        if quiz is None:
            quiz_services.ensure_free(address)
        return quiz_services.put_quiz(
            address,
            form.draft(),
            unit_id=form.unit_id.data,
            by=actor(),
            at=clock.now(),
            based_on=form.based_on.data if quiz else None,
        ).id


def _editor(quiz: Quiz | None, form: QuizForm, *, status: int = 200) -> ResponseReturnValue:
    """Show the form with all that was typed; after a conflict beside what was saved meanwhile."""
    if status != 200 and quiz:  # what was loaded before a transaction is forgotten
        quiz = own_quiz(quiz.id)
    _offer_banks(quiz, form)
    theirs, there = None, supply(form.section_drafts())
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
        there=[there_text(size) for size in there.sizes],
        missing=there.missing if quiz or request.method == "POST" else [],
        notes=[problem_text(each) for each in warnings(form.draft(), clock.now())],
        max_sections=MAX_SECTIONS,
    )
    return page, status


def _offer_banks(quiz: Quiz | None, form: QuizForm) -> None:
    """Offer the banks of one's units, and those from which the quiz draws already; and their topics."""
    banks = author_queries.bank_choices(actor(), clock.today())
    if quiz:
        known = dict(banks)
        banks += [(s.bank_id, s.bank.name) for s in quiz.versions[-1].sections if s.bank_id not in known]
    form.offer(banks, topics_in(bank_id for bank_id, _name in banks))


def _tell(number: int | None) -> None:
    if number is None:
        flash(_("Nothing has changed since the last published version."), "info")
    else:
        flash(_("Version %(number)s of the quiz is published.", number=number), "success")
