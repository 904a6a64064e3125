"""What can be asked about persons: a page of the staff, one person, their postings, roles and account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from core.errors import NotFound
from core.i18n import lazy_gettext as _l
from core.pages import ROWS_PER_PAGE, Page
from core.text import clean_line, fold
from people.access import Actor, Permission
from people.models import Account, Person, Placement, Posting, RoleGrant
from people.queries import in_force, people_visible_to, units_below

#: A row of a query on several columns, which templates read by name.
NamedRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class PersonCard:
    """A person with where they work on a day."""

    id: int
    staff_code: str
    full_name: str
    birth_date: date | None
    sex: str
    email: str | None
    staff_group: str
    rank: str
    unit_id: int | None
    unit_name: str
    title: str


def people_cards(on: date) -> Select[Any]:
    """Return a select of persons with their unit and title on a day, for :func:`as_card`."""
    return (
        select(
            *(getattr(Person, name) for name in _PERSON_FACTS),
            Posting.unit_id,
            Placement.name.label("unit_name"),
            Posting.title,
        )
        .outerjoin(Posting, and_(Posting.person_id == Person.id, in_force(Posting, on)))
        .outerjoin(Placement, and_(Placement.unit_id == Posting.unit_id, in_force(Placement, on)))
    )


_PERSON_FACTS = ("id", "staff_code", "full_name", "birth_date", "sex", "email", "staff_group", "rank")


def as_card(row: NamedRow) -> PersonCard:
    """Return a row of :func:`people_cards` as a card."""
    return PersonCard(
        **{name: getattr(row, name) for name in _PERSON_FACTS},
        unit_id=row.unit_id,
        unit_name=row.unit_name or "",
        title=row.title or "",
    )


def person_card(person_id: int, on: date) -> PersonCard:
    """Return one person; the caller has made sure that they may be seen."""
    return as_card(db.session.execute(people_cards(on).where(Person.id == person_id)).one())


def staff_page(
    actor: Actor, on: date, *, search: str = "", unit_id: int = 0, page: int = 1, size: int = ROWS_PER_PAGE
) -> Page[PersonCard]:
    """Return a page of the people whom the actor may see, in the order of Vietnamese names. Two queries.

    :param search: part of a name or staff code; diacritics don't matter, but names written just so come first.
    :param unit_id: that unit and below.
    """
    asked = people_cards(on).where(people_visible_to(actor, Permission.VIEW_PEOPLE, on))
    order: list[ColumnElement[Any]] = [Person.name_key.expression, Person.id.expression]
    if search:
        asked = asked.where(Person.search_text.contains(fold(search), autoescape=True))
        order.insert(0, case((Person.full_name.contains(clean_line(search), autoescape=True), 0), else_=1))
    if unit_id:
        asked = asked.where(Posting.unit_id.in_(select(units_below([unit_id], on).c.unit_id)))
    total = db.session.scalar(select(func.count()).select_from(asked.order_by(None).subquery())) or 0
    rows = db.session.execute(asked.order_by(*order).limit(size).offset((page - 1) * size))
    return Page([as_card(row) for row in rows], page, total, size)


def visible_person(actor: Actor, permission: Permission, person_id: int, on: date) -> PersonCard:
    """Return a person over whom the actor has a permission.

    :raises NotFound: when there is none, or none whom the actor may know of.
    """
    visible = people_visible_to(actor, permission, on)
    row = db.session.execute(people_cards(on).where(Person.id == person_id, visible)).first()
    if row is None:
        raise NotFound(_l("There is nobody here under this address."))
    return as_card(row)


def postings_of(person_id: int) -> Sequence[NamedRow]:
    """Return where a person has worked, the latest first, with the name that each unit had when it ended."""
    later = aliased(Placement)
    newest = (
        select(func.max(later.id))
        .where(later.unit_id == Posting.unit_id, or_(Posting.valid_to.is_(None), later.valid_from < Posting.valid_to))
        .scalar_subquery()
    )
    return db.session.execute(
        select(Placement.name.label("unit_name"), Posting.title, Posting.valid_from, Posting.valid_to)
        .outerjoin(Placement, Placement.id == newest)
        .where(Posting.person_id == person_id)
        .order_by(Posting.valid_from.desc(), Posting.id.desc())
    ).all()


def grants(
    on: date, *, of_person: int | None = None, within: Select[int] | None = None, also_ended: bool = False
) -> Sequence[NamedRow]:
    """Return who has which role where since when, by name. One query."""
    giver = aliased(Person)
    asked = (
        select(
            RoleGrant.id,
            RoleGrant.role,
            RoleGrant.valid_from,
            RoleGrant.valid_to,
            Person.id.label("person_id"),
            Person.full_name,
            Person.staff_code,
            Placement.name.label("unit_name"),
            giver.full_name.label("granted_by"),
        )
        .join(Person, Person.id == RoleGrant.person_id)
        .outerjoin(Placement, and_(Placement.unit_id == RoleGrant.unit_id, in_force(Placement, on)))
        .outerjoin(giver, giver.id == RoleGrant.granted_by_id)
        .order_by(Person.name_key, Person.id, RoleGrant.valid_from, RoleGrant.id)
    )
    if not also_ended:
        asked = asked.where(in_force(RoleGrant, on))
    if of_person is not None:
        asked = asked.where(RoleGrant.person_id == of_person)
    if within is not None:
        asked = asked.where(RoleGrant.unit_id.in_(within))
    return db.session.execute(asked).all()


def account_of(person_id: int) -> Account | None:
    """Return how a person signs in; None when they can't yet."""
    return db.session.get(Account, person_id)
