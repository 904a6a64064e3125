"""Which passes stand below the pass mark, for who may withdraw them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, func, select

from core.db import db
from core.pages import Page
from people.access import Actor, Permission
from people.models import Person, Placement, Posting
from people.queries import in_force, people_visible_to
from quizzes.models import Attempt, AttemptItem, AttemptStep, QuizVersion

#: How many are shown, and can be decided about, at once.
ROWS_PER_PAGE = 50


def kept_passes(actor: Actor, on: date, *, number: int = 1) -> Page[Row[Any]]:
    """Return a page of the passes that stand although the score fell below the mark, by name. Two queries.

    Columns: ``id, full_name, staff_code, unit_name, title, finished_at, score, pass_score``, and as ``note`` the
    reason of the last correction.
    """
    note = (
        select(AttemptStep.reason)
        .join(AttemptItem, AttemptItem.id == AttemptStep.item_id)
        .where(AttemptItem.attempt_id == Attempt.id, AttemptStep.correction_id.is_not(None))
        .order_by(AttemptStep.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = (
        select(
            Attempt.id,
            Person.full_name,
            Person.staff_code,
            Placement.name.label("unit_name"),
            QuizVersion.title,
            Attempt.finished_at,
            Attempt.score,
            QuizVersion.pass_score,
            note.label("note"),
        )
        .join(Person, Person.id == Attempt.person_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, in_force(Posting, on)))
        .outerjoin(Placement, and_(Placement.unit_id == Posting.unit_id, in_force(Placement, on)))
        .where(Attempt.pass_kept, people_visible_to(actor, Permission.WITHDRAW_PASSES, on))
    )
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    ordered = wanted.order_by(Person.name_key, Attempt.id).offset((number - 1) * ROWS_PER_PAGE).limit(ROWS_PER_PAGE)
    rows: Sequence[Row[Any]] = db.session.execute(ordered).all()
    return Page(rows, number, total)
