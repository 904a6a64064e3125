"""The yearly duty: requirements, cycles, obligations, exemptions, completions. A new year adds rows, resets nothing."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    exists,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, UtcDateTime


class Requirement(Base):
    """What is required again and again: a course to read and a quiz to pass, on a legal basis."""

    __tablename__ = "requirement"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    #: Why it is required (căn cứ), shown to everybody who owes it.
    legal_basis: Mapped[str] = mapped_column(String(1000))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Cycle(Base):
    """A requirement in a year: for whom, from when, until when, with which versions."""

    __tablename__ = "cycle"
    __table_args__ = (
        UniqueConstraint("requirement_id", "year"),
        CheckConstraint("due_on >= opens_on", name="due_after_opening"),
        CheckConstraint("state IN ('draft', 'open', 'closed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), index=True)
    year: Mapped[int] = mapped_column(index=True)
    opens_on: Mapped[date]
    #: The last day on which completing counts as in time.
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    course_version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))
    quiz_version_id: Mapped[int | None] = mapped_column(ForeignKey("quiz_version.id"))
    #: Whether new published versions are taken over while the cycle is open.
    follows_versions: Mapped[bool] = mapped_column(default=True)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    requirement: Mapped[Requirement] = relationship(lazy="raise")
    audience: Mapped[list["AudienceRule"]] = relationship(lazy="raise", order_by="AudienceRule.position")


class AudienceRule(Base):
    """Who is meant: people posted in a unit or below it, of one group or of all; or who is not meant."""

    __tablename__ = "audience_rule"
    __table_args__ = (UniqueConstraint("cycle_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    position: Mapped[int]
    includes: Mapped[bool] = mapped_column(default=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    #: A ``people.models.StaffGroup``; empty means every group.
    staff_group: Mapped[str] = mapped_column(String(20), default="")


class Obligation(Base):
    """That a person owes a cycle, and which audience rule says so. One per person and cycle."""

    __tablename__ = "obligation"
    __table_args__ = (UniqueConstraint("person_id", "cycle_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    audience_rule_id: Mapped[int] = mapped_column(ForeignKey("audience_rule.id"))
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Exemption(Base):
    """That a person need not fulfil an obligation, who decided so and why. Append-only but for its revocation."""

    __tablename__ = "exemption"
    __table_args__ = (
        Index("uq_exemption_in_force", "obligation_id", unique=True, sqlite_where=text("revoked_at IS NULL"),
              postgresql_where=text("revoked_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), index=True)
    #: maternity, illness, secondment, study, near_retirement, other
    category: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500))
    document_number: Mapped[str] = mapped_column(String(80), default="")
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Completion(Base):
    """That an obligation was fulfilled, with who and where the person was on that day. Append-only."""

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("obligation_id", "number"),
        Index("ix_completion_unit_id_cycle_id", "unit_id", "cycle_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"))
    #: One more than the completions of this obligation that were withdrawn, so that one at most stands.
    number: Mapped[int] = mapped_column(default=1, server_default="1")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    attempts_made: Mapped[int]
    started_on: Mapped[date]
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The day in Vietnam.
    completed_on: Mapped[date]
    score: Mapped[int]
    hours: Mapped[int]
    course_title: Mapped[str] = mapped_column(String(200))
    staff_code: Mapped[str] = mapped_column(String(40))
    full_name: Mapped[str] = mapped_column(String(120))
    birth_date: Mapped[date | None]
    sex: Mapped[str] = mapped_column(String(10), default="")
    staff_group: Mapped[str] = mapped_column(String(20))
    rank: Mapped[str] = mapped_column(String(120), default="")
    job_title: Mapped[str] = mapped_column(String(120), default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    unit_name: Mapped[str] = mapped_column(String(200))
    #: From the top down, separated by `` > ``.
    unit_path: Mapped[str] = mapped_column(String(1000))


class CompletionWithdrawal(Base):
    """That a completion no longer stands, because the pass behind it was withdrawn. Append-only."""

    __tablename__ = "completion_withdrawal"

    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def fulfils() -> ColumnElement[bool]:
    """Return the condition that joins an obligation with the completion that stands."""
    withdrawn = exists().where(CompletionWithdrawal.completion_id == Completion.id)
    return and_(Completion.obligation_id == Obligation.id, ~withdrawn.correlate_except(CompletionWithdrawal))
