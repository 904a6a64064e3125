"""People and units, for officers."""

from datetime import date
from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.i18n import gettext as _
from core.pages import page_number
from people import person_queries, queries, services, unit_queries, unit_services
from people.access import Permission
from people.forms import ChangeUnitForm, PeopleFilter, UnitForm, with_units
from people.guards import actor, requires
from people.person_queries import PersonCard

blueprint = Blueprint("staff", __name__)


@blueprint.get("/hr/people")
@requires(Permission.VIEW_PEOPLE)
def people_list() -> ResponseReturnValue:
    """List the staff of the officer's units."""
    who, today = actor(), clock.today()
    form = PeopleFilter(request.args)
    with_units(form, "unit", queries.unit_choices(who, Permission.VIEW_PEOPLE, today), first=_("All units"))
    chosen = form.unit.data if form.validate() else 0
    page = person_queries.staff_page(
        who, today, search=form.q.data or "", unit_id=chosen or 0, page=page_number(request.args.get("page"))
    )
    return render_template("people/people_list.html", form=form, page=page)


@blueprint.get("/hr/people/<int:person_id>")
@requires(Permission.VIEW_PEOPLE)
def person(person_id: int) -> ResponseReturnValue:
    """Show one person: facts, where they worked, their roles."""
    who, today = actor(), clock.today()
    card = person_queries.visible_person(who, Permission.VIEW_PEOPLE, person_id, today)
    return render_template(
        "people/person.html",
        person=card,
        postings=person_queries.postings_of(person_id),
        grants=person_queries.grants(today, of_person=person_id),
        account=person_queries.account_of(person_id),
        may_manage=_may_manage(card),
    )


def _may_manage(card: PersonCard) -> bool:
    """Tell whether the reader may give this person a first password."""
    who, today = actor(), clock.today()
    in_scope = card.unit_id is not None and queries.may_in_unit(who, Permission.MANAGE_ACCOUNTS, card.unit_id, today)
    return in_scope and services.may_give_password(card.id, by=who, on=today)


@blueprint.post("/hr/people/<int:person_id>/first-password")
@requires(Permission.MANAGE_ACCOUNTS)
def first_password(person_id: int) -> ResponseReturnValue:
    """Give a first password and show its slip, this once."""
    with transaction():
        card = person_queries.visible_person(actor(), Permission.MANAGE_ACCOUNTS, person_id, clock.today())
        password = services.give_first_password(person_id, by=actor(), at=clock.now())
    address = current_app.config["NEP"].base_url
    return render_template("people/password_slip.html", person=card, password=password, address=address)


@blueprint.get("/hr/units")
@requires(Permission.VIEW_PEOPLE)
def units() -> ResponseReturnValue:
    """Show the units of the officer's scope as a tree."""
    tree = unit_queries.unit_tree(actor(), Permission.VIEW_PEOPLE, clock.today())
    return render_template("people/units.html", tree=tree, may_manage=actor().may(Permission.MANAGE_UNITS))


@blueprint.route("/hr/units/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_UNITS)
def new_unit() -> ResponseReturnValue:
    """Make a unit."""
    today = clock.today()
    form = UnitForm(valid_from=today)
    with_units(form, "parent", queries.unit_choices(actor(), Permission.MANAGE_UNITS, today))
    if form.validate_on_submit():
        name, code, parent = form.name.data, form.code.data, form.parent.data
        try:
            with transaction():
                unit_services.create_unit(
                    code, name, parent, valid_from=_day(form), by=actor(), at=clock.now(), on=today
                )
        except RuleBroken as refusal:
            form.form_errors.append(f"{refusal.message} {refusal.mend}".strip())
        else:
            flash(_("The unit %(name)s is created.", name=name), "success")
            return redirect(url_for("staff.units"))
    return render_template("people/unit_form.html", form=form, unit=None), 422 if form.is_submitted() else 200


@blueprint.route("/hr/units/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_UNITS)
def change_unit(unit_id: int) -> ResponseReturnValue:
    """Rename or move a unit from a day on, and show what it was before."""
    today = clock.today()
    unit = unit_queries.visible_unit(actor(), Permission.MANAGE_UNITS, unit_id, today)
    form = ChangeUnitForm(name=unit.name, parent=unit.parent_id or 0, valid_from=today)
    is_at_top = not queries.may_in_unit(actor(), Permission.MANAGE_UNITS, unit.parent_id or 0, today)
    choices = [] if is_at_top else queries.unit_choices(actor(), Permission.MANAGE_UNITS, today)
    with_units(form, "parent", choices, first=_("Stays where it is") if is_at_top else "")
    if form.validate_on_submit():
        parent = unit.parent_id if is_at_top else form.parent.data
        name = form.name.data
        try:
            with transaction():
                unit_services.change_unit(
                    unit_id, name=name, parent_id=parent, valid_from=_day(form), by=actor(), at=clock.now(), on=today
                )
        except RuleBroken as refusal:
            form.form_errors.append(f"{refusal.message} {refusal.mend}".strip())
        else:
            flash(_("The unit %(name)s is saved.", name=name), "success")
            return redirect(url_for("staff.units"))
    page = render_template("people/unit_form.html", form=form, unit=unit, history=unit_queries.history(unit_id))
    return page, 422 if form.is_submitted() else 200


def _day(form: UnitForm | ChangeUnitForm) -> date:
    """Return the day of a form that was checked."""
    return cast(date, form.valid_from.data)
