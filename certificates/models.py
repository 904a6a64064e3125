"""Certificates and their register."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, ByteString, UtcDateTime


class CertificateSeries(Base):
    """The last number given in a year; raised in the transaction that issues, so numbers have no gaps."""

    __tablename__ = "certificate_series"

    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)


class Certificate(Base):
    """A certificate of one completion, with everything printed on it as it was that day.

    The number is for people and may be guessed; the token (128 random bits) is what verifies.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason = '')", name="revoked_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    completion_id: Mapped[int] = mapped_column(ForeignKey("completion.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    year: Mapped[int]
    number: Mapped[int]
    token: Mapped[str] = mapped_column(ByteString, unique=True)
    #: "Giấy xác nhận hoàn thành", or "Chứng chỉ" when the issuer may (Thông tư 03/2023/TT-BNV, Điều 5).
    title: Mapped[str] = mapped_column(String(120))
    full_name: Mapped[str] = mapped_column(String(120))
    birth_date: Mapped[date | None]
    unit_name: Mapped[str] = mapped_column(String(200))
    job_title: Mapped[str] = mapped_column(String(120))
    course_title: Mapped[str] = mapped_column(String(200))
    #: Số tiết.
    hours: Mapped[int]
    started_on: Mapped[date]
    completed_on: Mapped[date]
    #: Hundredths on the scale of 10.
    score: Mapped[int | None]
    issuer_name: Mapped[str] = mapped_column(String(200))
    issuer_parent: Mapped[str] = mapped_column(String(200))
    issuer_place: Mapped[str] = mapped_column(String(100))
    signer_title: Mapped[str] = mapped_column(String(120))
    signer_name: Mapped[str] = mapped_column(String(120))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_reason: Mapped[str] = mapped_column(String(500), default="")
