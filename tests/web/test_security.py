"""What an attacker tries against every address at once: forged posts, nonsense in addresses, a disk that is full."""

import io
import random
from datetime import timedelta

import pytest
import xlsxwriter
from flask import url_for
from markupsafe import escape
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from core import clock
from core.db import db
from core.errors import BadFile, RuleBroken
from core.files import check_workbook
from core.html import MAX_DEPTH, clean, from_markdown
from core.origin import origin_of
from core.worker import run_limited
from lessons import services as reading_services
from people import services as people_services
from people.access import SYSTEM, Role
from people.guards import OPEN_BEFORE_PASSWORD_CHANGE
from people.models import UserSession
from tests.conftest import NOW
from tests.support.factories_people import PASSWORD, make_person, make_unit, sign_in
from tests.support.factories_training import draft, everybody_in, make_training, open_year, plan
from tests.support.html import parse
from tests.support.workbooks import staff_workbook
from tests.support.world import World, make_world
from training import services as training_services
from training.services import RequirementFacts


@pytest.fixture
def world(session, at) -> World:
    return make_world()


@pytest.fixture
def all_powerful(client, world):
    """Sign somebody in who has every role."""
    person = make_person("Vũ Thị Đi", unit=world.unit, roles=[*Role])
    sign_in(client, person)
    return person


def paths(app, world: World, method: str) -> list[tuple[str, str]]:
    """Return endpoint and path of everything that answers a method."""
    with app.test_request_context():
        return [
            (
                rule.endpoint,
                url_for(
                    rule.endpoint,
                    **(
                        world.exceptions.get(rule.endpoint) or {name: world.ids.get(name, 1) for name in rule.arguments}
                    ),
                ),
            )
            for rule in app.url_map.iter_rules()
            if method in (rule.methods or ()) and rule.endpoint != "static"
        ]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_nothing_is_posted_without_a_token(app, client, world, all_powerful, accept):
    taken = [
        path
        for _, path in paths(app, world, "POST")
        if client.post(path, data={"name": "x"}, headers={"Accept": accept}).status_code != 400
    ]
    assert taken == []


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_first_password_opens_no_other_page(app, client, world, accept):
    person = make_person(unit=world.unit, roles=[*Role], account=True, must_change_password=True)
    sign_in(client, person)
    for endpoint, path in paths(app, world, "GET"):
        if endpoint not in OPEN_BEFORE_PASSWORD_CHANGE:
            assert client.get(path, headers={"Accept": accept}).location == "/account/password", path


def test_private_pages_and_files_are_kept_by_nobody(app, client, world, all_powerful):
    for endpoint, path in paths(app, world, "GET"):
        if endpoint != "library.picture":
            assert client.get(path).headers["Cache-Control"] == "no-store", path


HUGE = "9" * 30
NONSENSE = [
    f"/hr/roster?unit={HUGE}", f"/hr/roster?requirement={HUGE}", f"/hr/roster?year={HUGE}", "/hr/roster?unit=-1",
    f"/hr/roster.csv?unit={HUGE}", "/hr/roster?as_of=31/12/9999", "/hr/roster?as_of=01/01/0001",
    "/admin/audit?day=31/12/9999", "/admin/audit?day=01/01/0001", "/admin/audit?action=%00", "/admin/audit?person=a%00",
    "/hr/people?q=a%00b", f"/hr/people?unit={HUGE}", f"/hr/people?page={HUGE}", "/courses/%00", "/courses/%ff%fe",
    "/verify/%00", "/verify?code=%00", "/first-administrator/%00", "/static/%00", "/sign-in?next=%00",
]  # fmt: skip


@pytest.mark.parametrize("path", NONSENSE)
def test_nonsense_in_an_address_is_no_fault_of_ours(client, world, all_powerful, path):
    assert client.get(path).status_code < 500


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_roster_of_no_century_is_refused_before_it_begins(client, world, all_powerful, file_format):
    assert client.get(f"/hr/roster.{file_format}?as_of=31/12/9999").status_code == 422


def test_a_file_name_with_hidden_characters_is_kept_without_them(client, world, all_powerful):
    upload = (
        io.BytesIO(staff_workbook([1, "00778", "Lê Văn Mới", "", "", "", "", "Sở Nội vụ", "", ""])),
        "a\x00b.xlsx",
    )
    assert client.submit("/hr/import", file=upload, unit=str(world.unit.id)).status_code == 200


