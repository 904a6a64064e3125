"""Wrong guesses at a secret that is not a password, such as the access code of a quiz: counted, and limited."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, func, select

from core.db import db
from core.errors import TooMany
from core.i18n import lazy_gettext as _l
from people.models import SignInFailure
from people.services import FAILURE_WINDOW

#: Wrong guesses allowed in the window, wherever they come from.
WRONG_GUESSES = 8
#: Stands where failed sign-ins have an address, so that neither limit counts what belongs to the other.
_NO_ADDRESS = "-"


def check_guesses(what: str, *, at: datetime) -> None:
    """Refuse when the secret was guessed wrongly too often lately, be the next guess right or wrong.

    :param what: who guesses which secret, ``quiz:7 person:12``.
    :raises TooMany: with the time to wait.
    """
    wrong = db.session.scalar(
        select(func.count()).where(SignInFailure.name_hash == _hash(what), SignInFailure.at > at - FAILURE_WINDOW)
    )
    if (wrong or 0) >= WRONG_GUESSES:
        raise TooMany(_l("The code was wrong too often."), _l("Wait 15 minutes, then type it again."))


def note_wrong_guess(what: str, *, at: datetime) -> None:
    """Write down a wrong guess; old ones are forgotten."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.at < at - FAILURE_WINDOW * 4))
    db.session.add(SignInFailure(name_hash=_hash(what), address=_NO_ADDRESS, at=at))


def _hash(what: str) -> str:
    # A line end is in no name that can be typed at sign-in, so that nobody's sign-in counts here.
    return hashlib.sha256(f"guess\n{what}".encode()).hexdigest()
