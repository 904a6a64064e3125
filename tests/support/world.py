"""One office with one of everything that an address can name, for walks over all addresses."""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from PIL import Image
from sqlalchemy import select

from certificates.models import Certificate
from core import clock
from core.db import db, transaction
from core.job_models import Job
from lessons.models import CourseEntry, Lesson, Module
from library import services as library_services
from library.models import Source
from library.rules import SourceDraft
from people import import_plans, import_services
from people.access import SYSTEM, Role
from people.models import Person, Unit
from quizzes import time_services
from quizzes.marking_models import MarkingTask
from quizzes.models import Attempt, PoolQuestion, QuestionVersion, QuizSection
from quizzes.time_models import AttemptEvent
from tests.support.answer_files import hand_in_file
from tests.support.factories_attempts import begin, hand_in, items_of
from tests.support.factories_people import give_role, make_person, make_unit
from tests.support.factories_training import (
    Training,
    complete,
    lesson_ids,
    make_training,
    obligation_of,
    open_year,
    read,
)
from tests.support.workbooks import staff_workbook
from training.exemption_services import exempt
from training.models import Cycle


@dataclass
class World:
    """An office: its training of this year, somebody who has done it, somebody in the midst of the quiz."""

    unit: Unit
    training: Training
    cycle: Cycle
    graduate: Person
    learner: Person
    attempt: Attempt
    finished: Attempt
    #: What stands for the parts of addresses, by their names there.
    ids: dict[str, Any] = field(default_factory=dict)
    #: The same for single endpoints that need something in another state.
    exceptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: What is posted where an empty form would not say what it is about.
    forms: dict[str, dict[str, str]] = field(default_factory=dict)


def make_world(training: Training | None = None, *, mark: str = "") -> World:
    """Make an office with one of everything.

    :param mark: stands at the end of every text that people type.
    """
    training = training or make_training(make_unit("Sở Nội vụ"))
    unit = training.unit
    names = ("Lê Thị Bình", "Trần Văn Cường", "Hoàng Thị Dung")
    graduate, learner, exempted = (make_person(name + mark, unit=unit, title=f"Chuyên viên{mark}") for name in names)
    cycle = open_year(training)
    completion = complete(graduate, training, cycle)
    read(learner, lesson_ids(cycle))
    finished = hand_in(begin(training.quiz, learner, clock.now() - timedelta(hours=2)), learner)
    attempt = begin(training.quiz, learner)
    world = World(unit, training, cycle, graduate, learner, attempt, finished)
    world.ids = _ids(world) | {"media_id": _picture(unit, mark), "source_id": _source(mark)}
    world.ids |= {
        "certificate_id": _certificate(completion.id).id,
        "token": _certificate(completion.id).token,
        "obligation_id": obligation_of(learner, cycle).id,
        "grant_id": give_role(graduate, Role.UNIT_HEAD, make_unit(parent=unit)).id,
        "import_id": _staff_list(unit, mark),
        "job_id": _job(learner),
        **_more_time(world, mark),
        "item_id": _answer_to_mark(finished),
        "event_id": _answer_file(finished, learner),
    }
    spared = obligation_of(exempted, cycle).id
    with transaction():
        exempt(spared, "maternity", f"Nghỉ thai sản{mark}", "1/QĐ", by=SYSTEM, at=clock.now())
    world.exceptions = {
        "quizzes.result": {"attempt_id": finished.id},
        "quiz_desk.review_attempt": {"attempt_id": finished.id},
        "cycles.end_exemption": {"obligation_id": spared},
        "static": {"filename": "css/nep.css"},
    }
    world.forms = {
        "quizzes.save": {f"revision-{items_of(attempt)[0].id}": "0"},
        "quizzes.tell": {"kind": "open", "page": "a" * 24},
    }
    return world


def _answer_file(attempt: Attempt, person: Person) -> int:
    """Hand in an answer file after the end, and return the id of its event."""
    item = items_of(attempt)[0]
    body = f"revision-{item.id}=0&chosen-{item.id}={item.option_order[0]}"
    hand_in_file(attempt, person, [body])
    return db.session.scalars(select(AttemptEvent.id).where(AttemptEvent.attempt_id == attempt.id)).one()


