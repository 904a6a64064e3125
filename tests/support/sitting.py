"""A person in front of an attempt, in a browser at a live server."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from core.db import db
from people.access import Role
from people.models import Person, Unit
from quizzes import queries
from quizzes.models import Attempt
from tests.support.factories_attempts import begin, make_small_quiz
from tests.support.factories_people import make_person, sign_in
from tests.support.live import LiveServer

_numbers = itertools.count(1)


@dataclass
class Sitting:
    """A person with an open attempt on the live server."""

    live: LiveServer
    person: Person
    attempt: Attempt

    @property
    def path(self) -> str:
        """Return the address of the attempt."""
        return f"/attempts/{self.attempt.id}"

    def open(self, page: Page) -> Page:
        """Sign the browser in and open the attempt."""
        self.sign_in(page)
        page.goto(self.path)
        return page

    def sign_in(self, page: Page) -> None:
        """Let the browser carry a session of the person."""
        db.session.rollback()
        client = self.live.app.test_client()
        sign_in(client, self.person)
        cookie = client.get_cookie("nep_session")
        assert cookie is not None
        page.context.add_cookies([{"name": "nep_session", "value": cookie.value, "url": self.live.url}])

    def stored(self) -> list[list[str]]:
        """Return the option keys that the server holds, question by question."""
        db.session.rollback()
        return [sorted(view.asked.fields.get("chosen", ())) for view in queries.item_views(self.attempt.id)]


def sit(live: LiveServer, *, preview: bool = True, **rules: Any) -> Sitting:
    """Begin an attempt of a trainer at a small quiz; a preview asks no package above for an occasion."""
    with _writing_at_once():
        quiz = make_small_quiz(slug=f"ngoi-lam-{next(_numbers)}", **rules)
        unit = db.session.get_one(Unit, quiz.unit_id)
        person = make_person(unit=unit, roles=[Role.TRAINER], account=True)
    return Sitting(live, person, begin(quiz, person, preview=preview))


@contextmanager
def _writing_at_once() -> Iterator[None]:
    """Take SQLite's lock at the start of every transaction: the server may still write what an earlier page sent."""
    db.session.rollback()
    db.engine.update_execution_options(nep_writes=True)
    try:
        yield
    finally:
        db.session.commit()
        db.engine.update_execution_options(nep_writes=False)
