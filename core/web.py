"""What every request goes through: deny by default, security headers, error pages, template helpers."""

import gzip
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from flask import Flask, Request, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from core import clock
from core.errors import BadFile, DomainError, NotFound, SignInRequired
from core.i18n import LANGUAGES, current_language
from core.i18n import lazy_gettext as _l
from core.tables import cell_text

View = TypeVar("View", bound=Callable[..., Any])
AccessRule = Callable[[], None]
THEMES = ("auto", "light", "dark")
TEXT_SIZES = ("normal", "large", "larger")

csrf = CSRFProtect()
log = structlog.get_logger("nep")


def guarded_by(rule: AccessRule) -> Callable[[View], View]:
    """Declare who may use a view. ``rule`` raises when the person may not; a view without a rule answers nobody."""

    def mark(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def _anyone() -> None:
    """Let everybody in."""


def public(view: View) -> View:
    """Declare that anyone may use a view, signed in or not."""
    return guarded_by(_anyone)(view)


class RowId(IntegerConverter):
    """An id in an address: no larger than the database can compare, so that nonsense is simply not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=2**31 - 1)


@dataclass(frozen=True)
class Appearance:
    """How this reader wants pages to look; kept in cookies."""

    theme: str = "auto"
    text_size: str = "normal"


class WholeRequest(Request):
    """A request whose body is there as a whole; one that was cut off on its way is answered with 400.

    gunicorn gives the word that it ends the body, and ends it too when the sender has gone in the midst of it; werkzeug
    then takes a part of a form for all of it. Such a message is incomplete (RFC 9112, section 8). Without that word
    werkzeug counts.
    """

    def __init__(self, environ: dict[str, Any], populate_request: bool = True, shallow: bool = False) -> None:
        if environ.get("CONTENT_LENGTH"):
            environ.pop("wsgi.input_terminated", None)
        super().__init__(environ, populate_request, shallow)


def init_web(app: Flask) -> None:
    """Attach the hooks and helpers of this module to the application."""
    app.request_class = WholeRequest
    csrf.init_app(app)
    app.url_map.converters["int"] = RowId
    app.add_template_filter(clock.time_text, "time")
    app.before_request(_deny_by_default)
    app.after_request(_add_headers)
    app.after_request(_compress)
    app.register_error_handler(DomainError, _on_domain_error)
    app.register_error_handler(CSRFError, _on_stale_form)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(OperationalError, _on_database_trouble)
    app.register_error_handler(NoConnectionFree, _on_database_trouble)
    app.register_error_handler(Exception, _on_failure)
    app.context_processor(_page_context)
    # A global, so that macros imported without context (cheaper, once for a page) have it too.
    app.add_template_global(asset)
    app.add_template_filter(cell_text, "written")


def csp_nonce() -> str:
    """Return the nonce that lets this response's own scripts run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def local_path(target: str | None, default: str) -> str:
    """Return ``target`` when it is a path of this site, else ``default`` (no open redirects)."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return default
    return default if any(ord(character) < 0x20 for character in target) else target


def wants_json() -> bool:
    """Tell whether the caller is a script of ours rather than a person reading pages."""
    if request.headers.get("Accept") == "application/json":  # What ours send; nothing to weigh.
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _deny_by_default() -> None:
    if request.endpoint is None:
        return
    if "\x00" in request.path or b"%00" in request.query_string:  # PostgreSQL takes no text with a NUL
        raise NotFound(_l("This page does not exist."))
    rule: AccessRule | None = getattr(current_app.view_functions[request.endpoint], "access_rule", None)
    if rule is None:
        log.error("view without access rule", endpoint=request.endpoint)
        raise NotFound(_l("This page does not exist."))
    rule()


#: What every response says, unless its view says otherwise.
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
_HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def _add_headers(response: Response) -> Response:
    ours = {"Content-Security-Policy": _POLICY.format(nonce=csp_nonce())} | _HEADERS
    if current_app.config["NEP"].secure_cookies:
        ours |= _HTTPS_HEADERS
    given = {name.lower() for name, _ in response.headers}
    for name, value in ours.items():
        if name.lower() not in given:
            response.headers.add(name, value)
    return response


def _compress(response: Response) -> Response:
    """Send pages compressed: a lesson on a phone line is a third of its size.

    What an attacker could guess at by sizes is not there: cookies don't come along from other sites (SameSite), and the
    token in forms carries a signature of its own each second.
    """
    is_page = response.mimetype == "text/html" and response.status_code == 200 and not response.is_streamed
    if not is_page or "Content-Encoding" in response.headers or not request.accept_encodings.best_match(["gzip"]):
        return response
    response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def error_page(status: int, title: Any, message: Any, mend: Any = "", **more: Any) -> ResponseReturnValue:
    """Answer with what happened, what is safe and what to do: a page, or JSON for our own scripts."""
    if wants_json():
        return jsonify(error=str(message), mend=str(mend), **more), status
    return render_template("errors/error.html", status=status, title=title, message=message, mend=mend), status


TITLES = {
    400: _l("This request can't be understood"),
    401: _l("Please sign in"),
    403: _l("You may not do this"),
    404: _l("There is nothing here"),
    405: _l("This can't be done here"),
    409: _l("Somebody was here first"),
    413: _l("This is too large"),
    422: _l("This can't be done as asked"),
    429: _l("Too many requests"),
    500: _l("Something went wrong on our side"),
    503: _l("The system is busy"),
}


def _on_domain_error(error: DomainError) -> ResponseReturnValue:
    if isinstance(error, SignInRequired) and not wants_json():
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("people.sign_in", next=wanted))
    if error.status in (403, 404):
        log.warning("denied", endpoint=request.endpoint, status=error.status)
    more = {"place": vars(error.place)} if isinstance(error, BadFile) else {}
    return error_page(error.status, TITLES[error.status], error.message, error.mend, **more)


def _on_stale_form(_error: CSRFError) -> ResponseReturnValue:
    return error_page(
        400,
        _l("This page was open for too long"),
        _l("Nothing was changed, because the page you sent is no longer valid."),
        _l("Go back, reload the page and send it again."),
    )


def _on_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    messages = {
        404: _l("This page does not exist, or is not for you."),
        405: _l("This address does not take this kind of request."),
        413: _l("The file or text is larger than the system takes."),
    }
    message = messages.get(error.code, _l("The request can't be understood."))
    return error_page(error.code, TITLES.get(error.code, TITLES[400]), message, _l("Go back and try another way."))


def _on_database_trouble(error: OperationalError | NoConnectionFree) -> ResponseReturnValue:
    reason = error.orig if isinstance(error, OperationalError) else error
    log.error("database unavailable", endpoint=request.endpoint, error=type(reason).__name__)
    answer = error_page(
        503,
        TITLES[503],
        _l("The database does not answer. What was saved before is safe."),
        _l("Wait a moment and send it again."),
    )
    response = current_app.make_response(answer)
    response.headers["Retry-After"] = "5"
    return response


def _on_failure(error: Exception) -> ResponseReturnValue:
    if current_app.testing or current_app.debug:
        raise error
    log.exception("failed", endpoint=request.endpoint)
    return error_page(
        500,
        TITLES[500],
        _l("The fault has been written down. Nothing was changed by this request."),
        _l("Try again; if it happens again, tell your administrator what you were doing."),
    )


def _page_context() -> dict[str, Any]:
    return {
        "csp_nonce": csp_nonce,
        "current_locale": current_language(),
        "languages": LANGUAGES,
        "appearance": appearance(),
        "config_demo": current_app.config["NEP"].demo,
    }


def appearance() -> Appearance:
    """Return the theme and the text size that the reader chose."""
    theme, size = request.cookies.get("nep_theme", ""), request.cookies.get("nep_text_size", "")
    return Appearance(theme if theme in THEMES else "auto", size if size in TEXT_SIZES else "normal")


def asset(path: str) -> str:
    """Return the URL of a static file with a mark of its content, so that browsers may keep it for long."""
    marks: dict[str, str] = current_app.extensions.setdefault("nep_asset_marks", {})
    if path not in marks:
        content = Path(current_app.static_folder or "", path).read_bytes()
        marks[path] = hashlib.sha256(content).hexdigest()[:12]
    return f"{current_app.static_url_path}/{path}?v={marks[path]}"
