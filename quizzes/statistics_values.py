"""What pages show of statistics, as values. Pure; :mod:`quizzes.statistics_queries` makes them."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from quizzes.kinds import TallyLabel
from quizzes.statistics import ItemStatistics
from quizzes.statistics_choices import ChoiceRow, Finding
from quizzes.statistics_quiz import QuizStatistics


@dataclass(frozen=True)
class Standing:
    """How far is counted: when attempts were counted last, how many wait, and whether all are counted anew."""

    as_of: datetime | None
    waiting: int
    stale: bool


@dataclass(frozen=True)
class VersionLine:
    """A published version of a quiz: how many attempts are counted, and their mean score in hundredths."""

    quiz_version_id: int
    number: int
    published_at: datetime
    attempts: int
    mean: float | None


@dataclass(frozen=True)
class QuestionLine:
    """A question in a quiz version: where it stands there, what it says, how it works, and what is wrong with it."""

    place: int
    question_id: int
    code: str
    number: int
    prompt: str
    is_own: bool
    item: ItemStatistics
    guess: Fraction
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class QuizReport:
    """How a quiz version works. ``bins`` counts the attempts by whole points of the score, 0 to under 1 first."""

    quiz: QuizStatistics
    bins: tuple[int, ...]
    passed: int
    draws: bool
    lines: tuple[QuestionLine, ...]


@dataclass(frozen=True)
class UseLine:
    """A question version in one version of a quiz of the reader's units."""

    quiz_id: int
    title: str
    quiz_number: int
    item: ItemStatistics


@dataclass(frozen=True)
class Asked:
    """What statistics need of a question version: its choices, the share that a guess earns, whether it has options."""

    labels: tuple[TallyLabel, ...]
    guess: Fraction
    has_options: bool


@dataclass(frozen=True)
class CorrectionNote:
    """The last correction of a question: how, when, and by the key of which version answers are judged since."""

    method: str
    at: datetime
    judge_number: int | None
    judge: Asked | None

    def concerns(self, number: int, published_at: datetime | None) -> bool:
        """Tell whether it changed marks of a version: an older one than the judging version, or any of that time."""
        if self.judge_number is not None:
            return number < self.judge_number
        return published_at is not None and published_at <= self.at


@dataclass(frozen=True)
class QuestionReport:
    """How a question version works, over all quizzes that it was asked in, and in each of the reader's.

    ``rows`` are all options; of pairs and places, of which there are many, those that somebody chose or that are right.
    """

    number: int
    published_at: datetime
    prompt: str
    has_options: bool
    item: ItemStatistics
    guess: Fraction
    rows: tuple[ChoiceRow, ...]
    findings: tuple[Finding, ...]
    uses: tuple[UseLine, ...]
    correction: CorrectionNote | None
