"""The words for the states of marking, and for why somebody may not mark."""

from typing import Any

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from quizzes.marking import Obstacle, TaskState

#: State: how it looks (``status`` of macros/ui.html) and its words.
TASK_LABELS: dict[str, tuple[str, Any]] = {
    TaskState.WAITING: ("progress", _l("Waits for the first mark")),
    TaskState.SECOND: ("soon", _l("Waits for a second marker")),
    TaskState.DECIDE: ("warning", _l("Two marks differ; waits for a decision")),
    TaskState.DONE: ("done", _l("Marked")),
}
OBSTACLE_LABELS: dict[str, Any] = {
    Obstacle.OWN: _l("This is your own answer. Somebody else marks it."),
    Obstacle.CORRECTED: _l("A correction of the question has decided about this answer."),
    Obstacle.MARKED_BEFORE: _l("You have marked this answer already. The next mark is another person's."),
    Obstacle.DONE: _l("This answer is marked."),
}


def told(state: TaskState) -> str:
    """Return what to tell a marker once their mark or wish is kept."""
    match state:
        case TaskState.SECOND:
            return _("A second marker is asked for. They will not see the first mark.")
        case TaskState.DECIDE:
            return _("Your mark is kept. It differs much from the first one, so a third person decides.")
        case _:
            return _("Your mark is kept.")
