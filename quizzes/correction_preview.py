"""What a correction would do, before anything changes: attempt by attempt in constant memory, and in figures."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, and_, case, literal, select

from core.clock import local_day
from core.db import db
from people.access import Actor, Permission
from people.models import Person, Posting
from people.queries import in_force, people_visible_to
from quizzes.behaviour import COUNTS_FOR_NOTHING
from quizzes.correction_labels import REFUSALS, why_not
from quizzes.corrections import DROP, Change, Method, Remedy, change_of
from quizzes.hooks import quiz_hooks
from quizzes.kinds import kind_of
from quizzes.models import Attempt, AttemptItem, AttemptStep, Question, QuestionVersion, QuizVersion

#: How many rows are fetched at once.
CHUNK = 2_000


@dataclass
class Figures:
    """How many attempts a correction would change, and how."""

    attempts: int = 0
    up: int = 0
    down: int = 0
    #: Attempts that become passes, and passes that stand although the score no longer passes.
    won: int = 0
    kept: int = 0
    #: Attempts without a score yet.
    waiting: int = 0
    #: Attempts in which no question would be left.
    emptied: int = 0

    def add(self, change: Change) -> None:
        """Count one attempt."""
        self.attempts += 1
        self.up += change.gained > 0
        self.down += change.gained < 0
        self.won += change.is_won
        self.kept += change.becomes_kept
        self.waiting += change.score_before is None
        self.emptied += change.is_emptied


@dataclass
class Plan:
    """A correction that is being considered: what it does, why it can't be done, and its figures.

    ``by_year`` goes by the year in which attempts ended, ``by_unit`` by where people work today (None: nowhere).
    """

    question_id: int
    method: Method
    version_id: int | None
    wrong_version_ids: frozenset[int]
    refusal: Any = ""
    figures: Figures = field(default_factory=Figures)
    by_year: dict[int, Figures] = field(default_factory=dict)
    by_unit: dict[int | None, Figures] = field(default_factory=dict)
    #: Certificates that passes would bring, and those of passes that stand below the mark.
    certificates_to_come: int = 0
    certificates_in_question: int = 0
    #: How many of the attempts are those of whoever considers it.
    own: int = 0

    @property
    def summary(self) -> dict[str, int]:
        """Return what is kept of the preview with the decision."""
        certificates = {"to_come": self.certificates_to_come, "in_question": self.certificates_in_question}
        return {**vars(self.figures), **certificates, "own": self.own}


@dataclass(frozen=True)
class Line:
    """An attempt in a preview. Name and code are None where the reader may not look at attempts."""

    attempt_id: int
    person_id: int
    staff_code: str | None
    full_name: str | None
    quiz: str
    finished_at: datetime
    unit_id: int | None
    mark_before: int | None
    mark_after: int | None
    change: Change


def plan_for(
    question: Question,
    *,
    method: str,
    version_id: int | None,
    wrong_version_ids: Iterable[int],
    on: date,
    reader: Actor | None = None,
) -> Plan:
    """Return a correction with its figures, or with the reason why it can't be carried out.

    :param question: with its versions.
    :param version_id: by which version answers are judged; only where they are judged anew.
    :param reader: who considers it, and should know that attempts of theirs are among those it changes.
    """
    published = {version.id: version for version in question.versions if version.published_at is not None}
    wrong = frozenset(wrong_version_ids) & published.keys()
    chosen = published.get(version_id or 0) if method == Method.RECOMPUTE else None
    plan = Plan(question.id, Method(method), chosen.id if chosen else None, wrong)
    plan.refusal = _refusal(plan, chosen, [published[one] for one in wrong])
    if not plan.refusal:
        for people in _by_person(lines(plan, on)):
            _add(plan, people, reader)
        if plan.figures.emptied:
            plan.refusal = REFUSALS["emptied"]
    return plan


def _refusal(plan: Plan, chosen: QuestionVersion | None, wrong: Iterable[QuestionVersion]) -> Any:
    """Return why a correction can't be carried out, in words; empty when it can."""
    if not plan.wrong_version_ids:
        return REFUSALS["no_version"]
    if plan.method is not Method.RECOMPUTE:
        return ""
    if chosen is None:
        return REFUSALS["no_key"]
    if chosen.id in plan.wrong_version_ids:
        return REFUSALS["same_version"]
    for version in wrong:
        if version.kind != chosen.kind:
            return REFUSALS["other_kind"]
        kind = kind_of(version.kind)
        code = kind.why_not_regradable(kind.parse(version.spec), kind.parse(chosen.spec))
        if code:
            return why_not(code)
    return ""


