"""The words for attempts under review: states, steps, and the columns of their file."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from core.tables import Cell
from quizzes.review_list_queries import AttemptRow
from quizzes.review_queries import StepLine
from quizzes.scoring import score_text

#: State of an attempt: how it looks (``status`` of macros/ui.html) and its words.
ATTEMPT_STATES: dict[str, tuple[str, Any]] = {
    "open": ("open", _l("Attempt under way")),
    "waiting": ("progress", _l("Waiting for marking")),
    "passed": ("done", _l("Passed")),
    "failed": ("failed", _l("Not passed")),
}
HEADER = (
    _l("No."), _l("Staff code"), _l("Full name"), _l("Attempt"), _l("Version"), _l("Started"), _l("Ended"),
    _l("How it ended"), _l("Score"), _l("Result"), _l("Note"),
)  # fmt: skip
_ENDINGS = {"submitted": _l("Handed in"), "expired": _l("Time was up")}
_STEPS: dict[str, Any] = {
    "answer": _l("Answer kept"),
    "regrade": _l("Corrected"),
    "drop": _l("Question no longer counts"),
}


def state_of(row: AttemptRow) -> str:
    """Return the state of an attempt, a key of ``ATTEMPT_STATES``."""
    if row.finished_at is None:
        return "open"
    if row.passed is None:
        return "waiting"
    return "passed" if row.passed else "failed"


def step_words(step: StepLine) -> Any:
    """Return what a step was."""
    if step.action == "mark":
        return _("Marked by a person") if step.is_by_hand else _("Marked by the rule of the question")
    return _STEPS.get(step.action, step.action)


def duration_words(span: timedelta) -> str:
    """Return a stretch of time in minutes and seconds, ``12 phút 05 giây``."""
    minutes, seconds = divmod(max(0, int(span.total_seconds())), 60)
    if not minutes:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=f"{seconds:02}")


def csv_rows(rows: Iterable[AttemptRow]) -> Iterator[list[Cell]]:
    """Yield attempts as rows of a file, numbered from 1."""
    for number, row in enumerate(rows, start=1):
        yield [
            number,
            row.staff_code,
            row.full_name,
            row.number,
            row.version,
            row.started_at,
            row.finished_at,
            str(_ENDINGS.get(row.finish_reason, "")),
            "" if row.score is None else score_text(row.score),
            str(ATTEMPT_STATES[state_of(row)][1]),
            _("Pass kept although the score fell") if row.pass_kept else "",
        ]
