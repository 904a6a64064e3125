"""Signing in and out, one's own password, sessions, and the first administrator."""

from datetime import timedelta
from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from core import clock
from core.db import transaction
from core.errors import RuleBroken, TooMany
from core.i18n import gettext as _
from core.web import local_path, public
from people import person_queries, queries, services, setup_services
from people.devices import device_name
from people.forms import ChangePasswordForm, FirstAdministratorForm, SignInForm
from people.guards import SignedIn, actor, begin_session, forget_session, signed_in
from people.setup_services import FirstAdministrator

blueprint = Blueprint("people", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Ask for name and password, and begin a session."""
    target = local_path(request.args.get("next"), url_for("training.my"))
    if current_user.is_authenticated:
        return redirect(target)
    form = SignInForm()
    status = 200
    if form.validate_on_submit():
        status = _try_to_sign_in(form)
        if status == 200:
            return redirect(target)
    return render_template("people/sign_in.html", form=form), status


def _try_to_sign_in(form: SignInForm) -> int:
    """Begin a session, or say in the form why not; return the status of the answer."""
    address, at = request.remote_addr or "", clock.now()
    try:
        services.check_throttle(form.name.data, address, at=at)
    except TooMany as refusal:
        form.form_errors.append(f"{refusal.message} {refusal.mend}")
        return refusal.status
    person = services.recognise(form.name.data, form.password.data)
    lifetime, device = timedelta(hours=current_app.config["NEP"].session_hours), request.user_agent.string
    token = None
    with transaction():
        if person is not None:
            token = services.start_session(
                person, form.password.data, address=address, device=device, lifetime=lifetime, at=at
            )
        if token is None:
            services.note_failure(form.name.data, address=address, at=at)
    if token is None:
        form.form_errors.append(_("The staff code, the e-mail or the password is not right."))
        return 422
    begin_session(token)
    return 200


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    with transaction():
        services.end_session(_here().session_id, by=actor(), at=clock.now())
    forget_session()
    flash(_("You are signed out."), "success")
    return redirect(url_for("people.sign_in"))


@blueprint.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """Show who I am here, and where I am signed in."""
    mine = person_queries.person_card(cast(int, actor().person_id), clock.today())
    sessions = queries.running_sessions(mine.id, clock.now())
    return render_template(
        "people/account.html", person=mine, sessions=sessions, here=_here().session_id, device_name=device_name
    )


@blueprint.post("/account/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of my sessions."""
    with transaction():
        services.end_session(session_id, by=actor(), at=clock.now())
    flash(_("That device is signed out."), "success")
    return redirect(url_for("people.account"))


@blueprint.post("/account/sessions/end-others")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    """End all my sessions but this one."""
    with transaction():
        services.end_sessions_of(cast(int, actor().person_id), but=_here().session_id, by=actor(), at=clock.now())
    flash(_("All other devices are signed out."), "success")
    return redirect(url_for("people.account"))


@blueprint.route("/account/password", methods=["GET", "POST"])
@signed_in
def change_password() -> ResponseReturnValue:
    """Change my password; the first time in I must."""
    form = ChangePasswordForm()
    first = _here().must_change_password
    if form.validate_on_submit():
        try:
            with transaction():
                services.change_password(
                    form.current.data, form.new.data, session_id=_here().session_id, by=actor(), at=clock.now()
                )
        except RuleBroken as refusal:
            form.form_errors.append(f"{refusal.message} {refusal.mend}".strip())
        else:
            flash(_("Your password is changed. Other devices are signed out."), "success")
            return redirect("/" if first else url_for("people.account"))
    return render_template("people/change_password.html", form=form, first=first), 422 if form.is_submitted() else 200


@blueprint.route("/first-administrator/<token>", methods=["GET", "POST"])
@public
def first_administrator(token: str) -> ResponseReturnValue:
    """Make the first administrator of this installation."""
    setup_services.ensure_open(token, on=clock.today())
    form = FirstAdministratorForm()
    if setup_services.top_units(clock.today()):
        del form.unit_name, form.unit_code
    if form.validate_on_submit():
        try:
            with transaction():
                setup_services.make_first_administrator(token, _wanted(form), at=clock.now(), on=clock.today())
        except RuleBroken as refusal:
            form.form_errors.append(f"{refusal.message} {refusal.mend}".strip())
        else:
            flash(_("The administrator's account is ready. Please sign in."), "success")
            return redirect(url_for("people.sign_in"))
    return render_template("people/first_administrator.html", form=form), 422 if form.is_submitted() else 200


def _wanted(form: FirstAdministratorForm) -> FirstAdministrator:
    data = form.data
    return FirstAdministrator(
        unit_name=data.get("unit_name") or "",
        unit_code=data.get("unit_code") or "",
        full_name=data["full_name"],
        staff_code=data["staff_code"],
        email=data.get("email") or "",
        password=data["new"],
    )


def _here() -> SignedIn:
    """Return the session of this request."""
    return cast(SignedIn, current_user)
