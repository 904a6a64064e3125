"""People of the journeys in a browser, and the office they work in: what they do, in the words of the pages."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from authoring.packages import read_package
from authoring.services import import_package
from core import clock
from core.db import db, transaction
from people.access import SYSTEM, Role
from people.models import Person
from scripts.translations import merged_catalog, parts
from tests.support.factories_people import PASSWORD, make_person, make_unit
from tests.support.workbooks import staff_workbook

_numbers = itertools.count(1)
OLD_TEXT = "Ai được phục vụ trước ở quầy một cửa?"
NEW_TEXT = "Tại quầy một cửa, ai được phục vụ trước?"
RIGHT = ("Người lấy số trước", "Người già yếu được mời lên trước", "Ghi rõ mọi giấy tờ còn thiếu")
EXPLANATION = "Thứ tự là công bằng nhìn thấy được."

LESSON = """+++
code = "1.{number}"
title = "{title}"
objective = "Sau bài này, anh/chị tiếp người dân chu đáo hơn."
minutes = 5
+++
## Trước khi người dân ngồi xuống

{title}: chào trước, hỏi việc, rồi mới nhận hồ sơ.

## Khi hồ sơ còn thiếu

Ghi **một lần cho đủ** những gì cần bổ sung.
"""
QUESTIONS = """
// difficulty: easy
::Q1::[markdown]Ai được phục vụ trước ở quầy một cửa? {
=Người lấy số trước#Đúng. Thứ tự là công bằng nhìn thấy được.
~Người quen của lãnh đạo#Quen biết không đổi được thứ tự.
~Người mặc lịch sự hơn#Trang phục không đổi được thứ tự.
}

// difficulty: medium
::Q2::[markdown]Những việc nào là phục vụ tốt? (Chọn tất cả phương án đúng.) {
~%50%Người già yếu được mời lên trước#Đúng. Ưu tiên này được niêm yết.
~%50%Ghi rõ mọi giấy tờ còn thiếu#Đúng. Nói đủ một lần.
~%-100%Hẹn miệng, không ghi phiếu#Sai. Phiếu hẹn giữ cho cả hai bên.
}
"""
COURSE = """slug = "tiep-dan-{n}"
title = "Tiếp dân {n}"
summary = "Hai bài ngắn về tiếp người dân."
hours = 4

[[module]]
code = "M1"
title = "Ở quầy một cửa"
folder = "m1"
bank = "Tiếp dân {n}"
"""
QUIZ = """slug = "kiem-tra-tiep-dan-{n}"
title = "Kiểm tra tiếp dân {n}"
pass_mark = 5.0
attempts_allowed = 3
time_limit_minutes = 30

