"""Banks in and out as GIFT. A file is taken whole or not at all; taking it again changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select

from core import audit, clock
from core.db import db
from core.errors import BadFile, Place
from core.i18n import lazy_gettext as _l
from library.models import Source
from people.access import Actor, Permission
from people.services import ensure_in_unit
from quizzes import bank_services
from quizzes.author_labels import GIFT_ERRORS, GIFT_LIMITS
from quizzes.formats import gift_reader, gift_writer
from quizzes.formats.gift_values import GiftQuestion
from quizzes.models import Bank, Question, QuestionVersion
from quizzes.question_content import (
    BadQuestion,
    QuestionInput,
    content_of,
    input_of,
    stored_content,
    with_known_keys,
)

#: A bank of a thousand questions with explanations takes about 1 MB.
MAX_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True)
class LocatedError:
    """What is wrong on a line of a file, counted from 1."""

    line: int
    code: str
    message: Any


class BadGift(BadFile):
    """Raised when a GIFT file can't be taken; ``errors`` holds all that is wrong, by line."""

    def __init__(self, errors: tuple[LocatedError, ...]) -> None:
        super().__init__(
            _l("Line %(line)s: %(message)s", line=errors[0].line, message=errors[0].message),
            _l("Nothing has been imported. Mend the file and choose it again."),
            Place(row=errors[0].line),
        )
        self.errors = errors


@dataclass(frozen=True)
class ImportResult:
    """How many questions a file brought, and the sources that it cites and the register lacks."""

    new: int
    changed: int
    unchanged: int
    unknown_sources: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Return the number of questions in the file."""
        return self.new + self.changed + self.unchanged


@dataclass(frozen=True)
class LeftOut:
    """A question that GIFT can't hold, and why."""

    code: str
    kind: str
    reason: Any


@dataclass(frozen=True)
class GiftExport:
    """A bank as GIFT: the text, how many questions it holds, and those that stay behind."""

    text: str
    count: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class _Step:
    """What taking one question means. ``known`` is the question that has its code, with its latest version."""

    code: str
    known: tuple[Question, QuestionVersion] | None
    content: dict[str, Any]
    outcome: Literal["new", "changed", "unchanged"]


def decode(data: bytes) -> str:
    """Return the text of a GIFT file in UTF-8, with or without a mark at its beginning.

    :raises BadGift: when it is something else, with the line of the first foreign byte.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadGift((_located(data.count(b"\n", 0, error.start) + 1, "not_utf8"),)) from error
    if "\x00" in text:
        raise BadGift((_located(text.count("\n", 0, text.index("\x00")) + 1, "not_utf8"),))
    return text


def preview_gift(bank: Bank, text: str, *, publish: bool = True) -> ImportResult:
    """Return what an import would do, and do nothing.

    :raises BadGift: with everything that is wrong.
    """
    return _result(_planned(bank, text, publish=publish))


def import_gift(
    bank: Bank, text: str, *, file_name: str, by: Actor, at: datetime, publish: bool = True
) -> ImportResult:
    """Take the questions of a GIFT file into a bank: codes it lacks are added, others get a new version.

    :param publish: publish what came in; else it waits as drafts.
    :raises BadGift: with everything that is wrong; nothing is taken then.
    """
    ensure_in_unit(by, Permission.AUTHOR, bank.unit_id, on=clock.local_day(at))
    db.session.get_one(Bank, bank.id, with_for_update=True)
    steps = _planned(bank, text, publish=publish, lock=True)
    result = _result(steps)
    for step in steps:
        if step.outcome != "unchanged":
            bank_services.take_question(bank, step.code, step.known, step.content, publish=publish, by=by, at=at)
    if result.new or result.changed:
        detail = {"file": file_name[:200], "new": result.new, "changed": result.changed, "unchanged": result.unchanged}
        audit.record("bank.import", by=by, at=at, about=("bank", bank.id), detail=detail)
    return result


def export_gift(bank: Bank) -> GiftExport:
    """Return the questions of a bank that are not retired, as they were last saved, as far as GIFT can hold them."""
    kept = [
        _gift(question.code, latest) for question, latest in _known(bank.id).values() if question.retired_at is None
    ]
    asked = [(question, gift_writer.why_not(question)) for question in kept]
    held = [question for question, reason in asked if reason is None]
    left_out = tuple(LeftOut(one.code, one.kind, GIFT_LIMITS[reason]) for one, reason in asked if reason)
    return GiftExport(gift_writer.write(held), len(held), left_out)


def _planned(bank: Bank, text: str, *, publish: bool, lock: bool = False) -> list[_Step]:
    """Compare a file with the bank. One query.

    :raises BadGift: with everything that is wrong.
    """
    read = gift_reader.read(text)
    errors = [_located(error.line, error.code) for error in read.errors]
    known = _known(bank.id, lock=lock)
    steps = []
    for asked in read.questions:
        try:
            steps.append(_step(asked, known.get(asked.code), publish=publish))
        except BadQuestion as error:
            errors.append(LocatedError(asked.line, error.code, error.message))
    if errors:
        raise BadGift(tuple(sorted(errors, key=lambda error: error.line)))
    return steps


def _step(asked: GiftQuestion, known: tuple[Question, QuestionVersion] | None, *, publish: bool) -> _Step:
    if known is None:
        return _Step(asked.code, None, content_of(_typed(asked), None), "new")
    latest = known[1]
    content = content_of(with_known_keys(_typed(asked), latest), latest)
    is_waiting = publish and latest.published_at is None
    is_same = content == stored_content(latest) and not is_waiting
    return _Step(asked.code, known, content, "unchanged" if is_same else "changed")


def _result(steps: list[_Step]) -> ImportResult:
    outcomes = [step.outcome for step in steps]
    cited = {source["code"] for step in steps for source in step.content["sources"]}
    registered = set(db.session.scalars(select(Source.code).where(Source.code.in_(cited))))
    return ImportResult(
        outcomes.count("new"), outcomes.count("changed"), outcomes.count("unchanged"), tuple(sorted(cited - registered))
    )


def _known(bank_id: int, *, lock: bool = False) -> dict[str, tuple[Question, QuestionVersion]]:
    """Return the questions of a bank with their latest versions, by code. One query."""
    newest = (
        select(func.max(QuestionVersion.number))
        .where(QuestionVersion.question_id == Question.id)
        .correlate(Question)
        .scalar_subquery()
    )
    asked = (
        select(Question, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.bank_id == bank_id, QuestionVersion.number == newest)
        .order_by(Question.code)
    )
    rows = db.session.execute(asked.with_for_update(of=Question) if lock else asked)
    return {question.code: (question, version) for question, version in rows}


def _typed(asked: GiftQuestion) -> QuestionInput:
    return QuestionInput(
        kind=asked.kind,
        prompt=asked.prompt,
        content=asked.content,
        code=asked.code,
        general_explanation=asked.general_explanation,
        topic=asked.topic,
        difficulty=asked.difficulty,
        sources=asked.sources,
    )


def _gift(code: str, version: QuestionVersion) -> GiftQuestion:
    typed = input_of(version, code)
    return GiftQuestion(
        code=code,
        kind=typed.kind,
        prompt=typed.prompt,
        content=typed.content,
        general_explanation=typed.general_explanation,
        topic=typed.topic,
        difficulty=typed.difficulty,
        sources=typed.sources,
    )


def _located(line: int, code: str) -> LocatedError:
    return LocatedError(line, code, GIFT_ERRORS[code])
