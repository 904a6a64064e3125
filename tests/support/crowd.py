"""Many at once: threads that begin together, each with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask

from core.db import db, transaction


def all_at_once(
    app: Flask, *jobs: Callable[[], Any], inside: Callable[[], AbstractContextManager[Any]] = transaction
) -> list[Any]:
    """Run jobs in threads that begin together, each in its own context and transaction.

    :param inside: what each runs in; ``nullcontext`` for jobs that commit by themselves.
    """
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        with app.app_context():
            gate.wait()
            with inside():
                done = job()
            db.session.remove()
            return done

    db.session.commit()
    with ThreadPoolExecutor(len(jobs)) as crowd:
        return [future.result() for future in [crowd.submit(run, job) for job in jobs]]
