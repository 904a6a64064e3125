"""Marking by hand: taking answers out of the queue, giving marks by the rubric, asking for a second marker."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from core import audit
from core.clock import local_day
from core.db import db
from core.errors import Conflict, DomainError, NotAllowed, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.queries import may_in_unit
from quizzes import event_services, events, marking, marking_queries
from quizzes.finish_services import resettle
from quizzes.marking import Obstacle, TaskState, Verdict
from quizzes.marking_models import Marking, MarkingTask
from quizzes.marking_queries import CriterionLine
from quizzes.models import Attempt, AttemptItem, AttemptStep, QuestionVersion, Quiz

#: Characters of a comment for the learner.
MAX_COMMENT = 5_000


class MarkedMeanwhile(Conflict):
    """Raised when somebody else marked the answer after the page of this mark was opened."""


class AnswerChanged(Conflict):
    """Raised when an answer file brought another answer after the page of this mark was opened."""


def refused(obstacle: Obstacle) -> DomainError:
    """Return the error that says why somebody may not mark an answer."""
    match obstacle:
        case Obstacle.OWN:
            return NotAllowed(_l("This is your own answer."), _l("Somebody else marks it."))
        case Obstacle.MARKED_BEFORE:
            return NotAllowed(_l("You have marked this answer already."), _l("The next mark is another person's."))
        case Obstacle.CORRECTED:
            return RuleBroken(_l("A correction of the question has decided about this answer."))
        case Obstacle.DONE:
            return MarkedMeanwhile(_l("Somebody else has marked this answer meanwhile."))


def claim_next(quiz_id: int, question_version_id: int | None, *, by: Actor, at: datetime) -> int | None:
    """Keep the next answer of a quiz for the actor, and return its item; None when none is left for them.

    :param question_version_id: only answers to this one; None takes any.
    :raises NotFound: when the quiz belongs to another unit.
    """
    marking_queries.quiz_title(quiz_id, by, local_day(at))
    wanted = marking_queries.next_task(quiz_id, question_version_id, by, at)
    item_id = db.session.scalar(wanted.with_for_update(of=MarkingTask, skip_locked=True))
    if item_id is None:
        return None
    _keep(db.session.get_one(MarkingTask, item_id), by, at)
    return item_id


def claim(item_id: int, *, by: Actor, at: datetime) -> None:
    """Keep an answer for the actor for a while, so that two do not mark the same.

    :raises NotFound: when it belongs to a quiz of another unit.
    :raises Conflict: when somebody else has it open or has marked it.
    """
    task, item, attempt = _locked(item_id, by, at)
    _refuse_obstacles(task, attempt, _given(item.id), by)
    if marking.is_held(task.claimed_by_id, task.claimed_at, by=by.person_id, at=at):
        raise Conflict(_l("Somebody else is marking this answer."), _l("Take another one, or come back later."))
    _keep(task, by, at)


def mark(
    item_id: int,
    round_: int,
    criteria: Mapping[str, int],
    *,
    answer_step: int,
    comment: str = "",
    reason: str = "",
    second_reason: str = "",
    by: Actor,
    at: datetime,
) -> TaskState:
    """Give a mark by the rubric, and return where the answer stands now.

    When the marks given decide, the points become a step of the attempt and its result is settled.

    :param round_: the round that the page of this mark was for.
    :param criteria: hundredths of a point by criterion.
    :param answer_step: the number of the step that holds the answer as the marker has read it.
    :param reason: why it was decided so; needed where a third person decides.
    :param second_reason: why the first marker wants a second one before anything counts; empty when not.
    :raises NotFound: when the answer belongs to a quiz of another unit.
    :raises MarkedMeanwhile: when somebody else gave this mark.
    :raises AnswerChanged: when the answer is no longer the one that the marker has read.
    :raises NotAllowed: when it is the actor's own answer, or they marked it before.
    :raises RuleBroken: when the points are not those of the rubric, or the reason is missing.
    """
    task, item, attempt = _locked(item_id, by, at)
    given = _given(item.id)
    if marking.ROUNDS.get(TaskState(task.state)) != round_:
        raise refused(Obstacle.DONE)
    if marking_queries.answer_step(item.id) != answer_step:
        raise AnswerChanged(_l("An answer file has changed this answer meanwhile."))
    _refuse_obstacles(task, attempt, given, by)
    version = db.session.get_one(QuestionVersion, item.question_version_id)
    _check(criteria, marking_queries.rubric_of(version, item.points))
    if round_ == 3 and not reason:
        raise RuleBroken(_l("Write why you decide so."))
    new = Marking(
        item_id=item.id, round=round_, marker_id=by.person_id, at=at, criteria=dict(criteria),
        mark=sum(criteria.values()), comment=comment[:MAX_COMMENT],
    )  # fmt: skip
    db.session.add(new)
    decided = marking.verdict([*given, new], item.points, second_wanted=bool(second_reason))
    if decided.state is TaskState.SECOND:
        task.second_reason, task.second_by_id = second_reason, by.person_id
    _move(task, decided.state, at)
    detail = {"item": item.id, "round": round_, "mark": new.mark, "state": decided.state.value}
    audit.record("attempt.mark", by=by, at=at, about=("attempt", attempt.id), reason=reason, detail=detail)
    if decided.mark is not None:
        _give(item, decided, reason, by, at)
    return decided.state


def ask_second(item_id: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Ask that a second person marks an answer. The points given stay until that decides otherwise.

    :raises NotFound: when the answer belongs to a quiz of another unit.
    :raises RuleBroken: when there is no reason, or the answer does not have exactly one mark.
    """
    task, item, attempt = _locked(item_id, by, at)
    if attempt.person_id == by.person_id:
        raise refused(Obstacle.OWN)
    if not reason:
        raise RuleBroken(_l("Write why a second marker is needed."))
    if task.state != TaskState.DONE or len(_given(item.id)) != 1:
        raise RuleBroken(_l("A second marker can be asked for once, after the first mark."))
    if _is_corrected(task):
        raise refused(Obstacle.CORRECTED)
    task.second_reason, task.second_by_id = reason, by.person_id
    _move(task, TaskState.SECOND, at)
    audit.record(
        "attempt.ask_second_marker",
        by=by,
        at=at,
        about=("attempt", attempt.id),
        reason=reason,
        detail={"item": item.id},
    )


