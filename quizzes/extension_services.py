"""Giving time to attempts under way: minutes of an outage to one or to all, and a new accommodation."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, insert, select, update

from core import audit
from core.clock import local_day
from core.db import db, table_of
from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import Actor
from people.models import Person, Posting
from people.person_queries import NamedRow
from people.queries import in_force, units_below
from quizzes import time_queries
from quizzes.behaviour import PREVIEW
from quizzes.events import EXTEND
from quizzes.models import Attempt, QuizVersion
from quizzes.time_models import AttemptEvent, AttemptExtension
from quizzes.time_rules import MOST_MINUTES, Timed

_ATTEMPTS, _EVENTS, _EXTENSIONS = map(table_of, (Attempt, AttemptEvent, AttemptExtension))
BATCH = re.compile(r"[a-z0-9]{16,32}", re.ASCII)


@dataclass(frozen=True)
class Gift:
    """Minutes to give back, why, and the mark of the form: what is sent twice with one mark gives once.

    ``past_close``: they count past the closing time of the quiz too.
    """

    minutes: int
    reason: str
    batch: str
    past_close: bool = False


@dataclass(frozen=True)
class GivenBack:
    """What became of a gift: how many attempts got it, and how many did not because the quiz closes."""

    attempts: int
    held_back: int = 0
    #: Whether the same form had been sent before; nothing was given this time.
    repeated: bool = False


@dataclass(frozen=True)
class _Moved:
    """An attempt with its new deadline."""

    attempt_id: int
    due_at: datetime


def give_back(
    quiz_id: int,
    gift: Gift,
    *,
    attempt_id: int | None = None,
    unit_id: int | None = None,
    by: Actor,
    at: datetime,
) -> GivenBack:
    """Give minutes to the attempts under way at a quiz: of all people that the actor may give time to, of those in a
    unit and below it, or to one attempt. What is over stays over. Five statements for any number of attempts.

    What goes to everybody goes to the giver too, and the audit entry says so; nobody gives to themselves alone.

    :raises NotFound: when the quiz is none of the actor's people.
    :raises RuleBroken: when no form of ours gives such minutes, or nobody but the actor would get them.
    """
    if not 1 <= gift.minutes <= MOST_MINUTES or not BATCH.fullmatch(gift.batch):
        raise RuleBroken(_l("The form is not one of ours."), _l("Reload the page and choose again."))
    today = local_day(at)
    quiz = time_queries.quiz_for(by, quiz_id, today)
    wanted = [Attempt.quiz_id == quiz.id, time_queries.people_at(quiz, by, today)]
    if attempt_id is not None:
        wanted.append(Attempt.id == attempt_id)
    if unit_id is not None:
        wanted.append(_posted_below(unit_id, at))
    rows = _under_way(wanted, at)
    if before := _given_before(gift.batch):
        return GivenBack(before, repeated=True)
    is_own = [row.person_id == by.person_id for row in rows]
    if rows and all(is_own):
        raise given_to_oneself()
    moved = _moved(rows, minutes=gift.minutes, past_close=gift.minutes if gift.past_close else 0)
    if moved:
        row = {name: getattr(gift, name) for name in ("minutes", "past_close", "batch", "reason")}
        row |= {"by_id": by.person_id, "at": at}
        db.session.execute(insert(_EXTENSIONS), [{"attempt_id": one.attempt_id, **row} for one in moved])
    _write(moved, {"minutes": gift.minutes, "reason": gift.reason}, by=by, at=at)
    audit.record(
        "time.give_back",
        by=by,
        at=at,
        about=("quiz", quiz.id),
        reason=gift.reason,
        detail={
            "minutes": gift.minutes, "past_close": gift.past_close, "attempts": len(moved),
            "attempt": attempt_id, "unit": unit_id, "own": any(is_own),
        },
    )  # fmt: skip
    return GivenBack(len(moved), held_back=len(rows) - len(moved))


def raise_percent(person_id: int, percent: int, *, reason: str, by: Actor, at: datetime) -> int:
    """Give the attempts under way of a person more percent of their time limit; return how many got more time."""
    rows = _under_way([Attempt.person_id == person_id, Attempt.extra_percent < percent], at)
    moved = _moved(rows, percent=percent)
    if moved:
        db.session.execute(
            update(Attempt).where(Attempt.id.in_([one.attempt_id for one in moved])).values(extra_percent=percent)
        )
    _write(moved, {"percent": percent, "reason": reason}, by=by, at=at)
    return len(moved)


def given_to_oneself() -> RuleBroken:
    """Return the error for who gives time or attempts to themselves."""
    return RuleBroken(
        _l("You can't give time or attempts to yourself."), _l("Ask another trainer or personnel officer to decide.")
    )


def _posted_below(unit_id: int, at: datetime) -> ColumnElement[bool]:
    """Return the condition on ``Person`` that they work in a unit or below it."""
    on = local_day(at)
    below = select(units_below([unit_id], on).c.unit_id)
    return (
        select(Posting.id)
        .where(Posting.person_id == Person.id, in_force(Posting, on), Posting.unit_id.in_(below))
        .exists()
    )


def _under_way(wanted: Iterable[ColumnElement[bool]], at: datetime) -> Sequence[NamedRow]:
    """Return attempts under way with what their deadlines follow from, locked in one order.

    Whoever closes or answers them at the same time comes before or after.
    """
    return db.session.execute(
        select(
            Attempt.id,
            Attempt.person_id,
            Attempt.quiz_id,
            Attempt.started_at,
            Attempt.due_at,
            Attempt.extra_percent,
            Attempt.extra_minutes,
            QuizVersion.time_limit_minutes,
            QuizVersion.closes_at,
        )
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(
            time_queries.under_way(at),
            Attempt.due_at.is_not(None),
            Attempt.occasion != PREVIEW,
            *wanted,
        )
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
    ).all()


def _given_before(batch: str) -> int:
    """Return to how many attempts the form with this mark has given minutes."""
    return db.session.scalar(select(func.count()).where(_EXTENSIONS.c.batch == batch)) or 0


def _moved(
    rows: Sequence[NamedRow], *, minutes: int = 0, past_close: int = 0, percent: int | None = None
) -> list[_Moved]:
    """Return the attempts whose deadline moves, with the new one. One query."""
    before = _given_back_at({row.quiz_id for row in rows})
    moved = []
    for row in rows:
        given, beyond = before.get(row.id, (0, 0))
        timed = Timed(
            started_at=row.started_at,
            limit_minutes=row.time_limit_minutes,
            closes_at=row.closes_at,
            extra_percent=row.extra_percent if percent is None else percent,
            extra_minutes=row.extra_minutes,
            given_back=given + minutes,
            past_close=beyond + past_close,
        )
        if timed.due_at is not None and timed.due_at > row.due_at:
            moved.append(_Moved(row.id, timed.due_at))
    return moved


def _given_back_at(quiz_ids: set[int]) -> dict[int, tuple[int, int]]:
    """Return the minutes given so far to attempts under way, in all and past the close."""
    beyond = case((_EXTENSIONS.c.past_close, _EXTENSIONS.c.minutes), else_=0)
    rows = db.session.execute(
        select(
            _EXTENSIONS.c.attempt_id, func.sum(_EXTENSIONS.c.minutes).label("given"), func.sum(beyond).label("beyond")
        )
        .join(_ATTEMPTS, _ATTEMPTS.c.id == _EXTENSIONS.c.attempt_id)
        .where(_ATTEMPTS.c.quiz_id.in_(quiz_ids), _ATTEMPTS.c.finished_at.is_(None))
        .group_by(_EXTENSIONS.c.attempt_id)
    )
    return {row.attempt_id: (row.given, row.beyond) for row in rows}


def _write(moved: Sequence[_Moved], detail: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Store the new deadlines, and tell them in the logs of the attempts."""
    if not moved:
        return
    event = {"at": at, "kind": EXTEND, "by_id": by.person_id, "page": ""}
    db.session.execute(
        insert(_EVENTS),
        [
            {"attempt_id": one.attempt_id, "detail": detail | {"due_at": one.due_at.isoformat()}, **event}
            for one in moved
        ],
    )
    db.session.execute(
        update(_ATTEMPTS).where(_ATTEMPTS.c.id == bindparam("moved")).values(due_at=bindparam("due")),
        [{"moved": one.attempt_id, "due": one.due_at} for one in moved],
    )
