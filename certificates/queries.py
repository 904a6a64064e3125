"""What can be asked about certificates. Strangers ask by check code; everybody else begins with what they may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select

from certificates.models import Certificate
from certificates.rules import code_typed, number_text
from core.clock import local_day
from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from people.access import Actor, Permission
from people.models import Person
from people.queries import people_visible_to


def certificates_of(person_id: int, *, withheld: Select[int]) -> Sequence[Certificate]:
    """Return a person's certificates, the latest first, but for completions that are withheld from them."""
    return db.session.scalars(
        select(Certificate)
        .where(Certificate.person_id == person_id, Certificate.completion_id.not_in(withheld))
        .order_by(Certificate.completed_on.desc(), Certificate.id.desc())
    ).all()


def certificate_for(actor: Actor, certificate_id: int, on: date, *, withheld: Select[int] | None = None) -> Certificate:
    """Return a certificate of the actor, or of somebody in their units.

    :param withheld: completions of which the actor is not to know yet; the certificates of these are not there.
    :raises NotFound: when there is none, or it is not for this actor.
    """
    seen = [people_visible_to(actor, right, on) for right in (Permission.VIEW_ROSTER, Permission.REVOKE_CERTIFICATES)]
    wanted = (
        select(Certificate)
        .join(Person, Person.id == Certificate.person_id)
        .where(Certificate.id == certificate_id, or_(Certificate.person_id == actor.person_id, *seen))
    )
    if withheld is not None:
        wanted = wanted.where(Certificate.completion_id.not_in(withheld))
    certificate = db.session.scalar(wanted)
    if certificate is None:
        raise NotFound(_l("There is no such certificate, or it is not yours."))
    return certificate


@dataclass(frozen=True)
class PublicFacts:
    """What a stranger with the check code learns, and nothing more."""

    title: str
    number: str
    full_name: str
    course_title: str
    completed_on: date
    issuer_name: str
    revoked_on: date | None


def public_facts(code: str) -> PublicFacts | None:
    """Return what a check code proves; None when no certificate has it."""
    found = db.session.scalar(select(Certificate).where(Certificate.token == code_typed(code)))
    if found is None:
        return None
    return PublicFacts(
        title=found.title,
        number=number_text(found.number, found.year),
        full_name=found.full_name,
        course_title=found.course_title,
        completed_on=found.completed_on,
        issuer_name=found.issuer_name,
        revoked_on=local_day(found.revoked_at) if found.revoked_at else None,
    )
