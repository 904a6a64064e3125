"""Translation: the one door to Flask-Babel for code. Message ids are English; Vietnamese is the default language."""

from flask import has_request_context, request
from flask_babel import Babel, get_locale, get_translations, gettext, lazy_gettext, ngettext

__all__ = [
    "LANGUAGES",
    "babel",
    "chosen_language",
    "current_language",
    "gettext",
    "lazy_gettext",
    "ngettext",
    "unfilled_ngettext",
]

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
LANGUAGE_COOKIE = "nep_language"

babel = Babel()


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
