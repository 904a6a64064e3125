"""Question banks, for trainers: list, page, import and export."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, files
from core.db import transaction
from core.errors import BadFile, RuleBroken
from core.i18n import gettext as _
from core.pages import page_number
from core.text import slug
from people.access import Permission
from people.guards import actor, requires
from people.queries import unit_choices, unit_names
from quizzes import author_queries, bank_services, gift_services
from quizzes.forms import BankForm, GiftApplyForm, GiftUploadForm, QuestionFilterForm
from quizzes.models import Bank
from quizzes.views_author_desk import blueprint


def own_bank(bank_id: int) -> Bank:
    """Return a bank of one's units."""
    return author_queries.bank(actor(), bank_id, clock.today())


@blueprint.get("/manage/banks")
@requires(Permission.AUTHOR)
def banks() -> ResponseReturnValue:
    """List the banks of one's units."""
    rows = author_queries.banks_in_scope(actor(), clock.today())
    return render_template("quizzes/author/banks.html", banks=rows)


@blueprint.route("/manage/banks/new", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def new_bank() -> ResponseReturnValue:
    """Make a bank."""
    form = BankForm()
    form.unit_id.choices = unit_choices(actor(), Permission.AUTHOR, clock.today())
    if form.validate_on_submit():
        try:
            with transaction():
                bank = bank_services.create_bank(form.name.data, form.unit_id.data, by=actor(), at=clock.now())
            return redirect(url_for("quiz_desk.bank", bank_id=bank.id), 303)
        except RuleBroken as error:
            form.name.errors = [error.message]
    return render_template("quizzes/author/bank_form.html", form=form, bank=None), 422 if form.errors else 200


@blueprint.get("/manage/banks/<int:bank_id>")
@requires(Permission.AUTHOR)
def bank(bank_id: int) -> ResponseReturnValue:
    """Show a bank's questions, searched, filtered and cut into pages."""
    found, form = own_bank(bank_id), QuestionFilterForm(request.args)
    page = author_queries.question_page(bank_id, form.asked(), page_number(request.args.get("page")))
    unit = unit_names([found.unit_id], clock.today()).get(found.unit_id, "")
    return render_template("quizzes/author/bank.html", bank=found, unit=unit, form=form, page=page)


@blueprint.route("/manage/banks/<int:bank_id>/rename", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def rename_bank(bank_id: int) -> ResponseReturnValue:
    """Give a bank another name."""
    found = own_bank(bank_id)
    form = BankForm(obj=found)
    form.unit_id.choices, form.unit_id.data = [(found.unit_id, "")], found.unit_id
    if form.validate_on_submit():
        try:
            with transaction():
                bank_services.rename_bank(bank_id, form.name.data, by=actor(), at=clock.now())
            return redirect(url_for("quiz_desk.bank", bank_id=bank_id), 303)
        except RuleBroken as error:
            form.name.errors = [error.message]
    return render_template("quizzes/author/bank_form.html", form=form, bank=found), 422 if form.errors else 200


@blueprint.route("/manage/banks/<int:bank_id>/import", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def import_gift(bank_id: int) -> ResponseReturnValue:
    """Look at a GIFT file: what it would bring, or everything that is wrong with it."""
    found, form, errors = own_bank(bank_id), GiftUploadForm(), ()
    if form.validate_on_submit():
        upload = form.file.data
        try:
            data = files.read_upload(upload.stream, limit=gift_services.MAX_BYTES)
            result = gift_services.preview_gift(found, gift_services.decode(data))
            ready = GiftApplyForm(None, file_key=files.put(data).key, file_name=(upload.filename or "")[:200])
            return render_template("quizzes/author/import_preview.html", bank=found, result=result, form=ready)
        except BadFile as error:
            errors = getattr(error, "errors", ())
            form.file.errors = [f"{error.message} {error.mend}"]
    page = render_template("quizzes/author/import.html", bank=found, form=form, errors=errors)
    return page, 422 if form.errors else 200


@blueprint.post("/manage/banks/<int:bank_id>/import/apply")
@requires(Permission.AUTHOR)
def apply_gift(bank_id: int) -> ResponseReturnValue:
    """Take the questions of a GIFT file that was looked at."""
    found, form = own_bank(bank_id), GiftApplyForm()
    if not form.validate_on_submit():
        return redirect(url_for("quiz_desk.import_gift", bank_id=bank_id), 303)
    text = gift_services.decode(files.get(form.file_key.data))
    with transaction():
        result = gift_services.import_gift(
            found, text, file_name=form.file_name.data or "", by=actor(), at=clock.now(), publish=form.publish.data
        )
    counts = {"new": result.new, "changed": result.changed, "unchanged": result.unchanged}
    flash(_("Imported. New: %(new)s, changed: %(changed)s, unchanged: %(unchanged)s.", **counts), "success")
    return redirect(url_for("quiz_desk.bank", bank_id=bank_id), 303)


@blueprint.get("/manage/banks/<int:bank_id>/export")
@requires(Permission.AUTHOR)
def export(bank_id: int) -> ResponseReturnValue:
    """Say what a GIFT file of a bank holds, and what it can't hold."""
    found = own_bank(bank_id)
    return render_template("quizzes/author/export.html", bank=found, result=gift_services.export_gift(found))


@blueprint.get("/manage/banks/<int:bank_id>/export.gift")
@requires(Permission.AUTHOR)
def export_gift(bank_id: int) -> ResponseReturnValue:
    """Send a bank as a GIFT file."""
    found = own_bank(bank_id)
    response = Response(gift_services.export_gift(found).text, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug(found.name) or "questions"}.gift"'
    return response
