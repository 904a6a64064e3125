"""The words for codes that are stored in English. In the reader's language."""

from typing import Any

from core.i18n import lazy_gettext as _l
from training.rules import Kind

#: Categories of exemption; the keys are stored in ``Exemption.category``.
EXEMPTION_CATEGORIES: dict[str, Any] = {
    "maternity": _l("Maternity leave"),
    "illness": _l("Long illness"),
    "secondment": _l("Secondment"),
    "study": _l("Study away from work"),
    "near_retirement": _l("Near retirement"),
    "other": _l("Other reason"),
}

#: How a standing looks and what it is called: kind of ``status`` in pages, and its word.
STANDINGS: dict[Kind, tuple[str, Any]] = {
    Kind.NOT_OPEN: ("locked", _l("Not open yet")),
    Kind.NOT_STARTED: ("todo", _l("Not started")),
    Kind.IN_PROGRESS: ("progress", _l("In progress")),
    Kind.DONE: ("done", _l("Completed")),
    Kind.DONE_LATE: ("done", _l("Completed late")),
    Kind.OVERDUE: ("overdue", _l("Overdue")),
    Kind.EXEMPT: ("exempt", _l("Exempt")),
    Kind.NO_LONGER_REQUIRED: ("archived", _l("No longer required")),
}

#: The same for the states in which a cycle's obligations are counted (``training.cycle_queries.state_on``).
STATES: dict[str, tuple[str, Any]] = {
    "open": ("progress", _l("Not completed yet")),
    "overdue": ("overdue", _l("Overdue")),
    "done": ("done", _l("Completed")),
    "late": ("done", _l("Completed late")),
    "exempt": ("exempt", _l("Exempt")),
    "left": ("archived", _l("No longer required")),
}

#: The same for a cycle (``training.rules.cycle_state``).
CYCLE_STATES: dict[str, tuple[str, Any]] = {
    "draft": ("draft", _l("Draft")),
    "announced": ("soon", _l("Opens soon")),
    "running": ("open", _l("Open now")),
    "past_due": ("overdue", _l("Past its due date")),
    "closed": ("archived", _l("Closed")),
}
