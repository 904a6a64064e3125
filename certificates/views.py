"""Certificates and their verification."""

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from certificates import queries, services
from certificates.forms import CodeForm, RevokeForm
from certificates.hooks import certificate_hooks
from certificates.models import Certificate
from certificates.pdf import certificate_pdf
from certificates.rules import code_text, code_typed, number_text
from certificates.throttle import LookupThrottle
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.origin import origin_of
from core.web import public
from people.access import Permission
from people.guards import actor, requires, signed_in

blueprint = Blueprint("certificates", __name__)
blueprint.add_app_template_filter(code_text, "check_code")


@blueprint.app_template_filter("certificate_number")
def certificate_number(certificate: Certificate) -> str:
    """Write a certificate's number as printed."""
    return number_text(certificate.number, certificate.year)


@blueprint.get("/certificates")
@signed_in
def mine() -> ResponseReturnValue:
    """List one's own certificates, as far as one may know of them."""
    own = queries.certificates_of(actor().person_id or 0, withheld=_withheld())
    return render_template("certificates/mine.html", certificates=own)


def _withheld() -> Select[int]:
    """Return a select of the completions of which the actor is not to know yet."""
    return certificate_hooks().select_withheld(actor().person_id or 0, clock.now())


def _shown(certificate_id: int) -> Certificate:
    return queries.certificate_for(actor(), certificate_id, clock.today(), withheld=_withheld())


@blueprint.get("/certificates/<int:certificate_id>")
@signed_in
def show(certificate_id: int) -> ResponseReturnValue:
    """Show what a certificate says, and where it is verified."""
    return _page(certificate_id, RevokeForm())


def _page(certificate_id: int, form: RevokeForm) -> str:
    certificate = _shown(certificate_id)
    return render_template(
        "certificates/certificate.html",
        certificate=certificate,
        form=form,
        is_mine=certificate.person_id == actor().person_id,
        may_revoke=actor().may(Permission.REVOKE_CERTIFICATES) and certificate.revoked_at is None,
        base_url=current_app.config["NEP"].base_url,
    )


@blueprint.get("/certificates/<int:certificate_id>.pdf")
@signed_in
def download(certificate_id: int) -> ResponseReturnValue:
    """Send a certificate as PDF; a revoked one is no longer printed."""
    certificate = _shown(certificate_id)
    if certificate.revoked_at is not None:
        raise RuleBroken(_l("This certificate has been revoked."), _l("Ask your personnel officer for the reason."))
    response = make_response(certificate_pdf(certificate, base_url=current_app.config["NEP"].base_url))
    response.mimetype = "application/pdf"
    name = f"giay-xac-nhan-{certificate.number:06d}-{certificate.year}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/certificates/<int:certificate_id>/revoke")
@requires(Permission.REVOKE_CERTIFICATES)
def revoke(certificate_id: int) -> ResponseReturnValue:
    """Declare a certificate void, with the reason."""
    queries.certificate_for(actor(), certificate_id, clock.today())
    form = RevokeForm()
    if not form.validate_on_submit():
        return _page(certificate_id, form), 422
    with transaction():
        services.revoke(certificate_id, reason=form.reason.data, by=actor(), at=clock.now())
    flash(_("The certificate is revoked. Whoever looks it up sees so from now on."), "success")
    return redirect(url_for(".show", certificate_id=certificate_id))


@blueprint.get("/verify")
@public
def verify_search() -> ResponseReturnValue:
    """Ask for a check code."""
    form = CodeForm(request.args) if "code" in request.args else CodeForm()
    if "code" in request.args and form.validate() and (code := code_typed(form.code.data)):
        return redirect(url_for(".verify", token=code))
    return _unlisted(make_response(render_template("certificates/verify_search.html", form=form)))


@blueprint.get("/verify/<token>")
@public
def verify(token: str) -> ResponseReturnValue:
    """Tell a stranger the least that proves a certificate; a miss looks the same and is a 404."""
    _throttle().check(origin_of(request.remote_addr or ""), at=clock.now())
    found = queries.public_facts(token[:80])
    page = render_template("certificates/verify.html", found=found, code=code_text(code_typed(token[:80])))
    return _unlisted(make_response(page, 200 if found else 404))


def _unlisted(response: Response) -> Response:
    """Keep search engines and caches away."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


def _throttle() -> LookupThrottle:
    throttle: LookupThrottle = current_app.extensions.setdefault("nep_lookup_throttle", LookupThrottle())
    return throttle
