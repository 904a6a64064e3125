"""What has happened in the fictional department so far this year, told through the ordinary services."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from authoring.packages import read_package
from authoring.services import import_package
from core.clock import local_day, local_midnight
from core.db import db, transaction
from demo import organisation
from lessons.models import Course, CourseEntry
from lessons.services import mark_read, open_lesson
from people import import_plans, import_services
from people.access import SYSTEM, Actor, Role
from people.models import Person, Posting, Unit
from people.services import give_first_password, grant_role
from people.unit_services import create_unit
from quizzes import answer_services, attempt_services, finish_services
from quizzes.answer_services import TypedAnswer
from quizzes.models import AttemptItem, QuestionVersion, Quiz
from training import services as training
from training.exemption_services import exempt
from training.models import Obligation
from training.rules import AudienceLine

CONTENT = Path(__file__).parents[1] / "content"
#: How long ago the year was opened, unless the year itself is younger.
STORY_DAYS = 45
LEGAL_BASIS = (
    "Quyết định số 1847/QĐ-TTg ngày 27/12/2018 của Thủ tướng Chính phủ phê duyệt Đề án Văn hóa công vụ; "
    "kế hoạch bồi dưỡng hằng năm của Sở (minh họa)."
)


@dataclass(frozen=True)
class Guest:
    """Somebody as whom a visitor may sign in."""

    person: Person
    role: str
    password: str


def is_told() -> bool:
    """Tell whether the department exists already."""
    return db.session.scalar(select(func.count()).select_from(Person)) != 0


def tell(now: datetime) -> None:
    """Make the department, its course and this year's duty, and let part of the staff fulfil it."""
    began = max(now - timedelta(days=STORY_DAYS), local_midnight(date(local_day(now).year, 1, 1)))
    chance = random.Random(2018)
    with transaction():
        root_id = create_unit(
            organisation.ROOT_CODE, organisation.ROOT_NAME, None,
            valid_from=local_day(began), by=SYSTEM, at=began, on=local_day(began),
        ).id  # fmt: skip
    _import_staff(root_id, began)
    with transaction():
        import_package(read_package(CONTENT), unit_id=root_id, by=SYSTEM, at=began)
    with transaction():
        cycle_id, quiz_id = _open_year(root_id, began)
    _let_people_learn(cycle_id, quiz_id, began, now, chance)


def _import_staff(root_id: int, at: datetime) -> None:
    """Bring in the staff list as an officer would."""
    workbook = organisation.staff_workbook()
    staff_list = import_plans.read_file(workbook)
    on = local_day(at)
    plan = import_plans.make_plan(staff_list, root_id, create_units=True, by=SYSTEM, on=on)
    if plan.faults:
        raise RuntimeError(f"The staff list of the demonstration is wrong: {import_plans.fault_text(plan.faults[0])}")
    with transaction():
        staged = import_services.stage(workbook, "danh-sach.xlsx", plan, create_units=True, by=SYSTEM, at=at)
        import_services.apply_import(staged.id, staff_list, shown=staged.preview_key, by=SYSTEM, at=at, on=on)


def _open_year(root_id: int, at: datetime) -> tuple[int, int]:
    """Require the built-in course of everybody this year, and return the ids of the cycle and its quiz."""
    day = local_day(at)
    course_id = db.session.scalars(select(Course.id)).one()
    quiz_id = db.session.scalars(select(Quiz.id)).one()
    facts = training.RequirementFacts("Bồi dưỡng văn hóa công vụ hằng năm", LEGAL_BASIS, root_id, course_id, quiz_id)
    requirement = training.create_requirement(facts, by=SYSTEM, at=at)
    plan = training.CyclePlan(day, date(day.year, 12, 31), (AudienceLine(1, True, root_id),))
    cycle = training.draft_cycle(requirement.id, day.year, plan, by=SYSTEM, at=at)
    training.open_cycle(cycle.id, by=SYSTEM, at=at)
    return cycle.id, quiz_id


