"""Writing down what happens around an attempt."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.db import db
from core.errors import NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import Actor
from quizzes import event_queries
from quizzes.answer_rules import WRITER
from quizzes.behaviour import Phase, phase
from quizzes.events import FROM_PAGE, OPEN
from quizzes.models import Attempt
from quizzes.time_models import AttemptEvent

#: What the pages of one attempt may tell; whatever comes after that changes nothing.
MOST_FROM_PAGES = 200


def note(
    attempt_id: int, kind: str, *, by: Actor, at: datetime, page: str = "", detail: dict[str, Any] | None = None
) -> None:
    """Add an event of ``quizzes.events`` to the log of an attempt, in the transaction of what it is about."""
    db.session.add(
        AttemptEvent(attempt_id=attempt_id, at=at, kind=kind, by_id=by.person_id, page=page, detail=detail or {})
    )


def tell(attempt_id: int, kind: str, page: str, *, seconds_ago: int = 0, by: Actor, at: datetime) -> Attempt:
    """Note what a page of an attempt tells. The page that was opened last is the one that others give way to.

    After the end nothing is noted, nor beyond ``MOST_FROM_PAGES``.

    :param page: the mark of the page.  :param seconds_ago: how long before it happened; a page without network waits.
    :raises NotFound: when the attempt is not the actor's.
    :raises RuleBroken: when no page of ours tells such a thing.
    """
    if kind not in FROM_PAGE or not WRITER.fullmatch(page):
        raise RuleBroken(_l("The form is not one of ours."), _l("Reload the page and choose again."))
    own = select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == by.person_id).with_for_update()
    attempt = db.session.scalar(own.execution_options(populate_existing=True))
    if attempt is None:
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    if phase(attempt.due_at, attempt.finished_at, at) not in (Phase.OPEN, Phase.LATE):
        return attempt
    if kind == OPEN:
        attempt.page = page
    if event_queries.told_by_pages(attempt_id) < MOST_FROM_PAGES:
        note(attempt_id, kind, by=by, at=at, page=page, detail={"seconds_ago": seconds_ago} if seconds_ago else None)
    return attempt
