"""Take the pictures of the README again: a demonstration of its own in a temporary folder, and Chromium."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
import typst
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "screenshots"
DESK = {"width": 1280, "height": 860}
TALL = {"width": 1280, "height": 1120}
PHONE = {"width": 390, "height": 780}
START_SECONDS = 60
#: What stands beside the QR code; the address of a picture would be gone with it.
ADDRESS = "https://nep.minhson.example"
#: So many colours are enough for flat pages, and make small files.
COLOURS = 128
LESSONS_READ = 4
#: Pixels above what a picture is about.
ABOVE = 160
#: The course of the pictures, and its quiz.
COURSE, QUIZ = "van-hoa-cong-vu", "kiem-tra-van-hoa-cong-vu"


@dataclass(frozen=True)
class Told:
    """What the pictures need to know of the demonstration: passwords by staff code, and where things are."""

    passwords: dict[str, str]
    learner: str
    beginner: str
    officer: str
    trainer: str
    lesson_id: int
    quiz_id: int
    practice_id: int
    question_id: int
    misprinted_id: int


def main() -> None:
    """Make the demonstration, take every picture, and leave nothing else behind."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="nep-screenshots-") as name:
        folder, port = Path(name), _free_port()
        os.environ |= _environment(folder, port)
        told = _tell()
        with _serving(port) as url, sync_playwright() as playwright:
            chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            _take_all(browser, url, told, folder)
            browser.close()


def _environment(folder: Path, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder}/nep.sqlite3",
        "NEP_STORAGE_URL": f"file://{folder}/files",
        "NEP_SECRET_KEY": "for pictures only, gone with their folder",
        "NEP_BASE_URL": f"http://127.0.0.1:{port}",
        "NEP_DEMO": "1",
        "NEP_ISSUER_NAME": "Sở Nội vụ tỉnh Minh Sơn",
        "NEP_ISSUER_PARENT": "Ủy ban nhân dân tỉnh Minh Sơn",
        "NEP_ISSUER_PLACE": "Minh Sơn",
        "NEP_SIGNER_TITLE": "Giám đốc",
    }


def _tell() -> Told:
    """Tell the story of the demonstration, a little further than visitors find it."""
    from app import create_app
    from core import clock
    from core.db import db
    from demo import cast, kinds, mishap, story
    from people.access import Role
    from quizzes.models import Bank, Question, Quiz
    from server import bring_up_to_date

    with create_app().app_context():
        now = clock.now()
        bring_up_to_date()
        story.tell(now)
        guests = cast.welcome_guests(now)
        by_role = {guest.role: guest.person.staff_code for guest in guests}
        learners = [guest.person for guest in guests if guest.role == cast.LEARNER]
        lessons = _read(learners[0].id, now, LESSONS_READ)
        quizzes = {slug: quiz_id for quiz_id, slug in db.session.execute(select(Quiz.id, Quiz.slug))}
        _read(learners[1].id, now, len(lessons))
        _draw_certificate()
        question = select(Question.id).join(Bank).where(Bank.name.startswith("M7")).order_by(Question.id)
        return Told(
            passwords={guest.person.staff_code: guest.password for guest in guests},
            learner=learners[1].staff_code,
            beginner=learners[0].staff_code,
            officer=by_role[Role.HR_OFFICER],
            trainer=by_role[Role.TRAINER],
            lesson_id=lessons[LESSONS_READ],
            quiz_id=quizzes[QUIZ],
            practice_id=quizzes[kinds.SLUG],
            question_id=db.session.scalars(question.limit(1)).one(),
            misprinted_id=db.session.scalars(select(Question.id).where(Question.code == mishap.CODE)).one(),
        )


def _read(person_id: int, now: datetime, count: int) -> list[int]:
    """Let somebody read the first lessons of the course; return the lessons of the course."""
    from core.db import db, transaction
    from lessons.models import Course, CourseEntry, CourseVersion
    from lessons.services import mark_read, open_lesson
    from people.access import Actor

    entries = db.session.execute(
        select(CourseEntry.lesson_id, CourseEntry.lesson_version_id)
        .join(CourseVersion, CourseVersion.id == CourseEntry.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.slug == COURSE)
        .order_by(CourseEntry.position)
    ).all()
    reader = Actor(person_id, "")
    with transaction():
        for lesson_id, version_id in entries[:count]:
            open_lesson(lesson_id, version_id, by=reader, at=now)
            mark_read(lesson_id, by=reader, at=now)
    return [lesson_id for lesson_id, _version_id in entries]


def _draw_certificate() -> None:
    """Set the latest certificate as a picture, from the template of the PDF."""
    from certificates.models import Certificate
    from certificates.pdf import FONTS, TEMPLATE, printed_values
    from core.db import db

    certificate = db.session.scalars(select(Certificate).order_by(Certificate.id.desc()).limit(1)).one()
    values = printed_values(certificate, base_url=ADDRESS)
    drawn = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="png",
        ppi=100,
        sys_inputs={"certificate": json.dumps(values, ensure_ascii=False)},
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst drew no single page.")
    _keep("certificate", drawn)


