"""Points and scores. Everything is whole hundredths and is rounded once, half up, when a share becomes a mark. Pure."""

from fractions import Fraction

#: The highest score in hundredths: the scale of 10 of Vietnamese schools and offices.
FULL_SCORE = 1_000


def mark_of(share: Fraction, points: int) -> int:
    """Return the hundredths of a point that a share (0 to 1) of a question's points comes to."""
    return _half_up(share * points)


def score_of(points: int, max_points: int) -> int:
    """Return the score in hundredths on the scale of 10; a quiz without points scores 0."""
    return _half_up(Fraction(points * FULL_SCORE, max_points)) if max_points else 0


def is_passed(score: int, pass_score: int) -> bool:
    """Tell whether a score passes. It is judged as it is shown, after rounding: 4,995 is shown as 5 and passes 5."""
    return score >= pass_score


def score_text(hundredths: int | None) -> str:
    """Return points or a score as Vietnamese write it: 850 is ``8,5``, 1000 is ``10``, 825 is ``8,25``."""
    if hundredths is None:
        return "–"
    sign, whole, rest = "−" * (hundredths < 0), *divmod(abs(hundredths), 100)
    return f"{sign}{whole},{rest:02d}".rstrip("0").rstrip(",") if rest else f"{sign}{whole}"


def _half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
