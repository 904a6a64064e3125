"""What people, files and attackers send: refused with place and mend, shown as text, and never a fault of ours."""

import io
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from flask import url_for
from sqlalchemy import func, select

from authoring.packages import read_package
from authoring.services import import_package
from core import clock
from core.db import db, transaction
from core.i18n import LANGUAGE_COOKIE
from lessons.models import Course
from people.access import SYSTEM, Role
from people.models import Person, StaffImport, Unit
from quizzes.models import Quiz
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_training import Training
from tests.support.html import parse
from tests.support.workbooks import staff_workbook
from tests.support.world import World, make_world
from training import services
from training.services import RequirementFacts

GOOD = (1, "0017", "Nguyễn Thị An", "05/01/1990", "Nữ", "Chuyên viên", "", "Phòng Tổng hợp", "Công chức", "")
#: Would be an element, an attribute, a script, a template and a formula, wherever it is not taken as text.
CANARY = """<xss-canary onclick='alert(1)'>"'><script>alert(1)</script>{{7*7}}"""
SEEN = "xss-canary"


def changed(column: int, cell: object) -> tuple[object, ...]:
    return (*GOOD[:column], cell, *GOOD[column + 1 :])


#: What stands in a row of the list, where it stands, and what the officer reads in both languages.
BAD_ROWS = {
    "two people with one code": ([GOOD, changed(2, "Lê Văn Bình")], "B6", "0017", "0017"),
    "a unit that does not exist": ([changed(7, "Phòng Không Có")], "H5", "Phòng Không Có", "no unit"),
    "31 February": ([changed(3, "31/02/1990")], "D5", "31/02/1990", "no day of the calendar"),
    "a formula": ([changed(2, {"f": '=HYPERLINK("http://a.example","An")'})], "C5", "công thức", "formula"),
    "an emoji in a name": ([changed(2, "Nguyễn Thị An 😀")], "C5", "gõ lại họ tên", "Type the name again"),
    "markup in a name": ([changed(2, CANARY)], "C5", "ký tự", "character"),
    "a code with spaces": ([changed(1, "00 17 *")], "B5", "mã", "staff code"),
    "an e-mail that is none": ([changed(9, "an@@example")], "J5", "an@@example", "e-mail"),
}


@pytest.fixture
def office(client, at) -> Unit:
    top = make_unit("Sở Nội vụ", code="SNV")
    make_unit("Phòng Tổng hợp", code="PTH", parent=top)
    sign_in(client, make_person("Phạm Thị Hòa", unit=top, roles=[Role.HR_OFFICER], staff_code="HR01"))
    return top


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_is_named_in_the_readers_language_and_nothing_is_taken(client, office, case, language):
    rows, cell, vietnamese, english = BAD_ROWS[case]
    client.set_cookie(LANGUAGE_COOKIE, language)
    file = (io.BytesIO(staff_workbook(*rows)), "ds.xlsx")
    answer = client.submit("/hr/import", file=file, unit=str(office.id))
    page = parse(answer.text)
    assert page.one("html")["lang"] == language
    assert f", {cell}" in page.text
    assert (vietnamese if language == "vi" else english) in page.text
    path = answer.request.path
    assert not page.all("form", action=f"{path}/apply")
    token = page.all("input", name="csrf_token")[0]["value"]
    forced = client.post(f"{path}/apply", data={"csrf_token": token, "shown": "forced"})
    assert forced.status_code in {302, 409, 422}
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize(("language", "told"), [("vi", "không còn hiệu lực"), ("en", "no longer valid")])
def test_a_stale_form_is_told_so(client, office, language, told):
    client.set_cookie(LANGUAGE_COOKIE, language)
    answer = client.post("/account/sessions/end-others", data={"csrf_token": "from yesterday"})
    assert answer.status_code == 400
    assert told in answer.text


