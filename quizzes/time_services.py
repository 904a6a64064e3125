"""Giving people more time: accommodations on every quiz, and more attempts or minutes at one."""

from dataclasses import dataclass
from datetime import date, datetime

from core import audit
from core.clock import local_day
from core.db import db
from core.errors import RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import Actor
from people.services import ensure_in_unit
from quizzes import time_queries
from quizzes.extension_services import given_to_oneself, raise_percent
from quizzes.time_models import Accommodation, Allowance
from quizzes.time_rules import ended_from, first_day_without


@dataclass(frozen=True)
class Span:
    """Why something is given, and for which days; without a last day it holds until it is ended."""

    reason: str
    first_day: date
    last_day: date | None

    def check(self, today: date) -> None:
        """Refuse days that make no sense.

        :raises RuleBroken: when the last day is before the first, or has passed.
        """
        if self.last_day is not None and self.last_day < max(self.first_day, today):
            raise RuleBroken(_l("The last day has passed, or comes before the first."), _l("Write a later day."))


def grant_accommodation(
    staff_code: str, extra_percent: int, *, span: Span, also_open: bool = False, by: Actor, at: datetime
) -> Accommodation:
    """Give a person more time on every quiz.

    :param extra_percent: of the time limit, 1 to 300.
    :param also_open: whether attempts under way get it too.
    :raises RuleBroken: when there is no such person in the actor's units, it is the actor, or the days make no sense.
    """
    today = local_day(at)
    span.check(today)
    person = time_queries.person_for(by, staff_code, today)
    if person is None:
        raise unknown_person()
    if person.id == by.person_id:
        raise given_to_oneself()
    made = Accommodation(
        person_id=person.id,
        extra_percent=extra_percent,
        reason=span.reason,
        valid_from=span.first_day,
        valid_to=first_day_without(span.last_day),
        by_id=by.person_id,
        at=at,
    )
    db.session.add(made)
    db.session.flush()
    detail = {"accommodation": made.id, "percent": extra_percent}
    if also_open and span.first_day <= today:
        detail["attempts"] = raise_percent(person.id, extra_percent, reason=span.reason, by=by, at=at)
    audit.record("accommodation.grant", by=by, at=at, about=("person", person.id), reason=span.reason, detail=detail)
    return made


def end_accommodation(accommodation_id: int, *, by: Actor, at: datetime) -> None:
    """Let an accommodation hold no longer; attempts under way keep their time. A second time changes nothing.

    :raises NotFound: when it is not of somebody in the actor's units.
    """
    found = time_queries.accommodation_for(by, accommodation_id, local_day(at))
    if not _end(found, local_day(at)):
        return
    detail = {"accommodation": found.id, "percent": found.extra_percent}
    audit.record("accommodation.end", by=by, at=at, about=("person", found.person_id), detail=detail)


def grant_allowance(
    quiz_id: int,
    *,
    span: Span,
    staff_code: str = "",
    unit_id: int | None = None,
    extra_attempts: int = 0,
    extra_minutes: int = 0,
    by: Actor,
    at: datetime,
) -> Allowance:
    """Give a person, or a unit and all below it, more attempts or minutes at a quiz.

    Attempts under way keep their time.

    :raises NotFound: when the quiz is none of the actor's people.
    :raises NotAllowed: when the unit is outside their responsibility.
    :raises RuleBroken: when nobody, nothing or the actor is named, or the days make no sense.
    """
    today = local_day(at)
    span.check(today)
    quiz = time_queries.quiz_for(by, quiz_id, today)
    if bool(staff_code) is (unit_id is not None):
        raise RuleBroken(_l("Name a person or a unit, one of the two."))
    if extra_attempts + extra_minutes < 1:
        raise RuleBroken(_l("Say how many attempts or minutes are given."))
    person = time_queries.person_for(by, staff_code, today, quiz=quiz) if staff_code else None
    if unit_id is not None:
        ensure_in_unit(by, time_queries.GRANT, unit_id, on=today)
    elif person is None:
        raise unknown_person()
    if person is not None and person.id == by.person_id:
        raise given_to_oneself()
    made = Allowance(
        quiz_id=quiz.id,
        person_id=person.id if person else None,
        unit_id=unit_id,
        extra_attempts=extra_attempts,
        extra_minutes=extra_minutes,
        reason=span.reason,
        valid_from=span.first_day,
        valid_to=first_day_without(span.last_day),
        by_id=by.person_id,
        at=at,
    )
    db.session.add(made)
    db.session.flush()
    _note("allowance.grant", made, by=by, at=at)
    return made


def end_allowance(allowance_id: int, *, by: Actor, at: datetime) -> Allowance:
    """Let an allowance hold no longer; attempts under way keep their time. A second time changes nothing.

    :raises NotFound: when it is for nobody of the actor's people.
    """
    found = time_queries.allowance_for(by, allowance_id, local_day(at))
    if _end(found, local_day(at)):
        _note("allowance.end", found, by=by, at=at)
    return found


def unknown_person() -> RuleBroken:
    """Return the error for a staff code that names nobody to whom the actor may give time."""
    return RuleBroken(
        _l("There is nobody with this staff code among the people you look after."), _l("Check the staff code.")
    )


def _end(found: Accommodation | Allowance, today: date) -> bool:
    """End a period, and tell whether that changed anything."""
    ended = ended_from(found.valid_from, found.valid_to, today)
    if found.valid_to == ended:
        return False
    found.valid_to = ended
    return True


def _note(action: str, allowance: Allowance, *, by: Actor, at: datetime) -> None:
    named = ("person", allowance.person_id) if allowance.person_id else ("unit", allowance.unit_id)
    detail = {
        "allowance": allowance.id,
        "quiz": allowance.quiz_id,
        "attempts": allowance.extra_attempts,
        "minutes": allowance.extra_minutes,
    }
    audit.record(action, by=by, at=at, about=named, reason=allowance.reason, detail=detail)
