"""Withdrawing passes that stand below the pass mark since a correction: only expressly, with a reason."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core import audit
from core.clock import local_day
from core.db import db
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.models import Person
from people.queries import people_visible_to
from quizzes import event_services, events
from quizzes.correction_models import PassWithdrawal
from quizzes.finish_services import settle
from quizzes.hooks import quiz_hooks
from quizzes.models import Attempt, AttemptItem, AttemptStep


def withdraw(attempt_ids: Collection[int], *, reason: str, by: Actor, at: datetime) -> int:
    """Withdraw passes that stand although their score fell below the pass mark, and return how many.

    :raises NotFound: when one of them is of somebody over whom the actor may not decide.
    :raises Conflict: when one of them no longer stands in this way.
    :raises RuleBroken: without a reason.
    """
    if not reason:
        raise RuleBroken(_l("Say why the pass is withdrawn."))
    attempts = db.session.scalars(
        select(Attempt)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.id.in_(attempt_ids), people_visible_to(by, Permission.WITHDRAW_PASSES, local_day(at)))
        .options(joinedload(Attempt.quiz_version, innerjoin=True))
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).all()
    if len(attempts) < len(set(attempt_ids)):
        raise NotFound(_l("This attempt does not exist, or is not for your people."))
    for attempt in attempts:
        _withdraw(attempt, reason, by, at)
    return len(attempts)


def _withdraw(attempt: Attempt, reason: str, by: Actor, at: datetime) -> None:
    if not attempt.pass_kept:
        raise Conflict(_l("One of these passes has been decided about meanwhile."), _l("Look at the list again."))
    db.session.add(
        PassWithdrawal(
            attempt_id=attempt.id, after_step_id=_last_step(attempt.id), reason=reason, by_id=by.person_id, at=at
        )
    )
    db.session.flush()
    settle(attempt)
    db.session.flush()
    event_services.note(attempt.id, events.WITHDRAW, by=by, at=at)
    audit.record("attempt.withdraw_pass", by=by, at=at, about=("attempt", attempt.id), reason=reason)
    for listener in quiz_hooks().on_withdrawn:
        listener(attempt, reason, by, at)


def _last_step(attempt_id: int) -> int:
    """Return the last step of an attempt that decides about a question."""
    wanted = select(func.max(AttemptStep.id)).join(AttemptItem, AttemptItem.id == AttemptStep.item_id)
    decides = AttemptStep.action != "answer"
    return db.session.scalars(wanted.where(AttemptItem.attempt_id == attempt_id, decides)).one() or 0
