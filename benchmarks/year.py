"""A year of training for learners of their own: one lesson, a quiz, an open cycle, and accounts with a password."""

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from authoring.packages import read_package
from authoring.services import import_package
from benchmarks.data import ROOT_ID
from benchmarks.databases import Database
from core import clock
from core.db import db, transaction
from core.text import fold, name_sort_key
from lessons.models import Course, Lesson, Module
from people import passwords
from people.access import SYSTEM
from people.models import Account, Person, Posting, StaffGroup
from people.unit_services import create_unit
from quizzes.models import Quiz
from training import services as training
from training.rules import AudienceLine

PASSWORD = "gió mùa thu thổi 27"
COURSE = 'slug = "{slug}"\ntitle = "Tiếp dân"\nsummary = ""\nhours = 4\n\n[[module]]\ncode = "M1"\n'
MODULE = 'title = "Ở quầy một cửa"\nfolder = "m1"\nbank = "{slug}"\n'
QUIZ = 'slug = "{slug}"\ntitle = "Kiểm tra tiếp dân"\npass_mark = 0.5\nattempts_allowed = 3\ntime_limit_minutes = 30\n'
SECTION = '\n[[section]]\ntitle = "Ở quầy"\nbank = "{slug}"\npoints = 1.0\n'
LESSON = '+++\ncode = "1.1"\ntitle = "Lời chào"\nobjective = "Anh/chị chào trước."\nminutes = 5\n+++\n{paragraphs}\n'
PARAGRAPH = (
    "## Mục {n}\n\nChị Hòa chào **bà Lụa** trước, hỏi việc, rồi mới nhận hồ sơ; còn thiếu gì thì ghi một lần cho đủ.\n"
)
QUESTION = """::{n}::[markdown]Câu {n}\\: anh/chị xử lý thế nào khi hồ sơ thiếu một giấy? {{
=Phương án A của câu {n}\\: báo cáo thủ trưởng rồi làm đúng quy trình#Đúng quy tắc ứng xử.
~Phương án B của câu {n}\\: hẹn miệng, không ghi phiếu#Phiếu hẹn giữ cho cả hai bên.
~Phương án C của câu {n}\\: trả lại, không giải thích#Người dân cần biết còn thiếu gì.
~Phương án D của câu {n}\\: nhận rồi để đó#Hồ sơ phải đi tiếp.
}}
"""


@dataclass(frozen=True)
class Year:
    """What learners need to know: where the course, the lesson and the quiz are, and who they are."""

    course_slug: str
    lesson_id: int
    quiz_id: int
    staff_codes: tuple[str, ...]


def open_year(database: Database, slug: str, *, questions: int, learners: int) -> Year:
    """Publish a course with a quiz of so many questions, and require it this year of new learners."""
    at, today = clock.now(), clock.today()
    with tempfile.TemporaryDirectory(prefix="nep-bench-course-") as folder, database.app.app_context():
        package = read_package(_package(Path(folder) / slug, slug, questions))
        with transaction():
            unit = create_unit(
                slug, f"Phòng {slug}", ROOT_ID, valid_from=date(today.year, 1, 1), by=SYSTEM, at=at, on=today
            )
            unit_id, codes = unit.id, tuple(f"{slug}-{number:04d}" for number in range(learners))
            _employ(unit_id, codes)
        with transaction():
            import_package(package, unit_id=unit_id, by=SYSTEM, at=at)
        course_id = db.session.scalars(select(Course.id).where(Course.slug == slug)).one()
        lesson = select(Lesson.id).join(Module, Module.id == Lesson.module_id).where(Module.course_id == course_id)
        quiz_id = db.session.scalars(select(Quiz.id).where(Quiz.slug == slug)).one()
        year = Year(slug, db.session.scalars(lesson).one(), quiz_id, codes)
        with transaction():
            facts = training.RequirementFacts(slug, "Quyết định số 02/QĐ-SX", unit_id, course_id, quiz_id)
            requirement = training.create_requirement(facts, by=SYSTEM, at=at)
            plan = training.CyclePlan(today, date(today.year, 12, 31), (AudienceLine(1, True, unit_id),))
            cycle = training.draft_cycle(requirement.id, today.year, plan, by=SYSTEM, at=at)
            training.open_cycle(cycle.id, by=SYSTEM, at=at)
        return year


def _employ(unit_id: int, codes: tuple[str, ...]) -> None:
    """Post people in a unit, with accounts that all have the same password."""
    at, since, hashed = clock.now(), date(clock.today().year, 1, 1), passwords.hash_password(PASSWORD)
    people = [
        Person(
            staff_code=code,
            full_name="Nguyễn Thị An",
            name_key=name_sort_key("Nguyễn Thị An"),
            search_text=fold(f"Nguyễn Thị An {code}"),
            sex="female",
            staff_group=StaffGroup.CIVIL_SERVANT,
            rank="Chuyên viên",
            created_at=at,
        )
        for code in codes
    ]
    db.session.add_all(people)
    db.session.flush()
    account = {"password_hash": hashed, "must_change_password": False, "password_changed_at": at}
    for person in people:
        db.session.add(Posting(person_id=person.id, unit_id=unit_id, title="Chuyên viên", valid_from=since))
        db.session.add(Account(person_id=person.id, **account))


def _package(folder: Path, slug: str, questions: int) -> Path:
    files = {
        "sources.toml": "",
        "course.toml": (COURSE + MODULE).format(slug=slug),
        "quiz.toml": (QUIZ + SECTION).format(slug=slug),
        "m1/01-chao.md": LESSON.format(paragraphs="\n".join(PARAGRAPH.format(n=n) for n in range(1, 11))),
        "m1/questions.gift": "\n".join(QUESTION.format(n=n) for n in range(1, questions + 1)),
    }
    (folder / "m1").mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
