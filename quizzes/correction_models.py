"""Corrections: a question was wrong, what was decided for those who had answered it, and what followed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime


class Correction(Base):
    """A decision on a wrong question, and how far its application has come. Steps of attempts refer to it."""

    __tablename__ = "correction"
    __table_args__ = (CheckConstraint("method IN ('recompute', 'full_credit', 'drop')", name="method"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    #: The versions that were wrong: it concerns whoever was shown one of them.
    wrong_version_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    #: By which version answers are judged anew; None when they are not (full credit, dropped).
    question_version_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    method: Mapped[str] = mapped_column(String(12))
    #: Why, for the record; and what learners read.
    reason: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: What the preview said when it was decided: attempts, points up and down, passes won, passes kept.
    preview: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: How many attempts have been corrected, up to which one, and when the last one was.
    done: Mapped[int] = mapped_column(default=0)
    last_attempt_id: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PassWithdrawal(Base):
    """The explicit decision that a pass no longer stands after a correction. Append-only."""

    __tablename__ = "pass_withdrawal"
    __table_args__ = (UniqueConstraint("attempt_id", "after_step_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    #: The last decision on a question of the attempt that was known when this one was taken.
    after_step_id: Mapped[int] = mapped_column(ForeignKey("attempt_step.id"))
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
