"""What has happened in the fictional department so far this year, told through the ordinary services."""

import itertools
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Row, func, select

from authoring.packages import read_package
from authoring.services import import_package
from core.clock import local_day, local_midnight
from core.db import db, transaction
from demo import cast, essays, kinds, mishap, organisation
from demo.sittings import Knowing, sit
from lessons.models import Course, CourseEntry, CourseVersion
from lessons.services import mark_read, open_lesson
from people import import_plans, import_services
from people.access import SYSTEM, Actor
from people.models import Person
from people.unit_services import create_unit
from quizzes import statistics_jobs, time_services
from quizzes.models import Attempt, Quiz
from quizzes.time_services import Span
from training import services as training
from training.exemption_services import exempt
from training.models import Obligation
from training.rules import AudienceLine

CONTENT = Path(__file__).parents[1] / "content"
#: How long ago the year was opened, unless the year itself is younger.
STORY_DAYS = 45
#: What happened last before now: a wrong key was mended. Everything else is older, but for who sits a quiz right now.
MENDED, BEFORE, SITTING = timedelta(minutes=90), timedelta(hours=3), timedelta(minutes=6)
LEGAL_BASIS = (
    "Quyết định số 1847/QĐ-TTg ngày 27/12/2018 của Thủ tướng Chính phủ phê duyệt Đề án Văn hóa công vụ; "
    "kế hoạch bồi dưỡng hằng năm của Sở (minh họa)."
)
#: How much somebody knows in attempt after attempt, until one passes; nothing: who sits the quiz right now.
KNOWLEDGE: tuple[tuple[float, ...], ...] = (
    (0.3, 0.45, 0.95), (0.9,), (0.35, 0.85), (), (0.7,), (0.4, 0.75), (0.2, 0.25, 0.2), (0.95,), (0.3, 0.8),
    (0.4, 0.45, 0.85),
)  # fmt: skip
#: The divisions whose staff sit at the counter, and so write the essay.
AT_THE_COUNTER = organisation.DIVISIONS[:3]


def is_told() -> bool:
    """Tell whether the department exists already."""
    return db.session.scalar(select(func.count()).select_from(Person)) != 0


def tell(now: datetime) -> None:
    """Make the department, its courses and this year's duties, and let part of the staff fulfil them."""
    began = max(now - timedelta(days=STORY_DAYS), local_midnight(date(local_day(now).year, 1, 1)))
    with transaction():
        root_id = create_unit(
            organisation.ROOT_CODE, organisation.ROOT_NAME, None,
            valid_from=local_day(began), by=SYSTEM, at=began, on=local_day(began),
        ).id  # fmt: skip
    _import_staff(root_id, began)
    cast.appoint(began)
    with transaction():
        import_package(read_package(CONTENT), unit_id=root_id, by=SYSTEM, at=began)
    course_id, quiz_id = db.session.scalars(select(Course.id)).one(), db.session.scalars(select(Quiz.id)).one()
    slip = mishap.misprint(quiz_id, began)
    kinds.offer_practice(began)
    essay_course_id, essay_quiz_id = essays.prepare(began)
    everybody = (AudienceLine(1, True, root_id),)
    counters = tuple(AudienceLine(n, True, cast.unit_id(name)) for n, name in enumerate(AT_THE_COUNTER, start=1))
    duty_id = _require("Bồi dưỡng văn hóa công vụ hằng năm", course_id, quiz_id, everybody, began)
    essay_duty_id = _require(
        "Bồi dưỡng xử lý tình huống cho người trực một cửa", essay_course_id, essay_quiz_id, counters, began
    )
    _let_people_learn(duty_id, course_id, quiz_id, slip, began, now)
    _let_people_write(essay_duty_id, essay_course_id, essay_quiz_id, began, now)
    mishap.mend(slip, quiz_id, now - MENDED)
    _give_time(quiz_id, now)
    statistics_jobs.refresh(now)


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


def _require(title: str, course_id: int, quiz_id: int, lines: tuple[AudienceLine, ...], at: datetime) -> int:
    """Require a course and its quiz this year, and return the id of the cycle."""
    day = local_day(at)
    facts = training.RequirementFacts(title, LEGAL_BASIS, cast.unit_id(), course_id, quiz_id)
    with transaction():
        requirement = training.create_requirement(facts, by=SYSTEM, at=at)
        plan = training.CyclePlan(day, date(day.year, 12, 31), lines)
        cycle = training.draft_cycle(requirement.id, day.year, plan, by=SYSTEM, at=at)
        training.open_cycle(cycle.id, by=SYSTEM, at=at)
        return cycle.id


