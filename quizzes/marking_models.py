"""Marking by hand: what waits for a marker, and every mark that was given."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime


class MarkingTask(Base):
    """An answer that a person must mark.

    Its state is ``waiting``, ``second`` (a second marker is wanted), ``decide`` (the two differ) or ``done``.
    """

    __tablename__ = "marking_task"
    __table_args__ = (CheckConstraint("state IN ('waiting', 'second', 'decide', 'done')", name="state"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id"), primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Whoever has it open now, so that two do not mark the same; it lapses.
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Why a second marker was asked for, and by whom.
    second_reason: Mapped[str] = mapped_column(String(500), default="")
    second_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Marking(Base):
    """A mark that a marker gave by the rubric. Append-only; round 1 is the first, 2 the second, 3 the decision."""

    __tablename__ = "marking"
    __table_args__ = (
        UniqueConstraint("item_id", "round"),
        CheckConstraint("round BETWEEN 1 AND 3", name="round"),
        CheckConstraint("mark >= 0", name="mark"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id"), index=True)
    round: Mapped[int]
    marker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Hundredths of a point by criterion, and their sum.
    criteria: Mapped[dict[str, int]] = mapped_column(JSON)
    mark: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="")
