"""Signing in and out, sessions, passwords, the first administrator."""

from datetime import timedelta

import pytest

from core import clock
from core.db import db
from people import setup_services
from people.access import Role
from people.models import Account, Person, RoleGrant, SignInFailure, UserSession
from tests.conftest import NOW
from tests.support.factories_people import PASSWORD, make_person, make_unit, sign_in
from tests.support.html import parse


@pytest.fixture
def learner(session, at):
    return make_person("Đỗ Thị Ánh Ngọc", unit=make_unit("Phòng Một cửa"), staff_code="CC0042", account=True)


def enter(client, name, password, path="/sign-in"):
    return client.submit(path, follow_redirects=False, name=name, password=password)


@pytest.mark.parametrize("name", ["CC0042", "cc0042", " CC0042 ", "ngoc@example.vn", "NGOC@example.vn"])
def test_signs_in_by_code_or_email(client, learner, name):
    learner.email = "ngoc@example.vn"
    answer = enter(client, name, PASSWORD)
    assert answer.status_code == 302
    assert answer.location == "/my"
    assert "Đỗ Thị Ánh Ngọc" in client.page("/account").text


@pytest.mark.parametrize(("name", "password"), [("CC0042", "sai mật khẩu"), ("KHONGCO", PASSWORD)])
def test_refuses_in_the_same_words(client, learner, name, password):
    answer = enter(client, name, password)
    assert answer.status_code == 422
    assert "không đúng" in answer.text
    assert db.session.query(SignInFailure).count() == 1
    assert db.session.query(UserSession).count() == 0


def test_throttles_one_name_but_not_another_address(client, learner):
    for _ in range(8):
        enter(client, "CC0042", "sai")
    assert enter(client, "CC0042", PASSWORD).status_code == 429
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert enter(client, "CC0042", PASSWORD).status_code == 302


def test_throttle_ends_after_a_while(client, learner):
    for _ in range(8):
        enter(client, "CC0042", "sai")
    with clock.frozen(NOW + timedelta(minutes=16)):
        assert enter(client, "CC0042", PASSWORD).status_code == 302


def test_throttles_one_address_over_many_names(client, learner):
    at = clock.now()
    db.session.add_all(SignInFailure(name_hash=str(n), address="127.0.0.1", at=at) for n in range(60))
    assert enter(client, "CC0042", PASSWORD).status_code == 429


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_redirects_nowhere_else(client, learner, target):
    answer = client.submit(f"/sign-in?next={target}", follow_redirects=False, name="CC0042", password=PASSWORD)
    assert answer.location == "/my"


def test_goes_back_to_the_page_asked_for(client, learner):
    answer = client.get("/account")
    assert answer.location == "/sign-in?next=/account"
    assert enter(client, "CC0042", PASSWORD, answer.location).location == "/account"


def test_an_older_session_is_not_taken_over(client, learner):
    with client.session_transaction() as cookie:
        cookie["planted"] = "before"
    enter(client, "CC0042", PASSWORD)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        first = cookie["_user_id"]
    client.post("/sign-out", data={"csrf_token": token_of(client)})
    enter(client, "CC0042", PASSWORD)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first


def test_sign_out_ends_the_session_for_good(client, learner):
    enter(client, "CC0042", PASSWORD)
    with client.session_transaction() as cookie:
        stolen = cookie["_user_id"]
    client.post("/sign-out", data={"csrf_token": token_of(client)})
    with client.session_transaction() as cookie:
        cookie["_user_id"] = stolen
    assert client.get("/account").status_code == 302


def test_sessions_can_be_ended(client, learner):
    other = sign_in(client, learner)
    sign_in(client, learner)
    page = client.page("/account")
    assert len(page.one("ul", class_="nep-list").all("li")) == 2
    answer = client.submit("/account", action=f"/account/sessions/{other.id}/end")
    assert answer.status_code == 200
    assert db.session.get_one(UserSession, other.id).ended_at is not None


def test_a_session_of_somebody_else_is_left_alone(client, learner):
    other = sign_in(client, make_person(unit=make_unit()))
    sign_in(client, learner)
    answer = client.post(f"/account/sessions/{other.id}/end", data={"csrf_token": token_of(client)})
    assert answer.status_code == 404
    assert db.session.get_one(UserSession, other.id).ended_at is None


def test_sessions_expire(client, learner):
    sign_in(client, learner)
    with clock.frozen(NOW + timedelta(hours=13)):
        assert client.get("/account").status_code == 302


def test_first_password_must_be_changed(client, session, at):
    person = make_person(unit=make_unit(), account=True, must_change_password=True)
    enter(client, person.staff_code, PASSWORD)
    assert client.get("/account").location == "/account/password"
    new = "một buổi sáng trong vườn"
    client.submit("/account/password", follow_redirects=False, current=PASSWORD, new=new, again=new)
    assert client.get("/account").status_code == 200
    assert not db.session.get_one(Account, person.id).must_change_password


@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("sai mật khẩu", "một buổi sáng", "một buổi sáng", "không đúng"),
        (PASSWORD, "ngắn", "ngắn", "12"),
        (PASSWORD, "một buổi sáng", "một buổi tối", "khác nhau"),
        (PASSWORD, PASSWORD, PASSWORD, "chưa từng"),
        (PASSWORD, "cc0042 cc0042 cc", "cc0042 cc0042 cc", "mã"),
    ],
)
def test_weak_or_wrong_passwords_are_refused(client, learner, current, new, again, words):
    sign_in(client, learner)
    answer = client.submit("/account/password", current=current, new=new, again=again)
    assert answer.status_code == 422
    assert words in answer.text


def test_the_first_administrator_is_made_once(client, session, at, app):
    with app.test_request_context():
        path = f"/first-administrator/{setup_services.invitation()}"
    new = "đường dài mới biết ngựa hay"
    answer = client.submit(
        path, unit_name="Sở Nội vụ", unit_code="SNV", full_name="Lê Văn Bình", staff_code="QT01", new=new, again=new
    )
    assert answer.status_code == 200
    assert client.get(path).status_code == 404
    person = db.session.query(Person).one()
    assert db.session.query(RoleGrant).one().role == Role.ADMINISTRATOR
    assert enter(client, "QT01", new).status_code == 302
    assert person.full_name in client.page("/account").text


def test_a_forged_link_makes_no_administrator(client, session, at):
    assert client.get("/first-administrator/abc.def.ghi").status_code == 404


def test_passwords_are_never_in_pages(client, learner):
    assert PASSWORD not in enter(client, "CC0042x", PASSWORD).text


def token_of(client):
    page = parse(client.get("/sign-in", follow_redirects=True).text)
    return next(field["value"] for field in page.all("input", name="csrf_token"))
