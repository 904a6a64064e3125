"""Time that people are given: accommodations, allowances, minutes given back; and who comes first, giver or clock."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from core.audit import AuditEntry
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, RuleBroken
from people.access import SYSTEM, Role
from people.models import Unit
from quizzes import event_queries, extension_services, finish_services, sitting_queries, time_queries, time_services
from quizzes.attempt_jobs import close_overdue
from quizzes.behaviour import LATE_GRACE
from quizzes.extension_services import Gift, GivenBack
from quizzes.models import Attempt
from quizzes.time_models import Accommodation, Allowance, AttemptExtension
from quizzes.time_rules import Given
from quizzes.time_services import Span
from tests.support.crowd import all_at_once
from tests.support.factories_attempts import begin, give, hand_in, items_of, make_small_quiz, standing_above
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.queries import count_queries

MINUTE = timedelta(minutes=1)
DAY = date(2026, 11, 20)
ALWAYS = Span("Thị lực kém", DAY, None)
BATCH = "b" * 24


@pytest.fixture
def quiz(app, session, at):
    with standing_above(app):
        yield make_small_quiz(attempts_allowed=1)


@pytest.fixture
def unit(quiz) -> Unit:
    return db.session.get_one(Unit, quiz.unit_id)


@pytest.fixture
def trainer(unit):
    return actor_of(make_person("Bùi Thị Giảng", unit=unit, roles=[Role.TRAINER]))


@pytest.fixture
def below(unit) -> Unit:
    return make_unit("Phòng Một cửa", parent=unit)


@pytest.fixture
def person(below):
    return make_person(unit=below)


def allow(quiz, by, at, **given):
    with transaction():
        return time_services.grant_allowance(quiz.id, **{"span": Span("Sự cố", DAY, DAY), **given}, by=by, at=at)


def accommodate(person, percent, by, at, *, span=ALWAYS, **more):
    with transaction():
        return time_services.grant_accommodation(person.staff_code, percent, span=span, **more, by=by, at=at)


def give_back(quiz, by, at, *, batch=BATCH, minutes=10, past_close=False, **whom) -> GivenBack:
    gift = Gift(minutes, "Mất mạng", batch, past_close)
    with transaction():
        return extension_services.give_back(quiz.id, gift, **whom, by=by, at=at)


def due(attempt) -> object:
    return db.session.get_one(Attempt, attempt.id, populate_existing=True).due_at


def actions() -> list[str]:
    wanted = ("accommodation%", "allowance%", "time.%")
    rows = select(AuditEntry.action).where(AuditEntry.action.like(wanted[0]) | AuditEntry.action.like(wanted[1])
                                           | AuditEntry.action.like(wanted[2]))  # fmt: skip
    return list(db.session.scalars(rows.order_by(AuditEntry.id)))


def test_what_a_person_was_given_adds_up_and_is_asked_at_once(quiz, unit, below, person, trainer, at):
    allow(quiz, trainer, at, unit_id=unit.id, extra_minutes=5)
    allow(quiz, trainer, at, staff_code=person.staff_code, extra_attempts=2)
    other = make_unit("Phòng Khác", parent=unit)
    allow(quiz, trainer, at, unit_id=other.id, extra_attempts=9)
    accommodate(person, 25, trainer, at)
    accommodate(person, 50, trainer, at, span=Span("Tạm thời", DAY, DAY))
    person_id, quiz_id = person.id, quiz.id
    with count_queries() as asked:
        assert time_queries.given(person_id, quiz_id, DAY) == Given(50, 2, 5)
    assert len(asked) == 1
    assert time_queries.given(person.id, quiz.id, DAY + timedelta(days=1)) == Given(25, 0, 0)
    assert time_queries.given(make_person(unit=other).id, quiz.id, DAY) == Given(0, 9, 5)
    assert actions() == ["allowance.grant"] * 3 + ["accommodation.grant"] * 2


def test_an_attempt_begins_with_what_was_given_and_keeps_it(quiz, person, trainer, at):
    more = accommodate(person, 50, trainer, at)
    extra = allow(quiz, trainer, at, staff_code=person.staff_code, extra_attempts=1, extra_minutes=5)
    first = begin(quiz, person)
    assert (first.extra_percent, first.extra_minutes, first.due_at) == (50, 5, at + 50 * MINUTE)
    hand_in(first, person)
    second = begin(quiz, person)
    for _twice in range(2):
        with transaction():
            time_services.end_accommodation(more.id, by=trainer, at=at)
            time_services.end_allowance(extra.id, by=trainer, at=at)
    assert due(second) == at + 50 * MINUTE
    hand_in(second, person)
    with pytest.raises(RuleBroken):
        begin(quiz, person)
    assert db.session.scalar(select(func.count()).select_from(Accommodation)) == 1
    assert db.session.scalar(select(Allowance.valid_to)) == DAY
    assert actions()[2:] == ["accommodation.end", "allowance.end"]


@pytest.mark.parametrize(("also_open", "minutes"), [(False, 30), (True, 45)])
def test_an_attempt_under_way_gets_an_accommodation_when_the_giver_says_so(
    quiz, person, trainer, at, also_open, minutes
):
    attempt = begin(quiz, person)
    accommodate(person, 50, trainer, at, also_open=also_open)
    assert due(attempt) == at + minutes * MINUTE


def test_time_is_given_to_ones_own_people_only(quiz, unit, below, person, trainer, at):
    elsewhere = make_unit("Sở Khác")
    stranger, officer = make_person(unit=elsewhere), make_person(unit=below, roles=[Role.HR_OFFICER])
    with pytest.raises(RuleBroken):
        accommodate(stranger, 50, trainer, at)
    with pytest.raises(RuleBroken):
        allow(quiz, trainer, at, staff_code=stranger.staff_code, extra_attempts=1)
    with pytest.raises(NotAllowed):
        allow(quiz, actor_of(officer), at, unit_id=unit.id, extra_attempts=1)
    given = allow(quiz, actor_of(officer), at, staff_code=person.staff_code, extra_attempts=1)
    far = actor_of(make_person(unit=elsewhere, roles=[Role.TRAINER]))
    for refused in (
        lambda: give_back(quiz, far, at),
        lambda: time_services.end_allowance(given.id, by=far, at=at),
    ):
        with pytest.raises(NotFound):
            refused()


def test_nobody_gives_to_themselves_but_what_everybody_gets_they_get_too(quiz, unit, person, at):
    giver = make_person(unit=unit, roles=[Role.TRAINER])
    by, own = actor_of(giver), begin(quiz, giver)
    for to_oneself in (
        lambda: allow(quiz, by, at, staff_code=giver.staff_code, extra_attempts=1),
        lambda: accommodate(giver, 50, by, at, also_open=True),
        lambda: give_back(quiz, by, at, attempt_id=own.id),
        lambda: give_back(quiz, by, at),
    ):
        with pytest.raises(RuleBroken, match="tự cấp cho chính mình"):
            to_oneself()
    assert (due(own), actions()) == (at + 30 * MINUTE, [])
    begin(quiz, person)
    assert give_back(quiz, by, at) == GivenBack(2)
    assert due(own) == at + 40 * MINUTE
    assert db.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "time.give_back")).one()["own"]


def test_an_officer_gives_minutes_to_the_people_of_their_unit(quiz, unit, below, person, at):
    officer = actor_of(make_person(unit=below, roles=[Role.HR_OFFICER]))
    mine, other = begin(quiz, person), begin(quiz, make_person(unit=unit))
    assert give_back(quiz, officer, at) == GivenBack(1)
    assert (due(mine), due(other)) == (at + 40 * MINUTE, at + 30 * MINUTE)


def test_minutes_go_to_all_who_sit_once_and_are_told(quiz, unit, below, person, trainer, at):
    attempts = [begin(quiz, one) for one in (person, *(make_person(unit=unit) for _ in range(3)))]
    done = hand_in(begin(quiz, handed_in := make_person(unit=unit)), handed_in)
    trial = begin(quiz, db.session.merge(make_person(unit=unit, roles=[Role.TRAINER])), preview=True)
    with count_queries() as few:
        assert give_back(quiz, trainer, at) == GivenBack(4)
    assert give_back(quiz, trainer, at) == GivenBack(4, repeated=True)
    assert {due(one) for one in attempts} == {at + 40 * MINUTE}
    assert (due(done), due(trial)) == (at + 30 * MINUTE, at + 30 * MINUTE)
    assert give_back(quiz, trainer, at, batch="c" * 24, unit_id=below.id, minutes=5) == GivenBack(1)
    assert give_back(quiz, trainer, at, batch="d" * 24, attempt_id=attempts[1].id, minutes=1) == GivenBack(1)
    assert [due(one) for one in attempts[:3]] == [at + 45 * MINUTE, at + 41 * MINUTE, at + 40 * MINUTE]
    line = event_queries.log_of(attempts[0])[1]
    assert (line.kind, line.by_name, (line.detail or {})["minutes"]) == ("extend", "Bùi Thị Giảng", 10)
    assert actions() == ["time.give_back"] * 3
    assert len(few) <= 10, few


def test_nobody_gets_beyond_the_closing_time_unless_the_giver_says_so(quiz, person, trainer, at):
    closing = make_small_quiz(slug="dong-som", closes_at=at + 35 * MINUTE)
    attempt = begin(closing, person)
    assert give_back(closing, trainer_of(closing), at) == GivenBack(1)
    assert due(attempt) == at + 35 * MINUTE
    assert give_back(closing, trainer_of(closing), at, batch="c" * 24) == GivenBack(0, held_back=1)
    assert give_back(closing, trainer_of(closing), at, batch="d" * 24, past_close=True) == GivenBack(1)
    assert due(attempt) == at + 45 * MINUTE
    assert db.session.scalar(select(func.count()).select_from(AttemptExtension)) == 2


def trainer_of(quiz):
    return actor_of(make_person(unit=db.session.get_one(Unit, quiz.unit_id), roles=[Role.TRAINER]))


def test_what_is_late_goes_on_with_minutes_and_what_is_over_stays_over(quiz, person, trainer, at):
    attempt, ran_out = begin(quiz, person), at + 30 * MINUTE
    give(attempt, person, {items_of(attempt)[0].id: []})
    with transaction():
        assert finish_services.finish_if_over(attempt.id, at=ran_out + LATE_GRACE).finished_at is None
    assert give_back(quiz, trainer, ran_out + LATE_GRACE, minutes=1) == GivenBack(1)
    over = ran_out + MINUTE + LATE_GRACE + timedelta(seconds=1)
    assert give_back(quiz, trainer, over, batch="c" * 24) == GivenBack(0)
    shown = time_queries.quiz_for(trainer, quiz.id, DAY)
    assert sitting_queries.sittings(shown, trainer, over).rows == []
    assert [row.attempt_id for row in sitting_queries.ended_lately(shown, trainer, over)] == [attempt.id]
    assert close_overdue(over) == (1, 0)
    assert [row.attempt_id for row in sitting_queries.ended_lately(shown, trainer, over)] == [attempt.id]
    ended = db.session.get_one(Attempt, attempt.id, populate_existing=True)
    assert (ended.finished_at, ended.finish_reason) == (ran_out + MINUTE, "expired")


def test_an_attempt_that_was_given_minutes_is_not_closed_by_who_thought_it_over(quiz, person, trainer, at):
    attempt, late = begin(quiz, person), at + 30 * MINUTE + LATE_GRACE
    assert give_back(quiz, trainer, late) == GivenBack(1)
    with transaction():
        assert finish_services.finish_if_over(attempt.id, at=late + MINUTE).finished_at is None


def test_minutes_racing_the_clock_are_given_wholly_or_not_at_all(own_app, at):
    """The job comes a moment after the giver has judged the attempt: one of the two wins, and the other sees it."""
    with own_app.app_context(), standing_above(own_app) as above:
        quiz = make_small_quiz()
        quiz_id, unit = quiz.id, db.session.get_one(Unit, quiz.unit_id)
        attempt_ids = [begin(quiz, make_person(unit=unit)).id for _ in range(4)]
        over = at + 30 * MINUTE + LATE_GRACE + timedelta(seconds=1)
        gift = Gift(10, "Mất mạng", BATCH)

        def giving():
            judged = over - timedelta(seconds=1)
            return extension_services.give_back(quiz_id, gift, by=SYSTEM, at=judged).attempts

        def closing(attempt_id):
            return lambda: finish_services.finish_if_over(attempt_id, at=over).id

        all_at_once(own_app, giving, giving, *[closing(one) for one in attempt_ids])
        db.session.rollback()
        given = set(db.session.scalars(select(AttemptExtension.attempt_id)))
        for attempt in db.session.scalars(select(Attempt)):
            assert (attempt.finished_at is None) is (attempt.id in given)
            assert attempt.due_at == at + (40 if attempt.id in given else 30) * MINUTE
        assert sorted(above.finished) == sorted(set(attempt_ids) - given)
        assert db.session.scalar(select(func.count()).select_from(AttemptExtension)) == len(given)