def test_what_is_too_large_is_refused_before_it_is_read(app, client, office):
    huge = b"--x\r\n" + bytes(app.config["MAX_CONTENT_LENGTH"])
    answer = client.post("/hr/import", data=huge, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "lớn hơn mức" in answer.text


@pytest.fixture
def marked(app, session, at, tmp_path) -> World:
    """Return an office in which every text that people type holds the canary."""
    unit = make_unit(f"Sở Nội vụ {CANARY}")
    folder = tmp_path / "khoa-hoc"
    for name, text in _package().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with transaction():
        import_package(read_package(folder), unit_id=unit.id, by=SYSTEM, at=at)
    course, quiz = db.session.scalars(select(Course)).one(), db.session.scalars(select(Quiz)).one()
    facts = RequirementFacts(f"Bồi dưỡng {CANARY}", f"Kế hoạch {CANARY}", unit.id, course.id, quiz.id)
    with transaction():
        requirement = services.create_requirement(facts, by=SYSTEM, at=clock.now())
    return make_world(Training(unit, course, quiz, requirement), mark=CANARY)


def _package() -> dict[str, str]:
    literal = f"'''{CANARY}'''".replace("onclick='alert(1)'", 'onclick="alert(1)"').replace("\"'>", '">')
    gift = "".join(f"\\{letter}" if letter in "~=#{}:" else letter for letter in CANARY)
    return {
        "sources.toml": "",
        "course.toml": f"slug = 'canary'\ntitle = {literal}\nsummary = {literal}\nhours = 4\n[[module]]\ncode = 'M1'\n"
        f"title = {literal}\nfolder = 'm1'\nbank = {literal}\nsummary = {literal}\n",
        "quiz.toml": f"slug = 'canary'\ntitle = {literal}\ninstructions = {literal}\npass_mark = 5.0\n"
        "time_limit_minutes = 30\nattempts_allowed = 3\n"
        f"[[section]]\ntitle = {literal}\nbank = {literal}\npoints = 1.0\n",
        "m1/01-a.md": f"+++\ncode = '1.1'\ntitle = {literal}\nobjective = {literal}\nminutes = 5\n+++\n"
        f"## A\n\n{CANARY}\n",
        "m1/questions.gift": f"::Q1::[markdown]{gift} {{\n={gift} A#{gift}\n~{gift} B#{gift}\n####{gift}\n}}\n",
    }


def pages(app, world: World) -> Iterator[tuple[str, str]]:
    """Yield the endpoint and the path of every page."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in {"static", "certificates.download"}:
                named = world.exceptions.get(rule.endpoint) or {name: world.ids[name] for name in rule.arguments}
                yield rule.endpoint, url_for(rule.endpoint, **named)


@pytest.mark.parametrize("role", ["holder", *Role])
def test_what_people_type_is_text_on_every_page(app, client, marked, role):
    """The client itself refuses inline scripts and handlers; an element of the canary's would be one too many."""
    person = marked.learner if role == "holder" else make_person(f"Vũ {CANARY}", unit=marked.unit, roles=[Role(role)])
    db.session.get_one(StaffImport, marked.ids["import_id"]).uploaded_by_id = person.id
    sign_in(client, person)
    shown = set()
    for endpoint, path in pages(app, marked):
        answer = client.get(
            path, query_string=dict.fromkeys(("q", "search", "action", "person", "code", "next"), CANARY)
        )
        assert answer.status_code < 500, path
        if answer.mimetype == "text/html" and answer.status_code == 200:
            page = parse(answer.text)
            assert page.all(SEEN) == [], path
            if SEEN in page.text:
                shown.add(endpoint)
    assert len(shown) >= 8, shown


NONSENSE = ("", "0", "-1", "abc", "99999999999999999999", "\x00", "😀", "' OR 1=1 --", "a" * 5000, "%00", "٣")
FIELDS = (
    "q", "search", "page", "year", "unit", "requirement", "as_of", "kind", "state", "day", "show", "next", "code",
    "action", "person",
)  # fmt: skip


def test_no_address_fails_on_nonsense_in_its_query(app, client, session, at):
    world = make_world()
    sign_in(client, make_person("Vũ Đi", unit=world.unit, roles=list(Role)))
    values = itertools.cycle(NONSENSE)
    for _endpoint, path in pages(app, world):
        for _ in range(3):
            answer = client.get(path, query_string={name: next(values) for name in FIELDS})
            assert answer.status_code < 500, path


def test_what_does_not_exist_is_not_found_and_no_fault(app, client, session, at):
    sign_in(client, make_person("Vũ Đi", unit=make_unit(), roles=list(Role)))
    with app.test_request_context():
        rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments]
        absent: list[dict[str, Any]] = [dict.fromkeys(rule.arguments, 2**31 - 1) for rule in rules]
        paths = [url_for(rule.endpoint, **values) for rule, values in zip(rules, absent, strict=True)]
    assert {client.get(path).status_code for path in paths} == {404}


def test_no_form_fails_on_nonsense(app, client, session, at):
    world = make_world()
    sign_in(client, make_person("Vũ Đi", unit=world.unit, roles=list(Role)))
    for values in (NONSENSE, NONSENSE[::-1], [CANARY]):
        typed = itertools.cycle(values)
        for _endpoint, path in pages(app, world):
            page = client.get(path)
            if page.mimetype != "text/html" or page.status_code != 200:
                continue
            for form in parse(page.text).all("form", method="post"):
                controls = form.all("input", "select", "textarea")
                data = {control.get("name"): next(typed) for control in controls if control.get("name")}
                data["csrf_token"] = form.all("input", name="csrf_token")[0]["value"]
                if "sign-out" in form["action"]:
                    continue
                answer = client.post(form["action"] or path, data=data)
                assert answer.status_code < 500, f"{form['action'] or path}: {data}"
