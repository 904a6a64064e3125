"""A real server for the browser tests: gunicorn in a process of its own, on a free loopback port."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from tests.support.databases import ROOT, TEST_KEY

START_SECONDS = 60


@dataclass(frozen=True)
class LiveServer:
    """Where the server answers, and an application on the same database to prepare and inspect data with."""

    url: str
    app: Flask


@contextmanager
def serving(app: Flask, log: Path) -> Iterator[LiveServer]:
    """Serve the database of an application until the block ends.

    :raises RuntimeError: when the server does not answer in time; the message ends with its log.
    """
    settings = app.config["NEP"]
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "NEP_STORAGE_URL": settings.storage_url,
        "NEP_SECRET_KEY": TEST_KEY,
        "NEP_BASE_URL": url,
    }
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "app:create_app()"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            _wait_until_healthy(server, url, log)
            yield LiveServer(url, app)
        finally:
            server.terminate()
            server.wait(timeout=10)


def _wait_until_healthy(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
