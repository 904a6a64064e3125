"""What markers can ask: what waits for them, and an answer with its rubric. Everything begins with their units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, exists, func, or_, select

from core.clock import local_day
from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.models import Person
from people.queries import units_in_scope
from quizzes import marking
from quizzes.kinds import Response, kind_of
from quizzes.kinds.essay import EssaySpec, rubric
from quizzes.marking import CLAIM, Obstacle, TaskState
from quizzes.marking_models import Marking, MarkingTask
from quizzes.models import Attempt, AttemptItem, AttemptStep, QuestionVersion, Quiz, QuizVersion


@dataclass(frozen=True)
class Queue:
    """Answers that wait, by what they wait for, and the oldest of them. ``mine`` are those the reader may mark now."""

    waiting: int
    second: int
    decide: int
    mine: int
    since: datetime

    @property
    def total(self) -> int:
        """Return how many answers wait."""
        return self.waiting + self.second + self.decide


@dataclass(frozen=True)
class QuizQueue:
    """A quiz with answers that wait."""

    quiz_id: int
    title: str
    queue: Queue


@dataclass(frozen=True)
class QuestionQueue:
    """A question version with answers that wait."""

    question_version_id: int
    prompt_html: str
    queue: Queue


@dataclass(frozen=True)
class CriterionLine:
    """A criterion of the rubric and the most that it can earn, in hundredths of a point."""

    key: str
    text: str
    points: int


@dataclass(frozen=True)
class GivenMark:
    """A mark that was given, and by whom."""

    round: int
    marker_id: int
    marker: str
    at: datetime
    criteria: Mapping[str, int]
    mark: int
    comment: str


@dataclass(frozen=True)
class MarkingAnswer:
    """An answer as its marker sees it. Its learner's name is not in it before it is marked."""

    item_id: int
    attempt_id: int
    quiz_id: int
    quiz_title: str
    question_version_id: int
    prompt_html: str
    kind: str
    #: What the kind's ``judged`` returns: the answer, and a model answer if there is one.
    judged: Any
    #: The number of the step that holds the answer.
    step: int
    points: int
    rubric: Sequence[CriterionLine]
    state: TaskState
    since: datetime
    #: Why the reader may not mark it; None when they may.
    obstacle: Obstacle | None
    #: Whether the reader has it open, and whether somebody else has, and until when.
    is_mine: bool
    held_until: datetime | None
    second_reason: str
    #: The marks that the reader may see: all before a decision and after the end, else only one's own.
    given: Sequence[GivenMark]
    learner: str
    #: Whether points have been given.
    is_marked: bool

    @property
    def round(self) -> int:
        """Return the round that it waits for, 0 when it is done."""
        return marking.ROUNDS.get(self.state, 0)


def quiz_queues(by: Actor, at: datetime) -> list[QuizQueue]:
    """Return the quizzes with answers that wait, the longest waiting first. One query."""
    title = (
        select(QuizVersion.title)
        .where(QuizVersion.quiz_id == Quiz.id, QuizVersion.published_at.is_not(None))
        .order_by(QuizVersion.number.desc())
        .limit(1)
        .correlate(Quiz)
        .scalar_subquery()
    )
    asked = _open_tasks(select(Quiz.id, title.label("title"), *_counts(by, at)), by, local_day(at))
    rows = db.session.execute(asked.group_by(Quiz.id).order_by(func.min(MarkingTask.since), Quiz.id))
    return [QuizQueue(row.id, row.title, _queue(row)) for row in rows]


def question_queues(quiz_id: int, by: Actor, at: datetime) -> list[QuestionQueue]:
    """Return the questions of a quiz with answers that wait, the longest waiting first. One query."""
    asked = select(MarkingTask.question_version_id, QuestionVersion.prompt_html, *_counts(by, at))
    rows = db.session.execute(
        _open_tasks(asked, by, local_day(at))
        .join(QuestionVersion, QuestionVersion.id == MarkingTask.question_version_id)
        .where(MarkingTask.quiz_id == quiz_id)
        .group_by(MarkingTask.question_version_id, QuestionVersion.prompt_html)
        .order_by(func.min(MarkingTask.since), MarkingTask.question_version_id)
    )
    return [QuestionQueue(row.question_version_id, row.prompt_html, _queue(row)) for row in rows]


