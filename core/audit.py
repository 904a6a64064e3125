"""The audit log: who did what to what, written in the same transaction as the change."""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, db


class Doer(Protocol):
    """Whoever acts: a person, or the system when ``person_id`` is None."""

    @property
    def person_id(self) -> int | None:
        """Return the acting person's id."""

    @property
    def full_name(self) -> str:
        """Return the name to keep in the log."""


class AuditEntry(Base):
    """One thing done. Append-only: the database refuses to change or delete it."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_about", "about_kind", "about_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    by_name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60), index=True)
    about_kind: Mapped[str] = mapped_column(String(40))
    about_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(
    action: str,
    *,
    by: Doer,
    at: datetime,
    about: tuple[str, int | None],
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an entry to the running transaction.

    :param action: a stable English verb phrase such as ``course.publish``.
    :param about: the kind and id of the thing acted on.
    :param detail: what changed, in JSON; no passwords, no identification numbers.
    """
    kind, about_id = about
    db.session.add(
        AuditEntry(
            at=at,
            by_id=by.person_id,
            by_name=by.full_name,
            action=action,
            about_kind=kind,
            about_id=about_id,
            reason=reason,
            detail=detail or {},
        )
    )
