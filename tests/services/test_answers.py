"""Nothing is lost: writers and their numbers, answers that arrive late, and whatever a network does in between."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core import clock
from core.db import db, transaction
from core.errors import NotFound, RuleBroken
from people.access import SYSTEM
from quizzes import answer_services, event_services, finish_services, queries
from quizzes.answer_services import TypedAnswer
from quizzes.behaviour import LATE_GRACE, NETWORK_GRACE, Phase
from quizzes.models import AttemptStep
from quizzes.time_models import AttemptEvent
from tests.support.factories_attempts import begin, hand_in, items_of, keys_of, make_small_quiz
from tests.support.factories_people import actor_of, make_person, make_unit
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("session")

A, B = "a" * 24, "b" * 24
LIMIT = timedelta(minutes=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def quiz(above, at):
    return make_small_quiz()


@pytest.fixture
def person(at):
    return make_person(unit=make_unit())


@pytest.fixture
def attempt(quiz, person):
    return begin(quiz, person)


def post(attempt, person, answers, at=None):
    """Save answers (``TypedAnswer`` by item id) in a transaction of their own."""
    with transaction():
        return answer_services.save(attempt.id, answers, by=actor_of(person), at=at or clock.now())


def typed(chosen, sequence, writer=A, base=0, given_at=None, seconds=0):
    return TypedAnswer({"chosen": list(chosen)}, base, writer, sequence, given_at, seconds)


def test_a_change_that_was_overtaken_is_answered_with_what_is_stored(attempt, person):
    item = items_of(attempt)[0]
    first, second = item.option_order[:2]
    post(attempt, person, {item.id: typed([second], 2)})
    outcome = post(attempt, person, {item.id: typed([first], 1)})
    assert outcome.all_kept
    assert (outcome.stored[item.id].response, outcome.stored[item.id].sequence) == ({"chosen": [second]}, 2)
    assert outcome.shown[item.id].fields == {"chosen": [second]}


def test_saving_again_after_a_change_of_mind_is_not_undone_by_what_it_overtook(attempt, person):
    item = items_of(attempt)[0]
    first, second = item.option_order[:2]
    for chosen, sequence in [([first], 1), ([first], 3), ([second], 2)]:
        post(attempt, person, {item.id: typed(chosen, sequence)})
    assert result_after_the_end(attempt, person, item) == [first]


def test_another_writer_must_have_seen_what_is_stored(attempt, person):
    item = items_of(attempt)[0]
    first, second = item.option_order[:2]
    post(attempt, person, {item.id: typed([first], 1)})
    unseen = post(attempt, person, {item.id: typed([second], 1, B)})
    assert unseen.conflicts.keys() == {item.id}
    assert unseen.stored[item.id].response == {"chosen": [first]}
    assert post(attempt, person, {item.id: typed([second], 2, B, base=1)}).all_kept


def test_seconds_only_grow_and_stay_within_the_attempt(attempt, person, at):
    item = items_of(attempt)[0]
    first, second = item.option_order[:2]
    post(attempt, person, {item.id: typed([first], 1, seconds=20)}, at + 60 * SECOND)
    outcome = post(attempt, person, {item.id: typed([second], 2, seconds=5)}, at + 61 * SECOND)
    assert outcome.stored[item.id].seconds == 20
    outcome = post(attempt, person, {item.id: typed([first], 3, seconds=10**8)}, at + 90 * SECOND)
    assert outcome.stored[item.id].seconds == 90
    hand_in(attempt, person, at + 91 * SECOND)
    assert (
        db.session.scalar(select(AttemptStep.seconds).where(AttemptStep.item_id == item.id, AttemptStep.number == 1))
        == 90
    )


@pytest.mark.parametrize(
    ("given_after", "arrives_after", "phase", "kept"),
    [
        (-SECOND, NETWORK_GRACE + SECOND, Phase.LATE, True),
        (0 * SECOND, LATE_GRACE, Phase.LATE, True),
        (SECOND, LATE_GRACE, Phase.LATE, False),
        (None, NETWORK_GRACE + SECOND, Phase.LATE, False),
        (-LIMIT - SECOND, NETWORK_GRACE + SECOND, Phase.LATE, False),
        (-SECOND, LATE_GRACE + SECOND, Phase.OVER, False),
    ],
)
def test_what_was_given_in_time_is_kept_late_and_the_log_says_so(
    attempt, person, at, given_after, arrives_after, phase, kept
):
    item, due = items_of(attempt)[0], at + LIMIT
    key = keys_of(item, right=True)
    given_at = None if given_after is None else due + given_after
    outcome = post(attempt, person, {item.id: typed(key, 1, given_at=given_at)}, due + arrives_after)
    assert (outcome.phase, outcome.all_kept) == (phase, kept)
    log = db.session.scalars(select(AttemptEvent.detail).where(AttemptEvent.kind == "late")).all()
    assert log == ([{"items": [item.id]}] if kept else [])
    finished = hand_in(attempt, person, due + arrives_after)
    assert (finished.points, finished.finished_at) == (100 if kept else 0, due)
    steps = select(AttemptStep.late).where(AttemptStep.item_id == item.id, AttemptStep.action == "answer")
    assert db.session.scalars(steps).all() == [True] * kept


def test_a_save_with_writers_is_one_read_and_one_write(attempt, person, at):
    items, by, attempt_id = items_of(attempt), actor_of(person), attempt.id
    answers = {item.id: typed(keys_of(item, right=True), 1) for item in items}
    with count_queries() as statements, transaction():
        answer_services.save(attempt_id, answers, by=by, at=at)
    assert len(statements) == 2, statements


def test_pages_tell_events_of_an_open_attempt_up_to_a_bound(attempt, person, at):
    told_before = [
        AttemptEvent(attempt_id=attempt.id, at=at, kind="offline", by_id=person.id, page=A)
        for _ in range(event_services.MOST_FROM_PAGES - 1)
    ]
    with transaction():
        db.session.add_all(told_before)
    by = actor_of(person)
    for page in (A, B):
        with transaction():
            told = event_services.tell(attempt.id, "open", page, by=by, at=at)
    assert told.page == B
    assert len(db.session.scalars(select(AttemptEvent)).all()) == event_services.MOST_FROM_PAGES
    for kind, page in [("submit", A), ("late", A), ("open", "short"), ("", A)]:
        with pytest.raises(RuleBroken), transaction():
            event_services.tell(attempt.id, kind, page, by=by, at=at)
    with pytest.raises(NotFound), transaction():
        event_services.tell(attempt.id, "open", A, by=actor_of(make_person("Lê Văn Bình", unit=make_unit())), at=at)
    hand_in(attempt, person)
    with transaction():
        assert event_services.tell(attempt.id, "open", A, by=by, at=at).page == B


def result_after_the_end(attempt, person, item):
    """Hand in, check that points follow from the steps, and return what the item was answered with."""
    finished = hand_in(attempt, person)
    stored = (finished.points, finished.score, finished.passed)
    with transaction():
        again = finish_services._locked(attempt.id, SYSTEM)
        finish_services.settle(again)
    assert (again.points, again.score, again.passed) == stored
    outcome = queries.outcomes(attempt.id).get(item.id)
    return ((outcome and outcome.response) or {}).get("chosen", [])


@dataclass
class Window:
    """A page that numbers its changes and knows only what it was answered."""

    writer: str
    base: int = 0
    shows: list[str] = field(default_factory=list)
    #: What the person has seen here: every answer that this window showed or made.
    seen: list[list[str]] = field(default_factory=lambda: [[]])
    sent: list[TypedAnswer] = field(default_factory=list)

    def change(self, chosen):
        self.shows = chosen
        self.seen.append(chosen)
        self.sent.append(typed(chosen, len(self.sent) + 1, self.writer, self.base))

    def hear(self, stored):
        """Take in an answer of the server: as the page's script does, only when nothing newer was made here."""
        self.base = stored.revision
        self.shows = sorted((stored.response or {}).get("chosen", []))
        self.seen.append(self.shows)


