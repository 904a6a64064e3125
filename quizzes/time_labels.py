"""The words of the event log, for learners and trainers."""

from datetime import datetime
from typing import Any

from core.clock import LOCAL_ZONE, time_text
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from quizzes import events
from quizzes.event_queries import LogLine

#: What an event means, in a sentence; a score knows none of them.
_MEANINGS: dict[str, Any] = {
    events.OFFLINE: _l("The page kept the answers and sent them later."),
    events.EXPIRE: _l("What was saved until then was handed in by the system."),
    events.SIGN_IN: _l("The answers waited on the device until then."),
}


def event_label(line: LogLine) -> Any:
    """Return what happened, in a few words."""
    return events.EVENTS.get(line.kind, line.kind)


def exact_words(moment: datetime) -> str:
    """Return a moment in Vietnam's time to the second: ``09:00:05 ngày 20/11/2026``."""
    local = moment.astimezone(LOCAL_ZONE)
    return _("%(time)s on %(day)s", time=local.strftime("%H:%M:%S"), day=local.strftime("%d/%m/%Y"))


def by_words(line: LogLine, person_id: int, is_mine: bool) -> str:
    """Return who did it. Learners read who gave minutes, not who marked."""
    if line.by_id is None or line.by_id == person_id:
        return ""
    return "" if is_mine and line.kind != events.EXTEND else line.by_name


def event_words(line: LogLine, *, with_reason: bool) -> str:
    """Return the particulars of an event as sentences; empty when there are none.

    :param with_reason: tell why somebody has more time on every quiz; why minutes were given is told anyhow.
    """
    said = [_extension(line, with_reason)] if line.kind == events.EXTEND else []
    if line.questions:
        numbers = ", ".join(map(str, line.questions))
        said.append(ngettext("Question %(numbers)s.", "Questions %(numbers)s.", len(line.questions), numbers=numbers))
    if line.kind in _MEANINGS:
        said.append(str(_MEANINGS[line.kind]))
    if line.told_at is not None:
        said.append(_("The system heard of it at %(time)s.", time=time_text(line.told_at)))
    return " ".join(filter(None, said))


def _extension(line: LogLine, with_reason: bool) -> str:
    """Return what was given, the new deadline, and why."""
    detail = line.detail or {}
    due = time_text(datetime.fromisoformat(detail["due_at"]))
    if "minutes" in detail:
        given = ngettext("%(num)s minute.", "%(num)s minutes.", detail["minutes"])
    else:
        given = _("%(percent)s%% more of the time limit.", percent=detail.get("percent", 0))
        if not with_reason:
            return f"{given} " + _("New deadline: %(time)s.", time=due)
    return f"{given} " + _("New deadline: %(time)s. Reason: %(reason)s", time=due, reason=detail.get("reason", ""))