def _locked(item_id: int, by: Actor, at: datetime) -> tuple[MarkingTask, AttemptItem, Attempt]:
    """Return a task with its item and attempt for a change; the attempt first, as everything that settles it does."""
    item = db.session.get(AttemptItem, item_id)
    if item is None:
        raise _nothing()
    attempt = db.session.get_one(Attempt, item.attempt_id, with_for_update=True, populate_existing=True)
    unit_id = db.session.get_one(Quiz, attempt.quiz_id).unit_id
    task = db.session.get(MarkingTask, item_id, with_for_update=True, populate_existing=True)
    if task is None or not may_in_unit(by, Permission.MARK, unit_id, local_day(at)):
        raise _nothing()
    return task, item, attempt


def _nothing() -> NotFound:
    return NotFound(_l("There is no such answer to mark."))


def _given(item_id: int) -> Sequence[Marking]:
    return db.session.scalars(select(Marking).where(Marking.item_id == item_id).order_by(Marking.round)).all()


def _is_corrected(task: MarkingTask) -> bool:
    asked = select(MarkingTask.item_id).where(MarkingTask.item_id == task.item_id, marking_queries.is_corrected())
    return db.session.scalar(asked) is not None


def _refuse_obstacles(task: MarkingTask, attempt: Attempt, given: Sequence[Marking], by: Actor) -> None:
    found = marking.obstacle(
        task.state, by.person_id, learner_id=attempt.person_id, given=given, is_corrected=_is_corrected(task)
    )
    if found is not None:
        raise refused(found)


def _check(criteria: Mapping[str, int], rubric: Sequence[CriterionLine]) -> None:
    if criteria.keys() != {line.key for line in rubric}:
        raise RuleBroken(_l("Give points for every criterion."))
    if any(not 0 <= criteria[line.key] <= line.points for line in rubric):
        raise RuleBroken(_l("A criterion earns no more than it is worth."))


def _keep(task: MarkingTask, by: Actor, at: datetime) -> None:
    task.claimed_by_id, task.claimed_at = by.person_id, at


def _move(task: MarkingTask, state: TaskState, at: datetime) -> None:
    """Let an answer wait for the next marker, or for nobody."""
    task.state, task.since = state, at
    task.claimed_by_id = task.claimed_at = None


def _give(item: AttemptItem, decided: Verdict, reason: str, by: Actor, at: datetime) -> None:
    """Make a mark that was decided a step of the attempt, and settle the attempt by it."""
    last = db.session.scalar(select(func.max(AttemptStep.number)).where(AttemptStep.item_id == item.id)) or 0
    db.session.add(
        AttemptStep(
            item_id=item.id, number=last + 1, action="mark", by_id=by.person_id, at=at, mark=decided.mark,
            criteria=dict(decided.criteria or {}), question_version_id=item.question_version_id, reason=reason,
        )
    )  # fmt: skip
    event_services.note(item.attempt_id, events.MARK, by=by, at=at, detail={"question": item.position})
    resettle(item.attempt_id, by=by, at=at)
