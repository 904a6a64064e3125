"""Translation: the one door to Flask-Babel for code. Message ids are English; Vietnamese is the default language."""

from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations, gettext, lazy_gettext, ngettext
from markupsafe import Markup

__all__ = [
    "LANGUAGES",
    "babel",
    "chosen_language",
    "current_language",
    "gettext",
    "init_i18n",
    "lazy_gettext",
    "ngettext",
    "unfilled_ngettext",
]

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
LANGUAGE_COOKIE = "nep_language"

babel = Babel()


def init_i18n(app: Flask) -> None:
    """Translate into the reader's language; templates look the catalogue up once per request, not once per text."""
    babel.init_app(app, locale_selector=chosen_language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda singular, plural, number: _catalogue().ungettext(singular, plural, number),
        newstyle=True,
    )
    app.add_template_global(_text, "_")


def _text(text: str, **values: Any) -> Markup:
    """Return a text of a page in the reader's language, its placeholders filled; ``%%`` is a percent sign.

    What Jinja's own ``_`` does for pages of HTML, without its way round by the context: a page has hundreds of texts.
    """
    return Markup(_catalogue().ugettext(text)) % values


def _catalogue() -> Any:
    if not has_request_context():
        return get_translations()
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def unfilled_ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form of a message for a number, its placeholders left for the caller to fill."""
    return str(get_translations().ungettext(singular, plural, number))


def chosen_language() -> str:
    """Return the reader's language: the one chosen in the page's head, else Vietnamese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "") if has_request_context() else ""
    return chosen if chosen in LANGUAGES else "vi"


def current_language() -> str:
    """Return the code of the language that messages are being written in."""
    locale = get_locale()
    return locale.language if locale else "vi"
