"""What statistics keep: how many attempts had the same outcome. Derived from the attempts; can be made anew at will.

There is one row for each outcome that has come up, never one for each attempt: a quiz version has at most 1,001 scores,
a question in it at most 1,001 scores by the few marks that its kind gives.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime


class QuizStatistic(Base):
    """How far a quiz version has been counted. Whoever counts it holds the lock on this row."""

    __tablename__ = "quiz_statistic"

    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True, autoincrement=False)
    #: Marks that are already counted have changed; everything is to be counted anew.
    stale: Mapped[bool] = mapped_column(default=False)
    #: When attempts were counted last.
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ScoreCount(Base):
    """So many attempts at a quiz version had this score."""

    __tablename__ = "score_tally"

    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True, autoincrement=False)
    #: Whether these are first attempts of their person on their occasion.
    first: Mapped[bool] = mapped_column(primary_key=True)
    score: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    #: The sum of how long they took.
    seconds: Mapped[int] = mapped_column(BigInteger)


class ItemCount(Base):
    """So many attempts at a quiz version had this mark for a question and this score for the whole."""

    __tablename__ = "item_tally"

    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True, autoincrement=False)
    #: The version that was shown, whatever it was judged by later.
    question_version_id: Mapped[int] = mapped_column(
        ForeignKey("question_version.id"), primary_key=True, autoincrement=False, index=True
    )
    first: Mapped[bool] = mapped_column(primary_key=True)
    #: Hundredths of the question and of the whole attempt.
    points: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    max_points: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    score: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
    #: Of how many the time is known, and its sum.
    timed: Mapped[int]
    seconds: Mapped[int] = mapped_column(BigInteger)


class ChoiceCount(Base):
    """So many attempts with this score made this choice in a question; an empty key stands for no choice at all."""

    __tablename__ = "choice_tally"

    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"), primary_key=True, autoincrement=False)
    question_version_id: Mapped[int] = mapped_column(
        ForeignKey("question_version.id"), primary_key=True, autoincrement=False, index=True
    )
    first: Mapped[bool] = mapped_column(primary_key=True)
    score: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    choice: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int]
