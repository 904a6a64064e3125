"""A real server for tests: gunicorn in processes of its own, on a free loopback port. It can be killed too."""

import os
import signal
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
    master: subprocess.Popen[bytes]

    def family(self) -> list[int]:
        """Return the processes that the server has made, and those that these have made."""
        made = list(_children(self.master.pid))
        return made + [pid for parent in made for pid in _children(parent)]

    def kill_workers(self) -> None:
        """Kill the processes that answer, in the midst of what they do; gunicorn's master makes new ones at once."""
        for pid in _children(self.master.pid):
            os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill the server with everything that belongs to it."""
        family = [self.master.pid, *_children(self.master.pid)]
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        self.master.wait(timeout=10)


@contextmanager
def serving(app: Flask, log: Path, *, workers: int = 1, as_installed: bool = False) -> Iterator[LiveServer]:
    """Serve the database of an application until the block ends.

    :param as_installed: serve as an installation does, with a worker for background jobs beside gunicorn.
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
    options = [f"--bind=127.0.0.1:{port}", f"--workers={workers}", "--threads=4", "--preload", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", *options, "app:create_app()"]
    if as_installed:
        command = [sys.executable, "-m", "flask", "--app", "app", "serve", f"--port={port}", f"--workers={workers}"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            _wait_until_healthy(server, url, log)
            yield LiveServer(url, app, server)
        finally:
            server.send_signal(signal.SIGINT)  # At once; SIGTERM would wait for connections that browsers keep.
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


def _children(parent: int) -> Iterator[int]:
    """Yield the processes that a process has made, as the kernel lists them."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = status.read_text(encoding="utf-8", errors="replace").partition(" ")
        except OSError:
            continue  # It has ended in between.
        if int(rest.rpartition(")")[2].split()[1]) == parent:
            yield int(pid)
