"""Courses, modules, lessons and their frozen versions; what people have read."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, UtcDateTime


class Course(Base):
    """A course, owned by a unit. What learners see are its published versions."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(1000), default="")
    #: Số tiết.
    hours: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    modules: Mapped[list["Module"]] = relationship(lazy="raise", order_by="Module.position", back_populates="course")


class Module(Base):
    """A part of a course (học phần), in the draft that trainers edit."""

    __tablename__ = "module"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20), default="")
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(1000), default="")

    course: Mapped[Course] = relationship(lazy="raise", back_populates="modules")
    lessons: Mapped[list["Lesson"]] = relationship(lazy="raise", order_by="Lesson.position", back_populates="module")


class Lesson(Base):
    """A lesson's identity and place; its text is in versions."""

    __tablename__ = "lesson"

    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"), index=True)
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(20), default="")
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    module: Mapped[Module] = relationship(lazy="raise", back_populates="lessons")
    versions: Mapped[list["LessonVersion"]] = relationship(
        lazy="raise", order_by="LessonVersion.number", back_populates="lesson"
    )


class LessonVersion(Base):
    """The text of a lesson. One draft at most; once published the database refuses to change it."""

    __tablename__ = "lesson_version"
    __table_args__ = (
        UniqueConstraint("lesson_id", "number"),
        Index("uq_lesson_version_draft", "lesson_id", unique=True, sqlite_where=text("published_at IS NULL"),
              postgresql_where=text("published_at IS NULL")),
        CheckConstraint("text_format IN ('markdown', 'html')", name="text_format"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    objective: Mapped[str] = mapped_column(String(500), default="")
    minutes: Mapped[int] = mapped_column(default=5)
    text_format: Mapped[str] = mapped_column(String(10), default="markdown")
    #: What the author typed.
    text: Mapped[str] = mapped_column(Text, default="")
    #: The same as clean HTML, made when it was saved.
    html: Mapped[str] = mapped_column(Text, default="")
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Sources cited: ``[{"code": ..., "place": ...}]``, codes of the register.
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    lesson: Mapped[Lesson] = relationship(lazy="raise", back_populates="versions")


class CourseVersion(Base):
    """A course as published: title, hours and the exact lesson versions in order. Frozen."""

    __tablename__ = "course_version"
    __table_args__ = (UniqueConstraint("course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(1000), default="")
    hours: Mapped[int]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)

    course: Mapped[Course] = relationship(lazy="raise")
    entries: Mapped[list["CourseEntry"]] = relationship(lazy="raise", order_by="CourseEntry.position")


class CourseEntry(Base):
    """A lesson version at its place in a course version. Frozen."""

    __tablename__ = "course_entry"
    __table_args__ = (
        UniqueConstraint("course_version_id", "position"),
        UniqueConstraint("course_version_id", "lesson_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    position: Mapped[int]
    module_code: Mapped[str] = mapped_column(String(20), default="")
    module_title: Mapped[str] = mapped_column(String(200))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), index=True)
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_version.id"), index=True)

    lesson_version: Mapped[LessonVersion] = relationship(lazy="raise")


class LessonReading(Base):
    """That a person opened, and finished, a lesson in a training year; and where they left it."""

    __tablename__ = "lesson_reading"
    __table_args__ = (UniqueConstraint("person_id", "lesson_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), index=True)
    year: Mapped[int]
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_version.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: How far the reader came, in thousandths of the text.
    position: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