@pytest.mark.usefixtures("at")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_the_network_does_one_window_ends_as_the_run_in_order(quiz, data):
    """Requests are cut, repeated and arrive in any order, receipts are lost: the last change is what counts."""
    person = make_person()
    attempt = begin(quiz, person)
    item = next(item for item in items_of(attempt) if len(keys_of(item, right=True)) == 2)
    window = Window(A)
    for chosen in data.draw(
        st.lists(st.lists(st.sampled_from(item.option_order), unique=True).map(sorted), min_size=1, max_size=4)
    ):
        window.change(chosen)
    # The last one is sent until it is answered; of the others each may never arrive, or more than once.
    last = window.sent[-1]
    cut_or_repeated = data.draw(st.lists(st.sampled_from(window.sent), max_size=5))
    for answer in data.draw(st.permutations([last, *cut_or_repeated])):
        assert post(attempt, person, {item.id: answer}).all_kept
    assert sorted(result_after_the_end(attempt, person, item)) == window.shows
    for answer in window.sent:
        assert post(attempt, person, {item.id: answer}).phase is Phase.FINISHED
    assert sorted((queries.outcomes(attempt.id)[item.id].response or {})["chosen"]) == window.shows


@pytest.mark.usefixtures("at")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_of_two_windows_neither_overwrites_what_its_person_has_not_seen_there(quiz, data):
    """An answer that was acknowledged stays until a window that had shown it says something else."""
    person = make_person()
    attempt = begin(quiz, person)
    item = next(item for item in items_of(attempt) if len(keys_of(item, right=True)) == 2)
    windows = [Window(A), Window(B)]
    holds: list[str] = []
    subsets = st.lists(st.sampled_from(item.option_order), unique=True).map(sorted)
    for _ in range(data.draw(st.integers(2, 8))):
        window = data.draw(st.sampled_from(windows))
        if not window.sent or data.draw(st.booleans()):
            window.change(data.draw(subsets))
        answer = data.draw(st.sampled_from(window.sent))
        outcome = post(attempt, person, {item.id: answer})
        stored = outcome.stored[item.id]
        now = sorted((stored.response or {}).get("chosen", []))
        if now != holds:
            assert now == answer.fields["chosen"]
            assert holds in window.seen
        if data.draw(st.booleans()) and answer is window.sent[-1]:  # else the receipt is lost
            window.hear(stored)
        holds = now
    assert sorted(result_after_the_end(attempt, person, item)) == holds
