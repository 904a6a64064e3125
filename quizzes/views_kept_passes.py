"""Passes that stand below the pass mark since a correction, for personnel officers."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from core import clock
from core.db import transaction
from core.errors import Conflict
from core.i18n import ngettext
from core.pages import Page, page_number
from people.access import Permission
from people.guards import actor, requires
from quizzes import withdrawal_queries, withdrawal_services
from quizzes.correction_forms import WithdrawForm
from quizzes.views_author_desk import blueprint


@blueprint.route("/hr/kept-passes", methods=["GET", "POST"])
@requires(Permission.WITHDRAW_PASSES)
def kept_passes() -> ResponseReturnValue:
    """List the passes that stand below the pass mark, and withdraw those chosen."""
    page = _list()
    form = WithdrawForm()
    form.attempts.choices = [(row.id, row.full_name) for row in page.rows]
    if form.validate_on_submit():
        try:
            with transaction():
                count = withdrawal_services.withdraw(
                    form.attempts.data or [], reason=form.reason.data or "", by=actor(), at=clock.now()
                )
            flash(ngettext("%(num)s pass has been withdrawn.", "%(num)s passes have been withdrawn.", count), "success")
            return redirect(url_for(".kept_passes"), 303)
        except Conflict as error:
            form.form_errors.append(f"{error.message} {error.mend}")
            page = _list()
    page_html = render_template("quizzes/corrections/kept_passes.html", page=page, form=form)
    return page_html, 422 if form.errors or form.form_errors else 200


def _list() -> Page[Row[Any]]:
    return withdrawal_queries.kept_passes(actor(), clock.today(), number=page_number(request.args.get("page")))
