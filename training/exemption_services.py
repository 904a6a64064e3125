"""What personnel officers decide about one person: exemptions."""

from datetime import datetime

from sqlalchemy import select

from core import audit
from core.clock import local_day
from core.db import db, insert_if_new
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line
from people.access import Actor
from training.labels import EXEMPTION_CATEGORIES
from training.models import Completion, Cycle, Exemption, Obligation, fulfils
from training.services import managed_requirement


def exempt(obligation_id: int, category: str, reason: str, document_number: str, *, by: Actor, at: datetime) -> None:
    """Free a person from an obligation, with the reason and the document that says so. They may still complete it.

    :raises RuleBroken, Conflict: without a reason; when it is completed; when an exemption is in force.
    """
    cycle, completed = _obligation_at_hand(obligation_id, by=by, at=at)
    reason, document_number = clean_line(reason), clean_line(document_number)
    if category not in EXEMPTION_CATEGORIES or not reason:
        raise RuleBroken(_l("Say why the person is exempt."))
    if completed:
        raise RuleBroken(_l("This person has completed it already."))
    added = db.session.scalar(
        insert_if_new(Exemption)
        .values(
            obligation_id=obligation_id,
            category=category,
            reason=reason,
            document_number=document_number,
            granted_by_id=by.person_id,
            granted_at=at,
        )
        .returning(Exemption.id)
    )
    if added is None:
        raise Conflict(_l("This person is exempt already."))
    detail = {"category": category, "document": document_number, "cycle_id": cycle.id}
    audit.record("exemption.grant", by=by, at=at, about=("obligation", obligation_id), reason=reason, detail=detail)


def revoke_exemption(obligation_id: int, *, by: Actor, at: datetime) -> None:
    """Take back the exemption in force; the entry stays, with who took it back.

    :raises Conflict: when there is none.
    """
    _obligation_at_hand(obligation_id, by=by, at=at)
    exemption = db.session.scalar(
        select(Exemption)
        .where(Exemption.obligation_id == obligation_id, Exemption.revoked_at.is_(None))
        .with_for_update()
    )
    if exemption is None:
        raise Conflict(_l("This person is not exempt."))
    exemption.revoked_at, exemption.revoked_by_id = at, by.person_id
    audit.record("exemption.revoke", by=by, at=at, about=("obligation", obligation_id))


def _obligation_at_hand(obligation_id: int, *, by: Actor, at: datetime) -> tuple[Cycle, bool]:
    """Return the cycle of an obligation that the actor manages, and whether it is completed."""
    obligation = db.session.get(Obligation, obligation_id, with_for_update=True)
    if obligation is None:
        raise NotFound(_l("There is no such obligation."))
    cycle = db.session.get_one(Cycle, obligation.cycle_id)
    managed_requirement(cycle.requirement_id, by=by, on=local_day(at))
    wanted = select(Completion.id).join(Obligation, fulfils()).where(Obligation.id == obligation_id)
    return cycle, db.session.scalar(wanted) is not None
