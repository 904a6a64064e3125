"""Certificates on screen: one's own, those of one's people, and what a stranger with the code sees."""

import pytest
from sqlalchemy import select

from certificates.models import Certificate
from certificates.rules import code_text
from certificates.throttle import LOOKUPS_PER_WINDOW
from core.db import db
from people.access import Role
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.factories_training import complete, make_training, open_year
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture(autouse=True)
def _fresh_throttle(app):
    app.extensions.pop("nep_lookup_throttle", None)


@pytest.fixture
def training(session):
    return make_training()


@pytest.fixture
def owner(training):
    person = make_person("Đỗ Thị Ánh Ngọc", unit=training.unit, title="Phó Trưởng phòng")
    complete(person, training, open_year(training))
    return person


@pytest.fixture
def certificate(owner):
    return db.session.scalars(select(Certificate)).one()


def test_owners_list_open_and_download_their_certificate(client, owner, certificate):
    sign_in(client, owner)
    listed = client.page("/certificates")
    assert f"/certificates/{certificate.id}" in [link.get("href") for link in listed.all("a")]
    assert "000001/2026" in client.page(f"/certificates/{certificate.id}").one("main").text
    with count_queries() as queries:
        file = client.get(f"/certificates/{certificate.id}.pdf")
    assert len(queries) <= 3, queries
    assert file.mimetype == "application/pdf"
    assert file.data.startswith(b"%PDF-")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Cache-Control"] == "no-store"


def test_without_certificates_the_list_says_how_to_get_one(client, training):
    sign_in(client, make_person(unit=training.unit))
    assert "/my" in [link.get("href") for link in client.page("/certificates").one("main").all("a")]


@pytest.mark.parametrize("role", [None, Role.TRAINER])
def test_another_ones_certificate_is_not_found(client, training, certificate, role):
    sign_in(client, make_person(unit=training.unit, roles=[role] if role else []))
    for path in (f"/certificates/{certificate.id}", f"/certificates/{certificate.id}.pdf"):
        assert client.get(path).status_code == 404


def test_officers_of_other_units_find_nothing(client, certificate):
    sign_in(client, make_person(unit=make_unit(), roles=[Role.HR_OFFICER]))
    path = f"/certificates/{certificate.id}"
    assert client.get(path).status_code == 404
    token = client.page("/certificates").all("input", name="csrf_token")[0].get("value")
    answer = client.post(f"{path}/revoke", data={"csrf_token": token, "reason": "Vì thế"})
    assert answer.status_code == 404
    assert db.session.get_one(Certificate, certificate.id).revoked_at is None


def test_officers_revoke_with_a_reason_and_the_paper_is_no_longer_printed(client, training, owner, certificate):
    officer = make_person(unit=training.unit, roles=[Role.HR_OFFICER])
    sign_in(client, officer)
    path = f"/certificates/{certificate.id}"
    assert client.submit(path, action=f"{path}/revoke", reason="").status_code == 422
    client.submit(path, action=f"{path}/revoke", reason="Cấp nhầm người")
    assert db.session.get_one(Certificate, certificate.id).revoked_by_id == officer.id
    assert client.get(f"{path}.pdf").status_code == 422
    sign_in(client, owner)
    assert "Cấp nhầm người" in client.page(path).one("main").text


def test_strangers_learn_the_least_that_proves_it(client, certificate):
    response = client.get(f"/verify/{certificate.token}")
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]
    shown = [value.text for value in client.page(f"/verify/{certificate.token}").one("main").all("dd")]
    assert shown == [
        "Giấy xác nhận hoàn thành",
        "000001/2026",
        "Đỗ Thị Ánh Ngọc",
        "Văn hóa công vụ",
        "20/11/2026",
        "Cơ quan ban hành",
    ]
    for hidden in ("Phó Trưởng phòng", "17/05/1990", "Sở Nội vụ", "10/10"):
        assert hidden not in response.text


def test_a_revoked_certificate_says_so_without_the_reason(client, training, certificate):
    sign_in(client, make_person(unit=training.unit, roles=[Role.HR_OFFICER]))
    path = f"/certificates/{certificate.id}"
    client.submit(path, action=f"{path}/revoke", reason="Cấp nhầm người")
    response = client.get(f"/verify/{certificate.token}")
    assert response.status_code == 200
    assert "nep-card-danger" in response.text
    assert "Cấp nhầm người" not in response.text


def test_codes_are_found_as_typed_and_a_miss_looks_alike(client, certificate):
    found = client.get("/verify", query_string={"code": code_text(certificate.token).lower()})
    assert found.location == f"/verify/{certificate.token}"
    miss = client.get("/verify/00000000000000000000000000")
    hit = client.get(f"/verify/{certificate.token}")
    assert (miss.status_code, hit.status_code) == (404, 200)
    assert {name: value for name, value in miss.headers if name in ("X-Robots-Tag", "Cache-Control")} == {
        name: value for name, value in hit.headers if name in ("X-Robots-Tag", "Cache-Control")
    }
    assert client.get("/verify?code=").status_code == 200
    assert client.get("/verify/" + "%20" * 30).status_code == 404


def test_numbers_and_ids_verify_nothing(client, certificate):
    for guess in ("1", "000001-2026", str(certificate.id), certificate.token[:-1]):
        assert client.get(f"/verify/{guess}").status_code == 404


def test_looking_up_too_often_is_refused(client, certificate):
    for _ in range(LOOKUPS_PER_WINDOW):
        client.get("/verify/0000")
    assert client.get(f"/verify/{certificate.token}").status_code == 429
