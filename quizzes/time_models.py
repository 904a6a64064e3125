"""Time in attempts: what happened when, who has more of it, and what was given back."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime


class AttemptEvent(Base):
    """Something that happened around an attempt, for its person and its trainer to read. Append-only, in no score."""

    __tablename__ = "attempt_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: A key of ``quizzes.events.EVENTS``: ``start``, ``open``, ``resume``, ``offline``, ``submit``, ``expire`` ...
    kind: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: The mark of the page that it happened on; empty when it happened on none.
    page: Mapped[str] = mapped_column(String(32), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Accommodation(Base):
    """More time for a person on every quiz, with reason and dates. ``valid_to`` is the first day without it."""

    __tablename__ = "accommodation"
    __table_args__ = (
        CheckConstraint("extra_percent BETWEEN 1 AND 300", name="extra_percent"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    extra_percent: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Allowance(Base):
    """More attempts or minutes at one quiz, for a person or for a unit and all below it, with reason and dates."""

    __tablename__ = "allowance"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="for_whom"),
        CheckConstraint("extra_attempts >= 0 AND extra_minutes >= 0", name="not_less"),
        CheckConstraint("extra_attempts + extra_minutes > 0", name="something"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    extra_minutes: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(500))
    valid_from: Mapped[date]
    #: The first day without it.
    valid_to: Mapped[date | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AttemptExtension(Base):
    """Minutes given to an attempt under way, such as those of an outage. Append-only."""

    __tablename__ = "attempt_extension"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        UniqueConstraint("batch", "attempt_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    minutes: Mapped[int]
    #: Whether the closing time of the quiz moves by these minutes too, for this attempt.
    past_close: Mapped[bool] = mapped_column(default=False)
    #: The mark of the form that gave them: a form that is sent twice gives once.
    batch: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