def _ids(world: World) -> dict[str, Any]:
    course, quiz = world.training.course, world.training.quiz
    section = db.session.scalars(
        select(QuizSection).where(QuizSection.quiz_version_id == world.attempt.quiz_version_id)
    ).one()
    question = db.session.scalars(
        select(QuestionVersion)
        .join(PoolQuestion, PoolQuestion.question_version_id == QuestionVersion.id)
        .where(PoolQuestion.section_id == section.id)
    ).first()
    assert question is not None
    lesson_id = db.session.scalars(
        select(CourseEntry.lesson_id).where(CourseEntry.course_version_id == world.cycle.course_version_id)
    ).first()
    module = db.session.scalars(select(Module).join(Lesson).where(Lesson.id == lesson_id)).one()
    return {
        "unit_id": world.unit.id,
        "person_id": world.learner.id,
        "course_id": course.id,
        "slug": course.slug,
        "module_id": module.id,
        "lesson_id": lesson_id,
        "number": 1,
        "bank_id": section.bank_id,
        "question_id": question.question_id,
        "quiz_id": quiz.id,
        "attempt_id": world.attempt.id,
        "requirement_id": world.training.requirement.id,
        "cycle_id": world.cycle.id,
    }


def _certificate(completion_id: int) -> Certificate:
    return db.session.scalars(select(Certificate).where(Certificate.completion_id == completion_id)).one()


def _staff_list(unit: Unit, mark: str) -> int:
    data = staff_workbook(
        [1, "00777", "Đỗ Văn Mới", "01/02/1990", "Nam", f"Chuyên viên{mark}", "", "Sở Nội vụ", "", ""]
    )
    staff_list = import_plans.read_file(data)
    plan = import_plans.make_plan(staff_list, unit.id, create_units=False, by=SYSTEM, on=clock.today())
    with transaction():
        return import_services.stage(
            data, f"danh-sach{mark}.xlsx", plan, create_units=False, by=SYSTEM, at=clock.now()
        ).id


def _more_time(world: World, mark: str) -> dict[str, int]:
    span, code = time_services.Span(f"Mắt kém{mark}", clock.today(), None), world.learner.staff_code
    given: dict[str, Any] = {"span": span, "staff_code": code, "by": SYSTEM, "at": clock.now()}
    with transaction():
        more = time_services.grant_allowance(world.training.quiz.id, extra_attempts=1, **given)
        return {
            "allowance_id": more.id,
            "accommodation_id": time_services.grant_accommodation(extra_percent=25, **given).id,
        }


def _job(person: Person) -> int:
    job = Job(
        name="roster",
        arguments={},
        key=f"roster:{person.id}",
        by_id=person.id,
        return_url="/my",
        created_at=clock.now(),
    )
    db.session.add(job)
    db.session.commit()
    return job.id


def _answer_to_mark(attempt: Attempt) -> int:
    item = items_of(attempt)[0]
    about = {"quiz_id": attempt.quiz_id, "question_version_id": item.question_version_id}
    db.session.add(MarkingTask(item_id=item.id, since=clock.now(), **about))
    db.session.commit()
    return item.id


def _picture(unit: Unit, mark: str) -> int:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    with transaction():
        media = library_services.add_picture(
            drawn.getvalue(),
            file_name=f"hinh{mark}.png",
            alt=f"Hình thử{mark}",
            unit_id=unit.id,
            by=SYSTEM,
            at=clock.now(),
        )
    return media.id


def _source(mark: str) -> int:
    draft = SourceDraft(code="luat-thu-2020", title=f"Luật thử{mark}", number="01/2020/QH14", issuer="Quốc hội")
    with transaction():
        library_services.put_source(draft, by=SYSTEM, at=clock.now())
    return db.session.scalars(select(Source.id).where(Source.code == draft.code)).one()