def _let_people_learn(cycle_id: int, quiz_id: int, began: datetime, now: datetime, chance: random.Random) -> None:
    """Let some fulfil the duty, some begin, some fail once, and exempt two; the guests are left alone."""
    owing = db.session.execute(
        select(Obligation.id, Person.id, Person.full_name)
        .join(Person, Person.id == Obligation.person_id)
        .where(Obligation.cycle_id == cycle_id)
        .order_by(Person.staff_code)
    ).all()
    guests = {person.id for person, _role in _guests()}
    step = (now - began) / (len(owing) + 1)
    for place, (obligation_id, person_id, full_name) in enumerate(owing):
        if person_id in guests:
            continue
        at = began + step * place
        if place % 17 == 16:
            with transaction():
                exempt(obligation_id, "maternity", "Nghỉ thai sản (minh họa)", f"{place}/QĐ-SNV", by=SYSTEM, at=at)
        elif place % 3 != 2:
            learner = Actor(person_id, full_name)
            lessons = _read_lessons(learner, at, all_of_them=place % 5 != 4)
            if lessons:
                _take_quiz(quiz_id, learner, at + timedelta(hours=1), knows=0.9 if place % 7 else 0.35, chance=chance)


def _read_lessons(learner: Actor, at: datetime, *, all_of_them: bool) -> bool:
    """Read the lessons of the course, or only the first three; tell whether all were read."""
    entries = db.session.execute(
        select(CourseEntry.lesson_id, CourseEntry.lesson_version_id).order_by(CourseEntry.position)
    ).all()
    for lesson_id, version_id in entries if all_of_them else entries[:3]:
        with transaction():
            open_lesson(lesson_id, version_id, by=learner, at=at)
            mark_read(lesson_id, by=learner, at=at)
    return all_of_them


def _take_quiz(quiz_id: int, learner: Actor, at: datetime, *, knows: float, chance: random.Random) -> None:
    """Make an attempt in which each question is answered rightly with the chance ``knows``."""
    with transaction():
        attempt_id = attempt_services.start(quiz_id, by=learner, at=at, rng=chance).id
    with transaction():
        answers = {item_id: _answer(spec, knows, chance) for item_id, spec in _items(attempt_id)}
        answer_services.save(attempt_id, answers, by=learner, at=at + timedelta(minutes=9))
    with transaction():
        finish_services.finish(attempt_id, by=learner, at=at + timedelta(minutes=11))


def _items(attempt_id: int) -> Sequence[tuple[int, dict[str, list[dict[str, object]]]]]:
    rows = db.session.execute(
        select(AttemptItem.id, QuestionVersion.spec)
        .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
        .where(AttemptItem.attempt_id == attempt_id)
    )
    return [(row.id, row.spec) for row in rows]


def _answer(spec: dict[str, list[dict[str, object]]], knows: float, chance: random.Random) -> TypedAnswer:
    right = [str(option["key"]) for option in spec["options"] if option["right"]]
    wrong = [str(option["key"]) for option in spec["options"] if not option["right"]]
    return TypedAnswer({"chosen": right if chance.random() < knows else [chance.choice(wrong)]}, base_revision=0)


def _guests() -> list[tuple[Person, str]]:
    """Return the people whom visitors play, and what each is: by staff code, so that it is always the same ones."""
    wanted = {
        "00008": "learner",
        "00009": "learner",
        "00002": Role.HR_OFFICER,
        "00003": Role.TRAINER,
        "00001": Role.UNIT_HEAD,
        "00005": Role.INSPECTOR,
        "00010": Role.ADMINISTRATOR,
    }
    people = db.session.scalars(select(Person).where(Person.staff_code.in_(wanted))).all()
    found = {person.staff_code: person for person in people}
    return [(found[code], role) for code, role in wanted.items()]


def welcome_guests(now: datetime) -> list[Guest]:
    """Give the guests their roles, once, and fresh passwords, each time."""
    root_id = db.session.scalars(select(Unit.id).where(Unit.code == organisation.ROOT_CODE)).one()
    guests = []
    with transaction():
        for person, role in _guests():
            if role != "learner":
                unit_id = _posted_in(person) if role == Role.UNIT_HEAD else root_id
                grant_role(person.id, Role(role), unit_id, by=SYSTEM, at=now, on=local_day(now))
            password = give_first_password(person.id, must_change=False, by=SYSTEM, at=now)
            guests.append(Guest(person, role, password))
    return guests


def _posted_in(person: Person) -> int:
    return db.session.scalars(
        select(Posting.unit_id).where(Posting.person_id == person.id, Posting.valid_to.is_(None))
    ).one()
