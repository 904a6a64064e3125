"""What trainers do to quizzes: keep a draft of the rules, and publish a version with its questions fixed."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from core import audit, clock
from core.db import db
from core.errors import Conflict, NotFound, RuleBroken
from core.i18n import lazy_gettext as _l
from core.text import slug
from people.access import Actor, Permission
from people.services import ensure_in_unit
from quizzes.blueprint_queries import supply
from quizzes.hooks import quiz_hooks
from quizzes.models import Bank, PoolQuestion, Quiz, QuizSection, QuizVersion
from quizzes.quiz_drafts import RULES, QuizDraft, SectionDraft, tidy
from quizzes.quiz_rules import Problem, problems
from quizzes.rule_labels import problem_text

#: The question versions that each section may draw, in order.
Pools = list[list[int]]


class BadRules(RuleBroken):
    """Raised when rules make no sense; ``problems`` holds all that is wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem_text(problem) for problem in problems))
        self.problems = problems


class TooFewQuestions(RuleBroken):
    """Raised when banks can't fill the sections of a quiz; ``lines`` say what is missing where."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(" ".join(lines), _l("Publish more questions in the bank, or draw fewer."))
        self.lines = lines


def put_quiz(
    address: str, draft: QuizDraft, *, unit_id: int, by: Actor, at: datetime, based_on: str | None = None
) -> Quiz:
    """Keep the rules as the draft of the quiz with this slug, made in the unit when there is none.

    The same rules as those of the latest version change nothing.

    :raises BadRules: when the rules make no sense.
    :raises Conflict: when somebody saved other rules since ``based_on``.
    """
    quiz = db.session.scalar(select(Quiz).where(Quiz.slug == address).with_for_update())
    ensure_in_unit(by, Permission.AUTHOR, quiz.unit_id if quiz else unit_id, on=clock.local_day(at))
    latest = latest_version(quiz.id) if quiz else None
    draft = tidy(draft)
    if quiz and latest and draft_of(latest) == draft:
        return quiz
    if wrong := problems(draft):
        raise BadRules(wrong)
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

    :raises TooFewQuestions: when the banks can't fill all sections at once.
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
        sections=tuple(
            SectionDraft(s.bank_id, s.draw_count, s.points, s.title, s.topic, s.difficulty) for s in version.sections
        ),
        **{name: getattr(version, name) for name in RULES},
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
    """Return today's published, unretired question versions for each section.

    :raises TooFewQuestions: when they do not fill all sections at once.
    """
    if not rules.sections:
        raise RuleBroken(_l("A quiz needs at least one section."), _l("Add a section and choose its bank."))
    there = supply(rules.sections)
    if there.missing:
        raise TooFewQuestions(there.missing)
    return [[candidate.question_version_id for candidate in pool] for pool in there.pools]


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
    return {name: getattr(draft, name) for name in RULES}


def _drop(draft: QuizVersion) -> None:
    """Remove a draft that says nothing new."""
    db.session.execute(delete(QuizSection).where(QuizSection.quiz_version_id == draft.id))
    db.session.execute(delete(QuizVersion).where(QuizVersion.id == draft.id, QuizVersion.published_at.is_(None)))
    db.session.expunge(draft)


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
