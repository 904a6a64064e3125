"""Issuing and revoking certificates."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from certificates.models import Certificate, CertificateSeries
from certificates.rules import CODE_ALPHABET, CODE_LENGTH, number_text, title_of
from core import audit
from core.clock import local_day
from core.db import db, is_sqlite
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line
from people.access import Actor, Permission
from people.models import Person
from people.queries import people_visible_to
from settings import Issuer


@dataclass(frozen=True)
class Achievement:
    """What a certificate says: who completed what, as it was that day; the score in hundredths on the scale of 10."""

    completion_id: int
    person_id: int
    full_name: str
    birth_date: date | None
    unit_name: str
    job_title: str
    course_title: str
    hours: int
    started_on: date
    completed_on: date
    score: int | None


def issue(achievement: Achievement, *, issuer: Issuer, by: Actor, at: datetime) -> Certificate:
    """Issue the certificate of a completion, or return the one that was issued before.

    The year's series stays locked until the transaction ends: numbers follow each other without a gap, and of several
    that race for one completion the first issues and the others find it.
    """
    year = local_day(at).year
    number = _next_number(year)
    existing = db.session.scalar(select(Certificate).where(Certificate.completion_id == achievement.completion_id))
    if existing is not None:
        _take_back(number, year)
        return existing
    certificate = Certificate(
        **vars(achievement),
        year=year,
        number=number,
        token="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
        title=title_of(issuer),
        issuer_name=issuer.name,
        issuer_parent=issuer.parent,
        issuer_place=issuer.place,
        signer_title=issuer.signer_title,
        signer_name=issuer.signer_name,
        issued_at=at,
    )
    db.session.add(certificate)
    db.session.flush()
    detail = {"number": number_text(number, year)}
    audit.record("certificate.issue", by=by, at=at, about=("certificate", certificate.id), detail=detail)
    return certificate


def revoke(certificate_id: int, *, reason: str, by: Actor, at: datetime) -> Certificate:
    """Declare a certificate void. It stays in the register, and its code says from then on that it was revoked.

    :raises NotFound, NotAllowed, Conflict, RuleBroken: no such one; not this actor's; revoked before; no reason.
    """
    certificate = db.session.get(Certificate, certificate_id, with_for_update=True)
    if certificate is None:
        raise NotFound(_l("There is no such certificate."))
    over = people_visible_to(by, Permission.REVOKE_CERTIFICATES, local_day(at))
    if not by.is_system and not db.session.scalar(select(exists().where(Person.id == certificate.person_id, over))):
        raise NotAllowed(_l("This certificate belongs to somebody outside your responsibility."))
    if certificate.revoked_at is not None:
        raise Conflict(_l("This certificate has been revoked before."))
    reason = clean_line(reason)
    if not reason:
        raise RuleBroken(_l("Say why the certificate is revoked."))
    certificate.revoked_at = at
    certificate.revoked_by_id = by.person_id
    certificate.revoked_reason = reason
    audit.record("certificate.revoke", by=by, at=at, about=("certificate", certificate.id), reason=reason)
    return certificate


def _next_number(year: int) -> int:
    """Take the next number of a year's series, which is made by its first, and lock it against every other issuer."""
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    taken = insert(CertificateSeries).values(year=year, last_number=1)
    return db.session.scalars(
        taken.on_conflict_do_update(
            index_elements=[CertificateSeries.year], set_={"last_number": CertificateSeries.last_number + 1}
        ).returning(CertificateSeries.last_number)
    ).one()


def _take_back(number: int, year: int) -> None:
    """Give back the number that was just taken; it is still locked."""
    db.session.execute(update(CertificateSeries).where(CertificateSeries.year == year).values(last_number=number - 1))
