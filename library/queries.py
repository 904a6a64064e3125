"""What can be asked about sources and pictures."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, select

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from core.pages import Page
from library.models import Media, Source
from people.access import Actor, Permission
from people.queries import units_in_scope


def all_sources() -> Sequence[Source]:
    """Return the whole register, documents with the latest first, then those without a day of issue."""
    return db.session.scalars(
        select(Source).order_by(Source.issued_on.is_(None), Source.issued_on.desc(), Source.code)
    ).all()


def source(source_id: int) -> Source:
    """Return one source.

    :raises NotFound: when there is none with this id.
    """
    found = db.session.get(Source, source_id)
    if found is None:
        raise NotFound(_l("There is no such source."))
    return found


def sources_by_code(codes: Iterable[str]) -> dict[str, Source]:
    """Return the sources that have these codes; unknown codes are left out. One query, none without codes."""
    wanted = set(codes)
    if not wanted:
        return {}
    return {found.code: found for found in db.session.scalars(select(Source).where(Source.code.in_(wanted)))}


def media(media_id: int) -> Media:
    """Return one picture; anyone who is signed in may see it, as lessons show it.

    :raises NotFound: when there is none with this id.
    """
    found = db.session.get(Media, media_id)
    if found is None:
        raise NotFound(_l("There is no such picture."))
    return found


def media_in_scope(actor: Actor, on: date, number: int) -> Page[Media]:
    """Return a page of the pictures of the units for which the actor writes, the latest first."""
    mine = Media.unit_id.in_(units_in_scope(actor, Permission.AUTHOR, on))
    total = db.session.scalar(select(func.count()).select_from(Media).where(mine)) or 0
    page = Page[Media]([], number, total, size=24)
    rows = db.session.scalars(
        select(Media).where(mine).order_by(Media.id.desc()).limit(page.size).offset(page.first - 1)
    ).all()
    return Page(rows, number, total, size=page.size)
