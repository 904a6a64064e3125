"""The rules of the yearly duty: whom it binds, where each person stands and why. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class CycleState(StrEnum):
    """Where a cycle is in its life. It only moves forward."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Kind(StrEnum):
    """Where a person stands with an obligation."""

    NOT_OPEN = "not_open"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DONE_LATE = "done_late"
    OVERDUE = "overdue"
    EXEMPT = "exempt"
    NO_LONGER_REQUIRED = "no_longer_required"


#: In which total of a roster each kind is counted: required = done + open + exempt. Who has left is in none.
COUNTED_AS: dict[Kind, str] = {
    Kind.NOT_OPEN: "open",
    Kind.NOT_STARTED: "open",
    Kind.IN_PROGRESS: "open",
    Kind.OVERDUE: "open",
    Kind.DONE: "done",
    Kind.DONE_LATE: "done",
    Kind.EXEMPT: "exempt",
}


@dataclass(frozen=True)
class Reason:
    """Why something is so: a stable code, and what its sentence needs. Pages put it in words."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cause:
    """What made somebody owe a cycle: the audience rule, the day and the legal basis."""

    rule_number: int
    unit_name: str
    staff_group: str
    assigned_on: date
    legal_basis: str


@dataclass(frozen=True)
class StandingFacts:
    """What is known about one obligation on one day. Days are Vietnam's."""

    day: date
    opens_on: date
    due_on: date
    lessons_required: int = 0
    lessons_read: int = 0
    attempts_made: int = 0
    completed_on: date | None = None
    #: Category and day of the exemption in force.
    exempt_as: str = ""
    exempt_on: date | None = None
    #: The first day on which the person no longer works here.
    left_on: date | None = None
    cause: Cause | None = None


@dataclass(frozen=True)
class Standing:
    """Where a person stands, and the reasons in the order in which they are told."""

    kind: Kind
    reasons: tuple[Reason, ...]


def training_year(day: date) -> int:
    """Return the training year of a day in Vietnam: the calendar year, turning at local midnight."""
    return day.year


def occasion_key(cycle_id: int) -> str:
    """Return the occasion under which attempts for a cycle are made."""
    return f"cycle:{cycle_id}"


def cycle_of_occasion(occasion: str) -> int | None:
    """Return the cycle's id of an occasion; None when the attempt was made for something else."""
    kind, _, number = occasion.partition(":")
    return int(number) if kind == "cycle" and number.isascii() and number.isdigit() else None


def cycle_state(state: str, opens_on: date, due_on: date, day: date) -> str:
    """Return how a cycle looks on a day: ``draft``, ``announced``, ``running``, ``past_due`` or ``closed``."""
    if state != CycleState.OPEN:
        return state
    if day < opens_on:
        return "announced"
    return "running" if day <= due_on else "past_due"


def earns_completion(lessons_required: int, lessons_read: int, passed: bool) -> bool:
    """Tell whether an obligation is fulfilled: every lesson read and the quiz passed (Thông tư 01/2018/TT-BNV)."""
    return passed and lessons_read >= lessons_required


def standing(facts: StandingFacts) -> Standing:
    """Return where a person stands on a day, and why.

    What was done stays done, whatever comes after. Who has left owes nothing more. An exemption frees from the due
    day, and does not forbid to learn. The due day itself is still in time.
    """
    kind, reason = _kind(facts)
    return Standing(kind, (*_why_owed(facts), reason))


