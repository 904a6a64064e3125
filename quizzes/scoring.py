"""Points and scores. Everything is whole hundredths and is rounded once, half up, when a share becomes a mark. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

#: The highest score in hundredths: the scale of 10 of Vietnamese schools and offices.
FULL_SCORE = 1_000


@dataclass(frozen=True)
class Result:
    """What an attempt comes to; everything is None while a question still waits for a person's mark."""

    points: int | None
    score: int | None
    passed: bool | None


def mark_of(share: Fraction, points: int) -> int:
    """Return the hundredths of a point that a share (0 to 1) of a question's points comes to."""
    return _half_up(share * points)


def score_of(points: int, max_points: int) -> int:
    """Return the score in hundredths on the scale of 10; a quiz without points scores 0."""
    return _half_up(Fraction(points * FULL_SCORE, max_points)) if max_points else 0


def is_passed(score: int, pass_score: int) -> bool:
    """Tell whether a score passes. It is judged as it is shown, after rounding: 4,995 is shown as 5 and passes 5."""
    return score >= pass_score


def result_of(marks: Iterable[int | None], max_points: int, pass_score: int) -> Result:
    """Return what the marks of all questions come to."""
    known = list(marks)
    if any(mark is None for mark in known):
        return Result(None, None, None)
    points = sum(mark for mark in known if mark is not None)
    score = score_of(points, max_points)
    return Result(points, score, is_passed(score, pass_score))


def score_text(hundredths: int | None) -> str:
    """Return points or a score as Vietnamese write it: 850 is ``8,5``, 1000 is ``10``, 825 is ``8,25``."""
    if hundredths is None:
        return "–"
    sign, whole, rest = "−" * (hundredths < 0), *divmod(abs(hundredths), 100)
    return f"{sign}{whole},{rest:02d}".rstrip("0").rstrip(",") if rest else f"{sign}{whole}"


def _half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
