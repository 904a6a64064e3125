"""What corrections and withdrawals do to completions and certificates."""

from datetime import timedelta

from sqlalchemy import select

from certificates.models import Certificate
from core import clock
from core.db import db, transaction
from people.access import SYSTEM, Role
from quizzes import withdrawal_queries, withdrawal_services
from quizzes.corrections import Method
from quizzes.models import Attempt
from reports.queries import RosterFilter, roster_rows
from tests.services.test_corrections import decide, first_question, publish_other_key, run
from tests.support.factories_attempts import begin, give, hand_in, items_of, keys_of
from tests.support.factories_people import actor_of, make_person
from tests.support.factories_training import lesson_ids, make_training, open_year, read
from training.models import Completion, CompletionWithdrawal
from training.my_pages import my_training
from training.queries import obligations_of_person


def sit(training, person, rights: str) -> Attempt:
    """Answer the questions in order, rightly where there is a 1; what comes after them wrongly."""
    attempt = begin(training.quiz, person)
    signs = rights.ljust(len(items_of(attempt)), "0")
    give(attempt, person, {i.id: keys_of(i, right=s == "1")[:1] for i, s in zip(items_of(attempt), signs, strict=True)})
    return hand_in(attempt, person)


def standing_completions() -> list[tuple[int, int]]:
    rows = db.session.execute(
        select(Completion.attempt_id, Completion.number).where(
            Completion.id.not_in(select(CompletionWithdrawal.completion_id))
        )
    )
    return [(row.attempt_id, row.number) for row in rows]


def test_a_withdrawn_pass_takes_completion_and_certificate_along_and_may_be_won_again(session):
    training = make_training(questions=2)
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    read(person, lesson_ids(cycle))
    attempt = sit(training, person, "10")
    correction = decide(first_question(attempt).id, Method.DROP)
    assert (correction.preview["to_come"], correction.preview["in_question"]) == (0, 1)
    run(correction)
    assert standing_completions() == [(attempt.id, 1)], "nothing is taken away silently"
    [corrected] = my_training(person.id, clock.now()).now[0].corrected
    assert (corrected.attempt_id, corrected.number, corrected.on) == (attempt.id, 1, clock.today())

    officer = actor_of(make_person(unit=training.unit, roles=[Role.HR_OFFICER]))
    run(decide(first_question(attempt).id, Method.DROP, reason="Câu không rõ."))
    assert [row.note for row in withdrawal_queries.kept_passes(officer, clock.today()).rows] == ["Câu không rõ."]
    with transaction():
        withdrawal_services.withdraw([attempt.id], reason="Theo kết luận.", by=officer, at=clock.now())
    assert standing_completions() == []
    certificate = db.session.scalars(select(Certificate)).one()
    assert (certificate.revoked_reason, certificate.revoked_by_id) == ("Theo kết luận.", officer.person_id)
    [duty] = obligations_of_person(person.id, clock.today())
    assert duty.completed_on is None

    again = sit(training, person, "11")
    assert standing_completions() == [(again.id, 2)]
    assert len(db.session.scalars(select(Certificate).where(Certificate.revoked_at.is_(None))).all()) == 1


def test_a_pass_won_by_a_correction_completes_on_the_day_of_the_attempt(session):
    training = make_training(questions=2)
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    read(person, lesson_ids(cycle))
    attempt = sit(training, person, "00")
    sit(training, person, "00")
    assert standing_completions() == []
    with clock.frozen(clock.now() + timedelta(days=3)):
        correction = decide(first_question(attempt).id, Method.FULL_CREDIT)
        assert (correction.preview["to_come"], correction.preview["in_question"]) == (1, 0)
        run(correction)
    completion = db.session.scalars(select(Completion)).one()
    assert completion.completed_at == db.session.get_one(Attempt, attempt.id).finished_at
    certificate = db.session.scalars(select(Certificate)).one()
    assert clock.local_day(certificate.issued_at) == completion.completed_on + timedelta(days=3)


def test_who_is_completed_again_by_an_older_attempt_stands_once_in_every_roster(session, at):
    training = make_training(questions=2)
    person = make_person(unit=training.unit)
    cycle = open_year(training)
    read(person, lesson_ids(cycle))
    older = sit(training, person, "00")
    with clock.frozen(at + timedelta(days=2)):
        newer = sit(training, person, "10")
    question_id = first_question(newer).id
    version_id = publish_other_key(question_id)
    with clock.frozen(at + timedelta(days=4)):
        run(decide(question_id, Method.RECOMPUTE, version_id))
    assert standing_completions() == [(newer.id, 1)]
    with clock.frozen(at + timedelta(days=6)), transaction():
        officer = actor_of(make_person(unit=training.unit, roles=[Role.HR_OFFICER]))
        withdrawal_services.withdraw([newer.id], reason="Theo kết luận.", by=officer, at=clock.now())
    assert standing_completions() == [(older.id, 2)]
    for days in (4, 6):
        wanted = RosterFilter(cycle.year, clock.local_day(at + timedelta(days=days)))
        found = [row.completed_on for row in roster_rows(SYSTEM, wanted) if row.staff_code == person.staff_code]
        assert found == [clock.local_day(at + timedelta(days=2 if days == 4 else 0))]
