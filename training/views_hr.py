"""Requirements, cycles and exemptions, for personnel officers."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.db import transaction
from core.errors import DomainError
from core.forms import BaseForm
from core.i18n import gettext as _
from core.i18n import ngettext
from core.pages import ROWS_PER_PAGE, Page, page_number
from people.access import Permission
from people.guards import actor, requires
from people.labels import STAFF_GROUPS
from people.queries import unit_choices, unit_names
from training import cycle_queries as queries
from training import exemption_services, services
from training.audience import preview_audience
from training.forms import CyclePlanForm, ExemptionForm, ObligationFilter, RequirementForm
from training.labels import CYCLE_STATES, EXEMPTION_CATEGORIES, STATES
from training.models import Cycle, Requirement
from training.rules import CycleState, cycle_state

blueprint = Blueprint("cycles", __name__, url_prefix="/hr")
manages_training = requires(Permission.MANAGE_TRAINING)


@blueprint.get("/requirements")
@manages_training
def requirements() -> ResponseReturnValue:
    """List the requirements of one's units with their years."""
    found = queries.requirements_managed_by(actor(), clock.today())
    return render_template("training/requirements.html", requirements=found, **_words())


@blueprint.route("/requirements/new", methods=["GET", "POST"])
@manages_training
def new_requirement() -> ResponseReturnValue:
    """Write down a new requirement."""
    form = _offered(RequirementForm())
    if form.validate_on_submit():
        try:
            with transaction():
                made = services.create_requirement(form.facts(), by=actor(), at=clock.now())
            return redirect(url_for(".plan_year", requirement_id=made.id))
        except DomainError as error:
            _refuse(form, error)
    return render_template("training/requirement.html", form=form, requirement=None), _status(form)


@blueprint.route("/requirements/<int:requirement_id>/edit", methods=["GET", "POST"])
@manages_training
def edit_requirement(requirement_id: int) -> ResponseReturnValue:
    """Change a requirement."""
    requirement = _managed(requirement_id)
    form = _offered(RequirementForm(obj=requirement))
    if form.validate_on_submit():
        try:
            with transaction():
                services.edit_requirement(requirement_id, form.facts(), by=actor(), at=clock.now())
            flash(_("The requirement is saved."), "success")
            return redirect(url_for(".requirements"))
        except DomainError as error:
            _refuse(form, error)
    return render_template("training/requirement.html", form=form, requirement=requirement), _status(form)


@blueprint.route("/requirements/<int:requirement_id>/plan", methods=["GET", "POST"])
@manages_training
def plan_year(requirement_id: int) -> ResponseReturnValue:
    """Plan a requirement for a year."""
    requirement = _managed(requirement_id)
    first = {"includes": "1", "unit_id": requirement.unit_id, "staff_group": ""}
    form = CyclePlanForm(year=clock.today().year, opens_on=clock.today(), follows_versions=True, lines=[first])
    form.offer(unit_choices(actor(), Permission.MANAGE_TRAINING, clock.today()))
    if not form.change_lines(request.form.get("change", "")) and form.validate_on_submit():
        try:
            with transaction():
                made = services.draft_cycle(
                    requirement_id, form.year.data or 0, form.plan(), by=actor(), at=clock.now()
                )
            return redirect(url_for(".cycle", cycle_id=made.id))
        except DomainError as error:
            _refuse(form, error)
    return render_template("training/plan.html", form=form, requirement=requirement, cycle=None), _status(form)


@blueprint.route("/cycles/<int:cycle_id>/plan", methods=["GET", "POST"])
@manages_training
def edit_plan(cycle_id: int) -> ResponseReturnValue:
    """Change the plan of a year that has not opened."""
    cycle = _managed_cycle(cycle_id)
    form = CyclePlanForm(obj=cycle, lines=[_line(rule) for rule in cycle.audience])
    form.offer(unit_choices(actor(), Permission.MANAGE_TRAINING, clock.today()))
    if not form.change_lines(request.form.get("change", "")) and form.validate_on_submit():
        try:
            with transaction():
                services.edit_draft(cycle_id, form.plan(), by=actor(), at=clock.now())
            return redirect(url_for(".cycle", cycle_id=cycle_id))
        except DomainError as error:
            _refuse(form, error)
            cycle = _managed_cycle(cycle_id)
    return render_template("training/plan.html", form=form, requirement=cycle.requirement, cycle=cycle), _status(form)


@blueprint.get("/cycles/<int:cycle_id>")
@manages_training
def cycle(cycle_id: int) -> ResponseReturnValue:
    """Show a year: before it opens whom it would bind, afterwards how it stands."""
    found = _managed_cycle(cycle_id)
    names = unit_names({rule.unit_id for rule in found.audience}, clock.today())
    looks = cycle_state(found.state, found.opens_on, found.due_on, clock.today())
    shown = _draft_part(cycle_id) if found.state == CycleState.DRAFT else _running_part(cycle_id)
    page = "training/cycle_draft.html" if found.state == CycleState.DRAFT else "training/cycle.html"
    return render_template(page, cycle=found, unit_names=names, looks=looks, **shown, **_words())


