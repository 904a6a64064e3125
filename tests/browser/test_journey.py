"""The whole loop, once, for real: from a staff list in Excel to a certificate that a stranger verifies."""

import csv
import io
import re

import pytest

from core import clock
from tests.browser.conftest import PHONE
from tests.support.journey import EXPLANATION, NEW_TEXT, OLD_TEXT, RIGHT, Somebody, begins, give_password, make_office
from tests.support.journey import words as _

NEW_PASSWORD = "đò dọc gặp đò ngang"
PHONE_OPTIONS = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


#: The loop is walked twice: with script on SQLite and without on PostgreSQL.
WAYS = pytest.mark.parametrize(
    ("script", "live"),
    [(True, "sqlite"), (False, "postgres")],
    ids=["with script", "without script"],
    indirect=["live"],
)


@pytest.fixture
def somebody(new_page, axe, script):
    """Return a function that lets another person sit down at a browser of their own."""
    seen: set[tuple[str, str]] = set()

    def check(page):
        # The same page of another lesson or another person is not looked at twice.
        kind = re.sub(r"[0-9]+", "", page.url), re.sub(r"[0-9]+", "", page.locator("h1").inner_text())
        if script and kind not in seen:
            seen.add(kind)
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url

    def sit_down(**options) -> Somebody:
        page = new_page(java_script_enabled=script, accept_downloads=True, **options)
        return Somebody(page, check)

    return sit_down


@WAYS
def test_the_whole_loop(live, somebody, script, tmp_path):
    office = make_office(live.app, tmp_path)

    officer = somebody()
    officer.sign_in(office.officer)
    import_staff(officer, office)
    open_the_year(officer, office)
    first_password = give_first_password(officer, office)

    employee = somebody(**PHONE_OPTIONS)
    arrive(employee, office, first_password)
    read_the_lessons(employee)
    take_the_quiz(employee, script, OLD_TEXT)
    result = employee.page.url
    code = take_the_certificate(employee)

    stranger = somebody(**PHONE_OPTIONS)
    stranger.open("/verify")
    stranger.fill(_("Check code"), code)
    stranger.press(_("Verify"))
    stranger.sees(_("Valid"), office.employee_name, office.course)

    check_the_roster(officer, office)

    trainer = somebody()
    trainer.sign_in(office.trainer)
    change_the_question(trainer, office)

    employee.open(result)
    employee.sees(OLD_TEXT)
    give_password(live.app, office.colleague)
    colleague = somebody(**PHONE_OPTIONS)
    colleague.sign_in(office.colleague)
    read_the_lessons(colleague)
    take_the_quiz(colleague, script, NEW_TEXT)


def import_staff(officer, office):
    officer.open("/hr/import")
    officer.page.locator("input[type=file]").set_input_files(office.staff_list)
    officer.tick(_("Create units that are not known yet"))
    officer.press(_("Look at the changes"))
    officer.sees(office.employee, office.employee_name, f"Bộ phận Một cửa {office.number}")
    assert officer.figure(_("New")) == 2
    officer.confirm(_("Apply the list"))
    officer.sees(begins("Applied on %(day)s. This is what it changed."))


def open_the_year(officer, office):
    today = clock.today()
    officer.open("/hr/requirements")
    officer.follow(_("Add a requirement"))
    officer.fill(_("Title"), f"Bồi dưỡng tiếp dân {office.number}")
    officer.fill(_("Legal basis"), "Kế hoạch số 12/KH-UBND ngày 05/01/2026")
    officer.choose(_("Unit that requires it"), office.unit_name)
    officer.choose(_("Course"), office.course)
    officer.choose(_("Quiz"), office.quiz)
    officer.press(_("Save the requirement"))
    officer.fill(_("Year"), str(today.year))
    officer.fill(_("Opens on"), today.strftime("%d/%m/%Y"))
    officer.fill(_("Due date, the last day in time"), f"31/12/{today.year}")
    officer.choose(_("Unit and all units below it"), office.unit_name)
    officer.press(_("Save and see whom it concerns"))
    officer.sees(office.employee_name)
    assert officer.figure(_("people concerned")) == 4
    officer.confirm(_("Open the year"))
    assert officer.figure(_("not completed yet")) == 4


def give_first_password(officer, office) -> str:
    officer.open("/hr/people")
    officer.fill(_("Name or staff code"), office.employee)
    officer.press(_("Search"))
    officer.follow(office.employee_name)
    officer.confirm(_("Give a first password"))
    return officer.fact(_("First password"))


def arrive(employee, office, first_password):
    employee.sign_in(office.employee, first_password)
    employee.sees(_("Choose your own password"))
    employee.fill(_("Password on the slip"), first_password)
    employee.fill(_("New password"), NEW_PASSWORD)
    employee.fill(_("New password, once more"), NEW_PASSWORD)
    employee.press(_("Change password"))
    employee.open("/my")
    employee.sees(f"Bồi dưỡng tiếp dân {office.number}")
    employee.main.get_by_text(_("Why is this required of me?")).click()
    employee.sees("Kế hoạch số 12/KH-UBND ngày 05/01/2026", office.unit_name, "Vũ Thị Tổ Chức")


def read_the_lessons(learner):
    learner.open("/my")
    learner.follow(re.compile("Lời chào"))
    learner.sees("Ghi một lần cho đủ")
    learner.press(_("I have read this, go on"))
    learner.sees("Phiếu hẹn")
    learner.press(_("I have read this"))


def take_the_quiz(learner, script, text):
    learner.open("/my")
    learner.follow(_("Take the quiz"))
    learner.press(_("Start the quiz"))
    learner.sees(text)
    for option in RIGHT:
        learner.tick(option)
    if script:
        learner.sees(re.compile(r"\d\d:\d\d:\d\d"))
    else:
        learner.press(_("Save and continue"))
    learner.press(_("Submit the quiz"))
    learner.sees(_("After that the answers can't be changed any more."))
    learner.press(_("Submit the quiz"))
    learner.sees(_("Passed"), "10/10", text, EXPLANATION)


def take_the_certificate(employee) -> str:
    employee.follow(_("Open the certificate"))
    code = employee.fact(_("Check code"))
    with employee.page.expect_download() as download:
        employee.main.get_by_role("link", name=_("Download the certificate (PDF)")).click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    return code


def check_the_roster(officer, office):
    officer.open("/hr/roster")
    required, done, left, exempt = (officer.figure(_(word)) for word in ("Required", "Done", "Not yet done", "Exempt"))
    assert (required, done, left, exempt) == (4, 1, 3, 0)
    with officer.page.expect_download() as download:
        officer.main.get_by_role("link", name=_("Download CSV")).click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")), delimiter=";"))
    passed = [row for row in rows if row[_("Result")] == _("Passed")]
    assert (len(rows), len(passed)) == (required, done)
    assert passed[0][_("Staff code")] == office.employee


def change_the_question(trainer, office):
    trainer.open("/manage/banks")
    trainer.follow(office.bank)
    trainer.follow("Q1")
    trainer.page.locator("textarea[name=prompt]").fill(NEW_TEXT)
    trainer.press(_("Save and go on to publish"))
    trainer.sees(OLD_TEXT, NEW_TEXT)
    trainer.tick(office.quiz)
    trainer.press(_("Publish"))
