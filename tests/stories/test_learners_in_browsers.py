"""Learners in Chromium, where networks are cut, pages crash and sessions end: what a page says is saved is there.

The crowd that speaks the protocol of the page over HTTP is in ``test_two_hundred_learners``.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from core import clock
from core.db import db
from people.models import Person
from quizzes import queries
from quizzes.kinds import Response, kind_of
from quizzes.models import Attempt, AttemptDraft, AttemptItem, QuestionVersion
from tests.support.factories_attempts import TWO_RIGHT, begin
from tests.support.factories_people import make_person, sign_in
from tests.support.factories_training import everybody_in, lesson_ids, make_training, open_year, plan, read
from tests.support.learners_in_browser import FILLS, STORIES, Desk, says_saved
from tests.support.live import LiveServer, serving
from tests.support.questions import CONTENT

GAP = {
    "text": "Người nhận quà báo cáo [[ai]].",
    "gaps": [
        {
            "mark": "ai",
            "options": [
                {"text": "thủ trưởng cơ quan", "right": True},
                {"text": "người tặng quà", "right": False},
                {"text": "báo chí", "right": False},
            ],
        }
    ],
}
CONTENTS = {"multiple_choice": TWO_RIGHT, "short_answer": CONTENT["short_answer"], "gaps": GAP}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("dialect", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True),
]


@pytest.fixture
def sitting(own_app) -> Iterator[list[tuple[Person, Attempt]]]:
    """Let a learner for each story owe the training, have read everything and begin its quiz."""
    with own_app.app_context():
        training = make_training(contents=CONTENTS)
        people = [make_person(unit=training.unit, account=True) for _ in STORIES]
        today = clock.today()
        year = plan(everybody_in(training.unit), opens_on=today, due_on=today.replace(month=12, day=31))
        lessons = lesson_ids(open_year(training, year))
        for person in people:
            read(person, lessons)
        yield [(person, begin(training.quiz, person)) for person in people]


def desk_of(server: LiveServer, browser: Browser, person: Person, attempt: Attempt) -> Desk:
    """Seat a learner, signed in, at a browser of their own."""
    context = browser.new_context(base_url=server.url, locale="vi-VN")
    context.set_default_timeout(10_000)
    client = server.app.test_client()
    sign_in(client, person)
    cookie = client.get_cookie("nep_session")
    assert cookie is not None
    context.add_cookies([{"name": "nep_session", "value": cookie.value, "url": server.url}])
    asked = select(AttemptItem.id, QuestionVersion.kind, QuestionVersion.spec).join(QuestionVersion)
    rows = db.session.execute(asked.where(AttemptItem.attempt_id == attempt.id))
    specs = {row.id: (row.kind, kind_of(row.kind).parse(row.spec)) for row in rows}
    assert {kind for kind, _ in specs.values()} == FILLS.keys()
    return Desk(server, context, person, attempt, specs)


def drafts(attempt: Attempt) -> dict[int, Response]:
    """Return the answers that are stored while an attempt is open."""
    db.session.rollback()
    wanted = select(AttemptDraft.item_id, AttemptDraft.response).join(AttemptItem)
    rows = db.session.execute(wanted.where(AttemptItem.attempt_id == attempt.id))
    return {row.item_id: row.response for row in rows}


def handed_in(attempt: Attempt) -> dict[int, Response | None]:
    """Return the answers that an attempt has ended with."""
    db.session.rollback()
    return {item: outcome.response for item, outcome in queries.outcomes(attempt.id).items()}


def test_what_a_page_says_is_saved_is_there_at_the_end(own_app, sitting, browser, tmp_path):
    with serving(own_app, tmp_path / "log", workers=2) as server:
        for story, (person, attempt) in zip(STORIES, sitting, strict=True):
            desk = desk_of(server, browser, person, attempt)
            with desk.context:
                page = story(desk)
                says_saved(page)
                assert drafts(attempt) == desk.typed, story.__name__
                desk.hand_in(page)
                assert handed_in(attempt) == desk.typed, story.__name__
                assert not desk.errors, story.__name__
    told = (tmp_path / "log").read_text(encoding="utf-8")
    assert '"status": 5' not in told
    assert "Traceback" not in told
