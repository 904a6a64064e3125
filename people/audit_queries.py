"""What can be asked of the audit log, within somebody's scope."""

from datetime import date, timedelta

from sqlalchemy import and_, exists, func, or_, select

from core.audit import AuditEntry
from core.clock import local_midnight
from core.db import db
from core.pages import ROWS_PER_PAGE, Page
from core.text import clean_line
from people import queries
from people.access import Actor, Permission
from people.models import Placement, Posting


def sees_everything(actor: Actor, on: date) -> bool:
    """Tell whether the actor's scope holds every top unit, so that the whole log is theirs."""
    if actor.is_system:
        return True
    roots = actor.scope(Permission.VIEW_AUDIT)
    outside = select(Placement.id).where(
        Placement.parent_id.is_(None), queries.in_force(Placement, on), Placement.unit_id.not_in(list(roots))
    )
    return bool(roots) and db.session.scalar(outside.limit(1)) is None


def audit_page(
    actor: Actor,
    on: date,
    *,
    action: str = "",
    person: str = "",
    day: date | None = None,
    page: int = 1,
) -> Page[AuditEntry]:
    """Return a page of the log, the latest first.

    With a scope of some units only: what was done by people posted there today, or to them; entries about units,
    courses or the installation are shown to those whose scope is the whole.

    :param action: the code of an action, one of ``people.audit_words.ACTIONS``.
    :param person: part of the doer's name, as written.
    """
    asked = select(AuditEntry)
    if not sees_everything(actor, on):
        within = queries.units_in_scope(actor, Permission.VIEW_AUDIT, on)
        posted = and_(queries.in_force(Posting, on), Posting.unit_id.in_(within))
        by_them = exists().where(Posting.person_id == AuditEntry.by_id, posted)
        to_them = exists().where(Posting.person_id == AuditEntry.about_id, posted)
        asked = asked.where(or_(by_them, and_(AuditEntry.about_kind == "person", to_them)))
    if action:
        asked = asked.where(AuditEntry.action == action)
    if person:
        asked = asked.where(AuditEntry.by_name.contains(clean_line(person), autoescape=True))
    if day:
        asked = asked.where(
            AuditEntry.at >= local_midnight(day), AuditEntry.at < local_midnight(day + timedelta(days=1))
        )
    total = db.session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    ordered = asked.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    rows = db.session.scalars(ordered.limit(ROWS_PER_PAGE).offset((page - 1) * ROWS_PER_PAGE)).all()
    return Page(rows, page, total)
