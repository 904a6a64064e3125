"""What makes a good entry in the register of sources, and whether a source is in force. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Force(StrEnum):
    """Whether a source holds on a day."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    ENDED = "ended"
    #: Articles and talks, and documents whose days nobody has looked up.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SourceDraft:
    """What is written about a source. Days that are not known stay empty."""

    code: str
    title: str
    number: str = ""
    issuer: str = ""
    kind: str = ""
    issued_on: date | None = None
    effective_from: date | None = None
    #: The first day on which it no longer holds.
    effective_to: date | None = None
    note: str = ""
    reviewed_on: date | None = None


def check_source(draft: SourceDraft) -> None:
    """Refuse a source that can't be cited.

    :raises RuleBroken: with the way to mend it.
    """
    if not CODE.fullmatch(draft.code):
        raise RuleBroken(
            _l("A source's code has small letters without diacritics, digits and hyphens."),
            _l("For example nd-59-2019."),
        )
    if not draft.title:
        raise RuleBroken(_l("A source needs a title."))
    if draft.effective_from and draft.effective_to and draft.effective_to <= draft.effective_from:
        raise RuleBroken(
            _l("A source ends after it begins."), _l("Check the two days on which it takes and loses effect.")
        )


def force_on(effective_from: date | None, effective_to: date | None, on: date) -> Force:
    """Tell whether a source holds on a day (half-open: on ``effective_to`` it no longer does)."""
    if effective_to and effective_to <= on:
        return Force.ENDED
    if effective_from is None:
        return Force.UNKNOWN
    return Force.IN_FORCE if effective_from <= on else Force.NOT_YET
