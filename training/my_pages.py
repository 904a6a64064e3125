"""What "my training" shows: everything owed, where one stands and why, and the one next step."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from core.clock import local_day
from quizzes.correction_notes import CorrectedAttempt, corrected_attempts
from training import queries
from training.rules import (
    Cause,
    CycleState,
    Kind,
    NextStep,
    Standing,
    StandingFacts,
    next_step,
    occasion_key,
    standing,
    training_year,
)


@dataclass(frozen=True)
class Duty:
    """One obligation as its person sees it."""

    row: Row[Any]
    standing: Standing
    step: NextStep
    lessons: int
    read: int
    next_lesson: str
    attempts_made: int
    attempts_left: int | None
    #: Until when its person does not learn whether the quiz was passed; None when that may be known.
    withheld_until: datetime | None
    #: Days until the due day; None when it has passed or does not matter any more.
    days_left: int | None
    #: Attempts whose points a correction has changed.
    corrected: tuple[CorrectedAttempt, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing more is expected: completed, left, or closed."""
        finished = (Kind.DONE, Kind.DONE_LATE, Kind.NO_LONGER_REQUIRED)
        return self.standing.kind in finished or self.row.state == CycleState.CLOSED


@dataclass(frozen=True)
class MyTraining:
    """What is owed now or was done this year, and what earlier years hold."""

    now: tuple[Duty, ...]
    earlier: tuple[Duty, ...]


def my_training(person_id: int, at: datetime) -> MyTraining:
    """Return a person's training at a moment. Five queries at most, whatever the number of years."""
    day = local_day(at)
    rows = queries.obligations_of_person(person_id, day)
    withheld = {row.id: queries.verdict_withheld_until(row.show_score, row.closes_at, at) for row in rows}
    unfinished = [row.cycle_id for row in rows if row.completed_on is None or withheld[row.id]]
    lessons: dict[int, list[Row[Any]]] = defaultdict(list)
    for lesson in queries.lessons_of_cycles(person_id, unfinished):
        lessons[lesson.cycle_id].append(lesson)
    attempts = queries.attempts_of_cycles(person_id, unfinished)
    year = training_year(day)
    attempted = {row.cycle_id for row in rows if row.completed_on is not None and row.year == year} | {
        cycle_id for cycle_id in unfinished if occasion_key(cycle_id) in attempts
    }
    corrected = corrected_attempts(person_id, map(occasion_key, attempted), at)
    duties = [
        _duty(row, lessons[row.cycle_id], attempts.get(occasion_key(row.cycle_id)), corrected, withheld[row.id], day)
        for row in rows
    ]
    is_earlier = [duty.row.year < year and duty.is_settled for duty in duties]
    return MyTraining(
        now=tuple(duty for duty, past in zip(duties, is_earlier, strict=True) if not past),
        earlier=tuple(duty for duty, past in zip(duties, is_earlier, strict=True) if past),
    )


def _duty(
    row: Row[Any],
    lessons: list[Row[Any]],
    attempts: Row[Any] | None,
    corrected: Iterable[CorrectedAttempt],
    withheld_until: datetime | None,
    day: date,
) -> Duty:
    """Return a duty as its person may know it: a completion that is withheld looks like none."""
    unread = next((lesson for lesson in lessons if not lesson.is_read), None)
    read = sum(lesson.is_read for lesson in lessons)
    made = attempts.made if attempts else 0
    open_id = attempts.open_id if attempts else None
    begun = made + (open_id is not None)
    left = None if row.attempts_allowed is None else max(row.attempts_allowed + row.extra_attempts - begun, 0)
    completed_on = None if withheld_until else row.completed_on
    where = standing(_facts(row, completed_on, len(lessons), read, made, day))
    step = next_step(
        where.kind,
        quiz_id=row.quiz_id,
        unread_lesson_id=unread.lesson_id if unread else None,
        open_attempt_id=open_id,
        attempts_left=left,
        certificate_id=None if withheld_until else row.certificate_id,
        is_closed=row.state == CycleState.CLOSED,
    )
    counts_down = where.kind in (Kind.NOT_OPEN, Kind.NOT_STARTED, Kind.IN_PROGRESS)
    return Duty(
        row=row,
        standing=where,
        step=step,
        lessons=len(lessons),
        read=read,
        next_lesson=unread.title if unread else "",
        attempts_made=made,
        attempts_left=left,
        withheld_until=withheld_until if made else None,
        days_left=(row.due_on - day).days if counts_down else None,
        corrected=tuple(one for one in corrected if one.occasion == occasion_key(row.cycle_id)),
    )


def _facts(
    row: Row[Any], completed_on: date | None, lessons: int, read: int, attempts_made: int, day: date
) -> StandingFacts:
    return StandingFacts(
        day=day,
        opens_on=row.opens_on,
        due_on=row.due_on,
        lessons_required=lessons,
        lessons_read=read,
        attempts_made=attempts_made,
        completed_on=completed_on,
        exempt_as=row.category or "",
        exempt_on=local_day(row.granted_at) if row.granted_at else None,
        left_on=row.left_on,
        cause=Cause(
            rule_number=row.rule_number,
            unit_name=row.rule_unit,
            staff_group=row.staff_group,
            assigned_on=local_day(row.assigned_at),
            legal_basis=row.legal_basis,
        ),
    )
