"""Banks, questions, quizzes and their frozen versions; attempts as facts that are only ever added to.

Points are whole hundredths of a point; a score is whole hundredths on the scale of 10 (850 is 8,5).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, UtcDateTime
from quizzes.correction_models import Correction


class Bank(Base):
    """A question bank, owned by a unit."""

    __tablename__ = "bank"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Question(Base):
    """A question's identity; its text and key are in versions."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("bank_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"), index=True)
    code: Mapped[str] = mapped_column(String(60))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    bank: Mapped[Bank] = relationship(lazy="raise")
    versions: Mapped[list["QuestionVersion"]] = relationship(
        lazy="raise", order_by="QuestionVersion.number", back_populates="question"
    )


class QuestionVersion(Base):
    """What a question says and what is right. One draft at most; once published the database refuses to change it."""

    __tablename__ = "question_version"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        Index("uq_question_version_draft", "question_id", unique=True, sqlite_where=text("published_at IS NULL"),
              postgresql_where=text("published_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    #: What the author typed (Markdown), and the same as clean HTML.
    prompt_text: Mapped[str] = mapped_column(Text)
    prompt_html: Mapped[str] = mapped_column(Text)
    #: What the kind needs (options with permanent keys, fractions, explanations); see ``quizzes.kinds``.
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    general_explanation: Mapped[str] = mapped_column(Text, default="")
    topic: Mapped[str] = mapped_column(String(40), default="")
    difficulty: Mapped[str] = mapped_column(String(10), default="medium")
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    question: Mapped[Question] = relationship(lazy="raise", back_populates="versions")


class Quiz(Base):
    """A quiz's identity, owned by a unit; its rules and questions are in versions."""

    __tablename__ = "quiz"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    versions: Mapped[list["QuizVersion"]] = relationship(
        lazy="raise", order_by="QuizVersion.number", back_populates="quiz"
    )


class QuizVersion(Base):
    """The rules of a quiz. One draft at most; once published the database refuses to change it."""

    __tablename__ = "quiz_version"
    __table_args__ = (
        UniqueConstraint("quiz_id", "number"),
        Index("uq_quiz_version_draft", "quiz_id", unique=True, sqlite_where=text("published_at IS NULL"),
              postgresql_where=text("published_at IS NULL")),
        CheckConstraint("pass_score BETWEEN 0 AND 1000", name="pass_score"),
        CheckConstraint("attempts_allowed IS NULL OR attempts_allowed > 0", name="attempts_allowed"),
        CheckConstraint("time_limit_minutes IS NULL OR time_limit_minutes > 0", name="time_limit"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    instructions: Mapped[str] = mapped_column(Text, default="")
    #: Pass mark in hundredths on the scale of 10; 500 is 5/10 (Thông tư 01/2018/TT-BNV).
    pass_score: Mapped[int] = mapped_column(default=500)
    attempts_allowed: Mapped[int | None]
    time_limit_minutes: Mapped[int | None]
    shuffle_questions: Mapped[bool] = mapped_column(default=True)
    shuffle_options: Mapped[bool] = mapped_column(default=True)
    #: Practice gives feedback at once and counts for nothing.
    practice: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Minutes between the end of an attempt and the start of the next.
    wait_minutes: Mapped[int | None]
    #: When attempts may begin, and when every attempt must be in; None leaves that side open.
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: One-way navigation: a page that was left can't be opened again.
    one_way: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Questions per page; None shows all on one page.
    per_page: Mapped[int | None]
    #: Which attempt counts: ``best``, ``last`` or ``first``.
    counting: Mapped[str] = mapped_column(String(10), default="best", server_default="best")
    #: Whether the draw avoids questions that the learner saw before, as far as the pool allows.
    avoid_seen: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: What must be typed to begin; empty asks for nothing.
    access_code: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    #: When the score, the verdict on each answer, and the key with its explanations are shown:
    #: ``during`` (practice only), ``after``, ``after_close`` or ``never``.
    show_score: Mapped[str] = mapped_column(String(12), default="after", server_default="after")
    show_verdicts: Mapped[str] = mapped_column(String(12), default="after", server_default="after")
    show_key: Mapped[str] = mapped_column(String(12), default="after", server_default="after")
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    quiz: Mapped[Quiz] = relationship(lazy="raise", back_populates="versions")
    sections: Mapped[list["QuizSection"]] = relationship(lazy="raise", order_by="QuizSection.position")


class QuizSection(Base):
    """So many questions from a bank, each worth so much. Frozen with its version."""

    __tablename__ = "quiz_section"
    __table_args__ = (
        UniqueConstraint("quiz_version_id", "position"),
        CheckConstraint("draw_count IS NULL OR draw_count > 0", name="draw_count"),
        CheckConstraint("points > 0", name="points"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200), default="")
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    #: Only questions of this topic and difficulty; empty takes any.
    topic: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    difficulty: Mapped[str] = mapped_column(String(10), default="", server_default=text("''"))
    #: How many are drawn at random; None takes every question of the pool, in order.
    draw_count: Mapped[int | None]
    #: Points of each question, in hundredths.
    points: Mapped[int] = mapped_column(default=100)

    bank: Mapped[Bank] = relationship(lazy="raise")
    pool: Mapped[list["PoolQuestion"]] = relationship(lazy="raise", order_by="PoolQuestion.position")


class PoolQuestion(Base):
    """A question version that a section may draw, fixed when the quiz version was published. Append-only."""

    __tablename__ = "pool_question"
    __table_args__ = (UniqueConstraint("section_id", "question_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("quiz_section.id"), index=True)
    position: Mapped[int]
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)

    question_version: Mapped[QuestionVersion] = relationship(lazy="raise")


#: Attempts that statistics have not counted yet, and attempts in which a question waits for a person's mark.
TO_COUNT = "score IS NOT NULL AND counted_at IS NULL AND occasion <> 'preview' AND occasion <> 'practice'"
TO_MARK = "finished_at IS NOT NULL AND score IS NULL"


class Attempt(Base):
    """One sitting. ``points``, ``score`` and ``passed`` are written by ``settle`` alone and follow from the steps."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("person_id", "quiz_id", "occasion", "number"),
        Index("uq_attempt_open", "person_id", "quiz_id", unique=True, sqlite_where=text("finished_at IS NULL"),
              postgresql_where=text("finished_at IS NULL")),
        Index("ix_attempt_open_due", "due_at", sqlite_where=text("finished_at IS NULL"),
              postgresql_where=text("finished_at IS NULL")),
        Index("ix_attempt_to_count", "quiz_version_id", "id", sqlite_where=text(TO_COUNT),
              postgresql_where=text(TO_COUNT)),
        Index("ix_attempt_to_mark", "quiz_id", "id", sqlite_where=text(TO_MARK), postgresql_where=text(TO_MARK)),
        Index("ix_attempt_pass_kept", "id", sqlite_where=text("pass_kept = 1"), postgresql_where=text("pass_kept")),
        CheckConstraint("(finished_at IS NULL) = (finish_reason = '')", name="finish_reason"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: For what the attempt is made (``cycle:12``, ``preview``); attempts allowed count per occasion.
    occasion: Mapped[str] = mapped_column(String(40), default="")
    number: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: More time for this person, in percent of the time limit, as it stood at the start.
    extra_percent: Mapped[int] = mapped_column(default=0, server_default="0")
    #: More minutes that were allowed at this quiz, as they stood at the start.
    extra_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The server's deadline, extensions included; None when there is no limit.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: ``submitted`` by the person, or ``expired`` at the deadline.
    finish_reason: Mapped[str] = mapped_column(String(20), default="")
    points: Mapped[int | None]
    max_points: Mapped[int]
    score: Mapped[int | None]
    passed: Mapped[bool | None]
    #: Whether a pass stands although a correction brought the score below the pass mark.
    pass_kept: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The mark of the page that was opened last; an older page is told so.
    page: Mapped[str] = mapped_column(String(32), default="", server_default=text("''"))
    #: The furthest page that one-way navigation has reached, from 1.
    reached: Mapped[int] = mapped_column(default=1, server_default="1")
    #: When statistics took the attempt in.
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    quiz_version: Mapped[QuizVersion] = relationship(lazy="raise")
    items: Mapped[list["AttemptItem"]] = relationship(
        lazy="raise", order_by="AttemptItem.position", back_populates="attempt"
    )


class AttemptItem(Base):
    """A question in an attempt: the version, its points and the order of options that the person saw. Never changed."""

    __tablename__ = "attempt_item"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        Index("ix_attempt_item_shown", "question_version_id", "attempt_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    points: Mapped[int]
    #: Permanent option keys in the order shown.
    option_order: Mapped[list[str]] = mapped_column(JSON)

    attempt: Mapped[Attempt] = relationship(lazy="raise", back_populates="items")
    question_version: Mapped[QuestionVersion] = relationship(lazy="raise")
    draft: Mapped["AttemptDraft | None"] = relationship(lazy="raise")
    steps: Mapped[list["AttemptStep"]] = relationship(lazy="raise", order_by="AttemptStep.number")


class AttemptDraft(Base):
    """The answer as last saved while the attempt is open; becomes a step when it ends."""

    __tablename__ = "attempt_draft"

    item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id"), primary_key=True)
    response: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Grows by one with every save; a save that does not know the last one is a conflict.
    revision: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The page that wrote it, and that page's count of changes: what comes again or out of order is told by them.
    writer: Mapped[str] = mapped_column(String(32), default="", server_default=text("''"))
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Whether it was given before the deadline and arrived after it.
    late: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Seconds that the page was seen with this question in use, as the page says; for statistics alone.
    seconds: Mapped[int] = mapped_column(default=0, server_default="0")


class AttemptStep(Base):
    """Something that happened to an item. Append-only: the last response and the last mark are what counts."""

    __tablename__ = "attempt_step"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("attempt_item.id"))
    number: Mapped[int]
    #: ``answer`` (kept at the end), ``mark``, ``regrade``, ``drop`` (the question no longer counts).
    action: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    response: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Points given, in hundredths.
    mark: Mapped[int | None]
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    #: Of an answer: whether it arrived late, and the seconds it took.
    late: Mapped[bool] = mapped_column(default=False, server_default=false())
    seconds: Mapped[int | None]
    #: Of a mark by hand: hundredths of a point by criterion.
    criteria: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    #: Of a regrade or a drop: the correction that it belongs to.
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("correction.id"))

    correction: Mapped[Correction | None] = relationship(lazy="raise")
