"""People, units, staff lists, roles and the audit log in the browser."""

import io
from datetime import date

import pytest

from core.db import db
from people.access import Role
from people.models import Account, Person, Placement, Posting, RoleGrant
from tests.support.factories_people import give_role, make_person, make_unit, sign_in
from tests.support.forms import form_of
from tests.support.queries import count_queries
from tests.support.workbooks import staff_workbook, workbook

AN = (1, "0017", "Nguyễn Thị An", "05/01/1990", "Nữ", "Chuyên viên", "", "Phòng Tổng hợp", "Công chức", "")
BINH = (2, "0018", "Lê Văn Bình", date(1985, 12, 31), "Nam", "", "", "Phòng Tổng hợp", "", "")


@pytest.fixture
def office(session, at):
    top = make_unit("Sở Nội vụ", code="SNV")
    make_unit("Phòng Tổng hợp", code="PTH", parent=top)
    return top


@pytest.fixture
def officer(client, office):
    person = make_person("Phạm Thị Hòa", unit=office, roles=[Role.HR_OFFICER], staff_code="HR01")
    sign_in(client, person)
    return person


@pytest.fixture
def administrator(client, office):
    person = make_person("Trần Quản Trị", unit=office, roles=[Role.ADMINISTRATOR], staff_code="QT01")
    sign_in(client, person)
    return person


def hand_in(client, office, data, name="ds.xlsx", **more):
    values = {"file": (io.BytesIO(data), name), "unit": str(office.id), **more}
    return client.submit("/hr/import", follow_redirects=True, **values)


def csrf(client, path="/hr/people"):
    return client.page(path).all("input", name="csrf_token")[0]["value"]


@pytest.mark.parametrize(
    "path", ["/hr/people", "/hr/units", "/hr/import", "/admin/roles", "/admin/audit", "/hr/units/new"]
)
def test_learners_and_strangers_stay_outside(client, office, path):
    assert client.get(path).location.startswith("/sign-in")
    sign_in(client, make_person(unit=office))
    assert client.get(path).status_code == 403


def test_lists_the_staff_in_the_order_of_vietnamese_names(client, office, officer):
    for name in ("Dương Văn Đức", "Lê Anh", "Nguyễn Ánh", "Trần Ân"):
        make_person(name, unit=office)
    rows = client.page("/hr/people").one("tbody").all("a")
    assert [row.text for row in rows] == ["Lê Anh", "Nguyễn Ánh", "Trần Ân", "Dương Văn Đức", "Phạm Thị Hòa"]


@pytest.mark.parametrize("typed", ["pham thi hoa", "Hòa", "hoa", "HR01", "hr0"])
def test_finds_people_without_diacritics_and_by_code(client, office, officer, typed):
    make_person("Lê Văn Khác", unit=office)
    rows = client.page(f"/hr/people?q={typed}").one("tbody").all("a")
    assert [row.text for row in rows] == ["Phạm Thị Hòa"]


def test_narrows_to_a_unit(client, office, officer):
    inner = make_unit("Phòng Trong", parent=office)
    make_person("Lê Văn Trong", unit=inner)
    assert [row.text for row in client.page(f"/hr/people?unit={inner.id}").one("tbody").all("a")] == ["Lê Văn Trong"]


def test_people_of_another_unit_do_not_exist(client, office, officer):
    stranger = make_person("Người Sở Khác", unit=make_unit("Sở Tài chính"))
    assert "Người Sở Khác" not in client.page("/hr/people").text
    assert client.get(f"/hr/people/{stranger.id}").status_code == 404
    answer = client.post(f"/hr/people/{stranger.id}/first-password", data={"csrf_token": csrf(client)})
    assert answer.status_code == 404
    assert db.session.get(Account, stranger.id) is None


def test_a_first_password_is_shown_once(client, office, officer):
    person = make_person("Lê Văn Mới", unit=office)
    answer = client.post(f"/hr/people/{person.id}/first-password", data={"csrf_token": csrf(client)})
    assert "Lê Văn Mới" in answer.text
    assert db.session.get_one(Account, person.id).must_change_password
    assert "Đã cấp mật khẩu lần đầu" in client.page(f"/hr/people/{person.id}").text


def test_officers_give_no_password_to_administrators(client, office, officer):
    boss = make_person("Trần Quản Trị", unit=office, roles=[Role.ADMINISTRATOR], account=True)
    before = db.session.get_one(Account, boss.id).password_hash
    assert "first-password" not in client.get(f"/hr/people/{boss.id}").text
    answer = client.post(f"/hr/people/{boss.id}/first-password", data={"csrf_token": csrf(client)})
    assert answer.status_code == 403
    assert db.session.get_one(Account, boss.id).password_hash == before


