"""Servers under measurement on loopback, as ``make serve`` starts them, and the clients that load them."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from benchmarks.databases import ROOT, SECRET_KEY, Database
from benchmarks.processor import peak_memory_mib
from server import THREADS

START_SECONDS = 60
LOAD_SECONDS = 1.0


class Server:
    """A running gunicorn."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.pid = process.pid

    def peak_memory_mib(self) -> float:
        """Return the largest peak of resident memory among the workers so far, in MiB (Linux)."""
        master = self.pid
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return max(peak_memory_mib(Path(f"/proc/{worker}")) for worker in workers)


@contextmanager
def serving(factory: str, database: Database, *, workers: int = 2) -> Iterator[Server]:
    """Serve an application on a database until the block ends.

    :param factory: where gunicorn finds the application, for example ``app:create_app()``.
    """
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "NEP_SECRET_KEY": SECRET_KEY,
        "NEP_STORAGE_URL": database.app.config["NEP"].storage_url,
        "NEP_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [
        sys.executable, "-m", "gunicorn", "--worker-class=gthread", f"--workers={workers}", f"--threads={THREADS}",
        f"--bind=127.0.0.1:{port}", "--log-level=warning", "--worker-tmp-dir=/dev/shm", "--keep-alive=60", factory,
    ]  # fmt: skip
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_open(process, port, log)
            yield Server(port, process)
        finally:
            process.terminate()
            process.wait(timeout=20)


class Client:
    """A client that keeps its connection and its cookies."""

    def __init__(self, server: Server, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = {"Cookie": cookie} if cookie else {}

    def get(self, path: str) -> str:
        """Fetch a page that must be there, and return its text."""
        return self._ask("GET", path).decode()

    def post(self, path: str, body: str) -> bytes:
        """Send a form as our scripts do, and return the answer, which must say that all is well."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        return self._ask("POST", path, body, kind)

    def download(self, path: str) -> tuple[float, float, int]:
        """Fetch a file and return the seconds to its first byte, the seconds to its last, and its size."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        assert response.status == http.client.OK, response.read()
        size, first = len(response.read(1)), time.perf_counter() - began
        while piece := response.read(1 << 16):
            size += len(piece)
        return first, time.perf_counter() - began, size

    def _ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> bytes:
        self._connection.request(method, path, body, {**self._headers, **(headers or {})})
        response = self._connection.getresponse()
        answer = response.read()
        if cookie := response.getheader("Set-Cookie"):
            self._headers["Cookie"] = cookie.partition(";")[0]
        assert response.status == http.client.OK, f"{path}: {response.status} {answer[:500]!r}"
        return answer


def milliseconds_each(requests: Sequence[Callable[[], object]]) -> float:
    """Let each client repeat its request for a while, all at once, and return the milliseconds per request."""
    counts = [0] * len(requests)
    failures: list[BaseException] = []

    def repeat(place: int) -> None:
        try:
            while time.perf_counter() < until:
                requests[place]()
                counts[place] += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=repeat, args=(place,)) for place in range(len(requests))]
    began = time.perf_counter()
    until = began + LOAD_SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return (time.perf_counter() - began) * 1_000 / sum(counts)


def _wait_until_open(process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    log.seek(0)
    raise RuntimeError(f"The server did not start:\n{log.read().decode()[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
