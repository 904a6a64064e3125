"""What trainers do to banks and questions. A published version is never updated: an edit makes the next one."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core import audit, clock
from core.db import db
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line
from people.access import Actor, Permission
from people.services import ensure_in_unit
from quizzes import quiz_services
from quizzes.kinds import SpecError, kind_of
from quizzes.models import Bank, Question, QuestionVersion
from quizzes.question_content import BadQuestion, QuestionInput, content_of, stored_content


def create_bank(name: str, unit_id: int, *, by: Actor, at: datetime) -> Bank:
    """Make an empty bank in a unit.

    :raises RuleBroken: when the name is empty or taken.
    """
    ensure_in_unit(by, Permission.AUTHOR, unit_id, on=clock.local_day(at))
    bank = Bank(name=_free_name(name), unit_id=unit_id, created_at=at)
    db.session.add(bank)
    db.session.flush()
    audit.record("bank.create", by=by, at=at, about=("bank", bank.id), detail={"name": bank.name})
    return bank


def ensure_bank(name: str, unit_id: int, *, by: Actor, at: datetime) -> Bank:
    """Return the bank with this name, made in the unit when there is none."""
    bank = db.session.scalar(select(Bank).where(Bank.name == clean_line(name)))
    if bank is None:
        return create_bank(name, unit_id, by=by, at=at)
    ensure_in_unit(by, Permission.AUTHOR, bank.unit_id, on=clock.local_day(at))
    return bank


def rename_bank(bank_id: int, name: str, *, by: Actor, at: datetime) -> Bank:
    """Give a bank another name."""
    bank = _bank(bank_id, by=by, at=at)
    if clean_line(name) == bank.name:
        return bank
    before, bank.name = bank.name, _free_name(name)
    audit.record("bank.rename", by=by, at=at, about=("bank", bank.id), detail={"before": before, "after": bank.name})
    return bank


def revision_of(version: QuestionVersion) -> str:
    """Return a mark that changes with every saved change; a form carries it as ``based_on``."""
    return f"{version.number}.{int(version.edited_at.timestamp() * 1_000_000)}"


def save_question_draft(
    bank_id: int, question_id: int | None, typed: QuestionInput, *, based_on: str | None, by: Actor, at: datetime
) -> QuestionVersion:
    """Keep what a trainer typed as the question's draft, and return the version that now holds it.

    There is at most one draft. What is identical to the latest version changes nothing. Without ``based_on`` (an
    import) the latest version is taken as the base.

    :raises BadQuestion: when the question can't be used so.
    :raises Conflict: when somebody saved another version since ``based_on``.
    """
    bank = _bank(bank_id, by=by, at=at)
    if question_id is None:
        return _new_question(bank, typed, by=by, at=at)
    question = _locked(question_id, by=by, at=at)
    latest = latest_version(question.id)
    content = content_of(typed, latest)
    if content == stored_content(latest):
        return latest
    if based_on is not None and based_on != revision_of(latest):
        raise Conflict(
            _l("Somebody saved this question after you opened it."),
            _l("Compare both below, take over what you need, and save again."),
        )
    version = _keep(question, latest, content, by=by, at=at)
    _note("question.save_draft", question, by=by, at=at, number=version.number)
    return version


def take_question(
    bank: Bank,
    code: str,
    known: tuple[Question, QuestionVersion] | None,
    content: dict[str, Any],
    *,
    publish: bool,
    by: Actor,
    at: datetime,
) -> None:
    """Keep what an import brings (made by ``content_of``) as a new question or a known one's next version.

    The import has asked for the permission, and locked the bank and its questions.
    """
    if known is None:
        question, latest = Question(bank_id=bank.id, code=code), None
        db.session.add(question)
        db.session.flush()
    else:
        question, latest = known
    version = _keep(question, latest, content, by=by, at=at)
    if publish:
        version.published_by_id, version.published_at = by.person_id, at
    _note("question.import", question, by=by, at=at, number=version.number, published=publish)


def publish_question(
    question_id: int, *, also_publish_quizzes: tuple[int, ...] = (), by: Actor, at: datetime
) -> QuestionVersion:
    """Freeze a question's draft, and publish the chosen quizzes anew with the same rules.

    Attempts that have begun keep the version they saw.

    :raises RuleBroken: when there is no draft, or a chosen quiz can't be published.
    """
    question = _locked(question_id, by=by, at=at)
    version = latest_version(question.id)
    if version.published_at is not None:
        raise RuleBroken(_l("There is no draft to publish."), _l("Edit the question first."))
    check_draft(version)
    version.published_by_id, version.published_at = by.person_id, at
    _note("question.publish", question, by=by, at=at, number=version.number)
    db.session.flush()
    for quiz_id in also_publish_quizzes:
        quiz_services.publish_same_rules(quiz_id, using_bank=question.bank_id, by=by, at=at)
    return version


def check_draft(version: QuestionVersion) -> None:
    """Refuse a version whose stored spec its kind does not take.

    :raises BadQuestion: with the reason.
    """
    try:
        kind_of(version.kind).parse(version.spec)
    except SpecError as error:
        raise BadQuestion.of(error) from error


def retire_question(question_id: int, *, by: Actor, at: datetime) -> Question:
    """Take a question out of quizzes published from now on. Doing it again changes nothing."""
    question = _locked(question_id, by=by, at=at)
    if question.retired_at is None:
        question.retired_at = at
        _note("question.retire", question, by=by, at=at)
    return question


def restore_question(question_id: int, *, by: Actor, at: datetime) -> Question:
    """Let quizzes published from now on draw a retired question again."""
    question = _locked(question_id, by=by, at=at)
    if question.retired_at is not None:
        question.retired_at = None
        _note("question.restore", question, by=by, at=at)
    return question


def latest_version(question_id: int) -> QuestionVersion:
    """Return the draft when there is one, else the version published last."""
    return db.session.scalars(
        select(QuestionVersion)
        .where(QuestionVersion.question_id == question_id)
        .order_by(QuestionVersion.number.desc())
        .limit(1)
    ).one()


def _new_question(bank: Bank, typed: QuestionInput, *, by: Actor, at: datetime) -> QuestionVersion:
    content = content_of(typed, None)
    db.session.get_one(Bank, bank.id, with_for_update=True)  # two new questions may not take one code
    codes = set(db.session.scalars(select(Question.code).where(Question.bank_id == bank.id)))
    code = clean_line(typed.code) or _next_code(codes)
    if len(code) > 60:
        raise BadQuestion("code", _l("A code has 60 characters at most."))
    if code in codes:
        raise BadQuestion("code", _l("Another question of this bank has this code."))
    question = Question(bank_id=bank.id, code=code)
    db.session.add(question)
    db.session.flush()
    version = _keep(question, None, content, by=by, at=at)
    _note("question.create", question, by=by, at=at, number=1)
    return version


def _next_code(codes: set[str]) -> str:
    number = len(codes) + 1
    while f"C{number:03}" in codes:
        number += 1
    return f"C{number:03}"


def _keep(
    question: Question, latest: QuestionVersion | None, content: dict[str, Any], *, by: Actor, at: datetime
) -> QuestionVersion:
    """Write content into the draft, or into a new version where there is none."""
    if latest is not None and latest.published_at is None:
        for name, value in content.items():
            setattr(latest, name, value)
        latest.edited_by_id, latest.edited_at = by.person_id, at
        return latest
    number = latest.number + 1 if latest else 1
    version = QuestionVersion(
        question_id=question.id, number=number, edited_by_id=by.person_id, edited_at=at, **content
    )
    db.session.add(version)
    db.session.flush()
    return version


def _bank(bank_id: int, *, by: Actor, at: datetime) -> Bank:
    bank = db.session.get(Bank, bank_id)
    if bank is None:
        raise NotFound(_l("There is no such question bank."))
    ensure_in_unit(by, Permission.AUTHOR, bank.unit_id, on=clock.local_day(at))
    return bank


def _locked(question_id: int, *, by: Actor, at: datetime) -> Question:
    """Return a question that nobody else changes until this transaction ends."""
    question = db.session.get(Question, question_id, with_for_update=True)
    if question is None:
        raise NotFound(_l("There is no such question."))
    _bank(question.bank_id, by=by, at=at)
    return question


def _free_name(name: str) -> str:
    name = clean_line(name)
    if not name or len(name) > 200:
        raise RuleBroken(_l("A name has 1 to 200 characters."))
    if db.session.scalar(select(Bank.id).where(Bank.name == name)) is not None:
        raise RuleBroken(_l("A bank with this name exists already."), _l("Choose another name."))
    return name


def _note(action: str, question: Question, *, by: Actor, at: datetime, **detail: Any) -> None:
    audit.record(action, by=by, at=at, about=("question", question.id), detail={"code": question.code, **detail})
