"""Pages of training: what learners owe, and the officer's way from a requirement to a closed year."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from core import clock
from core.db import db
from people.access import Role
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_training import (
    complete,
    draft,
    everybody_in,
    lesson_ids,
    make_training,
    nobody_in,
    obligation_of,
    open_year,
    plan,
    read,
)
from tests.support.queries import count_queries
from training.models import Cycle, Exemption, Obligation, Requirement

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture
def training(session):
    return make_training()


@pytest.fixture
def officer(training):
    return make_person("Phạm Văn Cán", unit=training.unit, roles=[Role.HR_OFFICER])


def main_text(page):
    return page.one("main").text


def hrefs(page):
    return [link.get("href") for link in page.one("main").all("a")]


def test_the_home_page_leads_to_my_training_or_to_sign_in(client, training):
    assert client.get("/").location == "/my"
    assert client.get("/my").location.startswith("/sign-in")
    sign_in(client, make_person(unit=training.unit))
    client.page("/")


def test_without_any_duty_the_page_says_so_and_leads_to_the_courses(client, training):
    sign_in(client, make_person(unit=training.unit))
    assert "/courses" in hrefs(client.page("/my"))


def test_a_duty_shows_what_when_why_and_the_next_lesson(client, training):
    person = make_person(unit=training.unit)
    cycle = open_year(training, plan(everybody_in(training.unit, "civil_servant")))
    sign_in(client, person)
    page = client.page("/my")
    text = main_text(page)
    for shown in (
        "Bồi dưỡng văn hóa công vụ (2026)",
        "31/12/2026",
        "41",
        "Sở Nội vụ",
        "Kế hoạch số 12/KH-SNV",
        "20/11/2026 09:00",
    ):
        assert shown in text
    first, second = lesson_ids(cycle)
    assert f"/lessons/{first}" in hrefs(page)
    read(person, [first])
    assert f"/lessons/{second}" in hrefs(client.page("/my"))
    read(person, [second])
    assert f"/quizzes/{training.quiz.id}" in hrefs(client.page("/my"))


def test_a_completed_duty_offers_the_certificate(client, training):
    person = make_person(unit=training.unit)
    made = complete(person, training, open_year(training))
    sign_in(client, person)
    page = client.page("/my")
    assert "10" in main_text(page)
    assert any(href.startswith("/certificates/") and href.endswith(".pdf") for href in hrefs(page))
    ways = client.page(f"/attempts/{made.attempt_id}/result")
    assert any(href.startswith("/certificates/") for href in hrefs(ways))


def test_earlier_years_stay_below(client, training):
    person = make_person(unit=training.unit)
    complete(person, training, open_year(training))
    new_year = datetime(2027, 2, 1, 2, 0, tzinfo=UTC)
    open_year(
        training, plan(everybody_in(training.unit), opens_on=date(2027, 1, 4), due_on=date(2027, 12, 31)), at=new_year
    )
    with clock.frozen(new_year):
        sign_in(client, person)
        page = client.page("/my")
    assert next(heading.text for heading in page.one("main").all("h2")).endswith("(2027)")
    assert page.one("main").one("tbody").text.startswith("2026")


@pytest.mark.parametrize(("years", "lessons"), [(1, 1), (4, 12)])
def test_my_training_asks_as_much_for_many_years_and_lessons_as_for_few(client, session, years, lessons):
    training = make_training(lessons=lessons)
    person = make_person(unit=training.unit)
    for year in range(2027 - years, 2027):
        open_year(
            training,
            plan(everybody_in(training.unit), opens_on=date(year, 1, 5), due_on=date(year, 12, 1)),
            at=datetime(year, 1, 10, tzinfo=UTC),
        )
    sign_in(client, person)
    with count_queries() as queries:
        client.get("/my")
    assert len(queries) <= 6, queries


@pytest.mark.parametrize("role", [None, Role.TRAINER, Role.UNIT_HEAD, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_only_officers_open_the_requirements(client, training, role):
    sign_in(client, make_person(unit=training.unit, roles=[role] if role else []))
    assert client.get("/hr/requirements").status_code == 403


def test_officers_see_and_touch_only_their_units(client, training, officer):
    foreign = make_training(make_unit("Sở Tài chính"), title="Việc của sở khác")
    make_person(unit=foreign.unit)
    cycle = open_year(foreign)
    owed = db.session.scalars(select(Obligation)).one()
    sign_in(client, officer)
    assert "Việc của sở khác" not in client.get("/hr/requirements").text
    paths = (
        f"/hr/requirements/{foreign.requirement.id}/edit",
        f"/hr/cycles/{cycle.id}",
        f"/hr/obligations/{owed.id}/exemption",
    )
    for path in paths:
        assert client.get(path).status_code == 403
    for path in (
        f"/hr/cycles/{cycle.id}/close",
        f"/hr/cycles/{cycle.id}/evaluate",
        f"/hr/obligations/{owed.id}/exemption/end",
    ):
        form = {"csrf_token": token(client)}
        assert client.post(path, data=form).status_code == 403
    assert db.session.get_one(Cycle, cycle.id).state == "open"


def token(client):
    return client.page("/hr/requirements").all("input", name="csrf_token")[0].get("value")


def test_an_officer_writes_down_a_requirement_plans_a_year_sees_whom_it_binds_and_opens_it(client, training, officer):
    spared = make_unit("Tổ lái xe", parent=training.unit)
    make_person("Lê Thị Bình", unit=training.unit)
    make_person("Ngô Văn Lái", unit=spared)
    sign_in(client, officer)
    answer = client.submit(
        "/hr/requirements/new",
        title="Bồi dưỡng liêm chính",
        legal_basis="Kế hoạch số 7",
        unit_id=training.unit.id,
        course_id=training.course.id,
        quiz_id=training.quiz.id,
    )
    plan_page = answer.request.path
    assert plan_page.endswith("/plan")

    values = {"year": "2026", "opens_on": "01/11/2026", "due_on": "31/12/2026"}
    added = client.submit(plan_page, change="add", **values)
    assert added.status_code == 200
    assert 'name="lines-1-unit_id"' in added.text
    refused = client.submit(plan_page, **{**values, "due_on": "31/10/2026"})
    assert refused.status_code == 422

    lines = {"lines-1-includes": "0", "lines-1-unit_id": spared.id, "lines-1-staff_group": ""}
    shown = client.submit(plan_page, **values, **lines)
    draft_page = shown.request.path
    assert "Lê Thị Bình" in shown.text
    assert "Ngô Văn Lái" not in shown.text
    assert "Ngô Văn Lái" in client.get(f"{draft_page}?show=spared").text

    opened = client.submit(draft_page, action=f"{draft_page}/open")
    assert opened.status_code == 200
    assert db.session.scalar(select(Cycle.state)) == "open"
    assert len(db.session.scalars(select(Obligation)).all()) == 2
    assert "Bồi dưỡng liêm chính" in client.get("/hr/requirements").text


def test_a_plan_can_be_changed_until_it_opens(client, training, officer):
    below = make_unit("Phòng Tổ chức", parent=training.unit)
    cycle = draft(training, plan(everybody_in(training.unit), nobody_in(below)))
    sign_in(client, officer)
    edit = f"/hr/cycles/{cycle.id}/plan"
    removed = client.submit(edit, change="remove-1")
    assert 'name="lines-1-unit_id"' not in removed.text
    client.submit(edit, due_on="15/12/2026")
    assert db.session.get_one(Cycle, cycle.id).due_on == date(2026, 12, 15)
    client.submit(f"/hr/cycles/{cycle.id}", action=f"/hr/cycles/{cycle.id}/open")
    assert client.submit(edit, due_on="16/12/2026").status_code == 422


def test_units_outside_the_scope_are_refused_in_a_plan(client, training, officer):
    outside = make_unit("Sở Tài chính")
    sign_in(client, officer)
    answer = client.submit(
        f"/hr/requirements/{training.requirement.id}/plan",
        **{"due_on": "31/12/2026", "lines-0-unit_id": outside.id},
    )
    assert answer.status_code == 422
    assert db.session.scalars(select(Cycle)).all() == []


def test_opening_an_audience_of_nobody_is_told_and_changes_nothing(client, training, officer):
    empty = make_unit("Phòng mới", parent=training.unit)
    cycle = draft(training, plan(everybody_in(empty)))
    sign_in(client, officer)
    client.post(f"/hr/cycles/{cycle.id}/open", data={"csrf_token": token(client)}, follow_redirects=True)
    assert db.session.get_one(Cycle, cycle.id).state == "draft"


def test_a_running_year_shows_counts_finds_people_exempts_adds_and_closes(client, training, officer):
    done, idle = make_person("Lê Thị Bình", unit=training.unit), make_person("Ngô Văn Lái", unit=training.unit)
    cycle = open_year(training)
    complete(done, training, cycle)
    path, owed = f"/hr/cycles/{cycle.id}", obligation_of(idle, cycle)
    sign_in(client, officer)
    values = [figure.text for figure in client.page(path).one("main").all("p", class_="nep-stat-value")]
    assert values == ["3", "1", "2", "0"]
    assert "Ngô Văn Lái" in client.get(f"{path}?search=ngo+van").text
    assert "Ngô Văn Lái" not in client.get(f"{path}?state=done").text

    exempting = f"/hr/obligations/{owed.id}/exemption"
    assert client.submit(exempting, category="illness", reason="").status_code == 422
    client.submit(exempting, category="illness", reason="Điều trị dài ngày", document_number="45/QĐ")
    assert db.session.scalars(select(Exemption)).one().document_number == "45/QĐ"
    values = [figure.text for figure in client.page(path).one("main").all("p", class_="nep-stat-value")]
    assert values == ["3", "1", "1", "1"]
    client.submit(exempting, action=f"{exempting}/end")
    assert db.session.scalars(select(Exemption)).one().revoked_by_id == officer.id

    make_person("Đặng Mới", unit=training.unit)
    client.submit(path, action=f"{path}/evaluate")
    assert len(db.session.scalars(select(Obligation)).all()) == 4
    form = {"csrf_token": token(client)}
    assert client.post(f"{path}/close", data=form).status_code == 422
    with clock.frozen(datetime(2027, 1, 4, 2, 0, tzinfo=UTC)):
        sign_in(client, officer)
        form = {"csrf_token": token(client)}
        client.post(f"{path}/close", data=form)
    assert db.session.get_one(Cycle, cycle.id).state == "closed"


@pytest.mark.parametrize("people", [2, 12])
def test_the_pages_of_a_year_ask_as_much_for_many_people_as_for_few(client, training, officer, people):
    for _ in range(people):
        make_person(unit=training.unit)
    cycle = draft(training)
    sign_in(client, officer)
    with count_queries() as queries:
        client.get(f"/hr/cycles/{cycle.id}")
    assert len(queries) <= 10, queries
    client.submit(f"/hr/cycles/{cycle.id}", action=f"/hr/cycles/{cycle.id}/open")
    with count_queries() as queries:
        client.get(f"/hr/cycles/{cycle.id}")
    assert len(queries) <= 10, queries


def test_a_requirement_is_edited(client, training, officer):
    sign_in(client, officer)
    client.submit(f"/hr/requirements/{training.requirement.id}/edit", title="Tên mới của yêu cầu")
    assert db.session.scalar(select(Requirement.title)) == "Tên mới của yêu cầu"