def _take_all(browser: Browser, url: str, told: Told, folder: Path) -> None:
    reader = _signed_in(browser, url, told, told.beginner, PHONE)
    reader.goto("/my")
    _take(reader, "my-training-phone")
    reader.goto(f"/lessons/{told.lesson_id}")
    _take(reader, "lesson-phone")
    learner = _signed_in(browser, url, told, told.learner, DESK)
    learner.goto(f"/quizzes/{told.quiz_id}")
    learner.locator(f'form[action="/quizzes/{told.quiz_id}/start"] button').first.click()
    for number in (1, 2):
        learner.locator(f"#question-{number} input:not([type=hidden])").last.check()
    learner.wait_for_load_state("networkidle")
    learner.evaluate("scrollTo(0, 0)")
    _take(learner, "quiz")
    officer = _signed_in(browser, url, told, told.officer, TALL)
    officer.goto("/hr/roster")
    _take(officer, "roster")
    officer.goto("/hr/import")
    officer.locator("input[type=file]").set_input_files(_changed_list(folder))
    officer.locator("main form button[type=submit]").first.click()
    _take(officer, "import-preview")
    trainer = _signed_in(browser, url, told, told.trainer, TALL)
    trainer.goto(f"/manage/questions/{told.question_id}")
    _take(trainer, "question-editor")
    _take_engine(learner, trainer, told)


def _take_engine(learner: Page, trainer: Page, told: Told) -> None:
    """Take several kinds of questions in an attempt, the statistics of a quiz, and the preview of a correction."""
    learner.set_viewport_size({"width": TALL["width"], "height": TALL["height"]})
    learner.goto(f"/quizzes/{told.practice_id}")
    learner.locator(f'form[action="/quizzes/{told.practice_id}/start"] button').first.click()
    for row, right in enumerate((4, 2)):
        learner.locator("#question-3 select").nth(row).select_option(index=right)
    _scroll(learner, "#question-3")
    _take(learner, "attempt-kinds")
    trainer.goto(f"/manage/quizzes/{told.quiz_id}/statistics")
    _take(trainer, "statistics")
    trainer.goto(f"/manage/questions/{told.misprinted_id}/correct")
    trainer.locator("input[name=method][value=full_credit]").check()
    trainer.locator("main form button[type=submit]").first.click()
    _scroll(trainer, "main h2")
    _take(trainer, "correction")


def _scroll(page: Page, selector: str) -> None:
    """Bring something to the top, with a little of what stands above it."""
    page.locator(selector).first.evaluate(f"shown => scrollTo(0, shown.offsetTop - {ABOVE})")


def _signed_in(browser: Browser, url: str, told: Told, staff_code: str, size: dict[str, int]) -> Page:
    context = browser.new_context(
        base_url=url,
        locale="vi-VN",
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="light",
        device_scale_factor=2 if size is PHONE else 1,
        is_mobile=size is PHONE,
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("input[name=name]").fill(staff_code)
    page.locator("input[name=password]").fill(told.passwords[staff_code])
    page.locator("main form button[type=submit]").click()
    return page


def _changed_list(folder: Path) -> Path:
    """Return the staff list of the demonstration a few months later: one has come, some have moved or risen."""
    from demo import organisation

    book = openpyxl.load_workbook(io.BytesIO(organisation.staff_workbook()))
    sheet = book.worksheets[0]
    rows = {str(row[1].value): row for row in sheet.iter_rows() if row[1].value}
    for column, value in ((1, "00041"), (2, "Trần Thị Minh Châu"), (3, "14/09/1996"), (4, "Nữ"), (5, "Chuyên viên")):
        rows["00040"][column].value = value
    rows["00018"][5].value = "Chuyên viên chính"
    rows["00024"][7].value, rows["00031"][7].value = organisation.DIVISIONS[0], organisation.DIVISIONS[5]
    target = folder / "danh-sach-quy-IV.xlsx"
    book.save(target)
    return target


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    _keep(name, page.screenshot(animations="disabled"))


def _keep(name: str, drawn: bytes) -> None:
    """Store a picture with few colours and few bytes."""
    picture = Image.open(io.BytesIO(drawn)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    target = PICTURES / f"{name}.png"
    picture.save(target, optimize=True)
    print(f"{target.relative_to(ROOT)}: {picture.width} x {picture.height}, {target.stat().st_size // 1000} kB")


@contextmanager
def _serving(port: int) -> Iterator[str]:
    """Serve the demonstration until the block ends."""
    command = [sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}", "--threads=4", "--log-level=warning"]
    server = subprocess.Popen([*command, "app:create_app()"], cwd=ROOT, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(START_SECONDS * 5):
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
