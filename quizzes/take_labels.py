"""The words for codes that learners meet: why an attempt may not begin, how points are given, moments in a sentence."""

from datetime import datetime, timedelta
from typing import Any

from core.clock import LOCAL_ZONE
from core.errors import RuleBroken
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from quizzes.author_labels import RULE_LABELS
from quizzes.gates import Gate, Refusal

_MENDS: dict[Refusal, Any] = {
    Refusal.CLOSED: _l("Ask your personnel officer what can be done."),
    Refusal.USED_UP: _l("Ask your personnel officer what can be done."),
    Refusal.WAITS_TOO_LONG: _l("Ask your personnel officer what can be done."),
    Refusal.CODE_WRONG: _l("Small and capital letters and spaces make no difference."),
}


_ONE_CHOICE = _l("All points for the right option, else none")


class CodeRefused(RuleBroken):
    """Raised when nothing but the access code is missing."""


class WrongCode(CodeRefused):
    """Raised when the access code that was typed is not the one of the quiz."""


_ERRORS: dict[Refusal, type[RuleBroken]] = {Refusal.CODE_MISSING: CodeRefused, Refusal.CODE_WRONG: WrongCode}


def moment_words(moment: datetime) -> str:
    """Return a moment for a sentence, in Vietnam's time: ``17:00 ngày 30/11/2026``."""
    local = moment.astimezone(LOCAL_ZONE)
    return _("%(time)s on %(day)s", time=local.strftime("%H:%M"), day=local.strftime("%d/%m/%Y"))


def rule_words(code: str) -> Any:
    """Return how a question of this rule gives points: ``matching.partial``, or what kinds share, ``partial``."""
    if code == "single_choice":
        return _ONE_CHOICE
    return RULE_LABELS.get(code) or RULE_LABELS.get(code.rpartition(".")[2], "")


def refused(gate: Gate, closes_at: datetime | None) -> RuleBroken:
    """Return the error that says why no attempt may begin, and what to do."""
    refusal = gate.refusal or Refusal.CODE_MISSING
    error = _ERRORS.get(refusal, RuleBroken)
    return error(_message(refusal, gate.opens_at, closes_at), _MENDS.get(refusal, ""))


def _message(refusal: Refusal, opens_at: datetime | None, closes_at: datetime | None) -> str:
    match refusal:
        case Refusal.CLOSED:
            return _("This quiz closed at %(moment)s.", moment=moment_words(closes_at) if closes_at else "")
        case Refusal.USED_UP:
            return _("You have used all attempts at this quiz.")
        case Refusal.NOT_YET:
            return _("This quiz opens at %(moment)s.", moment=_from(opens_at))
        case Refusal.WAITING:
            return _("You may begin the next attempt from %(moment)s.", moment=_from(opens_at))
        case Refusal.WAITS_TOO_LONG:
            return _("The waiting time ends after the quiz has closed; no other attempt can begin.")
        case Refusal.CODE_WRONG:
            return _("The access code is not right.")
        case _:
            return _("Type the access code to begin.")


def _from(moment: datetime | None) -> str:
    """Return the first full minute at which something is possible, so that nobody comes some seconds too early."""
    if moment is None:
        return ""
    return moment_words(moment + timedelta(seconds=-moment.second % 60, microseconds=-moment.microsecond % 1_000_000))
