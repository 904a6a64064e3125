"""Fixtures that all tests share. Helpers live in tests/support, with the factories of objects among them.

The application is imported inside the fixtures that need it, so that unit tests start in milliseconds.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import settings

from core import clock
from scripts import build_translations
from scripts.translations import BadTranslation

if TYPE_CHECKING:
    from flask import Flask
    from flask_sqlalchemy.session import Session
    from playwright.sync_api import Browser
    from sqlalchemy.orm import scoped_session

    from tests.support.databases import Databases
    from tests.support.factories_attempts import Above
    from tests.support.pages import PageClient

#: Friday 20 November 2026, 09:00 in Vietnam: the usual "now" of a test.
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
# No test is timed: machines are shared.
settings.register_profile("nep", deadline=None)
settings.load_profile("nep")
QUIET_CHROMIUM = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the translations once, so that the pages under test speak the Vietnamese of the sources."""
    if hasattr(session.config, "workerinput"):
        return
    try:
        build_translations.build()
    except BadTranslation as error:
        raise pytest.UsageError(f"The translations contradict each other: {error}") from None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests of pages run on both databases."""
    parser.addoption("--both-databases", action="store_true", help="run the tests of pages on both databases, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run each test of a page on one database, chosen by the test's name, unless both are asked for.

    What a page asks of the database is tested on both below it (tests/services); the pages themselves are many.
    """
    if config.getoption("both_databases") or config.getoption("markexpr"):
        return
    spared = [item for item in items if item.nodeid.startswith("tests/web/") and _is_elsewhere(item)]
    config.hook.pytest_deselected(items=spared)
    items[:] = [item for item in items if item not in set(spared)]


def _is_elsewhere(item: pytest.Item) -> bool:
    """Tell whether the other database is the one on which a test runs."""
    name = item.nodeid.replace("sqlite", "database").replace("postgres", "database")
    mine = ("sqlite", "postgres")[zlib.crc32(name.encode()) % 2]
    dialect = getattr(item, "callspec", None) and item.callspec.params.get("dialect")  # type: ignore[attr-defined]
    return dialect is not None and dialect != mine


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Make databases for this test process."""
    from tests.support.databases import Databases

    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Name the database; every test that needs one runs twice."""
    return str(request.param)


@pytest.fixture
def app(databases: Databases, dialect: str) -> Flask:
    """Return the application, on a migrated database that this test process keeps."""
    return databases.shared_app(dialect)


@pytest.fixture
def above(app: Flask) -> Iterator[Above]:
    """Stand in for the packages above quizzes."""
    from tests.support.factories_attempts import standing_above

    with standing_above(app) as made:
        yield made


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """Run the test inside an application context and a transaction that is rolled back at its end.

    Commits inside (``core.db.transaction``) release savepoints of that transaction, so the code under test commits as
    it always does. A rollback undoes only what came after the last commit: what a test prepares must be committed.
    """
    from core.db import db

    with app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            connection.begin_nested()
            engines = cast(dict[str | None, Any], db.engines)
            engines[None] = connection
            try:
                yield db.session
            finally:
                db.session.remove()
                engines[None] = engine
                outer.rollback()


@pytest.fixture
def client(app: Flask, session: scoped_session[Session]) -> PageClient:
    """Return a client that inspects every page which it fetches."""
    from tests.support.pages import PageClient

    return PageClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def own_app(databases: Databases, dialect: str) -> Iterator[Flask]:
    """Return an application with a database of its own, for tests with threads or several connections."""
    from core.db import db

    app = databases.new_app(dialect)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine, once for this test process."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("Chromium is not installed; `make browser` installs it or says how.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET_CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def at() -> Iterator[datetime]:
    """Stop the clock at the usual moment of a test, and return it."""
    with clock.frozen(NOW):
        yield NOW