def _kind(facts: StandingFacts) -> tuple[Kind, Reason]:
    if facts.completed_on is not None:
        late = (facts.completed_on - facts.due_on).days
        if late > 0:
            return Kind.DONE_LATE, Reason("done_late", {"day": facts.completed_on, "days": late})
        return Kind.DONE, Reason("done", {"day": facts.completed_on})
    if facts.left_on is not None and facts.left_on <= facts.day:
        return Kind.NO_LONGER_REQUIRED, Reason("left", {"day": facts.left_on})
    if facts.exempt_as:
        return Kind.EXEMPT, Reason("exempt", {"category": facts.exempt_as, "day": facts.exempt_on})
    if facts.day < facts.opens_on:
        return Kind.NOT_OPEN, Reason("opens", {"day": facts.opens_on})
    if facts.day > facts.due_on:
        return Kind.OVERDUE, Reason("overdue", {"days": (facts.day - facts.due_on).days})
    if facts.lessons_read or facts.attempts_made:
        return Kind.IN_PROGRESS, Reason("in_progress", _progress(facts))
    return Kind.NOT_STARTED, Reason("not_started", {"days": (facts.due_on - facts.day).days})


def _progress(facts: StandingFacts) -> dict[str, int]:
    return {"read": facts.lessons_read, "lessons": facts.lessons_required, "attempts": facts.attempts_made}


def _why_owed(facts: StandingFacts) -> tuple[Reason, ...]:
    due = Reason("due", {"opens_on": facts.opens_on, "due_on": facts.due_on})
    if facts.cause is None:
        return (due,)
    cause = facts.cause
    rule = {"number": cause.rule_number, "unit": cause.unit_name, "staff_group": cause.staff_group}
    return (
        Reason("rule", {**rule, "assigned_on": cause.assigned_on}),
        Reason("legal_basis", {"text": cause.legal_basis}),
        due,
    )


def totals(kinds: Iterable[Kind]) -> dict[str, int]:
    """Return how standings add up: ``required``, ``done``, ``open``, ``exempt``; required is the sum of the others."""
    counted = Counter(COUNTED_AS[kind] for kind in kinds if kind in COUNTED_AS)
    return {"required": counted.total(), **{part: counted[part] for part in ("done", "open", "exempt")}}


@dataclass(frozen=True)
class AudienceLine:
    """A rule of an audience: people posted in a unit or below it, of one group (empty: of all), are meant or spared."""

    number: int
    includes: bool
    unit_id: int
    staff_group: str = ""


@dataclass(frozen=True)
class PersonFacts:
    """What an audience looks at: the unit of the posting with all units above it, and the group of staff."""

    unit_ids: frozenset[int]
    staff_group: str


def audience_rule_for(person: PersonFacts, lines: Sequence[AudienceLine]) -> AudienceLine | None:
    """Return the line by which a person is meant; None when they are not.

    A line that spares always wins, wherever it stands. Of several lines that include, the one with the lowest number
    is the reason given. ``training.audience`` is the same rule for sets; a test compares the two.
    """
    matching = [
        line for line in lines if line.unit_id in person.unit_ids and line.staff_group in ("", person.staff_group)
    ]
    if any(not line.includes for line in matching):
        return None
    return min(matching, key=lambda line: line.number, default=None)


@dataclass(frozen=True)
class NextStep:
    """The one thing to do next: ``read, resume, take, exhausted, certificate`` or ``none``, and the id it leads to."""

    action: str
    target_id: int | None = None


def next_step(
    kind: Kind,
    *,
    quiz_id: int,
    unread_lesson_id: int | None = None,
    open_attempt_id: int | None = None,
    attempts_left: int | None = None,
    certificate_id: int | None = None,
    is_closed: bool = False,
) -> NextStep:
    """Return what a person does next for an obligation. ``attempts_left`` is None where attempts have no limit."""
    if kind in (Kind.DONE, Kind.DONE_LATE):
        return NextStep("certificate", certificate_id) if certificate_id else NextStep("none")
    if is_closed or kind in (Kind.NOT_OPEN, Kind.NO_LONGER_REQUIRED):
        return NextStep("none")
    if open_attempt_id is not None:
        return NextStep("resume", open_attempt_id)
    if unread_lesson_id is not None:
        return NextStep("read", unread_lesson_id)
    return NextStep("exhausted") if attempts_left == 0 else NextStep("take", quiz_id)
