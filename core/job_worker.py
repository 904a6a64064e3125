"""The worker process: huey keeps the pool, the minute and the signals; what there is to do stands in the database.

Huey's own queue carries only the periodic work of this process and lives in its memory. Jobs are rows (see
:mod:`core.jobs`), so web servers never talk to huey, and there is no second store that could lose or repeat them.
"""

import os
import signal
from typing import Any

import structlog
from flask import Flask
from huey import MemoryHuey, crontab
from huey.consumer import Consumer, ConsumerStopped, Worker

from core.job_runs import registry, run_minutely, run_next

#: How long a worker without work waits before it looks again, and how long a stop waits for jobs under way.
LOOK_SECONDS = 1.0
STOP_SECONDS = 20.0
log = structlog.get_logger("nep")


class JobWorker(Worker):
    """Takes jobs from the table; with none there, does what huey has scheduled, or rests."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(**options)
        self._app = app

    def loop(self, now: Any = None) -> None:
        """Do one thing. A database that does not answer is waited for."""
        try:
            with self._app.app_context():
                if run_next(self.stop_flag.is_set):
                    return
        except Exception as error:
            log.error("worker can't look for jobs", error=type(error).__name__)
            self.sleep()
            return
        super().loop(now)


class JobConsumer(Consumer):
    """A pool of workers that ends when it is told to, or when the process that started it has ended."""

    def __init__(self, app: Flask, *, parent: int | None, workers: int) -> None:
        self._app, self._parent = app, parent
        super().__init__(_huey_of(app), workers=workers, max_delay=LOOK_SECONDS, shutdown_timeout=STOP_SECONDS)
        # Whatever asks it to stop, jobs under way are put back or finished, and nothing is begun again by itself.
        self._signal_actions = dict.fromkeys((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), (False, True))

    def _create_worker(self) -> JobWorker:
        return JobWorker(
            self._app,
            huey=self.huey,
            stop_flag=self.stop_flag,
            default_delay=self.default_delay,
            max_delay=self.max_delay,
            backoff=self.backoff,
        )

    def loop(self, health_check_ts: float | None = None) -> float | None:
        """Look after the workers, ten times a second."""
        if self._parent is not None and os.getppid() != self._parent:
            self.stop(graceful=True)
            raise ConsumerStopped
        seen: float | None = super().loop(health_check_ts)
        return seen


def work(app: Flask, *, workers: int, parent: int | None = None) -> None:
    """Run jobs and periodic work until a signal comes.

    :param parent: the process that this one belongs to; when that is gone, it stops too.
    """
    JobConsumer(app, parent=parent, workers=workers).run()


def _huey_of(app: Flask) -> MemoryHuey:
    huey = MemoryHuey("nep", results=False)
    with app.app_context():
        for name in registry().minutely:
            huey.periodic_task(crontab(), name=name)(_in_context(app, name))
    return huey


def _in_context(app: Flask, name: str) -> Any:
    def run() -> None:
        with app.app_context():
            run_minutely(name)

    return run
