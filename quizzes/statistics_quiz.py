"""What classical test theory says about a quiz as a whole. Pure; :mod:`quizzes.statistics` has tallies and sources."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, sqrt

from quizzes.scoring import FULL_SCORE
from quizzes.statistics import ItemTally, ScoreTally, moments_of, part_of

#: A whole point of the score, in hundredths.
POINT = 100


@dataclass(frozen=True)
class QuizStatistics:
    """What is known about a quiz. Mean, median, deviation and error are in hundredths on the scale of 10."""

    attempts: int
    mean: float | None = None
    median: float | None = None
    deviation: float | None = None
    #: Cronbach's alpha.
    alpha: float | None = None
    #: The standard error of measurement.
    error: float | None = None
    #: What blind guessing earns on average.
    guess: float | None = None
    #: The mean time of an attempt in seconds.
    seconds: float | None = None


def quiz_statistics_of(
    scores: Iterable[ScoreTally],
    places: Iterable[Iterable[ItemTally]] = (),
    guesses: Iterable[tuple[Fraction, Iterable[ItemTally]]] = (),
) -> QuizStatistics:
    """Return what the tallies of one quiz version say.

    * ``deviation``: with n - 1 (Moodle, "Standard deviation").
    * ``alpha``: see :func:`alpha_of`.
    * ``error``: deviation x sqrt(1 - alpha) (Lord & Novick 1968, ch. 3; Moodle, "Standard error").
    * ``guess``: the sum over the questions of what a blind guess earns, weighted by how often each was shown.

    :param places: the questions by place: those of one random draw together, every other question by itself.
    :param guesses: for every question the share that a blind guess earns (``Kind.guess``), and its tallies.
    """
    cells = sorted((tally for tally in scores if tally.count), key=lambda tally: tally.score)
    n = sum(cell.count for cell in cells)
    if not n:
        return QuizStatistics(0)
    sums = moments_of((cell.score, 0, cell.count) for cell in cells)
    deviation = sqrt(sums.spread_x / (n * (n - 1))) if n > 1 else None
    alpha = alpha_of(cells, places)
    earned = [(share, _mean_part(list(tallies), n)) for share, tallies in guesses]
    return QuizStatistics(
        attempts=n,
        mean=sums.x / n,
        median=(_ranked(cells, (n - 1) // 2) + _ranked(cells, n // 2)) / 2,
        deviation=deviation,
        alpha=alpha,
        error=None if alpha is None or deviation is None else deviation * sqrt(max(0.0, 1 - alpha)),
        guess=float(sum(share * part for share, part in earned)) if earned else None,
        seconds=sum(cell.seconds for cell in cells) / n,
    )


def alpha_of(scores: Iterable[ScoreTally], places: Iterable[Iterable[ItemTally]]) -> float | None:
    """Return Cronbach's alpha: k / (k - 1) x (1 - sum of the variances of the places / variance of the score).

    Cronbach 1951, "Coefficient alpha and the internal structure of tests", Psychometrika 16, 297-334, formula 2;
    Moodle, "Coefficient of internal consistency". Variances are of what each question adds to the score.

    A place that is filled by a random draw has the variance of all its answers, whichever question they are to: the
    variances of its questions weighted by exposure, and the differences between the questions' means. Two people then
    differ also because they had other questions, and this counts as error. The assumption is that every attempt is a
    random sample of the pool (Cronbach, Rajaratnam & Gleser 1963, "Theory of generalizability", British Journal of
    Statistical Psychology 16, 137-163; Lord & Novick 1968, ch. 11, item sampling). Weighting the variances
    alone would leave the differences out and flatter the quiz.
    """
    sums = moments_of((tally.score, 0, tally.count) for tally in scores)
    if not sums.n or not sums.spread_x:
        return None
    length, inner = 0.0, 0.0
    for tallies in places:
        cells = list(tallies)
        scale = lcm(*(cell.max_points for cell in cells)) if cells else 1
        parts = moments_of((part_of(cell, scale), 0, cell.count) for cell in cells)
        if parts.n:
            length += parts.n / sums.n
            inner += parts.spread_x / (parts.n * scale**2 * sums.n)
    return length / (length - 1) * (1 - inner / (sums.spread_x / sums.n**2)) if length > 1 else None


def _mean_part(cells: Sequence[ItemTally], attempts: int) -> Fraction:
    """Return how much of the score a question is worth, over all attempts: nothing where it was not shown."""
    shown = Counter[tuple[int, int]]()
    for cell in cells:
        shown[cell.points, cell.max_points] += cell.count
    worth = (Fraction(FULL_SCORE * points * count, most) for (points, most), count in shown.items())
    return sum(worth, Fraction(0)) / attempts


def _ranked(cells: Sequence[ScoreTally], rank: int) -> int:
    """Return the score of the attempt with this rank, counted from 0 at the weakest."""
    for cell in cells:
        rank -= cell.count
        if rank < 0:
            return cell.score
    raise IndexError(rank)


def distribution_of(scores: Iterable[ScoreTally]) -> tuple[int, ...]:
    """Return how many attempts scored 0 to under 1, 1 to under 2 and so on; the full 10 is in the last of ten."""
    bins = [0] * (FULL_SCORE // POINT)
    for tally in scores:
        bins[min(tally.score // POINT, len(bins) - 1)] += tally.count
    return tuple(bins)
