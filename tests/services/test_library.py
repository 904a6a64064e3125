"""The register of sources and the pictures: what comes in is checked, cleaned and told."""

import io
import struct
import zlib
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import func, select

from core import clock, files
from core.audit import AuditEntry
from core.db import db, transaction
from core.errors import BadFile, NotAllowed, RuleBroken
from library import queries, services
from library.models import Media, Source
from library.rules import SourceDraft
from people.access import Role
from tests.support.factories_lessons import picture
from tests.support.factories_people import actor_of, make_person, make_unit


@pytest.fixture
def unit(session, at):
    return make_unit("Sở Nội vụ")


@pytest.fixture
def trainer(unit):
    return actor_of(make_person("Trần Thị Giảng", unit=unit, roles=[Role.TRAINER]))


def put(draft, who, at):
    with transaction():
        return services.put_source(draft, by=who, at=at)


def add(data, who, at, *, unit_id, alt="Quầy một cửa", file_name="anh.png"):
    with transaction():
        return services.add_picture(data, file_name=file_name, alt=alt, unit_id=unit_id, by=who, at=at)


def test_a_source_is_entered_once_and_mended_by_its_code(trainer, at):
    draft = SourceDraft("nd-59-2019", "Nghị định", number="59/2019/NĐ-CP")
    assert put(draft, trainer, at)
    assert not put(draft, trainer, at)
    assert put(SourceDraft("nd-59-2019", "Nghị định mới", number="59/2019/NĐ-CP"), trainer, at)
    assert db.session.scalar(select(func.count()).select_from(Source)) == 1
    edit = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "source.edit")).one()
    assert edit.detail["before"] == {"title": "Nghị định"}


@pytest.mark.parametrize(
    "draft",
    [
        SourceDraft("Nghị định", "Tên"),
        SourceDraft("", "Tên"),
        SourceDraft("nd-1", ""),
        SourceDraft("nd-1", "Tên", effective_from=date(2026, 1, 1), effective_to=date(2026, 1, 1)),
    ],
)
def test_a_source_that_can_not_be_cited_is_refused(trainer, at, draft):
    with pytest.raises(RuleBroken):
        put(draft, trainer, at)


def test_only_trainers_keep_the_register(unit, at):
    learner = actor_of(make_person(unit=unit))
    with pytest.raises(NotAllowed):
        put(SourceDraft("nd-1", "Tên"), learner, at)


@pytest.mark.parametrize("picture_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_written_anew(unit, trainer, at, picture_format):
    data = picture(picture_format=picture_format) + b"<script>alert(1)</script>"
    media = add(data, trainer, at, unit_id=unit.id, file_name="C:\\fake\\Ảnh quầy.exe")
    kept = files.get(media.file_key)
    assert b"script" not in kept
    assert (media.width, media.height) == (40, 30)
    assert media.file_name == f"anh-quay.{services.ENDINGS[media.content_type]}"


def test_what_cameras_hide_is_removed(unit, trainer, at):
    exif = Image.Exif()
    exif[0x010E] = "so can cuoc cong dan"
    exif[0x0112] = 6
    media = add(picture(picture_format="JPEG", exif=exif), trainer, at, unit_id=unit.id)
    kept = files.get(media.file_key)
    assert b"can cuoc" not in kept
    assert (media.width, media.height) == (30, 40), "turned upright before the note on its turn was removed"
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_a_large_picture_is_made_smaller(unit, trainer, at):
    media = add(picture(4000, 1000), trainer, at, unit_id=unit.id)
    assert (media.width, media.height) == (1600, 400)


def flood(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes that claims to have very many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf\n<?xml version='1.0'?><svg/>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a\x01\x00\x01\x00\x00\xff\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;",
        b"%PDF-1.7\n",
        b"just words",
        picture()[:60],
        flood(100_000, 100_000),
        flood(13_000, 2),
        flood(9_000, 9_000),
    ],
    ids=["svg", "xml", "html", "gif", "pdf", "text", "cut", "flood", "wide", "many"],
)
def test_what_is_no_harmless_picture_is_refused(unit, trainer, at, data):
    with pytest.raises(BadFile):
        add(data, trainer, at, unit_id=unit.id)
    assert db.session.scalar(select(func.count()).select_from(Media)) == 0


def test_a_picture_needs_words(unit, trainer, at):
    with pytest.raises(RuleBroken):
        add(picture(), trainer, at, unit_id=unit.id, alt="  ")


def test_pictures_belong_to_units(unit, trainer, at):
    other = make_unit("Sở Khác")
    with pytest.raises(NotAllowed):
        add(picture(), trainer, at, unit_id=other.id)
    media = add(picture(), trainer, at, unit_id=unit.id)
    assert add(picture(), trainer, at, unit_id=unit.id).id == media.id, "the same picture is taken once"
    stranger = actor_of(make_person("Phạm Văn Lạ", unit=other, roles=[Role.TRAINER]))
    assert queries.media_in_scope(trainer, clock.today(), 1).total == 1
    assert queries.media_in_scope(stranger, clock.today(), 1).total == 0
    with pytest.raises(NotAllowed), transaction():
        services.edit_alt(media.id, "Khác", by=stranger, at=at)
