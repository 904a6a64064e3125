"""Banks and questions: one draft, frozen versions, stale edits, scope by unit."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DatabaseError

from core.audit import AuditEntry
from core.db import db
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from people.access import SYSTEM, Role
from quizzes import bank_services
from quizzes.models import Question, QuestionVersion
from quizzes.question_content import BadQuestion, input_of
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.factories_quizzes import QUESTION, choices, make_bank, make_question, option

pytestmark = pytest.mark.usefixtures("session")

OPTIONS = QUESTION.content["options"]


def save(bank, question, typed, at, *, by=SYSTEM, based_on=None):
    version = bank_services.save_question_draft(
        bank.id, question.id if question else None, typed, based_on=based_on, by=by, at=at
    )
    db.session.commit()
    return version


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_bank_is_made_once_and_renamed(at):
    unit = make_unit()
    bank = bank_services.ensure_bank("  M7   Liêm chính ", unit.id, by=SYSTEM, at=at)
    assert bank.name == "M7 Liêm chính"
    assert bank_services.ensure_bank("M7 Liêm chính", unit.id, by=SYSTEM, at=at) is bank
    bank_services.rename_bank(bank.id, "Liêm chính", by=SYSTEM, at=at)
    assert bank.name == "Liêm chính"
    with pytest.raises(RuleBroken):
        bank_services.create_bank("Liêm chính", unit.id, by=SYSTEM, at=at)
    with pytest.raises(RuleBroken):
        bank_services.create_bank(" ", unit.id, by=SYSTEM, at=at)


def test_a_new_question_is_a_draft_with_a_code_and_clean_html(at):
    bank = make_bank()
    version = save(bank, None, replace(QUESTION, prompt="<script>x</script> **đúng**"), at)
    question = db.session.get_one(Question, version.question_id)
    assert (question.code, version.number, version.published_at) == ("C001", 1, None)
    assert "<script>" not in version.prompt_html
    assert "<strong>đúng</strong>" in version.prompt_html
    assert len({option["key"] for option in version.spec["options"]}) == 3
    assert save(bank, None, QUESTION, at).question_id != question.id
    with pytest.raises(BadQuestion):
        save(bank, None, replace(QUESTION, code="C001"), at)


def test_saving_the_same_again_makes_no_row_and_no_entry(at):
    bank = make_bank()
    question = make_question(bank)
    before = actions()
    version = save(bank, question, input_of(bank_services.latest_version(question.id)), at + timedelta(hours=1))
    assert version.number == 1
    assert actions() == before


def test_an_edit_of_a_published_question_is_the_next_version_and_there_is_one_draft(at):
    bank = make_bank()
    question = make_question(bank)
    first = bank_services.latest_version(question.id)
    typed = input_of(first)
    second = save(bank, question, replace(typed, prompt="Mới"), at)
    again = save(bank, question, replace(typed, prompt="Mới hơn"), at)
    assert (second.number, again.number, again.id) == (2, 2, second.id)
    assert db.session.get_one(QuestionVersion, first.id).prompt_text == QUESTION.prompt
    assert actions()[-2:] == ["question.save_draft", "question.save_draft"]


def test_the_database_refuses_to_change_a_published_version(at):
    question = make_question(make_bank())
    with pytest.raises(DatabaseError, match="keeps what was written"):
        db.session.execute(
            update(QuestionVersion).where(QuestionVersion.question_id == question.id).values(prompt_text="khác")
        )
    db.session.rollback()


def test_option_keys_stay_when_options_are_edited_and_moved(at):
    bank = make_bank()
    question = make_question(bank)
    typed = input_of(bank_services.latest_version(question.id))
    first, second, third = typed.content["options"]
    mended = replace(typed, content=choices(third, {**first, "text": "Người đã nhận quà"}, second, option("Công an")))
    version = save(bank, question, mended, at)
    keys = [option["key"] for option in version.spec["options"]]
    assert keys[:3] == [third["key"], first["key"], second["key"]]
    assert keys[3] not in keys[:3]


def test_a_key_from_elsewhere_is_not_taken(at):
    bank = make_bank()
    question = make_question(bank)
    typed = input_of(bank_services.latest_version(question.id))
    forged = replace(typed, content=choices(*typed.content["options"], option("Công an", key="z9z9z9")))
    assert save(bank, question, forged, at).spec["options"][3]["key"] != "z9z9z9"


def test_a_stale_edit_is_a_conflict_and_changes_nothing(at):
    bank = make_bank()
    question = make_question(bank, publish=False)
    opened = bank_services.revision_of(bank_services.latest_version(question.id))
    save(bank, question, replace(QUESTION, prompt="Của chị Hoa"), at + timedelta(minutes=1), based_on=opened)
    with pytest.raises(Conflict):
        save(bank, question, replace(QUESTION, prompt="Của anh Nam"), at + timedelta(minutes=2), based_on=opened)
    db.session.rollback()
    latest = bank_services.latest_version(question.id)
    assert latest.prompt_text == "Của chị Hoa"
    assert save(bank, question, input_of(latest), at + timedelta(minutes=3), based_on=opened).id == latest.id


@pytest.mark.parametrize(
    ("change", "code", "places"),
    [
        ({"prompt": "  "}, "no_prompt", ()),
        ({"content": choices(*OPTIONS[:1])}, "too_few_options", ()),
        ({"content": choices(*({**one, "right": True} for one in OPTIONS))}, "more_than_one_right", ()),
        ({"content": choices(*OPTIONS[1:])}, "no_right", ()),
        ({"content": choices(*OPTIONS, option(" "))}, "empty_text", (3,)),
        ({"content": choices(*OPTIONS, OPTIONS[2])}, "duplicate_text", (3,)),
        ({"kind": "riddle"}, "unknown_kind", ()),
        ({"topic": "a; b"}, "topic", ()),
        ({"difficulty": "khó"}, "difficulty", ()),
    ],
)
def test_what_makes_no_question_is_refused_with_its_place(at, change, code, places):
    with pytest.raises(BadQuestion) as refused:
        save(make_bank(), None, replace(QUESTION, **change), at)
    assert (refused.value.code, refused.value.places) == (code, places)
    assert str(refused.value.message)


def test_publishing_needs_a_draft(at):
    question = make_question(make_bank())
    with pytest.raises(RuleBroken):
        bank_services.publish_question(question.id, by=SYSTEM, at=at)


def test_a_question_retires_and_comes_back(at):
    question = make_question(make_bank())
    bank_services.retire_question(question.id, by=SYSTEM, at=at)
    bank_services.retire_question(question.id, by=SYSTEM, at=at)
    assert db.session.scalars(select(Question.retired_at)).all() == [at]
    bank_services.restore_question(question.id, by=SYSTEM, at=at)
    assert db.session.scalars(select(Question.retired_at)).all() == [None]
    db.session.flush()
    assert actions()[-2:] == ["question.retire", "question.restore"]


def test_only_trainers_of_the_unit_or_above_may_write(at):
    ministry = make_unit("Bộ")
    office, other = make_unit("Phòng A", parent=ministry), make_unit("Phòng B", parent=ministry)
    bank = make_bank(unit=office)
    question = make_question(bank)
    typed = replace(QUESTION, prompt="Sửa")
    above = actor_of(make_person(unit=ministry, roles=[Role.TRAINER]))
    save(bank, question, typed, at, by=above)
    for stranger in (
        actor_of(make_person(unit=other, roles=[Role.TRAINER])),
        actor_of(make_person(unit=office, roles=[Role.HR_OFFICER])),
        actor_of(make_person(unit=office)),
    ):
        for attempt in (
            lambda by=stranger: bank_services.create_bank("Mới", office.id, by=by, at=at),
            lambda by=stranger: bank_services.ensure_bank(bank.name, other.id, by=by, at=at),
            lambda by=stranger: bank_services.rename_bank(bank.id, "Khác", by=by, at=at),
            lambda by=stranger: save(bank, None, typed, at, by=by),
            lambda by=stranger: save(bank, question, typed, at, by=by),
            lambda by=stranger: bank_services.publish_question(question.id, by=by, at=at),
            lambda by=stranger: bank_services.retire_question(question.id, by=by, at=at),
            lambda by=stranger: bank_services.restore_question(question.id, by=by, at=at),
        ):
            with pytest.raises(NotAllowed):
                attempt()
            db.session.rollback()
    with pytest.raises(NotFound):
        bank_services.retire_question(999_999, by=SYSTEM, at=at)


def test_a_question_of_another_bank_can_not_be_saved_through_mine(at):
    """The unit that counts is that of the question's own bank, whatever bank the address names."""
    mine, theirs = make_unit(), make_unit()
    my_bank, their_question = make_bank("Của tôi", mine), make_question(make_bank("Của họ", theirs))
    by = actor_of(make_person(unit=mine, roles=[Role.TRAINER]))
    with pytest.raises(NotAllowed):
        save(my_bank, their_question, replace(QUESTION, prompt="Sửa"), at, by=by)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(QuestionVersion)) == 1
