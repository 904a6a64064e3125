"""What the learner's pages show, put together from queries; frozen values, so that a template asks for nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import local_day, time_text
from core.errors import DomainError, NotAllowed, NotFound
from people.access import Actor, Permission
from people.queries import may_in_unit
from quizzes import behaviour, queries
from quizzes.answer_services import SaveOutcome
from quizzes.behaviour import PREVIEW
from quizzes.hooks import quiz_hooks
from quizzes.models import Attempt, Quiz, QuizVersion
from quizzes.queries import ItemView


@dataclass(frozen=True)
class QuizPage:
    """A quiz before an attempt: its rules, what was done so far, and whether another attempt may begin."""

    quiz_id: int
    version: QuizVersion
    question_count: int
    open_attempt: Attempt | None
    earlier: Sequence[Attempt]
    attempts_left: int | None
    #: Why no attempt may begin: the domain error that the finder of occasions raised.
    locked: DomainError | None
    may_preview: bool

    @property
    def may_start(self) -> bool:
        """Tell whether an attempt may begin or go on."""
        return self.locked is None and (self.open_attempt is not None or self.attempts_left != 0)

    @property
    def may_try(self) -> bool:
        """Tell whether a trainer may try the quiz; not in the middle of an attempt that counts."""
        return self.may_preview and (self.open_attempt is None or is_preview(self.open_attempt))


@dataclass(frozen=True)
class ConflictView:
    """A question that was answered elsewhere since: what is stored, and what this page had."""

    number: int
    prompt_html: str
    stored: str
    typed: str


def quiz_page(quiz_id: int, *, by: Actor, at: datetime) -> QuizPage:
    """Return the page of a quiz for somebody who is to take it, took it, or teaches it.

    :raises NotFound: or NotAllowed, when it is none of these.
    """
    quiz = queries.quiz(quiz_id)
    attempts = queries.attempts_of(by.person_id, quiz_id) if by.person_id else []
    may_preview = may_in_unit(by, Permission.AUTHOR, quiz.unit_id, local_day(at))
    locked: DomainError | None = None
    made, version_id = 0, None
    try:
        occasion = quiz_hooks().find_occasion(by, quiz_id, local_day(at))
        version_id = occasion.quiz_version_id
        made = sum(attempt.occasion == occasion.key for attempt in attempts)
    except (NotAllowed, NotFound) as error:
        if not attempts and not may_preview:
            raise
        locked = error
    except DomainError as error:
        locked = error
    version = queries.quiz_version(_version_id(quiz, version_id, attempts))
    return QuizPage(
        quiz_id=quiz_id,
        version=version,
        question_count=queries.question_count(version.id),
        open_attempt=next((attempt for attempt in attempts if attempt.finished_at is None), None),
        earlier=[attempt for attempt in attempts if attempt.finished_at is not None],
        attempts_left=behaviour.attempts_left(version.attempts_allowed, made),
        locked=locked,
        may_preview=may_preview,
    )


def _version_id(quiz: Quiz, of_occasion: int | None, attempts: Sequence[Attempt]) -> int:
    """Return the version to describe: of the occasion, else the latest published, else that of the last attempt."""
    found = of_occasion or queries.latest_published_version_id(quiz.id)
    found = found or (attempts[0].quiz_version_id if attempts else None)
    if found is None:
        raise NotFound
    return found


def may_see_result(attempt: Attempt, *, by: Actor, at: datetime) -> bool:
    """Tell whether the actor may read a result: their own, or as one who looks at attempts of the quiz's unit."""
    if attempt.person_id == by.person_id:
        return True
    unit_id = queries.quiz(attempt.quiz_id).unit_id
    return by.may(Permission.VIEW_ATTEMPTS) and may_in_unit(by, Permission.VIEW_ATTEMPTS, unit_id, local_day(at))


def conflict_views(items: Sequence[ItemView], outcome: SaveOutcome) -> list[ConflictView]:
    """Return the questions in conflict, with both answers in words."""
    return [
        ConflictView(item.number, item.prompt_html, dispute.stored, dispute.typed)
        for item in items
        if (dispute := outcome.conflicts.get(item.item_id))
    ]


def saved_json(outcome: SaveOutcome, *, at: datetime) -> dict[str, Any]:
    """Return what the page's script needs after a save. Never a word about what is right."""
    return {
        "phase": outcome.phase,
        "seconds_left": behaviour.seconds_left(outcome.due_at, at),
        "time": milliseconds(at),
        "saved_at": time_text(at),
        "page": outcome.page,
        "answers": {
            item_id: {"revision": stored.revision, "sequence": stored.sequence, **vars(outcome.shown[item_id])}
            for item_id, stored in outcome.stored.items()
        },
        "conflicts": sorted(outcome.conflicts),
        "refused": sorted(outcome.refused),
    }


def state_json(attempt: Attempt, items: Sequence[ItemView], *, at: datetime, csrf_token: str) -> dict[str, Any]:
    """Return where an attempt stands, for a page that was cut off for a while."""
    return {
        "phase": behaviour.phase(attempt.due_at, attempt.finished_at, at),
        "seconds_left": behaviour.seconds_left(attempt.due_at, at),
        "time": milliseconds(at),
        "page": attempt.page,
        "csrf_token": csrf_token,
        "answers": {
            item.item_id: {
                "revision": item.revision,
                "sequence": item.sequence,
                "fields": item.asked.fields,
                "answered": item.answered,
            }
            for item in items
        },
    }


def milliseconds(at: datetime) -> int:
    """Return a moment as a script counts it: whole milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def is_preview(attempt: Attempt) -> bool:
    """Tell whether an attempt is a trainer's trial that counts for nothing."""
    return attempt.occasion == PREVIEW