def test_heads_of_units_look_but_give_no_passwords(client, office):
    sign_in(client, make_person(unit=office, roles=[Role.UNIT_HEAD]))
    person = make_person(unit=office)
    assert client.get(f"/hr/people/{person.id}").status_code == 200
    answer = client.post(f"/hr/people/{person.id}/first-password", data={"csrf_token": csrf(client)})
    assert answer.status_code == 403


def test_shows_the_units_as_a_tree(client, office, administrator):
    page = client.page("/hr/units")
    assert [row.all("th")[0].text for row in page.one("tbody").all("tr")] == ["Sở Nội vụ", "Cấp 2: Phòng Tổng hợp"]


def test_makes_renames_and_moves_units(client, office, administrator):
    client.submit("/hr/units/new", name="Phòng Mới", code="PM", parent=str(office.id), valid_from="01/12/2026")
    made = db.session.query(Placement).filter_by(name="Phòng Mới").one()
    assert (made.parent_id, made.valid_from) == (office.id, date(2026, 12, 1))
    old = db.session.query(Placement).filter_by(name="Phòng Tổng hợp").one()
    client.submit(f"/hr/units/{old.unit_id}", name="Văn phòng", valid_from="01/12/2026")
    before, after = db.session.query(Placement).filter_by(unit_id=old.unit_id).order_by(Placement.id)
    assert (before.valid_to, after.name, after.valid_from) == (date(2026, 12, 1), "Văn phòng", date(2026, 12, 1))


def test_units_never_come_below_themselves(client, office, administrator):
    middle = db.session.query(Placement).filter_by(name="Phòng Tổng hợp").one()
    lowest = make_unit("Tổ Văn thư", parent=db.session.get(type(office), middle.unit_id))
    answer = client.submit(f"/hr/units/{middle.unit_id}", parent=str(lowest.id))
    assert answer.status_code == 422
    assert "không thể trực thuộc" in answer.text


def test_a_unit_code_is_taken_once(client, office, administrator):
    answer = client.submit("/hr/units/new", name="Khác", code="PTH", parent=str(office.id), valid_from="01/12/2026")
    assert answer.status_code == 422
    assert "Đã có đơn vị mang mã PTH" in answer.text


def test_imports_a_list_from_upload_to_result(client, office, officer):
    answer = hand_in(client, office, staff_workbook(AN, BINH))
    assert answer.status_code == 200
    assert "Nguyễn Thị An" in answer.text
    assert db.session.query(Person).filter_by(staff_code="0017").count() == 0
    answer = client.submit(answer.request.path, action=f"{answer.request.path}/apply")
    assert "Đã áp dụng danh sách nhân sự" in answer.text
    assert db.session.query(Posting).count() == 3
    again = hand_in(client, office, staff_workbook(AN, BINH))
    assert "Không có gì để áp dụng" in again.text


def test_a_list_is_not_applied_twice(client, office, officer):
    preview = hand_in(client, office, staff_workbook(AN)).request.path
    form = form_of(client.page(preview), f"{preview}/apply")
    client.post(form.action, data=form.values)
    assert client.post(form.action, data=form.values).status_code == 409


def test_a_stale_preview_is_shown_again(client, office, officer):
    preview = hand_in(client, office, staff_workbook(AN)).request.path
    form = form_of(client.page(preview), f"{preview}/apply")
    make_person("Nguyễn Thị An", unit=office, staff_code="0017")
    answer = client.post(form.action, data=form.values, follow_redirects=True)
    assert "chưa được áp dụng" in answer.text
    assert db.session.query(Posting).filter_by(title="Chuyên viên").count() == 2


def test_wrong_rows_are_shown_and_nothing_can_be_applied(client, office, officer):
    wrong = (*AN[:3], "31/02/1990", *AN[4:])
    answer = hand_in(client, office, staff_workbook(wrong, BINH))
    assert "D5" in answer.text
    assert "không phải là ngày có thật" in answer.text
    assert f"{answer.request.path}/apply" not in answer.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "rỗng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
        (b"MZ not a workbook", ".xlsx"),
        (workbook([["a", "b"], ["c", "d"]]), "Mã CBCCVC"),
    ],
    ids=["empty", "old", "program", "no header"],
)
def test_files_that_are_no_list_are_refused_in_the_form(client, office, officer, data, words):
    answer = hand_in(client, office, data)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_list_for_another_unit_is_refused(client, office, officer):
    other = make_unit("Sở Tài chính")
    assert hand_in(client, other, staff_workbook(AN)).status_code == 422
    assert db.session.query(Person).count() == 1