def _by_person(found: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield lines in chunks that part no person's attempts."""
    chunk: list[Line] = []
    for line in found:
        if len(chunk) >= CHUNK and line.person_id != chunk[-1].person_id:
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


def _add(plan: Plan, chunk: Iterable[Line], reader: Actor | None) -> None:
    won, kept = [], []
    for line in chunk:
        plan.figures.add(line.change)
        plan.own += reader is not None and line.person_id == reader.person_id
        plan.by_year.setdefault(local_day(line.finished_at).year, Figures()).add(line.change)
        plan.by_unit.setdefault(line.unit_id, Figures()).add(line.change)
        won += [line.attempt_id] * line.change.is_won
        kept += [line.attempt_id] * line.change.becomes_kept
    to_come, in_question = quiz_hooks().count_certificates(won, kept)
    plan.certificates_to_come += to_come
    plan.certificates_in_question += in_question


def lines(plan: Plan, on: date, *, reader: Actor | None = None) -> Iterator[Line]:
    """Yield the attempts that a plan changes, by person, as the database gives them; memory does not grow with them.

    :param on: the day of which units and scopes are told.
    :param reader: for whom people are named; nobody is without one.
    """
    remedy = _remedy(plan)
    rows = db.session.execute(_steps(plan, on, reader).execution_options(yield_per=CHUNK))
    by_item: Callable[[Row[Any]], int] = lambda row: row.item_id  # noqa: E731
    for _item_id, steps in groupby(rows, key=by_item):
        line = _line(remedy, steps)
        if line is not None:
            yield line


def _remedy(plan: Plan) -> Remedy:
    version = db.session.get_one(QuestionVersion, plan.version_id) if plan.version_id is not None else None
    return Remedy.of(plan.method, version.kind if version else "", version.spec if version else None)


def _steps(plan: Plan, on: date, reader: Actor | None) -> Select[*tuple[Any, ...]]:
    """Return the select of every step on the question in finished attempts that count, with what each came to."""
    is_visible = people_visible_to(reader, Permission.VIEW_ATTEMPTS, on) if reader else literal(False)
    return (
        select(
            AttemptItem.id.label("item_id"),
            Attempt.id,
            Attempt.person_id,
            AttemptItem.points.label("item_points"),
            Attempt.points,
            Attempt.max_points,
            Attempt.passed,
            Attempt.finished_at,
            QuizVersion.title,
            QuizVersion.pass_score,
            Posting.unit_id,
            case((is_visible, Person.staff_code)).label("staff_code"),
            case((is_visible, Person.full_name)).label("full_name"),
            AttemptStep.action,
            AttemptStep.response,
            AttemptStep.mark,
        )
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, in_force(Posting, on)))
        .outerjoin(AttemptStep, AttemptStep.item_id == AttemptItem.id)
        .where(
            AttemptItem.question_version_id.in_(plan.wrong_version_ids),
            Attempt.finished_at.is_not(None),
            Attempt.occasion.not_in(COUNTS_FOR_NOTHING),
        )
        .order_by(Attempt.person_id, Attempt.id, AttemptItem.id, AttemptStep.number)
    )


def _line(remedy: Remedy, steps: Iterable[Row[Any]]) -> Line | None:
    """Return what a remedy changes in an attempt; None where only a person can judge the answer."""
    response = mark = None
    dropped, last = False, None
    for last in steps:
        response = last.response if last.response is not None else response
        if last.mark is not None or last.action == DROP:
            mark, dropped = last.mark, last.action == DROP
    if last is None or not remedy.applies_to(response):
        return None
    change = change_of(
        remedy,
        item_points=last.item_points,
        response=response,
        mark=mark,
        is_dropped=dropped,
        points=last.points,
        max_points=last.max_points,
        pass_score=last.pass_score,
        passed=last.passed,
    )
    after = remedy.mark(response, last.item_points)
    return Line(
        last.id, last.person_id, last.staff_code, last.full_name, last.title, last.finished_at, last.unit_id,
        mark, after, change,
    )  # fmt: skip
