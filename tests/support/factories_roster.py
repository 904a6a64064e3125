"""Duties on chosen days, written as plain rows, for rosters that the ordinary services would need a year to make."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from certificates.models import Certificate
from core.db import db
from core.text import fold, name_sort_key
from lessons.models import CourseVersion
from people.models import Person, Posting
from quizzes.models import Attempt
from tests.support.factories_quizzes import published_version
from tests.support.factories_training import Training
from training.models import AudienceRule, Completion, Cycle, Exemption, Obligation, Requirement
from training.rules import occasion_key

_numbers = count(1)


def morning(day: date) -> datetime:
    """Return nine in the morning of a day in Vietnam."""
    return datetime.combine(day, time(2), UTC)


def add_person(name: str = "Nguyễn Thị An", *, code: str = "") -> Person:
    """Add a person who is posted nowhere yet."""
    code = code or f"HS{next(_numbers):06d}"
    person = Person(
        staff_code=code,
        full_name=name,
        name_key=name_sort_key(name),
        search_text=fold(f"{name} {code}")[:200],
        birth_date=date(1990, 5, 7),
        sex="female",
        staff_group="civil_servant",
        rank="Chuyên viên",
        created_at=morning(date(2020, 1, 1)),
    )
    db.session.add(person)
    db.session.flush()
    return person


def post(person: Person, unit_id: int, valid_from: date, valid_to: date | None = None, title: str = "") -> None:
    """Post a person in a unit from a day to a day."""
    values = {"valid_from": valid_from, "valid_to": valid_to, "title": title or "Chuyên viên"}
    db.session.add(Posting(person_id=person.id, unit_id=unit_id, **values))
    db.session.flush()


def open_duty(training: Training, *, due_on: date, opens_on: date = date(2026, 1, 5)) -> Cycle:
    """Add a requirement with the course and quiz of another, and its open year 2026, which nobody owes yet."""
    old = training.requirement
    requirement = Requirement(
        unit_id=old.unit_id,
        title=f"Yêu cầu {next(_numbers)}",
        legal_basis=old.legal_basis,
        course_id=old.course_id,
        quiz_id=old.quiz_id,
        created_at=old.created_at,
    )
    db.session.add(requirement)
    db.session.flush()
    course_version = db.select(CourseVersion.id).where(CourseVersion.course_id == old.course_id)
    cycle = Cycle(
        requirement_id=requirement.id,
        year=2026,
        opens_on=opens_on,
        due_on=due_on,
        state="open",
        course_version_id=db.session.scalars(course_version).one(),
        quiz_version_id=published_version(training.quiz).id,
        opened_at=morning(date(2026, 1, 5)),
    )
    db.session.add(cycle)
    db.session.flush()
    db.session.add(AudienceRule(cycle_id=cycle.id, position=1, unit_id=training.unit.id))
    db.session.commit()
    return cycle


def owe(person: Person, cycle: Cycle, since: date = date(2026, 1, 5)) -> Obligation:
    """Let a person owe a cycle."""
    rule = db.session.scalars(db.select(AudienceRule).where(AudienceRule.cycle_id == cycle.id)).one()
    values = {"audience_rule_id": rule.id, "assigned_at": morning(since)}
    obligation = Obligation(person_id=person.id, cycle_id=cycle.id, **values)
    db.session.add(obligation)
    db.session.flush()
    return obligation


def attempt(person: Person, cycle: Cycle, on: date, *, score: int = 850, number: int = 1) -> Attempt:
    """Let a person take the quiz of a cycle."""
    requirement = db.session.get_one(Requirement, cycle.requirement_id)
    sat = Attempt(
        quiz_id=requirement.quiz_id,
        quiz_version_id=cycle.quiz_version_id,
        person_id=person.id,
        occasion=occasion_key(cycle.id),
        number=number,
        started_at=morning(on),
        finished_at=morning(on) + timedelta(minutes=20),
        finish_reason="submitted",
        points=score,
        max_points=1_000,
        score=score,
        passed=score >= 500,
    )
    db.session.add(sat)
    db.session.flush()
    return sat


def fulfil(
    obligation: Obligation, on: date, unit_id: int, *, score: int = 850, unit_name: str = "Phòng cũ"
) -> Completion:
    """Let a person fulfil a duty on a day, in a unit."""
    person = db.session.get_one(Person, obligation.person_id)
    cycle = db.session.get_one(Cycle, obligation.cycle_id)
    completion = Completion(
        obligation_id=obligation.id,
        person_id=person.id,
        cycle_id=cycle.id,
        attempt_id=attempt(person, cycle, on, score=score).id,
        attempts_made=1,
        started_on=on,
        completed_at=morning(on),
        completed_on=on,
        score=score,
        hours=8,
        course_title="Văn hóa công vụ",
        staff_code=person.staff_code,
        full_name=person.full_name,
        staff_group=person.staff_group,
        job_title="Chuyên viên",
        unit_id=unit_id,
        unit_name=unit_name,
        unit_path=unit_name,
    )
    db.session.add(completion)
    db.session.flush()
    return completion


def certify(completion: Completion) -> Certificate:
    """Give a certificate of a completion."""
    number = next(_numbers)
    certificate = Certificate(
        completion_id=completion.id,
        person_id=completion.person_id,
        year=completion.completed_on.year,
        number=number,
        token=f"T{number:025d}",
        title="Giấy xác nhận hoàn thành",
        full_name=completion.full_name,
        unit_name=completion.unit_name,
        job_title=completion.job_title,
        course_title=completion.course_title,
        hours=completion.hours,
        started_on=completion.started_on,
        completed_on=completion.completed_on,
        score=completion.score,
        issuer_name="Sở Nội vụ",
        issuer_parent="",
        issuer_place="",
        signer_title="Giám đốc",
        signer_name="",
        issued_at=completion.completed_at,
    )
    db.session.add(certificate)
    db.session.flush()
    return certificate


def spare(obligation: Obligation, since: date, until: date | None = None, *, reason: str = "Nghỉ thai sản") -> None:
    """Exempt a person from a duty from a day, to a day on which the exemption is revoked."""
    values = {"category": "maternity", "reason": reason, "document_number": "12/QĐ-SNV"}
    ended = {"revoked_at": morning(until)} if until else {}
    db.session.add(Exemption(obligation_id=obligation.id, granted_at=morning(since), **values, **ended))
    db.session.flush()
