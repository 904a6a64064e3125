"""Fixtures of the browser tests: a live server, and pages of several kinds.

Every page is watched: an error in the console, an uncaught exception, a breach of the content policy or a request to
another host fails the test.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from core.db import db
from tests.support.databases import Databases
from tests.support.live import LiveServer, serving

HERE = Path(__file__).parent
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
TIMEOUT_MS = 10_000

NewPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a browser test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def servers(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], LiveServer]]:
    """Start at most one server for each kind of database, and stop them at the end."""
    running: dict[str, LiveServer] = {}
    with ExitStack() as stack:

        def server(dialect: str) -> LiveServer:
            if dialect not in running:
                app, log = databases.new_app(dialect), tmp_path_factory.mktemp("server") / "log"
                stack.callback(close_connections, app)
                running[dialect] = stack.enter_context(serving(app, log))
            return running[dialect]

        yield server


def close_connections(app: Flask) -> None:
    """Close what tests have opened to the database of an application."""
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def live(request: pytest.FixtureRequest, servers: Callable[[str], LiveServer]) -> LiveServer:
    """Return a running server on SQLite, or on both:
    ``@pytest.mark.parametrize("live", ["sqlite", "postgres"], indirect=True)``.
    """
    return servers(getattr(request, "param", "sqlite"))


@pytest.fixture
def new_page(browser: Browser, live: LiveServer) -> Iterator[NewPage]:
    """Return a function that opens a page of another visitor; its arguments are Playwright's for a new context."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": live.url, "locale": "vi-VN", "viewport": DESKTOP, **options})
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        _watch(page, live.url, troubles)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """Return a page on a desk's screen, with JavaScript."""
    return new_page()


@pytest.fixture
def page_without_js(new_page: NewPage) -> Page:
    """Return a page in a browser that runs no JavaScript."""
    return new_page(java_script_enabled=False)


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    """Return a page on a phone, 360 pixels wide, with touch."""
    return new_page(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Return a function that asserts that a page has no accessibility violation."""
    checker = Axe()

    def check(page: Page) -> None:
        violations = checker.run(page).response["violations"]
        report = [
            f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes']][:5]}" for rule in violations
        ]
        assert not report, f"{page.url}\n" + "\n".join(report)

    return check


def _watch(page: Page, url: str, troubles: list[str]) -> None:
    """Note what no page of ours may do."""

    def on_console(message: Any) -> None:
        # Chromium reports an answer of 4xx here too, which a page may well ask for on purpose.
        if message.type == "error" and "Failed to load resource" not in message.text:
            troubles.append(f"{page.url}: console: {message.text}")

    def on_request(request: Any) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            troubles.append(f"{page.url}: asks another host for {request.url}")

    page.on("console", on_console)
    page.on("request", on_request)
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: uncaught: {error}"))
