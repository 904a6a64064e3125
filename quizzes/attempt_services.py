"""What can be done in an attempt: start it, save answers, finish it. Steps are facts; ``settle`` draws the sum."""

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from core.clock import local_day
from core.db import db
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import SYSTEM, Actor, Permission
from people.services import ensure_in_unit
from quizzes import behaviour, queries
from quizzes.behaviour import PREVIEW, DrawnItem, Ending
from quizzes.hooks import Occasion, quiz_hooks
from quizzes.kinds import kind_of
from quizzes.models import Attempt, AttemptDraft, AttemptItem, AttemptStep, QuestionVersion, QuizVersion
from quizzes.scoring import mark_of, result_of

_ITEMS, _STEPS = (cast(Table, model.__table__) for model in (AttemptItem, AttemptStep))


def start(quiz_id: int, *, by: Actor, at: datetime, rng: random.Random, preview: bool = False) -> Attempt:
    """Begin an attempt, or return the one that is open.

    :param rng: where the draw and the order of options come from.
    :raises RuleBroken: when no attempt is left, or whatever the finder of occasions raises.
    """
    if by.person_id is None:
        raise NotAllowed(_l("A quiz is taken by a person."))
    occasion = _preview_of(quiz_id, by, at) if preview else quiz_hooks().find_occasion(by, quiz_id, local_day(at))
    earlier = queries.open_attempt(by.person_id, quiz_id)
    if earlier is not None:
        if earlier.occasion == occasion.key and not behaviour.is_over(earlier.due_at, at):
            return earlier
        if preview and not behaviour.is_over(earlier.due_at, at):
            raise RuleBroken(_l("You have an open attempt that counts."), _l("Finish it before you try the quiz."))
        finish(earlier.id, by=SYSTEM, at=at, asked=Ending.EXPIRED)
    version = queries.quiz_version(occasion.quiz_version_id)
    made = queries.attempts_made(by.person_id, quiz_id, occasion.key)
    if occasion.key != PREVIEW and not behaviour.may_start(version.attempts_allowed, made):
        raise RuleBroken(
            _l("You have used all attempts at this quiz."), _l("Ask your personnel officer what can be done.")
        )
    return _insert_attempt(version, occasion, made + 1, person_id=by.person_id, at=at, rng=rng)


def _preview_of(quiz_id: int, by: Actor, at: datetime) -> Occasion:
    """Return the occasion on which a trainer tries the latest published version of a quiz of their unit."""
    ensure_in_unit(by, Permission.AUTHOR, queries.quiz(quiz_id).unit_id, on=local_day(at))
    version_id = queries.latest_published_version_id(quiz_id)
    if version_id is None:
        raise RuleBroken(_l("This quiz has not been published yet."), _l("Publish it, then try it."))
    return Occasion(PREVIEW, version_id)


def _insert_attempt(
    version: QuizVersion, occasion: Occasion, number: int, *, person_id: int, at: datetime, rng: random.Random
) -> Attempt:
    items = behaviour.draw(
        queries.pool_sections(version.id),
        shuffle_questions=version.shuffle_questions,
        rng=rng,
    )
    if not items:
        raise RuleBroken(_l("This quiz has no questions yet."), _l("Tell the trainer who made it."))
    attempt = Attempt(
        quiz_id=version.quiz_id,
        quiz_version_id=version.id,
        person_id=person_id,
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
        return _started_elsewhere(person_id, version.quiz_id)
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


def _started_elsewhere(person_id: int, quiz_id: int) -> Attempt:
    existing = queries.open_attempt(person_id, quiz_id)
    if existing is None:
        raise Conflict(_l("This quiz was begun in another window."), _l("Open the quiz again to see where it stands."))
    return existing


def finish(attempt_id: int, *, by: Actor, at: datetime, asked: Ending = Ending.SUBMITTED) -> Attempt:
    """End an attempt: keep the answers, mark them, and tell who listens. A finished attempt is returned as it is.

    :param by: its person, or the system when the time is up.
    :raises NotFound: when the attempt is not the actor's.
    """
    attempt = _locked(attempt_id, by)
    if attempt.finished_at is not None:
        return attempt
    db.session.execute(insert(_STEPS), list(_closing_steps(attempt_id, by, at)))
    db.session.execute(
        delete(AttemptDraft).where(
            AttemptDraft.item_id.in_(select(AttemptItem.id).where(AttemptItem.attempt_id == attempt_id))
        ),
        execution_options={"synchronize_session": False},
    )
    settle(attempt)
    attempt.finished_at, attempt.finish_reason = behaviour.ending(attempt.due_at, at, asked=asked)
    db.session.flush()
    if attempt.occasion != PREVIEW:
        for listener in quiz_hooks().on_finished:
            listener(attempt, by, at)
    return attempt


def _locked(attempt_id: int, by: Actor) -> Attempt:
    """Return the attempt for a change; whoever comes second waits and then sees what the first has done."""
    wanted = select(Attempt).where(Attempt.id == attempt_id)
    if not by.is_system:
        wanted = wanted.where(Attempt.person_id == by.person_id)
    attempt = db.session.scalar(
        wanted.options(joinedload(Attempt.quiz_version, innerjoin=True))
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    )
    if attempt is None:
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    return attempt


def _closing_steps(attempt_id: int, by: Actor, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the steps that end an attempt: the answer as it was saved last, then its mark."""
    rows = db.session.execute(
        select(
            AttemptItem.id,
            AttemptItem.points,
            AttemptItem.question_version_id,
            QuestionVersion.kind,
            QuestionVersion.spec,
            AttemptDraft.response,
            AttemptDraft.saved_at,
        )
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .outerjoin(AttemptDraft, AttemptDraft.item_id == AttemptItem.id)
        .where(AttemptItem.attempt_id == attempt_id)
    )
    for row in rows:
        kind = kind_of(row.kind)
        share = kind.grade(kind.parse(row.spec), row.response)
        step = {"item_id": row.id, "by_id": by.person_id, "question_version_id": row.question_version_id, "reason": ""}
        if row.response is not None:
            yield step | {"number": 1, "action": "answer", "at": row.saved_at, "response": row.response, "mark": None}
        if share is not None:
            mark = mark_of(share, row.points)
            number = 1 if row.response is None else 2
            yield step | {"number": number, "action": "mark", "at": at, "response": None, "mark": mark}


def settle(attempt: Attempt) -> None:
    """Write what the steps of an attempt come to. Nothing else writes its points, score and verdict."""
    found = queries.outcomes(attempt.id)
    item_ids = db.session.scalars(select(AttemptItem.id).where(AttemptItem.attempt_id == attempt.id))
    marks = [found[item_id].mark if item_id in found else None for item_id in item_ids]
    result = result_of(marks, attempt.max_points, attempt.quiz_version.pass_score)
    attempt.points, attempt.score, attempt.passed = result.points, result.score, result.passed
