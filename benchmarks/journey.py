"""A learner's way from signing in to reading the result, for many learners at once, as browsers would do it."""

import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.browser import Ask, Browser, in_process, over_http
from benchmarks.databases import Database
from benchmarks.figures import Figure, Times, clients_text
from benchmarks.processor import processor_seconds
from benchmarks.serving import Server, serving
from benchmarks.statements import heard
from benchmarks.year import PASSWORD, Year, open_year
from people import passwords

#: How many learners go, by how many at once.
LEARNERS = {1: 16, 8: 64, 32: 160}
WARM_UP = 24
QUESTIONS, PER_SAVE = 20, 5
#: What we want to stay below: seconds of processor beside the password hash, statements, seconds from one learner to
#: the next when 32 are on their way, milliseconds of 95 in 100 saves.
PROCESSOR_AIM, STATEMENTS_AIM, PACE_AIM, SAVE_AIM = 0.07, 60, 1 / 15, 150
SAVE = "save five answers"
_SUFFIX = re.compile(r"-(\d+)$")

StepTimes = dict[str, list[float]]


@dataclass
class Learner:
    """Somebody who goes the whole way in a year, and how long each step took them, in milliseconds."""

    browser: Browser
    year: Year
    staff_code: str
    took: StepTimes

    def go(self) -> None:
        """Sign in, read the lesson, take the quiz, look at the result."""
        browser, year = self.browser, self.year
        with self._step("sign in"):
            browser.open("/sign-in")
            browser.submit("/sign-in", ("name", self.staff_code), ("password", PASSWORD))
            assert browser.path == "/my"
        with self._step("course page"):
            browser.open(f"/courses/{year.course_slug}")
        with self._step("lesson"):
            browser.open(f"/lessons/{year.lesson_id}")
        with self._step("mark the lesson as read"):
            browser.submit(f"/lessons/{year.lesson_id}/read")
        with self._step("quiz page"):
            browser.open(f"/quizzes/{year.quiz_id}")
        with self._step("start"):
            browser.submit(f"/quizzes/{year.quiz_id}/start")
        attempt = browser.path
        for fields in _answers(browser):
            with self._step(SAVE):
                browser.call(f"{attempt}/answers", fields)
        with self._step("hand in, see the result"):
            browser.submit(f"{attempt}/submit")
            assert browser.path == f"{attempt}/result"

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.took[name].append((time.perf_counter() - began) * 1_000)


def _answers(browser: Browser) -> Iterator[list[tuple[str, str]]]:
    """Yield the fields of one save after the other: each question's hidden fields, and its first option as chosen."""
    items: dict[str, dict[str, str]] = defaultdict(dict)
    for _kind, name, value in browser.inputs():
        if suffix := _SUFFIX.search(name):
            items[suffix[1]].setdefault(name, value)
    assert len(items) == QUESTIONS, f"{len(items)} questions"
    questions = list(items.values())
    for start in range(0, QUESTIONS, PER_SAVE):
        yield [field for question in questions[start : start + PER_SAVE] for field in question.items()]


@dataclass(frozen=True)
class Went:
    """What it took to let learners go: seconds and the servers' seconds of processor for each, milliseconds by step."""

    seconds: float
    processor: float
    took: StepTimes


def measure(database: Database) -> Iterator[Figure | Times]:
    """Yield what a journey costs the processor and the database, how fast learners follow, and the times of steps."""
    learners = sum(LEARNERS.values()) + WARM_UP + 2
    year = open_year(database, "duong-hoc", questions=QUESTIONS, learners=learners)
    codes = iter(year.staff_codes)
    hash_seconds = _hash_seconds(database)
    statements = _statements(database, year, [next(codes), next(codes)])
    yield Figure(f"journey, statements against {STATEMENTS_AIM}", database.name, statements, STATEMENTS_AIM, "", 1)
    with serving("app:create_app()", database) as server:
        _send_off(year, [next(codes) for _ in range(WARM_UP)], server, 4)
        for clients, count in LEARNERS.items():
            some = [next(codes) for _ in range(count)]
            went = _send_off(year, some, server, clients, database.postmaster)
            yield from _figures(database.name, clients, went, hash_seconds)


def _figures(database: str, clients: int, went: Went, hash_seconds: float) -> Iterator[Figure | Times]:
    name, most = f"journey, {clients_text(clients)}", clients == max(LEARNERS)
    yield Figure(f"{name}: processor time against that of its hash", database, went.processor, hash_seconds, "s")
    beside = went.processor - hash_seconds
    yield Figure(f"{name}: processor time beside its hash, against 0.07 s", database, beside, PROCESSOR_AIM, "s", 1)
    yield Figure(f"{name}: seconds each, against 1/15", database, went.seconds, PACE_AIM, "s", 1 if most else None)
    times = [Times(step, database, clients, tuple(took)) for step, took in went.took.items()]
    saves = next(each for each in times if each.what == SAVE)
    yield Figure(
        f"{name}: 95 % of saves within, against 150 ms",
        database,
        saves.percentile(95),
        SAVE_AIM,
        "ms",
        1 if most else None,
    )
    yield from times


def _send_off(year: Year, codes: Sequence[str], server: Server, clients: int, postmaster: int | None = None) -> Went:
    """Let learners go, so many at once, each in a browser of their own."""
    waiting, failures = iter(codes), list[BaseException]()
    took: StepTimes = defaultdict(list)
    servers = [server.pid] if postmaster is None else [server.pid, postmaster]
    one_at_a_time = threading.Lock()

    def keep_going() -> None:
        ask = over_http(server.port)
        try:
            while (code := _next(waiting, one_at_a_time)) and not failures:
                Learner(Browser(ask), year, code, took).go()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=keep_going) for _ in range(clients)]
    spent, began = processor_seconds(*servers), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    seconds, processor = time.perf_counter() - began, processor_seconds(*servers) - spent
    return Went(seconds / len(codes), processor / len(codes), took)


def _next(waiting: Iterator[str], lock: threading.Lock) -> str | None:
    with lock:
        return next(waiting, None)


def _hash_seconds(database: Database) -> float:
    """Return the seconds of processor that it takes to check a password against its hash."""
    with database.app.app_context():
        hashed = passwords.hash_password(PASSWORD)
        spent = []
        for _ in range(11):
            began = time.process_time()
            assert passwords.matches(hashed, PASSWORD)
            spent.append(time.process_time() - began)
    return sorted(spent)[len(spent) // 2]


def _statements(database: Database, year: Year, codes: Sequence[str]) -> int:
    """Return how many statements one journey asks of the database, after a first one has filled what is kept."""
    ask: Ask = in_process(database.app)
    counts = []
    for code in codes:
        with heard() as statements:
            Learner(Browser(ask), year, code, defaultdict(list)).go()
        counts.append(len(statements))
    return counts[-1]
