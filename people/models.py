"""People and units in time. Identities never change; names, parents and postings carry from/to days.

A period is half-open: it holds from ``valid_from`` up to, and without, ``valid_to``; no ``valid_to`` means until now.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, ByteString, UtcDateTime


class StaffGroup(StrEnum):
    """The groups of staff that law and audiences tell apart (cán bộ, công chức, viên chức, ...)."""

    OFFICIAL = "official"  # cán bộ
    CIVIL_SERVANT = "civil_servant"  # công chức
    PUBLIC_EMPLOYEE = "public_employee"  # viên chức
    CONTRACT = "contract"  # người lao động
    ARMED_FORCES = "armed_forces"  # lực lượng vũ trang
    ASSOCIATION = "association"  # cán bộ Hội, đoàn thể


class Person(Base):
    """Somebody who works, or worked, here. The id is for ever; everything else may be corrected."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Mã CBCCVC, as the office writes it: text, leading zeros kept.
    staff_code: Mapped[str] = mapped_column(String(40), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    #: Sort key by given, middle, family name (core.text.name_sort_key), compared as bytes.
    name_key: Mapped[str] = mapped_column(ByteString, index=True)
    #: Folded name and code for search (core.text.fold).
    search_text: Mapped[str] = mapped_column(String(200), index=True)
    birth_date: Mapped[date | None]
    sex: Mapped[str] = mapped_column(String(10), default="")
    email: Mapped[str | None] = mapped_column(String(200), unique=True)
    staff_group: Mapped[str] = mapped_column(String(20), default=StaffGroup.CIVIL_SERVANT)
    #: Ngạch (công chức) or chức danh nghề nghiệp with hạng (viên chức).
    rank: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Unit(Base):
    """An organisational unit. Its name and its parent are placements in time."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Placement(Base):
    """What a unit is called and to which unit it belongs, from a day to a day."""

    __tablename__ = "placement"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
        CheckConstraint("parent_id IS NULL OR parent_id <> unit_id", name="not_below_itself"),
        Index("uq_placement_current", "unit_id", unique=True, sqlite_where=text("valid_to IS NULL"),
              postgresql_where=text("valid_to IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(ByteString)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Posting(Base):
    """Where a person works and with which title (chức vụ), from a day to a day."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
        Index("uq_posting_current", "person_id", unique=True, sqlite_where=text("valid_to IS NULL"),
              postgresql_where=text("valid_to IS NULL")),
        Index("ix_posting_unit_id_valid_to", "unit_id", "valid_to"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(120), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class RoleGrant(Base):
    """A role that a person has on a unit and all below it, from a day to a day."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        Index("uq_role_grant_current", "person_id", "role", "unit_id", unique=True,
              sqlite_where=text("valid_to IS NULL"), postgresql_where=text("valid_to IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Account(Base):
    """How a person signs in."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: argon2id, with its parameters inside.
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserSession(Base):
    """A signed-in device. Only a hash of its token is kept; ending it works at the next request."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(ByteString, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(45), default="")


class SignInFailure(Base):
    """A sign-in that failed; what throttling counts. Kept by the name typed (folded and hashed) and by address."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index("ix_sign_in_failure_name_hash_at", "name_hash", "at"),
        Index("ix_sign_in_failure_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name_hash: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffImport(Base):
    """A staff list handed in: looked at first, applied once or never."""

    __tablename__ = "staff_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_key: Mapped[str] = mapped_column(String(64))
    #: What would change, as last shown: a stored file, so its key tells whether the same would change now.
    preview_key: Mapped[str] = mapped_column(String(64))
    #: The unit under which the list may post people and create units.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    create_units: Mapped[bool] = mapped_column(default=False)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
