"""Answer files: what a page could not send, handed in as a file. docs/attempts.md says what rule and person decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import audit, files
from core.clock import local_day
from core.db import db
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.services import ensure_in_unit
from quizzes import answer_file_queries, answer_services, correction_queries, event_services, queries
from quizzes.answer_file_changes import FileChange
from quizzes.answer_services import TypedAnswer
from quizzes.behaviour import COUNTS_FOR_NOTHING, Ending, Phase, phase
from quizzes.correction_models import Correction
from quizzes.corrections import Remedy
from quizzes.events import DECIDE_FILE, HAND_IN_FILE
from quizzes.finish_services import correction_step, resettle
from quizzes.kinds import kind_of
from quizzes.marking_models import MarkingTask
from quizzes.models import Attempt, AttemptStep
from quizzes.result_queries import key_readable_since, reveals_of
from quizzes.scoring import mark_of

#: After the end a file is taken so long, for a person to decide.
TAKEN_FOR = timedelta(hours=24)
MOST_FILES = 5
_TO_CHANGE = (
    select(Attempt)
    .options(joinedload(Attempt.quiz_version, innerjoin=True))
    .with_for_update(of=Attempt)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class HandedIn:
    """What became of a file: how many answers count, how many do not, or that a person decides."""

    kept: int = 0
    left: int = 0
    waits: bool = False


def hand_in(
    attempt_id: int, saves: Sequence[Mapping[int, TypedAnswer]], data: bytes, *, by: Actor, at: datetime
) -> HandedIn:
    """Save what a file holds as if its page had sent it now; after the end, keep the file for a person to decide.

    :param saves: the answers of the file, save by save in their order.  :param data: the file itself.
    :raises NotFound: when the attempt is not the actor's.  :raises RuleBroken: when it comes too late or too often.
    """
    own = _TO_CHANGE.where(Attempt.id == attempt_id, Attempt.person_id == by.person_id)
    attempt = db.session.scalar(own)
    if attempt is None:
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    if answer_file_queries.files_of(attempt_id) >= MOST_FILES:
        raise RuleBroken(_l("Several answer files of this attempt were handed in already."), _l("Tell your trainer."))
    if phase(attempt.due_at, attempt.finished_at, at) in (Phase.OPEN, Phase.LATE):
        done = _merged(attempt_id, saves, by, at)
        event_services.note(attempt_id, HAND_IN_FILE, by=by, at=at, detail={"kept": done.kept, "left": done.left})
        return done
    refused = refusal(attempt, at)
    if refused is not None:
        raise refused
    event_services.note(attempt_id, HAND_IN_FILE, by=by, at=at, detail={"file": files.put(data).key})
    return HandedIn(waits=True)


def refusal(attempt: Attempt, at: datetime) -> RuleBroken | None:
    """Return why no file of an attempt that has ended is taken now; None when one is. One query at most."""
    if attempt.occasion in COUNTS_FOR_NOTHING:
        return RuleBroken(_l("This attempt counts for nothing; no answer file is taken for it."))
    if at > _ended_at(attempt) + TAKEN_FOR:
        late = _l("This attempt ended more than 24 hours ago; its answer file is no longer taken.")
        return RuleBroken(late, _l("Tell your trainer."))
    if attempt.finish_reason == Ending.SUBMITTED and reveals_of([attempt], at)[attempt.id].key:
        read = _l("You handed this attempt in and can read its key by now; an answer file is no longer taken.")
        return RuleBroken(read, _l("Tell your trainer."))
    return None


def taken_until(attempt: Attempt) -> datetime:
    """Return until when at most a file of an attempt that has ended is taken (see :func:`refusal`). One query."""
    since = key_readable_since(attempt) if attempt.finish_reason == Ending.SUBMITTED else None
    return min(filter(None, (_ended_at(attempt) + TAKEN_FOR, since)))


def _ended_at(attempt: Attempt) -> datetime:
    """Return when an attempt ended; one that nobody has closed yet ended at its deadline."""
    ended_at = attempt.finished_at or attempt.due_at
    assert ended_at is not None
    return ended_at


def _merged(attempt_id: int, saves: Sequence[Mapping[int, TypedAnswer]], by: Actor, at: datetime) -> HandedIn:
    left: set[int] = set()
    seen: set[int] = set()
    for answers in saves:
        outcome = answer_services.save(attempt_id, answers, by=by, at=at)
        seen |= answers.keys()
        left = (left - answers.keys()) | outcome.conflicts.keys() | outcome.refused
    return HandedIn(len(seen - left), len(left))


def decide(
    event_id: int, changes: Sequence[FileChange] | None, accept: bool, reason: str, *, by: Actor, at: datetime
) -> Attempt:
    """Let a person decide about a file that came after the end. What is accepted is appended and marked; a pass stays.

    :param changes: what the file says, from ``answer_file_changes.changes``; None when it can't be opened any more.
    :raises NotAllowed: when the quiz is of another unit.  :raises Conflict: when it was decided already.
    :raises RuleBroken: when it is the actor's own attempt, an answer has been marked by hand meanwhile,
        or a file is to be accepted that can't be opened.
    """
    event = answer_file_queries.file_event(event_id)
    attempt = db.session.scalars(_TO_CHANGE.where(Attempt.id == event.attempt_id)).one()
    ensure_in_unit(by, Permission.MARK, queries.quiz(attempt.quiz_id).unit_id, on=local_day(at))
    if attempt.person_id == by.person_id:
        raise RuleBroken(_l("Nobody decides about their own answers."), _l("Ask another trainer."))
    if attempt.finished_at is None:
        raise RuleBroken(_l("This attempt has not ended yet."), _l("Come back when it has."))
    if answer_file_queries.is_decided(event):
        raise Conflict(_l("This file has been decided already."))
    if accept:
        if changes is None:
            raise RuleBroken(_l("This file can't be opened any more."), _l("Refuse the file."))
        _take([change for change in changes if change.counts], attempt, reason, by, at)
        resettle(attempt.id, by=by, at=at)
    detail = {"of": event_id, "accepted": accept, "reason": reason}
    event_services.note(attempt.id, DECIDE_FILE, by=by, at=at, detail=detail)
    audit.record(
        "attempt.decide_answer_file",
        by=by, at=at, about=("attempt", attempt.id), reason=reason,
        detail={"file": event.detail["file"], "accepted": accept},
    )  # fmt: skip
    return attempt


def _take(changes: Sequence[FileChange], attempt: Attempt, reason: str, by: Actor, at: datetime) -> None:
    """Append answers that came in a file. What a correction has decided meanwhile holds for them too, as at the end."""
    corrected = correction_queries.remedies_for([change.question_version_id for change in changes])
    decisions = [
        (change, _decision(change, *corrected.get(change.question_version_id, (None, None)))) for change in changes
    ]
    # What loses points comes first: in between, nothing must look like a pass that was neither there nor comes out.
    for change, decision in sorted(decisions, key=lambda pair: (pair[1].get("mark") or 0) - (pair[0].mark or 0)):
        _append(attempt, change, decision, reason, by, at)


def _decision(change: FileChange, correction: Correction | None, remedy: Remedy | None) -> dict[str, Any]:
    """Return what the step says that judges an answer; nothing when a person must mark it."""
    if correction is not None and remedy is not None and remedy.applies_to(change.response):
        return correction_step(correction, remedy, change)
    kind = kind_of(change.kind)
    share = kind.grade(kind.parse(change.spec), change.response)
    return {} if share is None else {"action": "mark", "mark": mark_of(share, change.points)}


def _append(
    attempt: Attempt, change: FileChange, decision: dict[str, Any], reason: str, by: Actor, at: datetime
) -> None:
    """Append an answer that came in a file and what decides about it, or the task of marking it."""
    common = {
        "item_id": change.item_id, "by_id": by.person_id, "question_version_id": change.question_version_id,
        "reason": reason, "at": at,
    }  # fmt: skip
    db.session.add(AttemptStep(**common, number=change.steps + 1, action="answer", response=change.response, late=True))
    if decision:
        db.session.add(AttemptStep(**{**common, **decision}, number=change.steps + 2))
        return
    task = db.session.get(MarkingTask, change.item_id)
    if task is None:
        db.session.add(
            MarkingTask(
                item_id=change.item_id,
                quiz_id=attempt.quiz_id,
                question_version_id=change.question_version_id,
                since=at,
            )
        )
    elif task.state != "waiting":
        raise RuleBroken(
            _l("A question that the file answers has been marked by hand already."), _l("Refuse the file.")
        )