def test_damaged_workbooks_are_told_so():
    """One byte after another changed: whatever the unpacker raises, the officer reads that the file is damaged."""
    whole, chance, refused = staff_workbook([1, "00779", "Lê Văn Mới"]), random.Random(7), 0
    for _ in range(600):
        damaged = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.2 else whole)
        for _ in range(chance.choice([1, 2, 20])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            check_workbook(bytes(damaged))
        except BadFile:
            refused += 1
    assert refused > 300


def test_a_small_workbook_that_says_too_much_is_refused_in_its_own_process():
    """Merged cells repeat a text a million times: 6 KB that would become 38 GB on their way back to us."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet()
    for row in range(0, 20_000, 300):
        page.merge_range(row, 0, row + 299, 59, "x" * 32_000)
    book.close()
    with pytest.raises(BadFile):
        run_limited("people.sheets:read", target.getvalue())


@pytest.mark.parametrize("deep", ["<ul><li>", "<b></i>", "<a><b>", "<x-y>"])
def test_markup_that_would_hold_the_parser_up_is_shown_as_text(deep):
    assert clean(deep * (MAX_DEPTH + 1)) == escape(deep) * (MAX_DEPTH + 1)


def test_long_texts_are_not_taken_for_deep_ones():
    assert clean("<p>a<br>" * 1_000 + "<b><i>b</i></b>" * 1_000).count("<b>") == 1_000
    assert "<ul>" in from_markdown("- a\n  - b\n    - c\n" * 300)


def unavailable(*_args: object, **_more: object) -> None:
    raise OperationalError("INSERT", {}, Exception("database or disk is full"))


def test_with_a_full_disk_pages_are_read_on_and_changes_are_put_off(client, world, monkeypatch):
    sign_in(client, world.learner)
    lesson = world.ids["lesson_id"]
    reader = make_person(unit=world.unit)
    monkeypatch.setattr(people_services, "note_last_seen", unavailable)
    monkeypatch.setattr(reading_services, "open_lesson", unavailable)
    monkeypatch.setattr(reading_services, "mark_read", unavailable)
    sign_in(client, reader)
    with clock.frozen(NOW + timedelta(minutes=10)):
        page = client.get(f"/lessons/{lesson}")
        assert page.status_code == 200
        token = parse(page.text).all("input", name="csrf_token")[0]["value"]
        answer = client.post(f"/lessons/{lesson}/read", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_waiting_in_vain_for_a_connection_is_retryable(client, world, all_powerful, monkeypatch):
    def busy(*_args: object, **_more: object) -> None:
        raise NoConnectionFree("QueuePool limit reached")

    monkeypatch.setattr("people.person_queries.staff_page", busy)
    assert client.get("/hr/people").status_code == 503


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("x" * 60, "x" * 45),
    ],
)
def test_one_caller_is_one_origin(address, origin):
    assert origin_of(address) == origin


def test_another_ipv6_address_of_the_same_house_is_throttled_too(client, world):
    person = make_person(unit=world.unit, account=True)
    for number in range(8):
        client.environ_base["REMOTE_ADDR"] = f"2001:db8::{number + 1}"
        client.submit("/sign-in", name=person.staff_code, password="sai")
    client.environ_base["REMOTE_ADDR"] = "2001:db8::ffff"
    assert client.submit("/sign-in", name=person.staff_code, password=PASSWORD).status_code == 429
    client.environ_base["REMOTE_ADDR"] = "2001:db8:0:1::1"
    assert client.submit("/sign-in", name=person.staff_code, password=PASSWORD).status_code == 200


def test_forwarded_addresses_are_not_believed_unless_a_proxy_is_trusted(client, world):
    person = make_person(unit=world.unit, account=True)
    for number in range(8):
        forged = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
        form = client.page("/sign-in").all("input", name="csrf_token")[0]["value"]
        client.post("/sign-in", data={"csrf_token": form, "name": person.staff_code, "password": "x"}, headers=forged)
    assert client.submit("/sign-in", name=person.staff_code, password=PASSWORD).status_code == 429


def test_the_cookie_of_a_session_is_for_the_browser_alone(client, world):
    person = make_person(unit=world.unit, account=True)
    client.submit("/sign-in", name=person.staff_code, password=PASSWORD, follow_redirects=False)
    cookie = client.get_cookie("nep_session")
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    session = db.session.query(UserSession).order_by(UserSession.id.desc()).first()
    assert session is not None
    assert session.token_hash not in cookie.value


def test_a_requirement_of_one_unit_reaches_nobody_in_another(session, at):
    """Else the officers of the one would read, and exempt, people of the other."""
    top = make_unit("Ủy ban nhân dân tỉnh")
    mine, other = make_unit("Sở Nội vụ", parent=top), make_unit("Sở Tài chính", parent=top)
    training = make_training(mine)
    for beyond in (other, top):
        with pytest.raises(RuleBroken):
            draft(training, plan(everybody_in(beyond)))
    whole = make_training(top)
    draft(whole, plan(everybody_in(other)))
    facts = {name: getattr(whole.requirement, name) for name in ("title", "legal_basis", "course_id", "quiz_id")}
    with pytest.raises(RuleBroken):
        training_services.edit_requirement(
            whole.requirement.id, RequirementFacts(**facts, unit_id=mine.id), by=SYSTEM, at=at
        )


def test_a_roster_names_no_requirement_of_other_units(client, session, at):
    top = make_unit("Ủy ban nhân dân tỉnh")
    mine, other = make_unit("Sở Nội vụ", parent=top), make_unit("Sở Tài chính", parent=top)
    for unit, title in ((top, "Của tỉnh"), (mine, "Của sở mình"), (other, "Của sở khác")):
        make_person(unit=unit)
        open_year(make_training(unit, title=title))
    sign_in(client, make_person(unit=mine, roles=[Role.UNIT_HEAD]))
    page = client.get("/hr/roster").text
    assert "Của tỉnh" in page
    assert "Của sở mình" in page
    assert "Của sở khác" not in page
