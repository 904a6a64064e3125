"""The page of an attempt and the saving of an answer, over HTTP, against the floor."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text

from benchmarks import floor
from benchmarks.accounts import cookie_of
from benchmarks.browser import Browser, in_process
from benchmarks.data import ROOT_ID
from benchmarks.databases import Database
from benchmarks.figures import Figure, clients_text, paired
from benchmarks.serving import Client, Server, milliseconds_each, serving
from benchmarks.statements import heard
from benchmarks.year import PASSWORD, open_year
from core import clock
from core.db import db, transaction
from people.access import SYSTEM
from quizzes import bank_services
from quizzes.models import Attempt, AttemptItem, QuestionVersion
from quizzes.question_content import QuestionInput

CLIENTS = (1, 8, 32)
#: Of the attempt whose beginning is counted, and the statements that we want to stay below.
MANY_QUESTIONS, STATEMENTS_AIM = 40, 8
QUESTIONS = 20
FIRST_LEARNER_ID = 2


@dataclass
class Sitting:
    """A learner in an open attempt, with what the page needs to save: the token, the options, the revisions."""

    client: Client
    bare: Client
    attempt_id: int
    token: str = ""
    options: dict[str, list[str]] = field(default_factory=dict)
    saves: int = 0

    def read(self) -> str:
        """Fetch the page of the attempt, and remember what saving needs."""
        page = self.client.get(f"/attempts/{self.attempt_id}")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        self.token = found[1]
        for item_id, key in re.findall(r'name="chosen-(\d+)"\s+value="([^"]+)"', page):
            self.options.setdefault(item_id, []).append(key)
        assert len(self.options) == QUESTIONS
        return page

    def show(self) -> None:
        """Fetch the page of the attempt."""
        self.client.get(f"/attempts/{self.attempt_id}")

    def save(self) -> None:
        """Save another answer to the next question, on top of the last one."""
        _, form = self._next()
        self.client.post(f"/attempts/{self.attempt_id}/answers", form)

    def save_bare(self) -> None:
        """Do the same on the floor."""
        item_id, form = self._next(counted=False)
        self.bare.post(f"/save/{item_id}", form)

    def _next(self, *, counted: bool = True) -> tuple[str, str]:
        """Return the item whose turn it is, and a form with an answer that differs from the stored one."""
        revision, place = divmod(self.saves, QUESTIONS)
        item_id = list(self.options)[place]
        key = self.options[item_id][revision % 2]
        self.saves += counted
        name = f"chosen-{item_id}" if counted else "chosen"
        return item_id, urlencode({"csrf_token": self.token, f"revision-{item_id}": revision, name: key})


def measure(database: Database) -> Iterator[Figure]:
    """Yield the beginning of an attempt, the saving of an answer and the page, with one client and with several."""
    count = _statements_to_begin(database)
    what = f"beginning an attempt of {MANY_QUESTIONS} questions: statements against {STATEMENTS_AIM}"
    yield Figure(what, database.name, count, STATEMENTS_AIM, "", 1)
    attempt_ids = _open_attempts(database, max(CLIENTS))
    with serving("app:create_app()", database) as ours, serving("benchmarks.floor:create_app()", database) as bare:
        sittings = [_sit(database, ours, bare, place, each) for place, each in enumerate(attempt_ids)]
        for count in CLIENTS:
            some = sittings[:count]
            times = paired(_load([each.save for each in some]), _load([each.save_bare for each in some]))
            yield Figure(f"answer save, {clients_text(count)}", database.name, *times, "ms", 2)
        for count in CLIENTS:
            some = sittings[:count]
            for what, path, aim in (
                ("the same questions", f"/questions/{attempt_ids[0]}", 3),
                ("a constant page", "/constant", None),
            ):
                times = paired(
                    _load([each.show for each in some]), _load([partial(each.bare.get, path) for each in some])
                )
                yield Figure(f"quiz page against {what}, {clients_text(count)}", database.name, *times, "ms", aim)


def _load(requests: Sequence[Callable[[], object]]) -> Callable[[], float]:
    return lambda: milliseconds_each(requests)


def _sit(database: Database, ours: Server, bare: Server, place: int, attempt_id: int) -> Sitting:
    cookie = cookie_of(FIRST_LEARNER_ID + place, database)
    sitting = Sitting(Client(ours, cookie), Client(bare), attempt_id)
    sitting.read()
    return sitting


def _statements_to_begin(database: Database) -> int:
    """Return how many statements the request that begins an attempt asks, after a first one has filled what is kept."""
    year = open_year(database, "bat-dau", questions=MANY_QUESTIONS, learners=2)
    count = 0
    for code in year.staff_codes:
        browser = Browser(in_process(database.app))
        browser.open("/sign-in")
        browser.submit("/sign-in", ("name", code), ("password", PASSWORD))
        browser.open(f"/lessons/{year.lesson_id}")
        browser.submit(f"/lessons/{year.lesson_id}/read")
        with heard() as statements:
            browser.send(f"/quizzes/{year.quiz_id}/start")
        count = len(statements)
    return count


def _open_attempts(database: Database, count: int) -> list[int]:
    """Make a bank of questions, the table of the floor, and an open attempt for each learner."""
    at, attempts = clock.now(), []
    with database.app.app_context(), transaction() as session:
        session.execute(text(floor.TABLE))
        bank = bank_services.create_bank("Ngân hàng đo", ROOT_ID, by=SYSTEM, at=at)
        versions = [_question(bank.id, number) for number in range(QUESTIONS)]
        for learner_id in range(FIRST_LEARNER_ID, FIRST_LEARNER_ID + count):
            values: dict[str, Any] = {
                "quiz_id": 1,
                "quiz_version_id": 1,
                "occasion": "bench",
                "number": 1,
                "started_at": at,
            }
            attempt = Attempt(person_id=learner_id, max_points=QUESTIONS * 100, **values)
            session.add(attempt)
            session.flush()
            attempts.append(attempt.id)
            for position, version in enumerate(versions, start=1):
                order = [option["key"] for option in version.spec["options"]]
                values = {"question_version_id": version.id, "points": 100, "option_order": order}
                session.add(AttemptItem(attempt_id=attempt.id, position=position, **values))
    return attempts


def _question(bank_id: int, number: int) -> QuestionVersion:
    text_of = f"của câu {number}: báo cáo thủ trưởng rồi làm đúng quy trình"
    why = "Vì quy tắc ứng xử yêu cầu như vậy."
    options = [
        {"text": f"Phương án {letter} {text_of}", "right": letter == "A", "explanation": why} for letter in "ABCD"
    ]
    prompt = f"Câu {number}: anh/chị xử lý thế nào khi hồ sơ thiếu một giấy?"
    typed = QuestionInput(kind="single_choice", prompt=prompt, content={"options": options})
    draft = bank_services.save_question_draft(bank_id, None, typed, based_on=None, by=SYSTEM, at=clock.now())
    bank_services.publish_question(draft.question_id, by=SYSTEM, at=clock.now())
    return db.session.scalars(db.select(QuestionVersion).where(QuestionVersion.question_id == draft.question_id)).one()
