"""Saving answers while an attempt is open: one read, one short write, nothing overwritten unseen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from core.db import db
from core.errors import NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import Actor
from quizzes import behaviour, queries
from quizzes.behaviour import Phase
from quizzes.kinds import BadResponse, PostedFields, Response, kind_of
from quizzes.models import Attempt, AttemptDraft, AttemptItem, QuestionVersion

_DRAFTS = cast(Table, AttemptDraft.__table__)


@dataclass(frozen=True)
class TypedAnswer:
    """An answer as it was posted, and the revision of the answer that its page had shown."""

    fields: PostedFields
    base_revision: int


@dataclass(frozen=True)
class StoredAnswer:
    """An answer as it is stored; revision 0 means that nothing is."""

    response: Response | None = None
    revision: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True)
class Dispute:
    """Two answers to one item in words: what is stored, and what was posted without knowing it."""

    stored: str
    typed: str


@dataclass(frozen=True)
class SaveOutcome:
    """What is stored after a save, for every item that was posted."""

    phase: Phase = Phase.OPEN
    stored: dict[int, StoredAnswer] = field(default_factory=dict)
    #: Items whose stored answer is newer than the one that the page had shown, and says something else.
    conflicts: dict[int, Dispute] = field(default_factory=dict)


def save(attempt_id: int, answers: Mapping[int, TypedAnswer], *, by: Actor, at: datetime) -> SaveOutcome:
    """Save answers by item id: one read, one short write.

    An answer that does not know the stored revision is a conflict, unless both say the same; nothing is overwritten
    unseen. After the deadline or the end nothing is saved, and the outcome tells what was stored before.

    :raises NotFound: when the attempt or an item is not the actor's.
    :raises RuleBroken: when an answer means nothing to its question.
    """
    if not answers:
        return SaveOutcome()
    asked = {"attempt_id": attempt_id, "person_id": by.person_id, "item_ids": list(answers)}
    rows = db.session.execute(_ITEMS_TO_ANSWER, asked).all()
    if len(rows) != len(answers):
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    standing = behaviour.phase(rows[0].due_at, rows[0].finished_at, at)
    stored = {row.item_id: StoredAnswer(row.response, row.revision or 0, row.saved_at) for row in rows}
    if standing is Phase.FINISHED:
        kept = queries.outcomes(attempt_id)
        stored = {item_id: StoredAnswer(kept[item_id].response, 0, kept[item_id].answered_at) for item_id in answers}
    if standing is not Phase.OPEN:
        return SaveOutcome(standing, stored)
    wanted = {row.item_id: _read(row, answers[row.item_id]) for row in rows}
    changed = {item_id: response for item_id, response in wanted.items() if not _same(stored[item_id], response)}
    fresh = {
        item_id: StoredAnswer(response, stored[item_id].revision + 1, at)
        for item_id, response in changed.items()
        if answers[item_id].base_revision == stored[item_id].revision
    }
    written = _write_drafts(fresh)
    stored |= {item_id: fresh[item_id] for item_id in written}
    if outrun := fresh.keys() - written:
        stored |= _stored_now(outrun)
    return SaveOutcome(
        Phase.OPEN,
        stored,
        {
            row.item_id: _dispute(row, stored[row.item_id], changed[row.item_id])
            for row in rows
            if row.item_id in changed and not _same(stored[row.item_id], changed[row.item_id])
        },
    )


#: The items that a save is about, with what is needed to judge it; built once because every answer asks it. The lock
#: holds off a finish at the same time, and waits for one. Parameters ``attempt_id``, ``person_id`` and ``item_ids``.
_ITEMS_TO_ANSWER = (
    select(
        Attempt.due_at,
        Attempt.finished_at,
        AttemptItem.id.label("item_id"),
        QuestionVersion.kind,
        QuestionVersion.spec,
        AttemptDraft.response,
        AttemptDraft.revision,
        AttemptDraft.saved_at,
    )
    .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
    .join(QuestionVersion, QuestionVersion.id == AttemptItem.question_version_id)
    .outerjoin(AttemptDraft, AttemptDraft.item_id == AttemptItem.id)
    .where(
        Attempt.id == bindparam("attempt_id"),
        Attempt.person_id == bindparam("person_id"),
        AttemptItem.id.in_(bindparam("item_ids", expanding=True)),
    )
    .with_for_update(read=True, of=Attempt)
)


def _read(row: Row[Any], typed: TypedAnswer) -> Response:
    kind = kind_of(row.kind)
    try:
        return kind.read(kind.parse(row.spec), typed.fields)
    except BadResponse:
        raise RuleBroken(
            _l("This answer does not belong to its question."), _l("Reload the page and choose again.")
        ) from None


def _dispute(row: Row[Any], stored: StoredAnswer, typed: Response) -> Dispute:
    kind = kind_of(row.kind)
    spec = kind.parse(row.spec)
    return Dispute(kind.summarise(spec, stored.response), kind.summarise(spec, typed))


def _same(stored: StoredAnswer, response: Response) -> bool:
    """Tell whether a response is what is stored; an answer that says nothing is the same as nothing stored."""
    if stored.response is None:
        return not any(response.values())
    return stored.response == response


def _guarded_upsert(insert: Any) -> Any:
    """Return the statement that stores an answer whose stored revision is still the one before."""
    statement = insert(_DRAFTS)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[_DRAFTS.c.item_id],
        set_={"response": new.response, "revision": new.revision, "saved_at": new.saved_at},
        where=_DRAFTS.c.revision == new.revision - 1,
    ).returning(_DRAFTS.c.item_id)


_STORE_DRAFT = {"sqlite": _guarded_upsert(sqlite.insert), "postgresql": _guarded_upsert(postgresql.insert)}


def _write_drafts(fresh: Mapping[int, StoredAnswer]) -> set[int]:
    """Store answers whose stored revision is still the one before, and return their items."""
    if not fresh:
        return set()
    values = [
        {"item_id": item_id, "response": answer.response, "revision": answer.revision, "saved_at": answer.saved_at}
        for item_id, answer in sorted(fresh.items())
    ]
    return set(db.session.scalars(_STORE_DRAFT[db.engine.dialect.name], values))


def _stored_now(item_ids: set[int]) -> dict[int, StoredAnswer]:
    rows = db.session.execute(
        select(AttemptDraft.item_id, AttemptDraft.response, AttemptDraft.revision, AttemptDraft.saved_at).where(
            AttemptDraft.item_id.in_(item_ids)
        )
    )
    return {row.item_id: StoredAnswer(row.response, row.revision, row.saved_at) for row in rows}
