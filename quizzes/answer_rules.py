"""Which of two answers to one question counts. Pure: no web, no database, no clock.

Every time the page of an attempt is opened it makes itself a mark and becomes a *writer*, which numbers its changes 1,
2, 3 ... What comes from the writer of the stored answer is put in order by that number: a repeat, or something that was
overtaken on its way, changes nothing. What comes from elsewhere must know the stored revision, or say the same; else
both answers are kept apart and the person decides. A form without script has no writer and goes by the revision alone.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

WRITER = re.compile(r"[a-z0-9]{16,32}", re.ASCII)


class Verdict(StrEnum):
    """What becomes of a posted answer. ``KNOWN``: there is nothing to write, what is stored stands."""

    TAKEN = "taken"
    KNOWN = "known"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Origin:
    """Where an answer comes from. ``revision``: a stored answer's own, or the one that a posted one knew of."""

    revision: int = 0
    writer: str = ""
    sequence: int = 0


def judge(stored: Origin, posted: Origin, *, same: bool) -> Verdict:
    """Return what becomes of a posted answer.

    :param same: whether both say the same. An answer of a writer is written down all the same when it knows the stored
        revision, so that what it has overtaken is told later.
    """
    if posted.writer and posted.writer == stored.writer:
        return Verdict.TAKEN if posted.sequence > stored.sequence else Verdict.KNOWN
    if same and not posted.writer:
        return Verdict.KNOWN
    if posted.revision == stored.revision:
        return Verdict.TAKEN
    return Verdict.KNOWN if same else Verdict.CONFLICT


def believable_seconds(claimed: int, stored: int, started_at: datetime, at: datetime) -> int:
    """Return the seconds that a question was in use: never less than before, never more than the attempt has lasted."""
    most = max(0, int((at - started_at).total_seconds()))
    return min(max(claimed, stored), most)