[[section]]
title = "Ở quầy"
bank = "Tiếp dân {n}"
points = 1.0
"""


@dataclass(frozen=True)
class Office:
    """An office before its year begins: it has a personnel officer, a trainer and a course, and no staff yet."""

    number: int
    unit_id: int
    unit_name: str
    officer: str
    trainer: str
    course: str
    quiz: str
    bank: str
    staff_list: Path
    employee: str
    employee_name: str
    colleague: str


def make_office(app: Flask, folder: Path) -> Office:
    """Make an office of its own in the database of an application."""
    n = next(_numbers)
    with app.app_context():
        unit = make_unit(f"Ủy ban nhân dân phường {n}", code=f"PHUONG{n}")
        for code, name, role in (("TC", "Vũ Thị Tổ Chức", Role.HR_OFFICER), ("GV", "Đặng Văn Giảng", Role.TRAINER)):
            make_person(name, unit=unit, roles=[role], staff_code=f"{code}{n:03}", account=True)
        with transaction():
            package = read_package(_package(folder / f"khoa-hoc-{n}", n))
            import_package(package, unit_id=unit.id, by=SYSTEM, at=clock.now())
        unit_id = unit.id
    codes = (f"00{n:03}1", f"00{n:03}2")
    staff_list = folder / f"danh-sach-{n}.xlsx"
    staff_list.write_bytes(_staff_list(codes, f"Bộ phận Một cửa {n}"))
    return Office(
        n, unit_id, f"Ủy ban nhân dân phường {n}", f"TC{n:03}", f"GV{n:03}", f"Tiếp dân {n}",
        f"Kiểm tra tiếp dân {n}", f"Tiếp dân {n}", staff_list, codes[0], "Nông Thị Ngọc Ánh", codes[1],
    )  # fmt: skip


def _staff_list(codes: tuple[str, str], unit: str) -> bytes:
    return staff_workbook(
        [1, codes[0], "Nông Thị Ngọc Ánh", "08/03/1991", "Nữ", "Chuyên viên", "Chuyên viên", unit, "Công chức", ""],
        [2, codes[1], "Vi Văn Ân", "17/11/1985", "Nam", "Chuyên viên", "Chuyên viên", unit, "Công chức", ""],
    )


def _package(folder: Path, n: int) -> Path:
    (folder / "m1").mkdir(parents=True)
    files = {
        "sources.toml": "",
        "course.toml": COURSE.format(n=n),
        "quiz.toml": QUIZ.format(n=n),
        "m1/01-chao.md": LESSON.format(number=1, title="Lời chào"),
        "m1/02-phieu-hen.md": LESSON.format(number=2, title="Phiếu hẹn"),
        "m1/questions.gift": QUESTIONS,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def give_password(app: Flask, staff_code: str) -> None:
    """Let somebody sign in with PASSWORD, as if they had changed their first one before."""
    from people import passwords
    from people.models import Account

    with app.app_context(), transaction():
        person = db.session.scalars(select(Person).where(Person.staff_code == staff_code)).one()
        now = clock.now()
        hashed = passwords.hash_password(PASSWORD)
        db.session.add(
            Account(person_id=person.id, password_hash=hashed, must_change_password=False, password_changed_at=now)
        )


@cache
def _vietnamese() -> dict[str, str]:
    return {_first(message.id): _first(message.string) for message in merged_catalog(parts()) if message.string}


def _first(forms: object) -> str:
    return str(forms[0] if isinstance(forms, list | tuple) else forms)


def words(text: str, **values: object) -> str:
    """Return the Vietnamese of an interface text, as the pages say it."""
    return _vietnamese()[text] % values if values else _vietnamese()[text]


def begins(text: str) -> re.Pattern[str]:
    """Return what matches the Vietnamese of an interface text up to its first placeholder."""
    return re.compile(re.escape(_vietnamese()[text].partition("%(")[0]))


class Somebody:
    """A person at a page: every page that opens in front of them is looked at by ``check``."""

    def __init__(self, page: Page, check: Callable[[Page], None]) -> None:
        self.page, self._check = page, check
        self.main = page.locator("main")

    def look(self) -> None:
        """Look at the page as a whole."""
        expect(self.page.locator("h1")).to_have_count(1)
        self._check(self.page)

    def open(self, path: str) -> None:
        """Open an address."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        self.look()

    def sees(self, *texts: str | re.Pattern[str]) -> None:
        """Expect texts in the page."""
        for text in texts:
            expect(self.main).to_contain_text(text)

    def follow(self, label: str | re.Pattern[str]) -> None:
        """Follow a link."""
        self._go(self.main.get_by_role("link", name=label).first)

    def press(self, label: str | re.Pattern[str]) -> None:
        """Press a button that leads to another page."""
        self._go(self.main.get_by_role("button", name=label, exact=isinstance(label, str)).first)

    def confirm(self, label: str) -> None:
        """Press a button that asks first, and say yes."""
        self.main.locator("summary", has_text=label).click()
        self._go(self.main.get_by_role("button", name=label, exact=True))

    def fill(self, label: str, value: str) -> None:
        """Fill in a field."""
        self.main.get_by_label(label, exact=True).fill(value)

    def choose(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.main.get_by_label(label, exact=True).select_option(label=option)

    def tick(self, label: str) -> None:
        """Tick a box, or choose one of several."""
        self.main.get_by_label(label, exact=True).check()

    def sign_in(self, staff_code: str, password: str = PASSWORD) -> None:
        """Sign in."""
        self.open("/sign-in")
        self.fill(words("Staff code or e-mail"), staff_code)
        self.fill(words("Password"), password)
        self.press(words("Sign in"))

    def fact(self, term: str) -> str:
        """Return the value that stands beside a term."""
        fact = self.main.locator(".nep-facts > div", has=self.page.get_by_text(term, exact=True))
        return fact.locator("dd").inner_text().strip()

    def figure(self, label: str) -> int:
        """Return the figure that stands above a word."""
        stat = self.main.locator(".nep-stat", has=self.page.get_by_text(label, exact=True))
        return int(stat.locator(".nep-stat-value").inner_text())

    def _go(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.click()
        self.look()
