"""Sources and media."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, files
from core.db import transaction
from core.errors import BadFile, RuleBroken
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.pages import page_number
from library import queries, services
from library.forms import AltForm, PictureForm, SourceForm
from library.models import Source
from library.rules import Force, force_on
from people.access import Permission
from people.guards import actor, ensure_in_unit, requires, signed_in
from people.queries import unit_choices

blueprint = Blueprint("library", __name__)

FORCE_WORDS = {
    Force.IN_FORCE: ("done", _l("In force")),
    Force.NOT_YET: ("soon", _l("Not yet in force")),
    Force.ENDED: ("overdue", _l("No longer in force")),
    Force.UNKNOWN: ("todo", _l("Not recorded")),
}


@blueprint.app_template_global()
def source_force(source: Source) -> tuple[str, object]:
    """Return the kind and the word of ``status`` for a source as of today."""
    return FORCE_WORDS[force_on(source.effective_from, source.effective_to, clock.today())]


@blueprint.get("/manage/sources")
@requires(Permission.AUTHOR)
def sources() -> ResponseReturnValue:
    """Show the register of sources."""
    return render_template("library/sources.html", sources=queries.all_sources())


@blueprint.route("/manage/sources/new", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def new_source() -> ResponseReturnValue:
    """Enter a source."""
    return _edit(SourceForm(), None)


@blueprint.route("/manage/sources/<int:source_id>", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def edit_source(source_id: int) -> ResponseReturnValue:
    """Mend a source."""
    known = queries.source(source_id)
    return _edit(SourceForm(obj=known), known)


def _edit(form: SourceForm, known: Source | None) -> ResponseReturnValue:
    if known is not None:
        form.code.validators = []
    if form.validate_on_submit():
        try:
            with transaction():
                services.put_source(form.draft(known), by=actor(), at=clock.now())
        except RuleBroken as error:
            form.form_errors.append(f"{error.message} {error.mend}")
        else:
            flash(_("The source is saved."), "success")
            return redirect(url_for("library.sources"))
    return render_template("library/source.html", form=form, source=known), 422 if form.errors else 200


@blueprint.route("/manage/media", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def media_list() -> ResponseReturnValue:
    """Show the pictures of the units for which one writes, and take a new one."""
    form = PictureForm()
    form.unit_id.choices = unit_choices(actor(), Permission.AUTHOR, clock.today())
    if form.validate_on_submit():
        try:
            return _take(form)
        except (BadFile, RuleBroken) as error:
            form.form_errors.append(f"{error.message} {error.mend}")
    page = queries.media_in_scope(actor(), clock.today(), page_number(request.args.get("page")))
    return render_template("library/media.html", form=form, page=page), 422 if form.errors else 200


def _take(form: PictureForm) -> ResponseReturnValue:
    data = files.read_upload(form.file.data.stream, limit=services.MAX_PICTURE_BYTES)
    with transaction():
        media = services.add_picture(
            data,
            file_name=form.file.data.filename or "",
            alt=form.alt.data or "",
            unit_id=form.unit_id.data,
            by=actor(),
            at=clock.now(),
        )
    flash(_("The picture is in the library."), "success")
    return redirect(url_for("library.media_list", _anchor=f"media-{media.id}"))


@blueprint.route("/manage/media/<int:media_id>", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
def edit_media(media_id: int) -> ResponseReturnValue:
    """Show one picture, and mend its alternative text."""
    media = queries.media(media_id)
    ensure_in_unit(Permission.AUTHOR, media.unit_id)
    form = AltForm(obj=media)
    if form.validate_on_submit():
        with transaction():
            services.edit_alt(media_id, form.alt.data or "", by=actor(), at=clock.now())
        flash(_("The alternative text is saved."), "success")
        return redirect(url_for("library.media_list"))
    return render_template("library/picture.html", form=form, media=media), 422 if form.errors else 200


@blueprint.get("/media/<int:media_id>")
@signed_in
def picture(media_id: int) -> ResponseReturnValue:
    """Send a picture, which never changes, for the reader's own browser to keep."""
    media = queries.media(media_id)
    response = Response(files.get(media.file_key), content_type=media.content_type)
    response.headers["Content-Disposition"] = f'inline; filename="{media.file_name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
