"""Quizzes: drafts of rules, versions with their questions fixed, and what follows when a question changes."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from core.audit import AuditEntry
from core.db import db
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from people.access import SYSTEM, Role
from quizzes import bank_services, quiz_services
from quizzes.hooks import QuizHooks
from quizzes.models import PoolQuestion, QuestionVersion, QuizSection, QuizVersion
from quizzes.question_content import input_of
from quizzes.quiz_drafts import QuizDraft, SectionDraft
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.factories_quizzes import make_bank, make_question, make_questions, make_quiz, published_version

pytestmark = pytest.mark.usefixtures("session")


def no_occasion(*_):
    raise NotFound


@pytest.fixture(autouse=True)
def published(app, monkeypatch):
    """Collect what listeners are told about publications."""
    told = []

    def note(quiz_id, version_id, by, at):
        told.append((quiz_id, version_id))

    monkeypatch.setitem(app.extensions, "nep_quiz_hooks", QuizHooks(no_occasion, on_published=(note,)))
    return told


def put(draft, at, *, slug="kiem-tra", unit_id=None, by=SYSTEM, based_on=None):
    quiz = quiz_services.put_quiz(slug, draft, unit_id=unit_id or make_unit().id, by=by, at=at, based_on=based_on)
    db.session.commit()
    return quiz


def publish(quiz, at):
    version = quiz_services.publish_quiz(quiz.id, by=SYSTEM, at=at)
    db.session.commit()
    return version


def pool(version):
    return list(
        db.session.scalars(
            select(QuestionVersion.question_id)
            .join(PoolQuestion, PoolQuestion.question_version_id == QuestionVersion.id)
            .join(QuizSection, QuizSection.id == PoolQuestion.section_id)
            .where(QuizSection.quiz_version_id == version.id)
            .order_by(QuizSection.position, PoolQuestion.position)
        )
    )


def latest_of(quiz):
    version = quiz_services.latest_version(quiz.id)
    assert version is not None
    return version


def draft_for(*banks, **values):
    return QuizDraft(title="Kiểm tra", sections=tuple(SectionDraft(bank.id) for bank in banks), **values)


def test_a_quiz_is_drafted_and_published_with_its_questions_fixed(at, published):
    bank = make_bank()
    first, second = make_questions(bank, 2)
    make_question(bank, publish=False, prompt="Nháp")
    quiz = put(draft_for(bank, pass_score=700), at)
    version = publish(quiz, at)
    assert (version.number, version.published_at, version.pass_score) == (1, at, 700)
    assert pool(version) == [first.id, second.id]
    assert published == [(quiz.id, version.id)]
    assert list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))[-2:] == [
        "quiz.save_draft",
        "quiz.publish",
    ]


def test_the_same_rules_again_change_nothing(at, published):
    bank = make_bank()
    make_questions(bank, 2)
    quiz = put(draft_for(bank), at)
    assert put(draft_for(bank), at).id == quiz.id
    assert publish(quiz, at)
    assert put(draft_for(bank), at).id == quiz.id
    assert publish(quiz, at) is None
    assert len(published) == 1
    assert db.session.query(QuizVersion).count() == 1


def test_a_draft_set_back_to_the_published_rules_goes_away(at):
    bank = make_bank()
    make_questions(bank, 2)
    quiz = put(draft_for(bank), at)
    publish(quiz, at)
    put(draft_for(bank, pass_score=800), at)
    put(draft_for(bank), at)
    assert publish(quiz, at) is None
    assert [version.number for version in db.session.query(QuizVersion)] == [1]


def test_other_rules_or_other_questions_make_the_next_version(at):
    bank = make_bank()
    make_questions(bank, 2)
    quiz = put(draft_for(bank), at)
    publish(quiz, at)
    put(draft_for(bank, pass_score=800), at)
    assert publish(quiz, at).number == 2
    added = make_question(bank, prompt="Thêm")
    third = publish(quiz, at)
    assert third.number == 3
    assert added.id in pool(third)


def test_a_retired_question_leaves_versions_published_from_then_on(at):
    bank = make_bank()
    first, second = make_questions(bank, 2)
    quiz = put(draft_for(bank), at)
    before = publish(quiz, at)
    bank_services.retire_question(first.id, by=SYSTEM, at=at)
    assert pool(publish(quiz, at)) == [second.id]
    assert pool(before) == [first.id, second.id]


def test_a_bank_with_too_few_questions_is_named_with_both_numbers(at):
    bank = make_bank("M7 Liêm chính")
    make_questions(bank, 2)
    quiz = put(QuizDraft("Kiểm tra", (SectionDraft(bank.id, draw_count=5),)), at)
    with pytest.raises(RuleBroken) as refused:
        publish(quiz, at)
    message = str(refused.value.message)
    assert "M7 Liêm chính" in message
    assert "5" in message
    assert "2" in message


@pytest.mark.parametrize(
    "change",
    [
        {"title": " "},
        {"pass_score": 1001},
        {"attempts_allowed": 0},
        {"time_limit_minutes": -1},
        {"sections": (SectionDraft(1, draw_count=0),)},
        {"sections": (SectionDraft(1, points=0),)},
        {"sections": (SectionDraft(1), SectionDraft(1))},
    ],
)
def test_rules_that_make_no_sense_are_refused(at, change):
    with pytest.raises(RuleBroken):
        put(replace(draft_for(), **change), at)


def test_a_quiz_without_sections_or_with_a_bad_address_is_refused(at):
    with pytest.raises(RuleBroken):
        put(draft_for(), at, slug="Kiểm tra")
    quiz = put(draft_for(), at)
    with pytest.raises(RuleBroken):
        publish(quiz, at)
    with pytest.raises(NotFound):
        put(QuizDraft("x", (SectionDraft(999_999),)), at)


def test_a_stale_edit_is_a_conflict(at):
    bank = make_bank()
    quiz = put(draft_for(bank), at)
    opened = quiz_services.revision_of(latest_of(quiz))
    put(draft_for(bank, pass_score=600), at.replace(hour=3), based_on=opened)
    with pytest.raises(Conflict):
        put(draft_for(bank, pass_score=700), at.replace(hour=4), based_on=opened)


def test_the_database_refuses_to_change_what_was_published(at):
    bank = make_bank()
    make_questions(bank, 1)
    version = published_version(make_quiz([bank]))
    with pytest.raises(DatabaseError, match="keeps what was written"):
        db.session.execute(update(QuizVersion).where(QuizVersion.id == version.id).values(pass_score=0))
    db.session.rollback()
    with pytest.raises(DatabaseError, match="keeps what was written"):
        db.session.execute(update(PoolQuestion).values(position=7))
    db.session.rollback()


def test_a_changed_question_reaches_chosen_quizzes_at_once_and_old_versions_keep_theirs(at, published):
    bank = make_bank()
    question, _ = make_questions(bank, 2)
    quiz, other = make_quiz([bank]), make_quiz([bank], slug="khac")
    before = published_version(quiz)
    typed = replace(input_of(bank_services.latest_version(question.id)), prompt="Đã mở rộng")
    bank_services.save_question_draft(bank.id, question.id, typed, based_on=None, by=SYSTEM, at=at)
    second = bank_services.publish_question(question.id, also_publish_quizzes=(quiz.id,), by=SYSTEM, at=at)
    db.session.commit()
    after = published_version(quiz)
    assert (before.number, after.number, published_version(other).number) == (1, 2, 1)
    assert published[-1] == (quiz.id, after.id)
    used = select(QuestionVersion.number).join(PoolQuestion).join(QuizSection)
    numbers = used.where(QuestionVersion.question_id == question.id)
    assert db.session.scalar(numbers.where(QuizSection.quiz_version_id == before.id)) == 1
    assert db.session.scalar(numbers.where(QuizSection.quiz_version_id == after.id)) == second.number == 2
    assert quiz_services.draft_of(before) == quiz_services.draft_of(after)


def test_publishing_a_question_leaves_the_drafts_of_quizzes_alone(at):
    bank = make_bank()
    (question,) = make_questions(bank, 1)
    quiz = make_quiz([bank])
    put(replace(quiz_services.draft_of(published_version(quiz)), pass_score=900), at, slug=quiz.slug)
    typed = replace(input_of(bank_services.latest_version(question.id)), prompt="Mới")
    bank_services.save_question_draft(bank.id, question.id, typed, based_on=None, by=SYSTEM, at=at)
    bank_services.publish_question(question.id, also_publish_quizzes=(quiz.id,), by=SYSTEM, at=at)
    db.session.commit()
    latest = latest_of(quiz)
    assert (published_version(quiz).number, published_version(quiz).pass_score) == (2, 500)
    assert (latest.number, latest.published_at, latest.pass_score) == (3, None, 900)
    assert publish(quiz, at).pass_score == 900


def test_a_quiz_that_does_not_use_the_bank_can_not_be_named(at):
    bank, other = make_bank(), make_bank("Khác")
    make_questions(other, 1)
    question = make_question(bank, publish=False)
    quiz = make_quiz([other])
    with pytest.raises(RuleBroken):
        bank_services.publish_question(question.id, also_publish_quizzes=(quiz.id,), by=SYSTEM, at=at)


def test_only_trainers_of_the_unit_write_and_draw_from_their_banks(at):
    mine, theirs = make_unit(), make_unit()
    my_bank, their_bank = make_bank("Của tôi", mine), make_bank("Của họ", theirs)
    make_questions(their_bank, 1)
    their_quiz = make_quiz([their_bank], unit=theirs)
    by = actor_of(make_person(unit=mine, roles=[Role.TRAINER]))
    assert put(draft_for(my_bank), at, unit_id=mine.id, by=by)
    for attempt in (
        lambda: put(draft_for(my_bank), at, slug="moi", unit_id=theirs.id, by=by),
        lambda: put(draft_for(my_bank), at, slug=their_quiz.slug, unit_id=mine.id, by=by),
        lambda: put(draft_for(their_bank), at, unit_id=mine.id, by=by),
        lambda: quiz_services.publish_quiz(their_quiz.id, by=by, at=at),
        lambda: quiz_services.publish_same_rules(their_quiz.id, by=by, at=at),
    ):
        with pytest.raises(NotAllowed):
            attempt()
        db.session.rollback()
