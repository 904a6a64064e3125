"""Which attempt makes a completion, what its person learns of it, and quizzes with which nothing is completed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.clock import local_day
from core.db import db, transaction
from core.errors import RuleBroken
from people.access import SYSTEM
from quizzes import quiz_services, time_services
from quizzes.time_services import Span
from tests.support.factories_people import make_person
from tests.support.factories_quizzes import published_version
from tests.support.factories_training import everybody_in, lesson_ids, make_training, open_year, plan, read, sit
from training.models import Completion, Cycle
from training.my_pages import my_training
from training.rules import Kind

pytestmark = pytest.mark.usefixtures("session", "at")


def publish(training, at, **rules):
    """Publish the quiz of a training with other rules."""
    wanted = replace(quiz_services.draft_of(published_version(training.quiz)), **rules)
    quiz_services.put_quiz(training.quiz.slug, wanted, unit_id=training.unit.id, by=SYSTEM, at=at)
    quiz_services.publish_quiz(training.quiz.id, by=SYSTEM, at=at)
    db.session.commit()


def learner(training):
    """Open the year, and return somebody who has read every lesson."""
    person = make_person(unit=training.unit)
    read(person, lesson_ids(open_year(training)))
    return person


def completed():
    """Return the attempts that made completions."""
    return list(db.session.scalars(select(Completion.attempt_id)))


@pytest.mark.parametrize("counting", ["best", "last", "first"])
def test_the_attempt_that_counts_makes_the_completion(at, counting):
    training = make_training()
    publish(training, at, counting=counting)
    person = learner(training)
    sit(person, training, right=False)
    assert completed() == []
    passed = sit(person, training)
    assert completed() == ([] if counting == "first" else [passed.id])


def test_a_first_attempt_that_passes_completes_where_the_first_counts(at):
    training = make_training()
    publish(training, at, counting="first")
    passed = sit(learner(training), training)
    assert completed() == [passed.id]


def test_attempts_that_were_given_are_offered(at):
    training = make_training()
    publish(training, at, attempts_allowed=1)
    person = learner(training)
    sit(person, training, right=False)
    assert my_training(person.id, at).now[0].step.action == "exhausted"
    days = Span("Mất điện", local_day(at), local_day(at))
    with transaction():
        time_services.grant_allowance(
            training.quiz.id, span=days, unit_id=training.unit.id, extra_attempts=2, by=SYSTEM, at=at
        )
    duty = my_training(person.id, at).now[0]
    assert (duty.step.action, duty.attempts_left) == ("take", 2)
    assert my_training(person.id, at + timedelta(days=1)).now[0].step.action == "exhausted"


def test_a_withheld_score_hides_the_completion_until_the_close_and_takes_none_away(at):
    training = make_training()
    closes_at = at + timedelta(hours=2)
    when = dict.fromkeys(("show_score", "show_verdicts", "show_key"), "after_close")
    publish(training, at, counting="last", closes_at=closes_at, **when)
    person = learner(training)
    passed = sit(person, training)
    sit(person, training, right=False)
    assert completed() == [passed.id]
    early = my_training(person.id, at).now[0]
    assert (early.standing.kind, early.withheld_until, early.attempts_left) == (Kind.IN_PROGRESS, closes_at, 1)
    assert early.step.action == "take"
    late = my_training(person.id, closes_at + timedelta(minutes=3)).now[0]
    assert (late.standing.kind, late.withheld_until, late.step.action) == (Kind.DONE, None, "certificate")


def test_practice_is_never_what_a_year_asks_for(at):
    training = make_training()
    make_person(unit=training.unit)
    cycle = open_year(training)
    pinned = cycle.quiz_version_id
    publish(training, at, practice=True, attempts_allowed=None)
    assert db.session.get_one(Cycle, cycle.id).quiz_version_id == pinned
    later = plan(everybody_in(training.unit), opens_on=date(2027, 1, 4), due_on=date(2027, 12, 31))
    with pytest.raises(RuleBroken, match="luyện tập"):
        open_year(training, later)
