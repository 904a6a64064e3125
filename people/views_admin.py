"""Roles and the audit log, for administrators and inspectors."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import DomainError
from core.i18n import gettext as _
from core.pages import page_number
from people import audit_queries, person_queries, queries, services
from people.access import ROLE_PERMISSIONS, Permission, Role
from people.audit_words import ACTIONS
from people.forms import AuditFilter, GrantForm, with_units
from people.guards import actor, requires
from people.labels import PERMISSIONS

blueprint = Blueprint("admin", __name__)


@blueprint.route("/admin/roles", methods=["GET", "POST"])
@requires(Permission.GRANT_ROLES)
def roles() -> ResponseReturnValue:
    """Show who has which role in the administrator's units, and grant one."""
    who, today = actor(), clock.today()
    form = GrantForm()
    with_units(form, "unit", queries.unit_choices(who, Permission.GRANT_ROLES, today))
    if form.validate_on_submit():
        code, role, unit_id = form.staff_code.data, Role(form.role.data), form.unit.data
        try:
            with transaction():
                name = services.grant_by_code(code, role, unit_id, by=who, at=clock.now(), on=today)
        except DomainError as refusal:
            form.form_errors.append(f"{refusal.message} {refusal.mend}".strip())
        else:
            flash(_("%(name)s has the role from now on.", name=name), "success")
            return redirect(url_for("admin.roles"))
    page = render_template(
        "people/roles.html",
        form=form,
        grants=person_queries.grants(today, within=queries.units_in_scope(who, Permission.GRANT_ROLES, today)),
        table_of_roles=ROLE_PERMISSIONS,
        permission_words=PERMISSIONS,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/admin/roles/<int:grant_id>/end")
@requires(Permission.GRANT_ROLES)
def end_role(grant_id: int) -> ResponseReturnValue:
    """End a role today."""
    with transaction():
        services.end_role(grant_id, by=actor(), at=clock.now(), on=clock.today())
    flash(_("The role has ended."), "success")
    return redirect(url_for("admin.roles"))


@blueprint.get("/admin/audit")
@requires(Permission.VIEW_AUDIT)
def audit() -> ResponseReturnValue:
    """Show who did what, the latest first."""
    form = AuditFilter(request.args)
    form.validate()
    page = audit_queries.audit_page(
        actor(),
        clock.today(),
        action=form.action.data or "",
        person=form.person.data or "",
        day=form.day.data,
        page=page_number(request.args.get("page")),
    )
    whole = audit_queries.sees_everything(actor(), clock.today())
    return render_template("people/audit.html", form=form, page=page, words=ACTIONS, sees_everything=whole)
