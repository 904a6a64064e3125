"""The values of :mod:`quizzes.kinds.case_study`: what is stored, what is shown before the end, and after it. Pure."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

#: Characters of the text, and of the prompt of a part.
MAX_CASE, MAX_PROMPT = 20_000, 5_000
MIN_PARTS, MAX_PARTS, MAX_POINTS = 2, 10, 100


@dataclass(frozen=True)
class Part:
    """A question about the text; ``spec`` is that of its kind."""

    key: str
    kind: str
    prompt: str
    prompt_html: str
    points: int
    spec: Any


@dataclass(frozen=True)
class CaseSpec:
    """The text, as Markdown and as HTML, and the parts in the author's order."""

    text: str
    html: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class ShownPart:
    """A part before the end, counted from 1; ``shown`` is that of its kind."""

    key: str
    number: int
    kind: str
    prompt_html: str
    points: int
    shown: Any


@dataclass(frozen=True)
class ShownCase:
    """The text and its parts before the end."""

    html: str
    parts: tuple[ShownPart, ...]


@dataclass(frozen=True)
class JudgedPart:
    """A part after the end: the share of its points that it earned, from 0 to 1; ``judged`` is that of its kind."""

    number: int
    kind: str
    prompt_html: str
    points: int
    answered: bool
    share: Fraction
    judged: Any

    @property
    def percent(self) -> int:
        """Return the share in whole percent, half up."""
        return int(self.share * 100 + Fraction(1, 2))


@dataclass(frozen=True)
class JudgedCase:
    """The text and its parts after the end."""

    html: str
    parts: tuple[JudgedPart, ...]
