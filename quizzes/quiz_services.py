"""What trainers do to quizzes: keep a draft of the rules, and publish a version with its questions fixed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import selectinload

from core import audit, clock
from core.db import db
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import clean_line, nfc, slug
from people.access import Actor, Permission
from people.services import ensure_in_unit
from quizzes.hooks import quiz_hooks
from quizzes.models import Bank, PoolQuestion, Question, QuestionVersion, Quiz, QuizSection, QuizVersion

#: The question versions that each section may draw, in order.
Pools = list[list[int]]


@dataclass(frozen=True)
class SectionDraft:
    """So many questions of a bank (None: all of them), each worth ``points`` hundredths of a point."""

    bank_id: int
    draw_count: int | None = None
    points: int = 100
    title: str = ""


@dataclass(frozen=True)
class QuizDraft:
    """The rules of a quiz. ``pass_score`` is in hundredths on the scale of 10; None means without limit."""

    title: str
    sections: tuple[SectionDraft, ...]
    instructions: str = ""
    pass_score: int = 500
    attempts_allowed: int | None = None
    time_limit_minutes: int | None = None
    shuffle_questions: bool = True
    shuffle_options: bool = True


def put_quiz(
    address: str, draft: QuizDraft, *, unit_id: int, by: Actor, at: datetime, based_on: str | None = None
) -> Quiz:
    """Keep the rules as the draft of the quiz with this slug, made in the unit when there is none.

    The same rules as those of the latest version change nothing.

    :raises RuleBroken: when the rules make no sense.
    :raises Conflict: when somebody saved other rules since ``based_on``.
    """
    quiz = db.session.scalar(select(Quiz).where(Quiz.slug == address).with_for_update())
    ensure_in_unit(by, Permission.AUTHOR, quiz.unit_id if quiz else unit_id, on=clock.local_day(at))
    latest = latest_version(quiz.id) if quiz else None
    draft = _tidy(draft)
    if quiz and latest and draft_of(latest) == draft:
        return quiz
    if latest and based_on is not None and based_on != revision_of(latest):
        raise Conflict(_l("Somebody saved this quiz after you opened it."), _l("Compare both below, and save again."))
    known_banks = {section.bank_id for section in latest.sections} if latest else set()
    _check_banks({section.bank_id for section in draft.sections} - known_banks, by=by, at=at)
    if quiz is None:
        if not address or slug(address) != address:
            raise RuleBroken(_l("An address has small letters without accents, figures and hyphens."))
        quiz = Quiz(slug=address, unit_id=unit_id, created_at=at)
        db.session.add(quiz)
        db.session.flush()
    _keep_draft(quiz, latest, draft, by=by, at=at)
    return quiz


def ensure_free(address: str) -> None:
    """Refuse an address that another quiz has.

    :raises RuleBroken: when it is taken.
    """
    if db.session.scalar(select(Quiz.id).where(Quiz.slug == address)) is not None:
        raise RuleBroken(_l("Another quiz has this address."), _l("Type another address."))


def publish_quiz(quiz_id: int, *, by: Actor, at: datetime) -> QuizVersion | None:
    """Publish the draft, or the last rules with the questions of today; None when nothing has changed.

    :raises RuleBroken: when a bank has too few published questions; it is named with how many are wanted and there.
    """
    quiz = _locked(quiz_id, by=by, at=at)
    latest = latest_version(quiz.id)
    if latest is None:
        raise RuleBroken(_l("This quiz has no rules yet."))
    return _publish(quiz, draft_of(latest), by=by, at=at)


def publish_same_rules(quiz_id: int, *, using_bank: int | None = None, by: Actor, at: datetime) -> QuizVersion | None:
    """Publish the rules of the last published version with the questions of today; a draft stays a draft.

    :param using_bank: refuse a quiz that does not draw from this bank.
    """
    quiz = _locked(quiz_id, by=by, at=at)
    published = last_published(quiz.id)
    if published is None or (using_bank and using_bank not in {section.bank_id for section in published.sections}):
        raise RuleBroken(_l("This quiz does not use the question."))
    return _publish(quiz, draft_of(published), by=by, at=at)


def latest_version(quiz_id: int) -> QuizVersion | None:
    """Return the draft when there is one, else the version published last, with its sections."""
    return _newest(quiz_id, only_published=False)


def last_published(quiz_id: int) -> QuizVersion | None:
    """Return the version published last, with its sections."""
    return _newest(quiz_id, only_published=True)


def revision_of(version: QuizVersion) -> str:
    """Return a mark that changes with every saved change; a form carries it as ``based_on``."""
    return f"{version.number}.{int(version.edited_at.timestamp() * 1_000_000)}"


def draft_of(version: QuizVersion) -> QuizDraft:
    """Return the rules of a version whose sections are loaded."""
    return QuizDraft(
        title=version.title,
        sections=tuple(SectionDraft(s.bank_id, s.draw_count, s.points, s.title) for s in version.sections),
        instructions=version.instructions,
        pass_score=version.pass_score,
        attempts_allowed=version.attempts_allowed,
        time_limit_minutes=version.time_limit_minutes,
        shuffle_questions=version.shuffle_questions,
        shuffle_options=version.shuffle_options,
    )


def _newest(quiz_id: int, *, only_published: bool) -> QuizVersion | None:
    asked = select(QuizVersion).where(QuizVersion.quiz_id == quiz_id).order_by(QuizVersion.number.desc()).limit(1)
    if only_published:
        asked = asked.where(QuizVersion.published_at.is_not(None))
    # What was loaded before the sections were replaced must not be taken for what is there.
    return db.session.scalar(
        asked.options(selectinload(QuizVersion.sections)).execution_options(populate_existing=True)
    )


def _publish(quiz: Quiz, rules: QuizDraft, *, by: Actor, at: datetime) -> QuizVersion | None:
    pools = _filled_pools(rules)
    latest, published = latest_version(quiz.id), last_published(quiz.id)
    if published and draft_of(published) == rules and pools == _pools_of(published):
        if latest and latest.published_at is None and draft_of(latest) == rules:
            _drop(latest)
        return None
    version = _version_to_publish(quiz, rules, latest, published.number + 1 if published else 1, by=by, at=at)
    for section, pool in zip(_sections_of(version), pools, strict=True):
        for position, version_id in enumerate(pool, start=1):
            db.session.add(PoolQuestion(section_id=section.id, question_version_id=version_id, position=position))
    db.session.flush()
    audit.record(
        "quiz.publish", by=by, at=at, about=("quiz", quiz.id), detail={"slug": quiz.slug, "number": version.number}
    )
    for listener in quiz_hooks().on_published:
        listener(quiz.id, version.id, by, at)
    return version


def _version_to_publish(
    quiz: Quiz, rules: QuizDraft, latest: QuizVersion | None, number: int, *, by: Actor, at: datetime
) -> QuizVersion:
    """Return the draft, now published, when it holds these rules; else a new version, numbered before the draft."""
    if latest and latest.published_at is None:
        if draft_of(latest) == rules:
            latest.published_by_id, latest.published_at = by.person_id, at
            return latest
        latest.number = number + 1
        db.session.flush()
    return _add_version(quiz, number, rules, by=by, at=at, publish=True)


def _filled_pools(rules: QuizDraft) -> Pools:
    """Return today's published, unretired question versions for each section. One query for all banks.

    :raises RuleBroken: naming the bank that has too few.
    """
    if not rules.sections:
        raise RuleBroken(_l("A quiz needs at least one section."), _l("Add a section and choose its bank."))
    newest = (
        select(func.max(QuestionVersion.number))
        .where(QuestionVersion.question_id == Question.id, QuestionVersion.published_at.is_not(None))
        .correlate(Question)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Question.bank_id, QuestionVersion.id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(
            Question.bank_id.in_({section.bank_id for section in rules.sections}),
            Question.retired_at.is_(None),
            QuestionVersion.number == newest,
        )
        .order_by(Question.code, Question.id)
    ).all()
    pools = [[row.id for row in rows if row.bank_id == section.bank_id] for section in rules.sections]
    for section, pool in zip(rules.sections, pools, strict=True):
        wanted = section.draw_count or 1
        if len(pool) < wanted:
            raise RuleBroken(
                _l(
                    "The bank “%(bank)s” has %(available)s published questions; this quiz needs %(wanted)s.",
                    bank=db.session.get_one(Bank, section.bank_id).name,
                    available=len(pool),
                    wanted=wanted,
                ),
                _l("Publish more questions in the bank, or draw fewer."),
            )
    return pools


def _pools_of(version: QuizVersion) -> Pools:
    rows = db.session.execute(
        select(PoolQuestion.section_id, PoolQuestion.question_version_id)
        .where(PoolQuestion.section_id.in_([section.id for section in version.sections]))
        .order_by(PoolQuestion.position)
    ).all()
    return [[row.question_version_id for row in rows if row.section_id == s.id] for s in version.sections]


def _sections_of(version: QuizVersion) -> list[QuizSection]:
    asked = select(QuizSection).where(QuizSection.quiz_version_id == version.id).order_by(QuizSection.position)
    return list(db.session.scalars(asked))


def _keep_draft(quiz: Quiz, latest: QuizVersion | None, draft: QuizDraft, *, by: Actor, at: datetime) -> None:
    if latest and latest.published_at is None:
        db.session.execute(delete(QuizSection).where(QuizSection.quiz_version_id == latest.id))
        for name, value in _columns(draft).items():
            setattr(latest, name, value)
        latest.edited_by_id, latest.edited_at = by.person_id, at
        _add_sections(latest, draft)
        version = latest
    else:
        version = _add_version(quiz, latest.number + 1 if latest else 1, draft, by=by, at=at)
    audit.record(
        "quiz.save_draft", by=by, at=at, about=("quiz", quiz.id), detail={"slug": quiz.slug, "number": version.number}
    )


def _add_version(
    quiz: Quiz, number: int, draft: QuizDraft, *, by: Actor, at: datetime, publish: bool = False
) -> QuizVersion:
    version = QuizVersion(
        quiz_id=quiz.id,
        number=number,
        edited_by_id=by.person_id,
        edited_at=at,
        published_by_id=by.person_id if publish else None,
        published_at=at if publish else None,
        **_columns(draft),
    )
    db.session.add(version)
    db.session.flush()
    _add_sections(version, draft)
    return version


def _add_sections(version: QuizVersion, draft: QuizDraft) -> None:
    for position, section in enumerate(draft.sections, start=1):
        db.session.add(QuizSection(quiz_version_id=version.id, position=position, **vars(section)))
    db.session.flush()


def _columns(draft: QuizDraft) -> dict[str, object]:
    return {name: value for name, value in vars(draft).items() if name != "sections"}


def _drop(draft: QuizVersion) -> None:
    """Remove a draft that says nothing new."""
    db.session.execute(delete(QuizSection).where(QuizSection.quiz_version_id == draft.id))
    db.session.execute(delete(QuizVersion).where(QuizVersion.id == draft.id, QuizVersion.published_at.is_(None)))
    db.session.expunge(draft)


def _tidy(draft: QuizDraft) -> QuizDraft:
    """Return the rules with their texts cleaned.

    :raises RuleBroken: when they make no sense.
    """
    title = clean_line(draft.title)
    if not title or len(title) > 200:
        raise RuleBroken(_l("A title has 1 to 200 characters."))
    if not 0 <= draft.pass_score <= 1000:
        raise RuleBroken(_l("The pass mark lies between 0 and 10."))
    for limit in (draft.attempts_allowed, draft.time_limit_minutes, *(s.draw_count for s in draft.sections)):
        if limit is not None and not 0 < limit <= 10_000:
            raise RuleBroken(_l("Limits and numbers of questions are at least 1. Leave them empty for no limit."))
    if any(not 0 < section.points <= 100_000 for section in draft.sections):
        raise RuleBroken(_l("Points are more than 0 and at most 1000."))
    banks = [section.bank_id for section in draft.sections]
    if len(set(banks)) < len(banks):
        raise RuleBroken(_l("Two sections draw from the same bank."), _l("Make them one section."))
    sections = tuple(SectionDraft(s.bank_id, s.draw_count, s.points, clean_line(s.title)[:200]) for s in draft.sections)
    text = nfc(draft.instructions).replace("\r\n", "\n").replace("\x00", "").strip()
    return QuizDraft(**{**vars(draft), "title": title, "instructions": text, "sections": sections})


def _check_banks(bank_ids: set[int], *, by: Actor, at: datetime) -> None:
    """Refuse banks that do not exist or belong to a unit outside the actor's responsibility."""
    units = db.session.scalars(select(Bank.unit_id).where(Bank.id.in_(bank_ids))).all()
    if len(units) < len(bank_ids):
        raise NotFound(_l("There is no such question bank."))
    for unit_id in set(units):
        ensure_in_unit(by, Permission.AUTHOR, unit_id, on=clock.local_day(at))


def _locked(quiz_id: int, *, by: Actor, at: datetime) -> Quiz:
    """Return a quiz that nobody else changes until this transaction ends."""
    quiz = db.session.get(Quiz, quiz_id, with_for_update=True)
    if quiz is None:
        raise NotFound(_l("There is no such quiz."))
    ensure_in_unit(by, Permission.AUTHOR, quiz.unit_id, on=clock.local_day(at))
    return quiz