def quiz_title(quiz_id: int, by: Actor, on: date) -> str:
    """Return the title of a quiz for which the actor marks.

    :raises NotFound: when there is none, or it belongs to another unit.
    """
    found = db.session.scalar(
        select(QuizVersion.title)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(Quiz.id == quiz_id, Quiz.unit_id.in_(units_in_scope(by, Permission.MARK, on)))
        .order_by(QuizVersion.published_at.is_(None), QuizVersion.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound(_l("There is no such quiz."))
    return found


def next_task(quiz_id: int, question_version_id: int | None, by: Actor, at: datetime) -> Select[int]:
    """Return a select of the answer that the actor should mark next: one they have open, else the longest waiting.

    Question by question, so that one rubric is applied to all answers in a row.
    """
    asked = _open_tasks(select(MarkingTask.item_id), by, local_day(at)).where(
        MarkingTask.quiz_id == quiz_id, _markable(by, at)
    )
    if question_version_id is not None:
        asked = asked.where(MarkingTask.question_version_id == question_version_id)
    own_first = case((MarkingTask.claimed_by_id == by.person_id, 0), else_=1)
    return asked.order_by(own_first, MarkingTask.question_version_id, MarkingTask.since, MarkingTask.item_id).limit(1)


def answer(item_id: int, by: Actor, at: datetime) -> MarkingAnswer:
    """Return an answer for its marker. Four queries.

    :raises NotFound: when nobody has to mark it, or it belongs to a quiz of another unit.
    """
    row = db.session.execute(
        select(MarkingTask, AttemptItem, Attempt, QuestionVersion, QuizVersion.title, Person.full_name)
        .join(AttemptItem, AttemptItem.id == MarkingTask.item_id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Quiz, Quiz.id == MarkingTask.quiz_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(
            MarkingTask.item_id == item_id,
            Quiz.unit_id.in_(units_in_scope(by, Permission.MARK, local_day(at))),
        )
    ).first()
    if row is None:
        raise NotFound(_l("There is no such answer to mark."))
    return _answer(*row, by=by, at=at)


def rubric_of(version: QuestionVersion, points: int) -> list[CriterionLine]:
    """Return the criteria of a question and what each is worth; a kind without a rubric has one for the whole."""
    spec = kind_of(version.kind).parse(version.spec)
    if not isinstance(spec, EssaySpec):
        return [CriterionLine("all", "", points)]
    criteria = rubric(spec)
    worth = marking.worth(points, [criterion.weight for criterion in criteria])
    return [CriterionLine(one.key, one.text, most) for one, most in zip(criteria, worth, strict=True)]


def given_marks(item_ids: Sequence[int]) -> dict[int, list[GivenMark]]:
    """Return the marks that markers gave to answers, by item id, the first one first. One query."""
    rows = db.session.execute(
        select(Marking, Person.full_name)
        .join(Person, Person.id == Marking.marker_id)
        .where(Marking.item_id.in_(item_ids))
        .order_by(Marking.item_id, Marking.round)
    )
    found: dict[int, list[GivenMark]] = {}
    for one, name in rows:
        given = GivenMark(one.round, one.marker_id, name, one.at, one.criteria, one.mark, one.comment)
        found.setdefault(one.item_id, []).append(given)
    return found


def _answer(
    task: MarkingTask,
    item: AttemptItem,
    attempt: Attempt,
    version: QuestionVersion,
    title: str,
    learner: str,
    *,
    by: Actor,
    at: datetime,
) -> MarkingAnswer:
    given = given_marks([item.id]).get(item.id, [])
    response, is_marked, is_corrected = _steps_of(item.id)
    state = TaskState(task.state)
    kind = kind_of(version.kind)
    held = marking.is_held(task.claimed_by_id, task.claimed_at, by=by.person_id, at=at)
    kept = task.claimed_at is not None and at < task.claimed_at + CLAIM
    open_to_all = state in (TaskState.DECIDE, TaskState.DONE) and by.person_id != attempt.person_id
    return MarkingAnswer(
        item_id=item.id,
        attempt_id=attempt.id,
        quiz_id=attempt.quiz_id,
        quiz_title=title,
        question_version_id=version.id,
        prompt_html=version.prompt_html,
        kind=version.kind,
        judged=kind.judged(kind.parse(version.spec), response, item.option_order),
        step=answer_step(item.id),
        points=item.points,
        rubric=rubric_of(version, item.points),
        state=state,
        since=task.since,
        obstacle=marking.obstacle(
            state, by.person_id, learner_id=attempt.person_id, given=given, is_corrected=is_corrected
        ),
        is_mine=kept and task.claimed_by_id == by.person_id,
        held_until=task.claimed_at + CLAIM if held and task.claimed_at else None,
        second_reason=task.second_reason,
        given=[mark for mark in given if open_to_all or mark.marker_id == by.person_id],
        learner=learner if state is TaskState.DONE else "",
        is_marked=is_marked,
    )


def answer_step(item_id: int) -> int:
    """Return the number of the step that holds the answer to an item; 0 without one. One query."""
    answers = (AttemptStep.item_id == item_id, AttemptStep.response.is_not(None))
    return db.session.scalar(select(func.max(AttemptStep.number)).where(*answers)) or 0


def _steps_of(item_id: int) -> tuple[Response | None, bool, bool]:
    """Return the response of an item, whether it has points, and whether a correction has decided about it."""
    steps = db.session.execute(
        select(AttemptStep.response, AttemptStep.mark, AttemptStep.correction_id)
        .where(AttemptStep.item_id == item_id)
        .order_by(AttemptStep.number)
    ).all()
    responses = [step.response for step in steps if step.response is not None]
    return (
        responses[-1] if responses else None,
        any(step.mark is not None for step in steps),
        any(step.correction_id is not None for step in steps),
    )


def is_corrected() -> ColumnElement[bool]:
    """Return the condition on ``MarkingTask`` that a correction has decided about the answer."""
    return exists().where(AttemptStep.item_id == MarkingTask.item_id, AttemptStep.correction_id.is_not(None))


def _open_tasks(asked: Select[Any], by: Actor, on: date) -> Select[Any]:
    """Return a select narrowed to answers of the actor's quizzes that wait for a marker."""
    return (
        asked.select_from(MarkingTask)
        .join(Quiz, Quiz.id == MarkingTask.quiz_id)
        .where(
            MarkingTask.state != TaskState.DONE,
            Quiz.unit_id.in_(units_in_scope(by, Permission.MARK, on)),
            ~is_corrected(),
        )
    )


def _markable(by: Actor, at: datetime) -> ColumnElement[bool]:
    """Return the condition on ``MarkingTask`` that the actor may mark the answer now (see ``marking.obstacle``)."""
    own = exists().where(
        AttemptItem.id == MarkingTask.item_id,
        Attempt.id == AttemptItem.attempt_id,
        Attempt.person_id == by.person_id,
    )
    marked = exists().where(Marking.item_id == MarkingTask.item_id, Marking.marker_id == by.person_id)
    free = or_(
        MarkingTask.claimed_by_id.is_(None),
        MarkingTask.claimed_by_id == by.person_id,
        MarkingTask.claimed_at <= at - CLAIM,
    )
    return ~own & ~marked & free


def _counts(by: Actor, at: datetime) -> list[ColumnElement[Any]]:
    def count(condition: ColumnElement[bool], name: str) -> ColumnElement[Any]:
        return func.sum(case((condition, 1), else_=0)).label(name)

    states = (TaskState.WAITING, TaskState.SECOND, TaskState.DECIDE)
    return [
        *(count(MarkingTask.state == state, state.value) for state in states),
        count(_markable(by, at), "mine"),
        func.min(MarkingTask.since).label("since"),
    ]


def _queue(row: Row[Any]) -> Queue:
    return Queue(int(row.waiting), int(row.second), int(row.decide), int(row.mine), row.since)
