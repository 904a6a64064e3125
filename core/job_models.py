"""The table of background jobs: what was asked for, by whom, how far it is and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime


class Job(Base):
    """Work that no request waits for. The rows are the queue: what is not finished here is still to be done."""

    __tablename__ = "job"
    # fmt: off
    __table_args__ = (
        # One job for one thing at a time; workers look for work through it too.
        Index("uq_job_unfinished", "key", unique=True, sqlite_where=text("finished_at IS NULL"),
              postgresql_where=text("finished_at IS NULL")),
    )
    # fmt: on

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: What the job is about, such as ``statistics:quiz:12``.
    key: Mapped[str] = mapped_column(String(120))
    #: ``queued``, ``running``, ``done`` or ``failed``.
    state: Mapped[str] = mapped_column(String(10), default="queued")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Why it failed, for whoever asked for it; no personal data.
    error: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: The page of this site that asked, to go back to.
    return_url: Mapped[str] = mapped_column(String(500), default="/")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The runner that has the job now, and its last sign of life.
    claim: Mapped[str | None] = mapped_column(String(32))
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: How often a runner has begun it.
    tries: Mapped[int] = mapped_column(default=0)