def test_previews_of_others_do_not_exist(client, office, officer):
    preview = hand_in(client, office, staff_workbook(AN)).request.path
    other = make_unit("Sở Tài chính")
    sign_in(client, make_person(unit=other, roles=[Role.HR_OFFICER]))
    assert client.get(preview).status_code == 404
    answer = client.post(f"{preview}/apply", data={"csrf_token": csrf(client), "shown": "x"})
    assert answer.status_code == 404
    sign_in(client, make_person(unit=office, roles=[Role.HR_OFFICER]))
    assert client.get(preview).status_code == 404


def test_grants_and_ends_a_role(client, office, administrator):
    person = make_person("Lê Thị Giảng", unit=office, staff_code="GV1")
    page = client.page("/admin/roles")
    form = next(f for f in page.all("form") if f.all("input", name="staff_code"))
    token = form.one("input", name="csrf_token")["value"]
    data = {"csrf_token": token, "staff_code": "GV1", "role": "trainer", "unit": str(office.id)}
    assert "có vai trò này" in client.post("/admin/roles", data=data, follow_redirects=True).text
    grant = db.session.query(RoleGrant).filter_by(person_id=person.id).one()
    client.post(f"/admin/roles/{grant.id}/end", data={"csrf_token": token})
    assert db.session.get_one(RoleGrant, grant.id).valid_to is not None


def test_the_last_administrator_stays(client, office, administrator):
    grant = db.session.query(RoleGrant).one()
    answer = client.post(f"/admin/roles/{grant.id}/end", data={"csrf_token": csrf(client)})
    assert answer.status_code == 422
    assert db.session.get_one(RoleGrant, grant.id).valid_to is None


def test_roles_of_other_units_do_not_exist(client, office, administrator):
    other = make_unit("Sở Tài chính")
    grant = give_role(make_person(unit=other), Role.TRAINER, other)
    answer = client.post(f"/admin/roles/{grant.id}/end", data={"csrf_token": csrf(client)})
    assert answer.status_code == 404


def test_nobody_outside_the_scope_gets_a_role(client, office, administrator):
    make_person(unit=make_unit("Sở Tài chính"), staff_code="TC1")
    data = {"csrf_token": csrf(client), "staff_code": "TC1", "role": "trainer", "unit": str(office.id)}
    assert client.post("/admin/roles", data=data).status_code == 422


def test_the_audit_log_is_whole_only_for_whole_scopes(client, office, administrator):
    client.submit("/hr/units/new", name="Phòng Mới", code="PM", parent=str(office.id), valid_from="01/12/2026")
    assert "Tạo đơn vị" in client.page("/admin/audit").one("tbody").text
    assert "Tạo đơn vị" in client.page("/admin/audit?action=unit.create").one("tbody").text
    assert "Tạo đơn vị" not in client.page("/admin/audit?action=role.grant").one("tbody").text
    assert "Tạo đơn vị" not in client.page("/admin/audit?day=01/01/2026").one("tbody").text
    make_unit("Sở Tài chính")
    assert "của đơn vị mình" in client.page("/admin/audit").text
    other = make_unit("Sở Y tế")
    sign_in(client, make_person(unit=other, roles=[Role.INSPECTOR]))
    assert "Tạo đơn vị" not in client.page("/admin/audit").one("tbody").text


def test_the_audit_log_opens_without_an_error(client, administrator):
    assert "nep-error" not in client.get("/admin/audit").text


@pytest.mark.parametrize("path", ["/hr/people", "/hr/units", "/admin/roles", "/admin/audit", "/hr/import"])
def test_the_number_of_queries_does_not_grow(client, office, path):
    who = make_person(unit=office, roles=[Role.HR_OFFICER, Role.ADMINISTRATOR])
    sign_in(client, who)
    client.get(path)
    with count_queries() as few:
        client.get(path)
    for number in range(8):
        unit = make_unit(f"Phòng {number}", parent=office)
        make_person(f"Người {number}", unit=unit, roles=[Role.TRAINER])
    with count_queries() as many:
        client.get(path)
    assert len(many) == len(few) <= 8, many
