"""Whom a cycle means, for sets: the same rule as ``training.rules.audience_rule_for``, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from people.models import Person, Placement, Posting
from people.queries import in_force
from training.models import AudienceRule, Obligation


def matched_people(cycle_id: int, on: date) -> CTE:
    """Return a CTE of the people posted on a day whom any line of a cycle's audience matches.

    Columns: ``person_id``; ``number``, the first line that includes them, or NULL; ``spared_by``, the first that
    spares them, or NULL.
    """
    reach = (
        select(AudienceRule.id.label("rule_id"), AudienceRule.unit_id.label("unit_id"))
        .where(AudienceRule.cycle_id == cycle_id)
        .cte("audience_reach", recursive=True)
    )
    below = aliased(Placement)
    reach = reach.union(
        select(reach.c.rule_id, below.unit_id).where(
            below.parent_id == reach.c.unit_id,
            below.valid_from <= on,
            or_(below.valid_to.is_(None), below.valid_to > on),
        )
    )
    return (
        select(
            Posting.person_id,
            func.min(case((AudienceRule.includes.is_(True), AudienceRule.position))).label("number"),
            func.min(case((AudienceRule.includes.is_(False), AudienceRule.position))).label("spared_by"),
        )
        .join(reach, reach.c.unit_id == Posting.unit_id)
        .join(AudienceRule, AudienceRule.id == reach.c.rule_id)
        .join(Person, Person.id == Posting.person_id)
        .where(in_force(Posting, on), AudienceRule.staff_group.in_(["", Person.staff_group]))
        .group_by(Posting.person_id)
        .cte("audience_matched")
    )


def missing_obligations(cycle_id: int, on: date) -> Select[int, int]:
    """Return a select of person and audience rule for everybody meant on a day who has no obligation yet."""
    matched = matched_people(cycle_id, on)
    return (
        select(matched.c.person_id, AudienceRule.id)
        .join(AudienceRule, and_(AudienceRule.cycle_id == cycle_id, AudienceRule.position == matched.c.number))
        .outerjoin(Obligation, and_(Obligation.cycle_id == cycle_id, Obligation.person_id == matched.c.person_id))
        .where(matched.c.spared_by.is_(None), Obligation.id.is_(None))
    )


@dataclass(frozen=True)
class AudiencePreview:
    """Whom a cycle would mean: how many, how many are spared, and one page of either."""

    meant: int
    spared: int
    rows: Sequence[Row[Any]]


def preview_audience(
    cycle_id: int, on: date, *, spared: bool = False, offset: int = 0, limit: int = 50
) -> AudiencePreview:
    """Return whom a cycle's audience means on a day, by name, or whom it spares. Two queries.

    A person is spared when one line includes and another spares them. Rows have ``full_name, staff_code, staff_group,
    job_title, unit_name, number`` (the line that decides).
    """
    matched = matched_people(cycle_id, on)
    included = matched.c.number.is_not(None)
    counts = db.session.execute(
        select(
            func.count(case((and_(included, matched.c.spared_by.is_(None)), 1))).label("meant"),
            func.count(case((and_(included, matched.c.spared_by.is_not(None)), 1))).label("spared"),
        )
    ).one()
    number = matched.c.spared_by if spared else matched.c.number
    rows = db.session.execute(
        select(
            Person.full_name,
            Person.staff_code,
            Person.staff_group,
            Posting.title.label("job_title"),
            Placement.name.label("unit_name"),
            number.label("number"),
        )
        .join(matched, matched.c.person_id == Person.id)
        .join(Posting, and_(Posting.person_id == Person.id, in_force(Posting, on)))
        .join(Placement, and_(Placement.unit_id == Posting.unit_id, in_force(Placement, on)))
        .where(included, matched.c.spared_by.is_not(None) if spared else matched.c.spared_by.is_(None))
        .order_by(Person.name_key, Person.staff_code)
        .offset(offset)
        .limit(limit)
    ).all()
    return AudiencePreview(counts.meant, counts.spared, rows)
