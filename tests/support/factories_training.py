"""Courses to read, requirements, cycles and learners who fulfil them. Everything made here is committed."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from core import clock
from core.db import db, transaction
from lessons.models import Course, CourseEntry, CourseVersion, Lesson, LessonReading, LessonVersion, Module
from people.access import SYSTEM, Actor
from people.models import Person, Unit
from quizzes.models import Attempt, Quiz
from settings import Issuer
from tests.support.factories_attempts import begin, give, hand_in, items_of, keys_of
from tests.support.factories_people import make_unit
from tests.support.factories_quizzes import make_bank, make_question, make_questions, make_quiz
from training import completion_services, services
from training.models import Completion, Cycle, Obligation, Requirement
from training.rules import AudienceLine
from training.services import CyclePlan, RequirementFacts

_numbers = itertools.count(1)
ISSUER = Issuer(name="Sở Nội vụ", parent="Ủy ban nhân dân tỉnh", place="Thanh Bình")
OPENS_ON = date(2026, 1, 5)
DUE_ON = date(2026, 12, 31)


def make_course(unit: Unit, *, lessons: int = 2, title: str = "Văn hóa công vụ") -> Course:
    """Make a course of one module, published as version 1."""
    number, at = next(_numbers), clock.now()
    course = Course(slug=f"khoa-hoc-{number}", unit_id=unit.id, title=title, hours=8, created_at=at)
    db.session.add(course)
    db.session.flush()
    module = Module(course_id=course.id, position=1, code="M1", title="Nhập môn")
    db.session.add(module)
    db.session.flush()
    for position in range(1, lessons + 1):
        add_lesson(module, position)
    publish_course(course)
    return course


def add_lesson(module: Module, position: int) -> Lesson:
    """Add a lesson with a published version to the draft of a course."""
    lesson = Lesson(module_id=module.id, position=position, code=f"1.{position}")
    db.session.add(lesson)
    db.session.flush()
    at = clock.now()
    values = {"title": f"Bài {position}: Nói lời cảm ơn", "minutes": 5, "html": "<p>Nội dung.</p>", "edited_at": at}
    db.session.add(LessonVersion(lesson_id=lesson.id, number=1, published_at=at, **values))
    db.session.commit()
    return lesson


def publish_course(course: Course, *, listen: bool = False) -> CourseVersion:
    """Publish the draft of a course as its next version; with ``listen``, open cycles hear of it."""
    count = len(db.session.scalars(select(CourseVersion).where(CourseVersion.course_id == course.id)).all())
    lessons = db.session.execute(
        select(Lesson.id, LessonVersion.id)
        .join(Module, Module.id == Lesson.module_id)
        .join(LessonVersion, LessonVersion.lesson_id == Lesson.id)
        .where(Module.course_id == course.id, Lesson.retired_at.is_(None))
        .order_by(Lesson.position)
    )
    values = {"title": course.title, "hours": course.hours, "published_at": clock.now()}
    version = CourseVersion(course_id=course.id, number=count + 1, **values)
    db.session.add(version)
    db.session.flush()
    for position, (lesson_id, lesson_version_id) in enumerate(lessons, start=1):
        db.session.add(
            CourseEntry(
                course_version_id=version.id,
                position=position,
                module_title="Nhập môn",
                lesson_id=lesson_id,
                lesson_version_id=lesson_version_id,
            )
        )
    db.session.commit()
    if listen:
        with transaction():
            completion_services.adopt_course_version(course.id, version.id, SYSTEM, clock.now(), issuer=ISSUER)
    return version


@dataclass(frozen=True)
class Training:
    """A requirement with its course and quiz, in a unit."""

    unit: Unit
    course: Course
    quiz: Quiz
    requirement: Requirement


def make_training(
    unit: Unit | None = None,
    *,
    lessons: int = 2,
    questions: int = 1,
    contents: Mapping[str, Any] | None = None,
    title: str = "Bồi dưỡng văn hóa công vụ",
) -> Training:
    """Make a requirement with a published course and quiz.

    :param questions: how many questions with a single choice there are.
    :param contents: what further questions say, by their kind.
    """
    unit = unit or make_unit("Sở Nội vụ")
    course = make_course(unit, lessons=lessons)
    number = next(_numbers)
    bank = make_bank(f"Ngân hàng {number}", unit)
    make_questions(bank, questions)
    for kind, content in (contents or {}).items():
        make_question(bank, kind=kind, content=content, prompt=f"Câu hỏi {kind}?")
    quiz = make_quiz([bank], slug=f"kiem-tra-{number}")
    facts = RequirementFacts(title, "Kế hoạch số 12/KH-SNV ngày 05/01/2026", unit.id, course.id, quiz.id)
    with transaction():
        requirement = services.create_requirement(facts, by=SYSTEM, at=clock.now())
    return Training(unit, course, quiz, requirement)


def plan(*lines: AudienceLine, opens_on: date = OPENS_ON, due_on: date = DUE_ON, follows: bool = True) -> CyclePlan:
    """Return the plan of a cycle."""
    return CyclePlan(opens_on, due_on, lines, follows)


def everybody_in(unit: Unit, staff_group: str = "") -> AudienceLine:
    """Return the line that includes everybody in a unit and below."""
    return AudienceLine(1, True, unit.id, staff_group)


def nobody_in(unit: Unit, staff_group: str = "") -> AudienceLine:
    """Return the line that spares everybody in a unit and below."""
    return AudienceLine(1, False, unit.id, staff_group)


def draft(training: Training, wanted: CyclePlan | None = None, *, by: Actor = SYSTEM, year: int = 2026) -> Cycle:
    """Plan a year."""
    with transaction():
        return services.draft_cycle(
            training.requirement.id, year, wanted or plan(everybody_in(training.unit)), by=by, at=clock.now()
        )


def open_year(
    training: Training, wanted: CyclePlan | None = None, *, at: datetime | None = None, by: Actor = SYSTEM
) -> Cycle:
    """Plan a year and open it."""
    wanted = wanted or plan(everybody_in(training.unit))
    cycle = draft(training, wanted, by=by, year=wanted.opens_on.year)
    with transaction():
        services.open_cycle(cycle.id, by=by, at=at or clock.now())
    return db.session.get_one(Cycle, cycle.id)


def obligation_of(person: Person, cycle: Cycle) -> Obligation:
    """Return what a person owes in a cycle."""
    wanted = select(Obligation).where(Obligation.person_id == person.id, Obligation.cycle_id == cycle.id)
    return db.session.scalars(wanted).one()


def lesson_ids(cycle: Cycle) -> Sequence[int]:
    """Return the lessons of a cycle in order."""
    return db.session.scalars(
        select(CourseEntry.lesson_id)
        .where(CourseEntry.course_version_id == cycle.course_version_id)
        .order_by(CourseEntry.position)
    ).all()


def read(person: Person, lessons: Sequence[int], at: datetime | None = None) -> None:
    """Write down that a person has read lessons, without telling anybody."""
    at = at or clock.now()
    for lesson_id in lessons:
        version_id = db.session.scalars(select(LessonVersion.id).where(LessonVersion.lesson_id == lesson_id)).first()
        db.session.add(
            LessonReading(
                person_id=person.id,
                lesson_id=lesson_id,
                year=clock.local_day(at).year,
                lesson_version_id=version_id,
                opened_at=at,
                read_at=at,
            )
        )
    db.session.commit()


def sit(person: Person, training: Training, at: datetime | None = None, *, right: bool = True) -> Attempt:
    """Take the quiz, with right or with wrong answers."""
    attempt = begin(training.quiz, person, at)
    give(attempt, person, {item.id: keys_of(item, right=right)[:1] for item in items_of(attempt)}, at)
    return hand_in(attempt, person, at)


def complete(person: Person, training: Training, cycle: Cycle, at: datetime | None = None) -> Completion:
    """Read every lesson and pass the quiz."""
    read(person, lesson_ids(cycle), at)
    sit(person, training, at)
    wanted = select(Completion).where(Completion.person_id == person.id, Completion.cycle_id == cycle.id)
    return db.session.scalars(wanted).one()