def _draft_part(cycle_id: int) -> dict[str, object]:
    number, spared = page_number(request.args.get("page")), request.args.get("show") == "spared"
    first = (number - 1) * ROWS_PER_PAGE
    preview = preview_audience(cycle_id, clock.today(), spared=spared, offset=first, limit=ROWS_PER_PAGE)
    page = Page(preview.rows, number, preview.spared if spared else preview.meant)
    return {"preview": preview, "page": page, "spared": spared}


def _running_part(cycle_id: int) -> dict[str, object]:
    form = ObligationFilter(request.args)
    search, state = (form.search.data or "", form.state.data or "") if form.validate() else ("", "")
    number = page_number(request.args.get("page"))
    page = queries.obligations_of(cycle_id, clock.today(), search=search, state=state, page=number)
    return {"form": form, "page": page, "counts": queries.cycle_counts(cycle_id, clock.today())}


@blueprint.post("/cycles/<int:cycle_id>/open")
@manages_training
def open_cycle(cycle_id: int) -> ResponseReturnValue:
    """Open a year for its audience."""
    try:
        with transaction():
            count = services.open_cycle(cycle_id, by=actor(), at=clock.now())
        flash(ngettext("Opened for %(num)d person.", "Opened for %(num)d people.", count), "success")
    except DomainError as error:
        if error.status in (403, 404):
            raise
        flash(f"{error.message} {error.mend}", "danger")
    return redirect(url_for(".cycle", cycle_id=cycle_id))


@blueprint.post("/cycles/<int:cycle_id>/evaluate")
@manages_training
def evaluate(cycle_id: int) -> ResponseReturnValue:
    """Add those who have come to be meant since the year opened."""
    with transaction():
        count = services.evaluate_audience(cycle_id, by=actor(), at=clock.now())
    flash(ngettext("%(num)d person was added.", "%(num)d people were added.", count), "success")
    return redirect(url_for(".cycle", cycle_id=cycle_id))


@blueprint.post("/cycles/<int:cycle_id>/close")
@manages_training
def close(cycle_id: int) -> ResponseReturnValue:
    """Close a year."""
    with transaction():
        services.close_cycle(cycle_id, by=actor(), at=clock.now())
    flash(_("The year is closed. No attempt begins for it any more."), "success")
    return redirect(url_for(".cycle", cycle_id=cycle_id))


@blueprint.route("/obligations/<int:obligation_id>/exemption", methods=["GET", "POST"])
@manages_training
def exemption(obligation_id: int) -> ResponseReturnValue:
    """Exempt a person, or show the exemption in force."""
    row = queries.obligation_row(obligation_id)
    found, form = _managed_cycle(row.cycle_id), ExemptionForm()
    if form.validate_on_submit():
        given = (form.category.data, form.reason.data or "", form.document_number.data or "")
        try:
            with transaction():
                exemption_services.exempt(obligation_id, *given, by=actor(), at=clock.now())
            flash(_("%(name)s is exempt.", name=row.full_name), "success")
            return redirect(url_for(".cycle", cycle_id=found.id))
        except DomainError as error:
            _refuse(form, error)
            found = _managed_cycle(row.cycle_id)
    return render_template("training/exemption.html", form=form, row=row, cycle=found, **_words()), _status(form)


@blueprint.post("/obligations/<int:obligation_id>/exemption/end")
@manages_training
def end_exemption(obligation_id: int) -> ResponseReturnValue:
    """Take an exemption back."""
    row = queries.obligation_row(obligation_id)
    with transaction():
        exemption_services.revoke_exemption(obligation_id, by=actor(), at=clock.now())
    flash(_("%(name)s is no longer exempt.", name=row.full_name), "success")
    return redirect(url_for(".cycle", cycle_id=row.cycle_id))


def _managed(requirement_id: int) -> Requirement:
    return services.managed_requirement(requirement_id, by=actor(), on=clock.today())


def _managed_cycle(cycle_id: int) -> Cycle:
    found = queries.cycle_with_audience(cycle_id)
    _managed(found.requirement_id)
    return found


def _offered(form: RequirementForm) -> RequirementForm:
    who, day = actor(), clock.today()
    units = unit_choices(who, Permission.MANAGE_TRAINING, day)
    form.offer(units, queries.course_choices(who, day), queries.quiz_choices(who, day))
    return form


def _line(rule: object) -> dict[str, object]:
    values = vars(rule)
    return {"includes": "1" if values["includes"] else "0", **{key: values[key] for key in ("unit_id", "staff_group")}}


def _refuse(form: BaseForm, error: DomainError) -> None:
    """Say beside the form why a rule refused it; who may not do it at all gets the error page."""
    if error.status in (403, 404):
        raise error
    form.form_errors.append(f"{error.message} {error.mend}".strip())


def _status(form: BaseForm) -> int:
    return 422 if form.errors else 200


def _words() -> dict[str, object]:
    return {
        "states": STATES,
        "cycle_states": CYCLE_STATES,
        "staff_groups": STAFF_GROUPS,
        "exemption_categories": EXEMPTION_CATEGORIES,
        "state_of": lambda row: cycle_state(row.state, row.opens_on, row.due_on, clock.today()),
    }
