"""Questions, for trainers: editor, preview, publication, history."""

from itertools import pairwise

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import Conflict, RuleBroken
from core.i18n import gettext as _
from library.queries import all_sources, sources_by_code
from people.access import Permission
from people.guards import actor, requires
from quizzes import author_queries, bank_services
from quizzes.author_labels import KIND_LABELS, KIND_PURPOSES
from quizzes.forms import PublishForm, QuestionForm
from quizzes.models import Bank, Question
from quizzes.question_content import BadQuestion, content_of, input_of, stored_content
from quizzes.question_preview import Preview, preview_of
from quizzes.version_changes import changes_between
from quizzes.views_author_banks import own_bank
from quizzes.views_author_desk import blueprint


def own_question(question_id: int) -> Question:
    """Return a question of one's units, with its versions."""
    return author_queries.question(actor(), question_id, clock.today())


@blueprint.route("/manage/banks/<int:bank_id>/questions/new", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def new_question(bank_id: int) -> ResponseReturnValue:
    """Write a new question; without a kind in the address, choose it first."""
    bank, kind = own_bank(bank_id), request.args.get("kind", "")
    if kind not in KIND_LABELS:
        return render_template("quizzes/author/question_kinds.html", bank=bank, purposes=KIND_PURPOSES)
    form = _form(kind, ())
    if request.method == "POST":
        return _wish(bank, None, form)
    form.fill(None)
    return _editor(bank, None, form)


@blueprint.route("/manage/questions/<int:question_id>", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def edit_question(question_id: int) -> ResponseReturnValue:
    """Edit a question's draft; an edit of a published version begins the next one."""
    question = own_question(question_id)
    latest = question.versions[-1]
    typed = input_of(latest, question.code)
    form = _form(typed.kind, typed.sources)
    if request.method == "POST":
        return _wish(question.bank, question, form)
    form.fill(typed)
    form.based_on.data = bank_services.revision_of(latest)
    return _editor(question.bank, question, form)


@blueprint.route("/manage/questions/<int:question_id>/preview", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def preview_question(question_id: int) -> ResponseReturnValue:
    """Show a question as learners see it, and what an answer earns that is tried out there; nothing is kept."""
    question = own_question(question_id)
    latest = question.versions[-1]
    shown = preview_of(stored_content(latest), request.form if request.method == "POST" else None)
    page = render_template(
        "quizzes/author/question_preview.html",
        question=question,
        bank=question.bank,
        latest=latest,
        shown=shown,
        is_tried=request.method == "POST",
        sources=sources_by_code(shown.sources),
    )
    return page, 200 if shown.is_readable else 422


@blueprint.route("/manage/questions/<int:question_id>/publish", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def publish_question(question_id: int) -> ResponseReturnValue:
    """Show what a publication changes and for whom; publish."""
    question, form = own_question(question_id), PublishForm()
    form.quizzes.choices = author_queries.quizzes_drawing_from(actor(), question.bank_id, clock.today())
    if form.validate_on_submit():
        try:
            with transaction():
                version = bank_services.publish_question(
                    question_id, also_publish_quizzes=tuple(form.quizzes.data), by=actor(), at=clock.now()
                )
            flash(_("Version %(number)s is published.", number=version.number), "success")
            return redirect(url_for("quiz_desk.bank", bank_id=question.bank_id), 303)
        except RuleBroken as error:
            form.form_errors.append(f"{error.message} {error.mend}")
    return _publish_page(own_question(question_id), form)


@blueprint.get("/manage/questions/<int:question_id>/history")
@requires(Permission.AUTHOR)
def question_history(question_id: int) -> ResponseReturnValue:
    """List the versions of a question and what each one changed."""
    question = own_question(question_id)
    versions = question.versions
    changes = {new.number: changes_between(old, new) for old, new in pairwise(versions)}
    history = author_queries.question_history(question_id)
    return render_template(
        "quizzes/author/question_history.html", question=question, bank=question.bank, history=history, changes=changes
    )


@blueprint.post("/manage/questions/<int:question_id>/retire")
@requires(Permission.AUTHOR)
def retire_question(question_id: int) -> ResponseReturnValue:
    """Take a question out of quizzes published from now on."""
    with transaction():
        bank_services.retire_question(question_id, by=actor(), at=clock.now())
    flash(_("The question is retired. Quizzes published from now on leave it out."), "success")
    return redirect(url_for("quiz_desk.edit_question", question_id=question_id), 303)


@blueprint.post("/manage/questions/<int:question_id>/restore")
@requires(Permission.AUTHOR)
def restore_question(question_id: int) -> ResponseReturnValue:
    """Let quizzes draw a question again."""
    with transaction():
        bank_services.restore_question(question_id, by=actor(), at=clock.now())
    flash(_("The question is back. Quizzes published from now on may draw it."), "success")
    return redirect(url_for("quiz_desk.edit_question", question_id=question_id), 303)


def _form(kind: str, cited: tuple[str, ...]) -> QuestionForm:
    """Return the form of a kind with the register of sources, and with what the question cites beyond it."""
    form = QuestionForm(kind)
    known = [(source.code, f"{source.number or source.code} – {source.title}") for source in all_sources()]
    missing = [code for code in cited if code not in dict(known)]
    form.sources.choices = [*known, *((code, _("%(code)s (not in the register)", code=code)) for code in missing)]
    return form


def _wish(bank: Bank, question: Question | None, form: QuestionForm) -> ResponseReturnValue:
    """Do what the pressed button asks: change the rows, preview, or save (and go on to publish)."""
    wish = request.form.get("wish", "save")
    if form.obey(wish):
        return _editor(bank, question, form)
    if not form.validate():
        return _editor(bank, question, form, status=422)
    if wish == "preview":
        return _preview(bank, question, form)
    return _save(bank, question, form, publish=wish == "publish")


def _preview(bank: Bank, question: Question | None, form: QuestionForm) -> ResponseReturnValue:
    try:
        shown = preview_of(content_of(form.typed(), question.versions[-1] if question else None))
    except BadQuestion as error:
        form.blame(error)
        return _editor(bank, question, form, status=422)
    return _editor(bank, question, form, shown=shown)


def _save(bank: Bank, question: Question | None, form: QuestionForm, *, publish: bool) -> ResponseReturnValue:
    try:
        with transaction():
            version = bank_services.save_question_draft(
                bank.id,
                question.id if question else None,
                form.typed(),
                based_on=form.based_on.data if question else None,
                by=actor(),
                at=clock.now(),
            )
    except BadQuestion as error:
        form.blame(error)
        return _editor(bank, question, form, status=422)
    except Conflict as error:
        form.form_errors.append(f"{error.message} {error.mend}")
        return _editor(bank, question, form, status=409)
    if publish and version.published_at is None:
        return redirect(url_for("quiz_desk.publish_question", question_id=version.question_id), 303)
    flash(_("Saved as the draft of version %(number)s.", number=version.number) if version.published_at is None
          else _("Nothing has changed."), "success")  # fmt: skip
    return redirect(url_for("quiz_desk.edit_question", question_id=version.question_id), 303)


def _editor(
    bank: Bank, question: Question | None, form: QuestionForm, *, shown: Preview | None = None, status: int = 200
) -> ResponseReturnValue:
    """Show the form with all that was typed; after a conflict beside what was saved meanwhile."""
    theirs = None
    if status != 200 and question:  # what was loaded before a transaction is forgotten
        question = own_question(question.id)
    if status == 409 and question:
        latest = question.versions[-1]
        theirs = preview_of(stored_content(latest))
        form.based_on.data = bank_services.revision_of(latest)
    form.content.form.offer()
    page = render_template(
        "quizzes/author/question_editor.html",
        bank=bank,
        question=question,
        latest=question.versions[-1] if question else None,
        form=form,
        shown=shown,
        theirs=theirs,
    )
    return page, status


def _publish_page(question: Question, form: PublishForm) -> ResponseReturnValue:
    before = next((version for version in reversed(question.versions) if version.published_at), None)
    draft = question.versions[-1] if question.versions[-1].published_at is None else None
    page = render_template(
        "quizzes/author/question_publish.html",
        bank=question.bank,
        question=question,
        draft=draft,
        before=before,
        shown=preview_of(stored_content(question.versions[-1])),
        changes=changes_between(before, draft) if before and draft else [],
        seen=[note for note in author_queries.question_history(question.id) if note.attempts],
        form=form,
    )
    return page, 422 if form.errors else 200
