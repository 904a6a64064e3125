"""Background jobs: asked for in the transaction of a request, run by workers (see :mod:`core.job_worker`).

The row is the queue. It is written together with what it belongs to, so that a job exists exactly when the change that
asked for it does; workers look for rows every second, so that there is no message that could get lost.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.db import db, insert_if_new
from core.errors import Conflict, NotFound
from core.i18n import lazy_gettext as _l
from core.job_models import Job
from core.job_runs import UNTITLED, JobContext, every_minute, forget_old, register, registry, run_pending
from core.web import local_path

__all__ = [
    "JobContext", "JobView", "enqueue", "every_minute", "forget_old", "job_view", "register", "run_pending",
]  # fmt: skip


@dataclass(frozen=True)
class JobView:
    """A job as pages show it. ``total`` is None while nobody knows how much there is to do."""

    id: int
    name: str
    title: str
    state: str
    done: int
    total: int | None
    result: dict[str, Any]
    error: str
    by_id: int | None
    return_url: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.finished_at is not None

    @property
    def next_url(self) -> str:
        """Return where to go on: what the job says, else the page that asked; always of this site."""
        return local_path(self.result.get("url"), self.return_url)


def enqueue(
    name: str, arguments: dict[str, Any], *, key: str, by_id: int | None, at: datetime, return_url: str = "/"
) -> int:
    """Ask for a job inside a transaction, and return its id: that of the one under way when there is one with this key.

    :param arguments: in JSON; ids rather than contents.
    :param key: what the job is about, such as ``statistics:quiz:12``; one job for it at a time.
    :param by_id: the person who asks and may look at it; None for the system.
    :param return_url: the page to go back to; what is no path of this site becomes ``/``.
    :raises LookupError: when no such job is registered.
    :raises Conflict: when the one under way was asked for by somebody else, whose page is not for this person.
    """
    if name not in registry().runs:
        raise LookupError(f"No job {name!r} is registered.")
    job_id = _insert(
        name=name, arguments=arguments, key=key, by_id=by_id, created_at=at, return_url=local_path(return_url, "/")
    )
    if job_id is not None:
        return job_id
    existing = db.session.scalar(select(Job).where(Job.key == key, Job.finished_at.is_(None)))
    if existing is None:  # It has ended just now.
        return enqueue(name, arguments, key=key, by_id=by_id, at=at, return_url=return_url)
    if by_id is not None and existing.by_id != by_id:
        raise Conflict(
            _l("Somebody else has just asked for the same, and it is under way."), _l("Wait a moment and look again.")
        )
    return existing.id


def _insert(**values: Any) -> int | None:
    """Insert a job and return its id; None when one with its key is under way."""
    return db.session.scalar(
        insert_if_new(Job).values(state="queued", done=0, tries=0, error="", **values).returning(Job.id)
    )


def job_view(job_id: int) -> JobView:
    """Return a job as pages show it; whoever shows it asks whether ``by_id`` is the reader.

    :raises NotFound: when there is none.
    """
    job = db.session.get(Job, job_id, populate_existing=True)
    if job is None:
        raise NotFound(_l("There is no such job, or it is not yours."))
    return JobView(
        id=job.id,
        name=job.name,
        title=str(registry().titles.get(job.name, UNTITLED)),
        state=job.state,
        done=job.done,
        total=job.total,
        result=job.result or {},
        error=job.error,
        by_id=job.by_id,
        return_url=job.return_url,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )
