"""One attempt with everything that happened to it, for who looks after attempts of its quiz."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.clock import local_day
from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people.access import Actor
from people.models import Person
from quizzes import marking_queries
from quizzes.correction_models import Correction
from quizzes.corrections import DROP
from quizzes.kinds import kind_of
from quizzes.marking import TaskState
from quizzes.marking_models import MarkingTask
from quizzes.marking_queries import CriterionLine, GivenMark
from quizzes.models import Attempt, AttemptItem, AttemptStep, Question, QuestionVersion, Quiz
from quizzes.review_list_queries import attempts_visible_to

#: A step, who did it, and the note of the correction to which it belongs.
_Step = tuple[AttemptStep, str, str]


@dataclass(frozen=True)
class StepLine:
    """Something that happened to an answer. ``by`` is empty where a rule did it; ``mark`` is hundredths of a point."""

    action: str
    at: datetime
    by: str
    mark: int | None
    is_by_hand: bool
    reason: str
    #: What the learner reads about a correction.
    note: str


@dataclass(frozen=True)
class ReviewItem:
    """A question of an attempt: what was seen and answered, and everything that was decided about it."""

    item_id: int
    number: int
    question_id: int
    code: str
    kind: str
    prompt_html: str
    #: The version that was seen, and the one by which the answer is judged now.
    seen: int
    judged_by: int
    #: What the kind's ``judged`` returns for the version seen, in the order seen; and for the other one, if it differs.
    judged: Any
    judged_now: Any
    answered: bool
    rule: str
    points: int
    mark: int | None
    #: Whether a correction has dropped it: it counts neither in the points nor in the maximum.
    is_dropped: bool
    late: bool
    seconds: int | None
    steps: Sequence[StepLine]
    rubric: Sequence[CriterionLine]
    #: Points by criterion that count now, of an answer that was marked by hand.
    criteria: Mapping[str, int]
    given: Sequence[GivenMark]
    task: TaskState | None
    since: datetime | None
    #: Whether marks are hidden from the reader, who may be the second marker.
    is_blind: bool


@dataclass(frozen=True)
class Review:
    """An attempt, its person, and its questions."""

    attempt: Attempt
    full_name: str
    staff_code: str
    items: Sequence[ReviewItem]

    @property
    def is_blind(self) -> bool:
        """Tell whether points and score are hidden, because they would tell a mark."""
        return any(item.is_blind for item in self.items)


def review(attempt_id: int, by: Actor, at: datetime) -> Review:
    """Return a finished attempt with all its facts. Five queries.

    :raises NotFound: when there is none, it has not ended, or it is not for the actor to look at.
    """
    on = local_day(at)
    row = db.session.execute(
        select(Attempt, Person.full_name, Person.staff_code)
        .join(Person, Person.id == Attempt.person_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .options(joinedload(Attempt.quiz_version))
        .where(Attempt.id == attempt_id, Attempt.finished_at.is_not(None), *attempts_visible_to(by, on))
    ).first()
    if row is None:
        raise NotFound(_l("This attempt does not exist, or is not for you."))
    attempt, full_name, staff_code = row
    return Review(attempt, full_name, staff_code, _items(attempt_id, by))


def _items(attempt_id: int, by: Actor) -> list[ReviewItem]:
    rows = db.session.execute(
        select(AttemptItem, QuestionVersion, Question.code, MarkingTask)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .outerjoin(MarkingTask, MarkingTask.item_id == AttemptItem.id)
        .where(AttemptItem.attempt_id == attempt_id)
        .order_by(AttemptItem.position)
    ).all()
    steps = _steps(attempt_id)
    given = marking_queries.given_marks([item.id for item, _version, _code, task in rows if task is not None])
    others = {step.question_version_id for line in steps.values() for step, *_ in line} - {
        version.id for _item, version, _code, _task in rows
    }
    versions = {version.id: version for _item, version, _code, _task in rows}
    if others:
        found = db.session.scalars(select(QuestionVersion).where(QuestionVersion.id.in_(others)))
        versions |= {version.id: version for version in found}
    return [
        _item(item, version, code, task, steps.get(item.id, []), given.get(item.id, []), versions, by)
        for item, version, code, task in rows
    ]


def _steps(attempt_id: int) -> dict[int, list[_Step]]:
    rows = db.session.execute(
        select(AttemptStep, Person.full_name, Correction.note)
        .join(AttemptItem, AttemptItem.id == AttemptStep.item_id)
        .outerjoin(Person, Person.id == AttemptStep.by_id)
        .outerjoin(Correction, Correction.id == AttemptStep.correction_id)
        .where(AttemptItem.attempt_id == attempt_id)
        .order_by(AttemptStep.item_id, AttemptStep.number)
    )
    found: dict[int, list[_Step]] = {}
    for step, name, note in rows:
        found.setdefault(step.item_id, []).append((step, name or "", note or ""))
    return found


def _item(
    item: AttemptItem,
    version: QuestionVersion,
    code: str,
    task: MarkingTask | None,
    steps: Sequence[_Step],
    given: Sequence[GivenMark],
    versions: Mapping[int, QuestionVersion],
    by: Actor,
) -> ReviewItem:
    kind = kind_of(version.kind)
    spec = kind.parse(version.spec)
    answers = [step for step, *_ in steps if step.response is not None]
    marks = [step for step, *_ in steps if step.mark is not None]
    answer, mark = (answers[-1] if answers else None), (marks[-1] if marks else None)
    response = answer.response if answer else None
    now = versions[mark.question_version_id] if mark else version
    state = TaskState(task.state) if task else None
    is_blind = state is TaskState.SECOND and all(one.marker_id != by.person_id for one in given)
    is_dropped = bool(steps) and steps[-1][0].action == DROP
    return ReviewItem(
        item_id=item.id,
        number=item.position,
        question_id=version.question_id,
        code=code,
        kind=version.kind,
        prompt_html=version.prompt_html,
        seen=version.number,
        judged_by=now.number,
        judged=kind.judged(spec, response, item.option_order),
        judged_now=kind.judged(kind.parse(now.spec), response, item.option_order) if now is not version else None,
        answered=kind.is_answered(response),
        rule=kind.rule(spec),
        points=item.points,
        mark=None if is_blind or mark is None or is_dropped else mark.mark,
        is_dropped=is_dropped,
        late=answer is not None and answer.late,
        seconds=answer.seconds if answer else None,
        steps=[_line(*step) for step in steps if not is_blind or step[0].mark is None],
        rubric=marking_queries.rubric_of(version, item.points) if task else [],
        criteria={} if is_blind or mark is None else mark.criteria or {},
        given=[] if is_blind else given,
        task=state,
        since=task.since if task else None,
        is_blind=is_blind,
    )


def _line(step: AttemptStep, name: str, note: str) -> StepLine:
    """Return a step in the reader's terms: a mark without criteria was given by the rule, whoever ended the attempt."""
    is_by_rule = step.action == "mark" and step.criteria is None
    return StepLine(
        action=step.action,
        at=step.at,
        by="" if is_by_rule else name,
        mark=step.mark,
        is_by_hand=step.criteria is not None,
        reason=step.reason,
        note=note,
    )
