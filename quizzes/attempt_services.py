"""Beginning an attempt: who may, on what occasion, with which questions in which order."""

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.exc import IntegrityError

from core.clock import local_day
from core.db import db
from core.errors import Conflict, NotAllowed, RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import SYSTEM, Actor, Permission
from people.services import ensure_in_unit
from quizzes import behaviour, blueprint, blueprint_queries, queries
from quizzes.behaviour import PREVIEW, Ending
from quizzes.blueprint import DrawnItem
from quizzes.finish_services import finish
from quizzes.hooks import Occasion, quiz_hooks
from quizzes.kinds import kind_of
from quizzes.models import Attempt, AttemptItem, QuizVersion

_ITEMS = cast(Table, AttemptItem.__table__)


def start(quiz_id: int, *, by: Actor, at: datetime, rng: random.Random, preview: bool = False) -> Attempt:
    """Begin an attempt, or return the one that is open.

    :param rng: where the draw and the order of options come from.
    :raises RuleBroken: when no attempt is left, or whatever the finder of occasions raises.
    """
    if by.person_id is None:
        raise NotAllowed(_l("A quiz is taken by a person."))
    occasion = _preview_of(quiz_id, by, at) if preview else quiz_hooks().find_occasion(by, quiz_id, local_day(at))
    attempts = queries.attempts_of(by.person_id, quiz_id)
    earlier = next((attempt for attempt in attempts if attempt.finished_at is None), None)
    if earlier is not None:
        if earlier.occasion == occasion.key and not behaviour.is_over(earlier.due_at, at):
            return earlier
        if preview and not behaviour.is_over(earlier.due_at, at):
            raise RuleBroken(_l("You have an open attempt that counts."), _l("Finish it before you try the quiz."))
        finish(earlier.id, by=SYSTEM, at=at, asked=Ending.EXPIRED)
    version = queries.quiz_version(occasion.quiz_version_id)
    made = sum(attempt.occasion == occasion.key for attempt in attempts)
    if occasion.key != PREVIEW and not behaviour.may_start(version.attempts_allowed, made):
        raise RuleBroken(
            _l("You have used all attempts at this quiz."), _l("Ask your personnel officer what can be done.")
        )
    return _insert_attempt(version, occasion, made + 1, by=by, at=at, rng=rng)


def _preview_of(quiz_id: int, by: Actor, at: datetime) -> Occasion:
    """Return the occasion on which a trainer tries the latest published version of a quiz of their unit."""
    ensure_in_unit(by, Permission.AUTHOR, queries.quiz(quiz_id).unit_id, on=local_day(at))
    version_id = queries.latest_published_version_id(quiz_id)
    if version_id is None:
        raise RuleBroken(_l("This quiz has not been published yet."), _l("Publish it, then try it."))
    return Occasion(PREVIEW, version_id)


def _insert_attempt(
    version: QuizVersion, occasion: Occasion, number: int, *, by: Actor, at: datetime, rng: random.Random
) -> Attempt:
    items = blueprint.draw(
        queries.pool_sections(version.id),
        shuffle_questions=version.shuffle_questions,
        seen=blueprint_queries.seen_before(by.person_id or 0, version.id) if version.avoid_seen else None,
        avoid_seen=version.avoid_seen,
        rng=rng,
    )
    if not items:
        raise RuleBroken(_l("This quiz has no questions yet."), _l("Tell the trainer who made it."))
    attempt = Attempt(
        quiz_id=version.quiz_id,
        quiz_version_id=version.id,
        person_id=by.person_id,
        occasion=occasion.key,
        number=number,
        started_at=at,
        due_at=behaviour.deadline(version.time_limit_minutes, at),
        max_points=sum(item.points for item in items),
    )
    try:
        with db.session.begin_nested():
            db.session.add(attempt)
            db.session.flush()
            db.session.execute(
                insert(_ITEMS), list(_item_rows(attempt.id, items, shuffle=version.shuffle_options, rng=rng))
            )
    except IntegrityError:
        # Two starts at once: the index of open attempts let one through, and that one is the attempt.
        return _started_elsewhere(by, version.quiz_id)
    return attempt


def _item_rows(
    attempt_id: int, items: list[DrawnItem], *, shuffle: bool, rng: random.Random
) -> Iterator[dict[str, Any]]:
    stored = queries.stored_specs(item.question_version_id for item in items)
    for position, item in enumerate(items, start=1):
        kind_name, spec = stored[item.question_version_id]
        kind = kind_of(kind_name)
        yield {
            "attempt_id": attempt_id,
            "position": position,
            "question_version_id": item.question_version_id,
            "points": item.points,
            "option_order": kind.arrange(kind.parse(spec), shuffle=shuffle, rng=rng),
        }


def _started_elsewhere(by: Actor, quiz_id: int) -> Attempt:
    existing = queries.open_attempt(by.person_id or 0, quiz_id)
    if existing is None:
        raise Conflict(_l("This quiz was begun in another window."), _l("Open the quiz again to see where it stands."))
    return existing