def _let_people_learn(
    cycle_id: int, course_id: int, quiz_id: int, slip: mishap.Misprint, began: datetime, now: datetime
) -> None:
    """Let some fulfil the duty at once or after failing, some begin, and exempt two; the guests are left alone."""
    chance = random.Random(11)
    owing = _owing(cycle_id)
    until = now - BEFORE
    step = (until - began) / (len(owing) + 1)
    knowledge = itertools.cycle(KNOWLEDGE)
    for place, row in enumerate(owing):
        at = began + step * place
        learner = Actor(row.person_id, row.full_name)
        if row.staff_code in cast.GUESTS or place % 6 == 5:
            continue
        if place % 17 == 16:
            with transaction():
                exempt(row.id, "maternity", "Nghỉ thai sản (minh họa)", f"{place}/QĐ-SNV", by=SYSTEM, at=at)
        elif place % 5 == 4:
            _read_lessons(course_id, learner, at, count=3)
        else:
            _read_lessons(course_id, learner, at)
            if known := next(knowledge):
                _sit_until_passed(quiz_id, learner, [Knowing(knows, chance, slip) for knows in known], at, until)
            else:
                started = now - SITTING - timedelta(seconds=11 * place)
                sit(quiz_id, learner, started, Knowing(0.8, chance, slip), minutes=5, leave_out=6, hand_in=False)


def _sit_until_passed(quiz_id: int, learner: Actor, known: Sequence[Knowing], first: datetime, until: datetime) -> None:
    """Let somebody sit the quiz, and again after failing."""
    for number, knowing in enumerate(known):
        at = first + (until - first) * number / len(known) + timedelta(hours=1)
        attempt_id = sit(quiz_id, learner, at, knowing)
        if db.session.get_one(Attempt, attempt_id).passed:
            break


def _let_people_write(cycle_id: int, course_id: int, quiz_id: int, began: datetime, now: datetime) -> None:
    """Let people at the counter write their essays, and the trainers mark some of them."""
    writers = [row for row in _owing(cycle_id) if row.staff_code not in cast.GUESTS][: len(essays.ANSWERS)]
    for number, (row, text) in enumerate(zip(writers, essays.ANSWERS, strict=True), start=1):
        learner = Actor(row.person_id, row.full_name)
        at = began + (now - BEFORE - began) * number / (len(writers) + 1)
        _read_lessons(course_id, learner, at)
        sit(quiz_id, learner, at, Knowing(0.8, random.Random(number), essay=text), minutes=28)
    essays.mark_some(now - BEFORE)


def _owing(cycle_id: int) -> Sequence[Row[int, int, str, str]]:
    """Return who owes a cycle, by staff code."""
    return db.session.execute(
        select(Obligation.id, Obligation.person_id, Person.full_name, Person.staff_code)
        .join(Person, Person.id == Obligation.person_id)
        .where(Obligation.cycle_id == cycle_id)
        .order_by(Person.staff_code)
    ).all()


def _read_lessons(course_id: int, learner: Actor, at: datetime, *, count: int | None = None) -> None:
    """Read the lessons of a course, all of them or the first ones."""
    entries = db.session.execute(
        select(CourseEntry.lesson_id, CourseEntry.lesson_version_id)
        .join(CourseVersion, CourseVersion.id == CourseEntry.course_version_id)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseEntry.position)
        .limit(count)
    ).all()
    with transaction():
        for lesson_id, version_id in entries:
            open_lesson(lesson_id, version_id, by=learner, at=at)
            mark_read(lesson_id, by=learner, at=at)


def _give_time(quiz_id: int, now: datetime) -> None:
    """Let the officer give one guest more time on every quiz, and another attempt to who has failed them all."""
    officer = cast.actor(cast.OFFICER)
    today = local_day(now)
    with transaction():
        time_services.grant_accommodation(
            cast.ADVANCED_LEARNER, 50, span=Span("Đang điều trị mắt (minh họa)", today, None), by=officer, at=now
        )
        time_services.grant_allowance(
            quiz_id,
            span=Span("Mất điện giữa lượt làm bài thứ ba (minh họa)", today, date(today.year, 12, 31)),
            staff_code=_failed_thrice(quiz_id),
            extra_attempts=1,
            by=officer,
            at=now,
        )


def _failed_thrice(quiz_id: int) -> str:
    """Return the staff code of the first one who has no attempt left."""
    return db.session.scalars(
        select(Person.staff_code)
        .join(Attempt, Attempt.person_id == Person.id)
        .where(Attempt.quiz_id == quiz_id, Attempt.passed.is_(False))
        .group_by(Person.staff_code)
        .order_by(func.count().desc(), Person.staff_code)
        .limit(1)
    ).one()
