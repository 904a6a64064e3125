"""Staff lists in the browser: hand in, look at, apply."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, files
from core.db import transaction
from core.errors import BadFile
from core.i18n import gettext as _
from core.pages import Page, page_number
from people import import_messages, import_plans, import_services, queries
from people.access import Permission
from people.forms import ImportForm, with_units
from people.guards import actor, requires
from people.models import StaffImport
from people.staff_diff import Kind
from people.views_staff import blueprint

#: What the preview can be narrowed to, in the order shown.
KINDS = ("wrong", *Kind, "left")
ROWS_SHOWN = 100


@blueprint.route("/hr/import", methods=["GET", "POST"])
@requires(Permission.IMPORT_PEOPLE)
def import_list() -> ResponseReturnValue:
    """Take a staff list, and show what it would change."""
    form = ImportForm()
    with_units(form, "unit", queries.unit_choices(actor(), Permission.IMPORT_PEOPLE, clock.today()))
    if form.validate_on_submit():
        try:
            return redirect(url_for("staff.import_preview", import_id=_take(form).id))
        except BadFile as refusal:
            form.file.errors = [f"{refusal.message} {refusal.mend}".strip()]
    recent = import_services.recent_imports(actor())
    return render_template("people/import.html", form=form, recent=recent), 422 if form.is_submitted() else 200


def _take(form: ImportForm) -> StaffImport:
    """Read, compare and keep the list of a form.

    :raises BadFile: when there is no list in it.
    """
    upload, create_units = form.file.data, form.create_units.data
    data = files.read_upload(upload.stream, limit=current_app.config["NEP"].max_upload_bytes)
    staff_list = import_plans.read_file(data)
    if not staff_list.row_count:
        fault = staff_list.faults[0]
        raise BadFile(import_plans.fault_text(fault), place=fault.place)
    plan = import_plans.make_plan(staff_list, form.unit.data, create_units=create_units, by=actor(), on=clock.today())
    with transaction():
        return import_services.stage(
            data, upload.filename or "", plan, create_units=create_units, by=actor(), at=clock.now()
        )


@blueprint.get("/hr/import/<int:import_id>")
@requires(Permission.IMPORT_PEOPLE)
def import_preview(import_id: int) -> ResponseReturnValue:
    """Show row by row what a staff list changes, or has changed."""
    staged = import_services.visible_import(import_id, by=actor(), on=clock.today())
    preview = import_plans.kept_preview(staged.preview_key)
    present = [kind for kind in KINDS if preview.amount(kind)]
    kind = request.args.get("kind", "")
    kind = kind if kind in present else (present or ["new"])[0]
    rows = preview.rows(kind)
    number = page_number(request.args.get("page"))
    page = Page(rows[(number - 1) * ROWS_SHOWN : number * ROWS_SHOWN], number, len(rows), ROWS_SHOWN)
    return render_template(
        "people/import_preview.html",
        staged=staged,
        preview=preview,
        kinds=present,
        kind=kind,
        page=page,
        fault_text=import_plans.fault_text,
        change_word=import_messages.field_word,
        value_word=import_messages.value_word,
        unit_name=queries.unit_names([staged.unit_id or 0], clock.today()).get(staged.unit_id or 0, ""),
    )


@blueprint.post("/hr/import/<int:import_id>/apply")
@requires(Permission.IMPORT_PEOPLE)
def apply_import(import_id: int) -> ResponseReturnValue:
    """Apply a staff list that was looked at."""
    staged = import_services.visible_import(import_id, by=actor(), on=clock.today())
    staff_list = import_plans.read_file(files.get(staged.file_key))
    shown = request.form.get("shown", "")
    with transaction():
        plan = import_services.apply_import(
            import_id, staff_list, shown=shown, by=actor(), at=clock.now(), on=clock.today()
        )
    if plan is None:
        flash(_("Meanwhile something changed, so nothing was applied. Please look at the list again."), "warning")
    else:
        flash(_("The staff list is applied."), "success")
    return redirect(url_for("staff.import_preview", import_id=import_id))
