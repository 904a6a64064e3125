"""The doors: who is signed in, and the access rules that views declare. Only here does a cookie become an actor."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from flask import Flask, g, redirect, request, url_for
from flask import session as flask_session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError

from core import clock
from core.db import transaction
from core.errors import NotAllowed, SignInRequired
from core.i18n import lazy_gettext as _l
from core.web import View, guarded_by
from people import menu, queries, services
from people.access import Actor, Permission
from people.queries import SessionFound

login_manager = LoginManager()
SEEN_EVERY = timedelta(minutes=5)
#: Pages that stay open while a first password must be changed.
OPEN_BEFORE_PASSWORD_CHANGE = {
    "people.change_password", "people.sign_out", "core.choose_language", "core.choose_appearance",
    "core.healthz", "core.readyz", "static",
}  # fmt: skip


class SignedIn(UserMixin):
    """The signed-in person, as Flask-Login and templates know them."""

    def __init__(self, found: SessionFound, token: str) -> None:
        self.actor = found.actor
        self.token = token
        self.session_id = found.session_id
        self.must_change_password = found.must_change_password
        self.full_name = found.actor.full_name
        self.staff_code = found.staff_code

    def get_id(self) -> str:
        """Return the session token that the signed cookie carries."""
        return self.token

    def may(self, permission: str) -> bool:
        """Tell whether a permission is held anywhere; for menus."""
        return self.actor.may(Permission(permission))


def actor() -> Actor:
    """Return who acts in this request.

    :raises SignInRequired: when nobody is signed in.
    """
    if not current_user.is_authenticated:
        raise SignInRequired(_l("Please sign in first."))
    signed_in: SignedIn = current_user
    return signed_in.actor


def _require_sign_in() -> None:
    actor()


def signed_in(view: View) -> View:
    """Declare that anyone who is signed in may use a view; it must itself look only at what is theirs."""
    return guarded_by(_require_sign_in)(view)


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare that a view needs a permission on some unit; it must itself ask for the unit at hand."""

    def rule() -> None:
        if not actor().may(permission):
            raise NotAllowed(
                _l("Your account has no role that allows this."),
                _l("Ask your administrator if you need it for your work."),
            )

    return guarded_by(rule)


def ensure_in_unit(permission: Permission, unit_id: int) -> None:
    """Refuse unless the acting person has a permission in a unit.

    :raises NotAllowed: when they do not.
    """
    services.ensure_in_unit(actor(), permission, unit_id, on=clock.today())


def init_guards(app: Flask) -> None:
    """Attach sign-in to the application."""
    login_manager.init_app(app)
    login_manager.session_protection = None
    login_manager.user_loader(_load)
    app.before_request(_ask_for_first_password)
    app.before_request(_note_last_seen)
    app.context_processor(menu.page_context)


def _load(token: str) -> SignedIn | None:
    found = queries.actor_for_session(services.token_hash(token), clock.now(), clock.today())
    if found is None:
        return None
    g.last_seen_at = found.last_seen_at
    return SignedIn(found, token)


class _Arriving(UserMixin):
    """Somebody who has just signed in. Who that is and what they may do is asked at the next request."""

    def __init__(self, token: str) -> None:
        self.id = token


def begin_session(token: str) -> None:
    """Let the browser of this request carry a fresh session token, and nothing that it carried before."""
    flask_session.clear()
    login_user(_Arriving(token))


def forget_session() -> None:
    """Let the browser of this request carry no session any more."""
    logout_user()
    flask_session.clear()


def _ask_for_first_password() -> ResponseReturnValue | None:
    if (
        current_user.is_authenticated
        and current_user.must_change_password
        and request.endpoint not in OPEN_BEFORE_PASSWORD_CHANGE
    ):
        return redirect(url_for("people.change_password"))
    return None


def _note_last_seen() -> None:
    """Write down, every few minutes, that a session is in use. Pages are read on when nothing can be written."""
    if current_user.is_authenticated and request.method == "GET" and clock.now() - g.last_seen_at > SEEN_EVERY:
        with suppress(OperationalError), transaction():
            services.note_last_seen(current_user.session_id, at=clock.now())
