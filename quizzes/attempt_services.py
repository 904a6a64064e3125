"""Beginning an attempt: who may, on what occasion, with which questions in which order."""

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from core.clock import local_day
from core.db import db, insert_if_new, table_of
from core.errors import Conflict, NotAllowed, RuleBroken
from core.i18n import lazy_gettext as _l
from people import guess_services
from people.access import SYSTEM, Actor, Permission
from people.services import ensure_in_unit
from quizzes import behaviour, blueprint, blueprint_queries, entry_queries, queries, time_queries
from quizzes.behaviour import COUNTS_FOR_NOTHING, PREVIEW, Ending, Phase
from quizzes.blueprint import DrawnItem
from quizzes.finish_services import finish, finish_if_over
from quizzes.gates import deadline
from quizzes.hooks import Occasion
from quizzes.kinds import kind_of
from quizzes.models import Attempt, AttemptItem
from quizzes.take_labels import refused
from quizzes.time_rules import Given

_ITEMS = table_of(AttemptItem)


def start(
    quiz_id: int, *, by: Actor, at: datetime, rng: random.Random, preview: bool = False, typed_code: str = ""
) -> Attempt:
    """Begin an attempt, or return the one that is open.

    :param rng: where the draw and the order of options come from.
    :param typed_code: the access code as typed; asked for at the start alone.
    :raises RuleBroken: when none may begin now, or whatever the finder of occasions raises.
    :raises take_labels.WrongCode: when the code is wrong; the caller notes that with :func:`note_wrong_code`.
    :raises TooMany: when it was wrong too often.
    """
    if by.person_id is None:
        raise NotAllowed(_l("A quiz is taken by a person."))
    attempts = queries.attempts_of(by.person_id, quiz_id)
    earlier = next((attempt for attempt in attempts if attempt.finished_at is None), None)
    if earlier is not None and behaviour.phase(earlier.due_at, earlier.finished_at, at) is Phase.OVER:
        # Before asking for what another one might be: this one may have passed.
        closed = finish_if_over(earlier.id, at=at).finished_at is not None
        earlier = None if closed else earlier
    occasion = _preview_of(quiz_id, by, at) if preview else entry_queries.occasion_of(by, quiz_id, local_day(at))
    if earlier is not None and _goes_on(earlier, occasion):
        return earlier
    if earlier is not None:
        finish(earlier.id, by=SYSTEM, at=at, asked=Ending.EXPIRED)
    version = occasion.version
    if version.access_code and not preview:
        guess_services.check_guesses(_guess(quiz_id, by), at=at)
    given = Given() if occasion.key == PREVIEW else time_queries.given(by.person_id, quiz_id, local_day(at))
    gate = entry_queries.gate_of(
        version, occasion.key, attempts, at=at, typed_code=typed_code, extra_attempts=given.extra_attempts
    )
    if gate.refusal is not None:
        raise refused(gate, version.closes_at)
    made = sum(attempt.occasion == occasion.key for attempt in attempts)
    return _insert_attempt(occasion, made + 1, given, by=by, at=at, rng=rng)


def _goes_on(earlier: Attempt, occasion: Occasion) -> bool:
    """Tell whether an open attempt is the one to go on with; a trial does not push aside one that counts."""
    if occasion.key == PREVIEW and earlier.occasion not in COUNTS_FOR_NOTHING:
        raise RuleBroken(_l("You have an open attempt that counts."), _l("Finish it before you try the quiz."))
    return earlier.occasion == occasion.key


def note_wrong_code(quiz_id: int, *, by: Actor, at: datetime) -> None:
    """Write down that the access code was wrong, in a transaction of its own: the start itself is undone."""
    guess_services.note_wrong_guess(_guess(quiz_id, by), at=at)


def _guess(quiz_id: int, by: Actor) -> str:
    return f"quiz:{quiz_id} person:{by.person_id}"


def turn_page(attempt_id: int, *, left: int, by: Actor) -> None:
    """Note that a page was left in an attempt that goes one way; leaving it again changes nothing."""
    db.session.execute(
        update(Attempt)
        .where(
            Attempt.id == attempt_id,
            Attempt.person_id == by.person_id,
            Attempt.finished_at.is_(None),
            Attempt.reached == left,
        )
        .values(reached=left + 1)
    )


def _preview_of(quiz_id: int, by: Actor, at: datetime) -> Occasion:
    """Return the occasion on which a trainer tries the latest published version of a quiz of their unit."""
    ensure_in_unit(by, Permission.AUTHOR, queries.quiz(quiz_id).unit_id, on=local_day(at))
    version_id = queries.latest_published_version_id(quiz_id)
    if version_id is None:
        raise RuleBroken(_l("This quiz has not been published yet."), _l("Publish it, then try it."))
    return Occasion(PREVIEW, queries.quiz_version(version_id))


def _insert_attempt(
    occasion: Occasion, number: int, given: Given, *, by: Actor, at: datetime, rng: random.Random
) -> Attempt:
    version = occasion.version
    items = blueprint.draw(
        queries.pool_sections(version.id),
        shuffle_questions=version.shuffle_questions,
        seen=blueprint_queries.seen_before(by.person_id or 0, version.id) if version.avoid_seen else None,
        avoid_seen=version.avoid_seen,
        rng=rng,
    )
    if not items:
        raise RuleBroken(_l("This quiz has no questions yet."), _l("Tell the trainer who made it."))
    attempt = db.session.scalar(
        insert_if_new(Attempt)
        .values(
            quiz_id=version.quiz_id,
            quiz_version_id=version.id,
            person_id=by.person_id,
            occasion=occasion.key,
            number=number,
            started_at=at,
            extra_percent=given.extra_percent,
            extra_minutes=given.extra_minutes,
            due_at=deadline(
                version.time_limit_minutes,
                at,
                extra_percent=given.extra_percent,
                extra_minutes=given.extra_minutes,
                closes_at=None if occasion.key == PREVIEW else version.closes_at,
            ),
            max_points=sum(item.points for item in items),
        )
        .returning(Attempt)
    )
    if attempt is None:
        # Two starts at once: the index of open attempts let one through, and that one is the attempt.
        return _started_elsewhere(by, version.quiz_id)
    rows = list(_item_rows(attempt.id, items, shuffle=version.shuffle_options, rng=rng))
    db.session.execute(insert(_ITEMS), rows)
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
