"""What can be done to the register of sources and to pictures."""

import base64
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core import audit, files
from core.clock import local_day
from core.db import db
from core.errors import BadFile, NotAllowed, RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line, slug
from core.worker import run_limited
from library.models import Media, Source
from library.rules import SourceDraft, check_source
from people.access import Actor, Permission
from people.services import ensure_in_unit

MAX_PICTURE_BYTES = 8 * 1024 * 1024
ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def put_source(draft: SourceDraft, *, by: Actor, at: datetime) -> bool:
    """Enter a source, or mend the one that has its code. Tells whether anything changed.

    All units share the register, so whoever writes lessons anywhere may keep it; the audit log has the old text.

    :raises NotAllowed: when the actor writes for no unit.  :raises RuleBroken: when the draft can't be cited.
    """
    if not by.may(Permission.AUTHOR):
        raise NotAllowed(_l("Only trainers keep the register of sources."))
    check_source(draft)
    wanted = asdict(draft)
    known = db.session.scalar(select(Source).where(Source.code == draft.code).with_for_update())
    if known is None:
        known = Source(**wanted)
        db.session.add(known)
        db.session.flush()
        audit.record("source.add", by=by, at=at, about=("source", known.id), detail={"code": draft.code})
        return True
    before = {name: getattr(known, name) for name, value in wanted.items() if getattr(known, name) != value}
    for name in before:
        setattr(known, name, wanted[name])
    if before:
        detail = {"code": draft.code, "before": {name: str(value or "") for name, value in before.items()}}
        audit.record("source.edit", by=by, at=at, about=("source", known.id), detail=detail)
    return bool(before)


def add_picture(data: bytes, *, file_name: str, alt: str, unit_id: int, by: Actor, at: datetime) -> Media:
    """Take a picture into the library of a unit. The same picture with the same alternative text is taken once.

    :param alt: what the picture says to who can't see it; required.
    :raises BadFile: when it is no PNG, JPEG or WebP, too large or damaged.
    :raises NotAllowed: when the actor does not write for the unit.
    """
    ensure_in_unit(by, Permission.AUTHOR, unit_id, on=local_day(at))
    alt = clean_line(alt)
    if not alt:
        raise RuleBroken(
            _l("A picture needs an alternative text."), _l("Say in one sentence what it shows, for who can't see it.")
        )
    picture = _read(data)
    kept = files.put(base64.b64decode(picture["content"]))
    same = select(Media).where(Media.unit_id == unit_id, Media.file_key == kept.key, Media.alt == alt[:400])
    if (known := db.session.scalar(same.limit(1))) is not None:
        return known
    media = Media(
        unit_id=unit_id,
        file_key=kept.key,
        file_name=_safe_name(file_name, picture["content_type"]),
        content_type=picture["content_type"],
        alt=alt[:400],
        width=picture["width"],
        height=picture["height"],
        uploaded_by_id=by.person_id,
        uploaded_at=at,
    )
    db.session.add(media)
    db.session.flush()
    audit.record("media.add", by=by, at=at, about=("media", media.id), detail={"file_name": media.file_name})
    return media


def edit_alt(media_id: int, alt: str, *, by: Actor, at: datetime) -> None:
    """Mend the alternative text of a picture; lessons that use the old one keep it until they are edited.

    :raises NotAllowed: when the actor does not write for the picture's unit.
    """
    media = db.session.get_one(Media, media_id)
    ensure_in_unit(by, Permission.AUTHOR, media.unit_id, on=local_day(at))
    if not clean_line(alt):
        raise RuleBroken(_l("A picture needs an alternative text."))
    audit.record("media.edit", by=by, at=at, about=("media", media.id), detail={"before": media.alt})
    media.alt = clean_line(alt)[:400]


def _read(data: bytes) -> dict[str, Any]:
    """Check what the file really is, and read it in a process of its own."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype", b"<!--", b"<html")):
        raise BadFile(
            _l("SVG drawings and web pages are not taken, because they can carry programs."),
            _l("Save the drawing as PNG and choose it again."),
        )
    if files.real_type(data) not in ENDINGS:
        raise BadFile(
            _l("This is not a picture that can be shown here."), _l("Save it as PNG, JPEG or WebP and choose it again.")
        )
    picture: dict[str, Any] = run_limited("library.pictures:reencoded", data, memory_mb=768, seconds=30)
    if picture.get("refused") == "large":
        raise BadFile(_l("The picture has too many pixels."), _l("Make it smaller (1600 pixels wide is enough)."))
    if "refused" in picture:
        raise BadFile(
            _l("This is not a picture that can be shown here."), _l("Save it as PNG, JPEG or WebP and choose it again.")
        )
    return picture


def _safe_name(file_name: str, content_type: str) -> str:
    """Return a name without folders, diacritics or a false ending."""
    bare = file_name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return f"{slug(bare) or 'picture'}.{ENDINGS[content_type]}"
