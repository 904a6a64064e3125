"""The register and the pictures in the browser."""

import io

import pytest
from sqlalchemy import func, select

from core.db import db
from library.models import Media, Source
from people.access import Role
from tests.support.factories_lessons import make_source, picture
from tests.support.factories_people import make_person, make_unit, sign_in
from tests.support.forms import form_of


@pytest.fixture
def unit(session, at):
    return make_unit("Sở Nội vụ")


@pytest.fixture
def trainer(client, unit):
    person = make_person("Trần Thị Giảng", unit=unit, roles=[Role.TRAINER])
    sign_in(client, person)
    return person


def upload(client, data, name="anh.png", alt="Quầy [một] cửa"):
    form = form_of(client.page("/manage/media"))
    return client.post(
        "/manage/media",
        data={**form.values, "alt": alt, "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
        follow_redirects=True,
    )


def test_a_source_is_entered_and_mended(client, trainer):
    response = client.submit(
        "/manage/sources/new", code="nd-59-2019", title="Nghị định", issued_on="01/07/2019", effective_from="15/8/2019"
    )
    assert "Còn hiệu lực" in response.text
    source = db.session.scalars(select(Source)).one()
    client.submit(f"/manage/sources/{source.id}", effective_to="01/01/2026", code="khac")
    assert "Hết hiệu lực" in client.page("/manage/sources").text
    assert db.session.scalars(select(Source.code)).all() == ["nd-59-2019"]


@pytest.mark.parametrize(
    "values", [{"code": "Mã lạ"}, {"issued_on": "31/02/2026"}, {"title": ""}, {"effective_to": "01/01/2000"}]
)
def test_a_wrong_source_is_refused_with_what_was_typed(client, trainer, values):
    typed = {"code": "nd-1", "title": "Nghị định thử", "effective_from": "01/01/2020", **values}
    response = client.submit("/manage/sources/new", **typed)
    assert response.status_code == 422
    assert "01/01/2020" in response.text
    assert db.session.scalar(select(func.count()).select_from(Source)) == 0


@pytest.mark.parametrize("path", ["/manage/sources", "/manage/sources/new", "/manage/media", "/manage"])
@pytest.mark.parametrize("role", [Role.HR_OFFICER, Role.ADMINISTRATOR, None])
def test_only_trainers_have_a_desk(client, unit, path, role):
    make_source()
    sign_in(client, make_person(unit=unit, roles=[role] if role else []))
    client.page(path, status=403)


def test_a_picture_is_uploaded_copied_and_shown(client, trainer):
    assert "Đã thêm" in (response := upload(client, picture())).text or response.status_code == 200
    media = db.session.scalars(select(Media)).one()
    assert f"![Quầy \\[một\\] cửa](/media/{media.id})" in response.text
    sign_in(client, make_person(unit=make_unit()))
    shown = client.get(f"/media/{media.id}")
    assert shown.mimetype == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Disposition"] == 'inline; filename="anh.png"'
    assert "private" in shown.headers["Cache-Control"]
    assert "sandbox" in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG"),
        (b"", "rỗng"),
        (b"GIF89a", "PNG, JPEG"),
        (picture()[:40], ""),
    ],
)
def test_what_is_no_picture_is_refused_in_the_page(client, trainer, data, words):
    response = upload(client, data, "anh.png")
    assert response.status_code == 422
    assert words in response.text
    assert db.session.scalar(select(func.count()).select_from(Media)) == 0


def test_a_picture_without_words_is_refused(client, trainer):
    assert upload(client, picture(), alt="").status_code == 422


def test_another_units_picture_is_not_edited(client, trainer):
    upload(client, picture())
    media = db.session.scalars(select(Media)).one()
    client.submit(f"/manage/media/{media.id}", alt="Mô tả mới")
    sign_in(client, make_person(unit=make_unit(), roles=[Role.TRAINER]))
    client.page(f"/manage/media/{media.id}", status=403)
