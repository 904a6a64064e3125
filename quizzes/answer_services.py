"""Saving answers while an attempt is open: one read, one short write, nothing overwritten unseen."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, and_, bindparam, cast, not_, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from core.db import db, table_of
from core.errors import NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from people.access import Actor
from quizzes import behaviour, event_services, queries
from quizzes.answer_rules import Origin, Verdict, believable_seconds, judge
from quizzes.behaviour import Phase
from quizzes.events import LATE
from quizzes.gates import may_answer
from quizzes.kinds import BadResponse, PostedFields, Response, kind_of
from quizzes.kinds.contract import Kind
from quizzes.models import Attempt, AttemptDraft, AttemptItem, QuestionVersion, QuizVersion

_ATTEMPTS, _ITEMS, _DRAFTS = map(table_of, (Attempt, AttemptItem, AttemptDraft))
_QUIZZES, _QUESTIONS = map(table_of, (QuizVersion, QuestionVersion))


@dataclass(frozen=True)
class TypedAnswer:
    """An answer as it was posted, and the revision of the answer that its page had shown."""

    fields: PostedFields
    base_revision: int
    #: The mark of the page that wrote it and that page's number of the change; empty and 0 from a form without script.
    writer: str = ""
    sequence: int = 0
    #: When it was given, by the server's time as its page reckons it.
    given_at: datetime | None = None
    #: Seconds that the question has been in use, as its page says.
    seconds: int = 0

    @property
    def origin(self) -> Origin:
        """Return where the answer comes from."""
        return Origin(self.base_revision, self.writer, self.sequence)


@dataclass(frozen=True)
class StoredAnswer:
    """An answer as it is stored; revision 0 means that nothing is."""

    response: Response | None = None
    revision: int = 0
    saved_at: datetime | None = None
    writer: str = ""
    sequence: int = 0
    seconds: int = 0

    @property
    def origin(self) -> Origin:
        """Return where the answer comes from."""
        return Origin(self.revision, self.writer, self.sequence)


@dataclass(frozen=True)
class ShownAnswer:
    """What is stored for a question, as the fields of its form."""

    fields: dict[str, list[str]]
    answered: bool


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
    shown: dict[int, ShownAnswer] = field(default_factory=dict)
    #: Items whose stored answer is newer than the one that the page had shown, and says something else.
    conflicts: dict[int, Dispute] = field(default_factory=dict)
    #: Items whose answer was given after the deadline, or is new for a page that may not be opened (``quizzes.gates``).
    refused: frozenset[int] = frozenset()
    due_at: datetime | None = None
    #: The mark of the page of this attempt that was opened last.
    page: str = ""

    @property
    def all_kept(self) -> bool:
        """Tell whether every answer that was posted counts."""
        return self.phase in (Phase.OPEN, Phase.LATE) and not (self.conflicts or self.refused)


def save(attempt_id: int, answers: Mapping[int, TypedAnswer], *, by: Actor, at: datetime) -> SaveOutcome:
    """Save answers by item id, all together: one read, one short write.

    Each is judged by ``quizzes.answer_rules``; nothing is overwritten unseen. Once the time is up, only what was given
    before is kept, marked late. After the end nothing is saved, and the outcome tells what was stored before.

    :raises NotFound: when the attempt or an item is not the actor's.
    :raises RuleBroken: when an answer means nothing to its question; then none is saved.
    """
    if not answers:
        return SaveOutcome()
    rows = _items_to_answer(attempt_id, by, list(answers))
    if len(rows) != len(answers):
        raise NotFound(_l("This attempt does not exist, or is not yours."))
    phase = behaviour.phase(rows[0].due_at, rows[0].finished_at, at)
    posted = [_Posted.of(row, answers[row.item_id]) for row in rows]
    stored = _kept_at_the_end(attempt_id, posted) if phase is Phase.FINISHED else _stored(rows)
    outcome = SaveOutcome(phase, stored, due_at=rows[0].due_at, page=rows[0].page)
    if phase in (Phase.OPEN, Phase.LATE):
        outcome = _taken(outcome, posted, rows[0], at)
    if phase is Phase.LATE and (kept := sorted(item for item in stored if outcome.stored[item] != stored[item])):
        event_services.note(attempt_id, LATE, by=by, at=at, detail={"items": kept})
    return replace(outcome, shown={one.item_id: one.shown(outcome.stored[one.item_id]) for one in posted})


def _to_answer(which: ColumnElement[bool]) -> Any:
    """Return the statement for the items that a save is about, with what is needed to judge it.

    The lock holds off a finish at the same time, and waits for one. Parameters ``attempt_id`` and ``person_id``.
    """
    return (
        select(
            *_ATTEMPTS.c["started_at", "due_at", "finished_at", "page", "reached"],
            *_QUIZZES.c["per_page", "one_way"],
            _ITEMS.c.id.label("item_id"),
            _ITEMS.c.position,
            _QUESTIONS.c.kind,
            cast(_QUESTIONS.c.spec, Text).label("spec"),
            *_DRAFTS.c["response", "revision", "saved_at", "writer", "sequence", "seconds"],
        )
        .join(_QUIZZES, _QUIZZES.c.id == _ATTEMPTS.c.quiz_version_id)
        .join(_ITEMS, _ITEMS.c.attempt_id == _ATTEMPTS.c.id)
        .join(_QUESTIONS, _QUESTIONS.c.id == _ITEMS.c.question_version_id)
        .outerjoin(_DRAFTS, _DRAFTS.c.item_id == _ITEMS.c.id)
        .where(_ATTEMPTS.c.id == bindparam("attempt_id"), _ATTEMPTS.c.person_id == bindparam("person_id"), which)
        .with_for_update(read=True, of=_ATTEMPTS)
    )


#: Built once because every answer asks it; most saves bring one answer, and a list costs more to ask for.
_ITEM_TO_ANSWER = _to_answer(_ITEMS.c.id == bindparam("item_id"))
_ITEMS_TO_ANSWER = _to_answer(_ITEMS.c.id.in_(bindparam("item_ids", expanding=True)))


def _items_to_answer(attempt_id: int, by: Actor, item_ids: list[int]) -> Sequence[Row[Any]]:
    asked: dict[str, Any] = {"attempt_id": attempt_id, "person_id": by.person_id}
    if len(item_ids) == 1:
        return db.session.execute(_ITEM_TO_ANSWER, asked | {"item_id": item_ids[0]}).all()
    return db.session.execute(_ITEMS_TO_ANSWER, asked | {"item_ids": item_ids}).all()


@lru_cache(maxsize=1_000)
def _parsed(kind: str, spec: str) -> Any:
    """Return the spec that stored text describes. Everybody answers the same questions, so few are read anew."""
    return kind_of(kind).parse(json.loads(spec))


@dataclass(frozen=True)
class _Posted:
    """A question, and the answer to it that was posted."""

    item_id: int
    kind: Kind[Any]
    spec: Any
    answer: TypedAnswer
    #: Whether its page is open, so that it may be answered anew.
    is_open: bool

    @classmethod
    def of(cls, row: Row[Any], answer: TypedAnswer) -> "_Posted":
        kind = kind_of(row.kind)
        is_open = may_answer(row.position, row.reached, row.per_page, row.one_way)
        return cls(row.item_id, kind, _parsed(row.kind, row.spec), answer, is_open)

    def read(self) -> Response:
        try:
            return self.kind.read(self.spec, self.answer.fields)
        except BadResponse:
            raise RuleBroken(
                _l("This answer does not belong to its question."), _l("Reload the page and choose again.")
            ) from None

    def verdict(self, stored: StoredAnswer, response: Response) -> Verdict:
        nothing = not (self.kind.is_answered(stored.response) or self.kind.is_answered(response))
        return judge(stored.origin, self.answer.origin, same=nothing or stored.response == response)

    def dispute(self, stored: StoredAnswer, response: Response) -> Dispute:
        return Dispute(self.kind.summarise(self.spec, stored.response), self.kind.summarise(self.spec, response))

    def shown(self, stored: StoredAnswer) -> ShownAnswer:
        return ShownAnswer(self.kind.fields(self.spec, stored.response), self.kind.is_answered(stored.response))


def _taken(before: SaveOutcome, posted: Iterable[_Posted], attempt: Row[Any], at: datetime) -> SaveOutcome:
    """Write down what the rules take. Every answer is understood before the first is written."""
    responses = [(one, one.read()) for one in posted]
    late = before.phase is Phase.LATE
    given = [
        (one, response)
        for one, response in responses
        if not late or behaviour.given_in_time(one.answer.given_at, attempt.started_at, attempt.due_at)
        if one.is_open or one.verdict(before.stored[one.item_id], response) is Verdict.KNOWN
    ]
    fresh = {
        one.item_id: StoredAnswer(
            response,
            before.stored[one.item_id].revision + 1,
            at,
            one.answer.writer,
            one.answer.sequence,
            believable_seconds(one.answer.seconds, before.stored[one.item_id].seconds, attempt.started_at, at),
        )
        for one, response in given
        if one.verdict(before.stored[one.item_id], response) is Verdict.TAKEN
    }
    written = _write_drafts(fresh, late=late)
    stored = before.stored | {item_id: replace(fresh[item_id], revision=now) for item_id, now in written.items()}
    if outrun := fresh.keys() - written.keys():
        stored |= _stored_now(outrun)
    return replace(
        before,
        stored=stored,
        conflicts={
            one.item_id: one.dispute(stored[one.item_id], response)
            for one, response in given
            if one.verdict(stored[one.item_id], response) is Verdict.CONFLICT
        },
        refused=frozenset(one.item_id for one, _ in responses) - {one.item_id for one, _ in given},
    )


def _upsert(insert: Any) -> Any:
    """Return the statement that stores an answer unless something newer came in between; ``judge`` in SQL."""
    statement = insert(_DRAFTS)
    old, new = _DRAFTS.c, statement.excluded
    same_writer = and_(new.writer != "", old.writer == new.writer)
    return statement.on_conflict_do_update(
        index_elements=[old.item_id],
        set_={name: new[name] for name in ("response", "saved_at", "writer", "sequence", "late", "seconds")}
        | {"revision": old.revision + 1},
        where=or_(
            and_(same_writer, old.sequence < new.sequence),
            and_(not_(same_writer), old.revision == new.revision - 1),
        ),
    ).returning(old.item_id, old.revision)


_STORE_DRAFT = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}


def _write_drafts(fresh: Mapping[int, StoredAnswer], *, late: bool) -> dict[int, int]:
    """Store answers that nothing newer outran, and return the revisions of their items."""
    if not fresh:
        return {}
    values = [{"item_id": item_id, "late": late, **vars(answer)} for item_id, answer in sorted(fresh.items())]
    return {row.item_id: row.revision for row in db.session.execute(_STORE_DRAFT[db.engine.dialect.name], values)}


def _stored(rows: Iterable[Row[Any]]) -> dict[int, StoredAnswer]:
    """Return what is stored by item, from rows of items or of drafts."""
    return {
        row.item_id: StoredAnswer()
        if row.revision is None
        else StoredAnswer(row.response, row.revision, row.saved_at, row.writer, row.sequence, row.seconds)
        for row in rows
    }


def _stored_now(item_ids: Iterable[int]) -> dict[int, StoredAnswer]:
    return _stored(db.session.execute(select(*_DRAFTS.c).where(_DRAFTS.c.item_id.in_(item_ids))))


def _kept_at_the_end(attempt_id: int, posted: Iterable[_Posted]) -> dict[int, StoredAnswer]:
    """Return the answers with which an attempt has ended."""
    kept = queries.outcomes(attempt_id)
    ends = {one.item_id: kept.get(one.item_id, queries.Outcome()) for one in posted}
    return {item_id: StoredAnswer(end.response, 0, end.answered_at) for item_id, end in ends.items()}
