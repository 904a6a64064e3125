"""Running background jobs: which there are, who takes one, how it says how far it is, and how it ends."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from flask import Flask, current_app
from sqlalchemy import CursorResult, and_, delete, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.db import db, transaction
from core.errors import DomainError
from core.i18n import lazy_gettext as _l
from core.job_models import Job

#: How often a runner says that it lives, and when one that no longer does counts as dead.
BEAT_SECONDS = 10.0
DEAD_AFTER = timedelta(seconds=60)
#: A job that has taken its runner with it this often is not begun again.
MOST_TRIES = 3
#: How long what is finished can still be looked at.
KEPT = timedelta(days=90)
#: Progress is written once a second at most; the last step always.
REPORT_SECONDS = 1.0
UNTITLED = _l("Work in the background")
log = structlog.get_logger("nep")


class JobStopped(BaseException):
    """Raised in a job by ``progress`` when its runner must end; the job is put back. No job may catch it."""


@dataclass(frozen=True)
class JobContext:
    """What a job is given: its arguments, who asked for it (None: the system), when it runs, where it reports."""

    arguments: dict[str, Any]
    by_id: int | None
    at: datetime
    report: Callable[[int, int | None], None] = lambda _done, _total: None

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far the work is. To be called between transactions, as often as one likes."""
        self.report(done, total)


JobRun = Callable[[JobContext], dict[str, Any] | None]
PeriodicRun = Callable[[datetime], object]


@dataclass
class Registry:
    """What the application can do in the background; filled by ``app.py`` and nobody else."""

    runs: dict[str, JobRun] = field(default_factory=dict)
    titles: dict[str, Any] = field(default_factory=dict)
    minutely: dict[str, PeriodicRun] = field(default_factory=dict)
    #: Held while periodic work of a name is under way in this process.
    locks: dict[str, threading.Lock] = field(default_factory=dict)


def registry() -> Registry:
    """Return what the running application has registered."""
    found: Registry = current_app.extensions.setdefault("nep_jobs", Registry())
    return found


def register(name: str, run: JobRun, *, title: Any = UNTITLED) -> None:
    """Let the application run a kind of job.

    :param run: does the work, in transactions of its own. It must be safe to run twice: a worker may be killed in its
        midst, and then it is begun anew. What it returns is kept with the job; ``{"url": ...}`` is where to go on.
    :param title: what its page is called, in the reader's language.
    """
    registry().runs[name] = run
    registry().titles[name] = title


def every_minute(name: str, run: PeriodicRun) -> None:
    """Let workers call ``run(at)`` once a minute, each of them: it must be safe side by side with itself."""
    registry().minutely[name] = run
    registry().locks[name] = threading.Lock()


def run_minutely(name: str) -> bool:
    """Run one kind of periodic work and tell whether it went well. It fails alone, and is tried again later.

    What takes longer than a minute is not begun a second time in this process.
    """
    lock = registry().locks[name]
    if not lock.acquire(blocking=False):
        return True
    try:
        registry().minutely[name](clock.now())
    except Exception:
        log.exception("periodic work failed", job=name)
        return False
    finally:
        lock.release()
    return True


def run_pending(app: Flask, limit: int = 100) -> int:
    """Run what is waiting, oldest first, and return how many jobs that were; for tests and for ``jobs run --once``."""
    with app.app_context():
        return next((done for done in range(limit) if not run_next()), limit)


def run_next(stopping: Callable[[], bool] = lambda: False) -> bool:
    """Take the oldest job that nobody has, run it to its end, and tell whether there was one.

    :param stopping: tells a job under way, whenever it reports, that it must stop.
    """
    job = _claim(clock.now())
    if job is None:
        return False
    context = JobContext(job.arguments, job.by_id, clock.now(), _reporter(job, stopping))
    log.info("job begins", job=job.name, job_id=job.id, attempt=job.tries)
    try:
        with _signs_of_life(job):
            result = registry().runs[job.name](context)
    except JobStopped:
        _write(job, state="queued", claim=None, seen_at=None, tries=job.tries - 1)
    except DomainError as error:
        reason = " ".join(str(part) for part in (error.message, error.mend) if part)
        _end(job, state="failed", error=reason[:500])
    except Exception:
        log.exception("job failed", job=job.name, job_id=job.id)
        _end(job, state="failed")
    else:
        _end(job, state="done", result=result)
    return True


def forget_old(at: datetime) -> None:
    """Delete what was finished long ago."""
    with transaction():
        db.session.execute(delete(Job).where(Job.finished_at < at - KEPT))


@dataclass(frozen=True)
class _Claimed:
    """A job that this runner has, until somebody thinks it dead."""

    id: int
    name: str
    arguments: dict[str, Any]
    by_id: int | None
    tries: int
    claim: str


def _claim(at: datetime) -> _Claimed | None:
    """Take the oldest job that waits, or that a dead runner has left; exactly one runner gets it.

    It looks before it locks, so that runners without work never keep a writer waiting.
    """
    waiting = (
        select(Job)
        .where(
            Job.finished_at.is_(None),
            Job.name.in_(list(registry().runs)),
            or_(Job.state == "queued", Job.seen_at < at - DEAD_AFTER),
        )
        .order_by(Job.id)
        .limit(1)
    )
    found = db.session.scalar(waiting)
    db.session.rollback()
    if found is None:
        return None
    with transaction():
        job = db.session.scalar(waiting.with_for_update(skip_locked=True))
        if job is None:
            return None
        if job.tries >= MOST_TRIES:
            job.state, job.finished_at = "failed", at
            log.error("job given up", job=job.name, job_id=job.id)
            return None
        job.state, job.claim, job.seen_at = "running", secrets.token_hex(16), at
        job.started_at, job.tries = job.started_at or at, job.tries + 1
        return _Claimed(job.id, job.name, dict(job.arguments), job.by_id, job.tries, job.claim)


def _write(job: _Claimed, **values: Any) -> bool:
    """Change the row of a job that this runner still has, and tell whether it has."""
    mine = and_(Job.id == job.id, Job.claim == job.claim, Job.finished_at.is_(None))
    with transaction():
        changed = db.session.execute(
            update(Job).where(mine).values(values), execution_options={"synchronize_session": False}
        )
    return bool(cast("CursorResult[Any]", changed).rowcount)


def _end(job: _Claimed, *, state: str, result: dict[str, Any] | None = None, error: str = "") -> None:
    kept = _write(job, state=state, result=result, error=error, finished_at=clock.now(), claim=None)
    log.info("job ends", job=job.name, job_id=job.id, state=state if kept else "taken over")


def _reporter(job: _Claimed, stopping: Callable[[], bool]) -> Callable[[int, int | None], None]:
    """Return what a job reports to: it writes progress down, and stops a job that must not go on."""
    last = -REPORT_SECONDS

    def report(done: int, total: int | None) -> None:
        nonlocal last
        if stopping():
            raise JobStopped
        if done != total and time.monotonic() - last < REPORT_SECONDS:
            return
        last = time.monotonic()
        if not _write(job, done=done, total=total, seen_at=clock.now()):
            raise JobStopped  # Somebody thought this runner dead and has begun anew.

    return report


@contextmanager
def _signs_of_life(job: _Claimed) -> Iterator[None]:
    """Note every few seconds, beside the job, that its runner lives: a long statement reports nothing."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                with app.app_context():
                    _write(job, seen_at=clock.now())
            except SQLAlchemyError:
                log.warning("no sign of life written", job_id=job.id)  # The database is busy; the next one counts.

    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        yield
    finally:
        over.set()
        beating.join()
