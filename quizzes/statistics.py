"""What classical test theory says about a question. Pure: everything follows from tallies.

A tally says how many attempts had the same outcome; tallies of several batches, versions or years are simply put
together. All sums are of whole numbers, so that the order of counting changes no result. What can't be said (fewer than
two attempts, nothing that varies) is None.

Formulas are those of the Moodle developer page "Quiz statistics calculations" (docs.moodle.org/dev, by its section
titles) and of the papers and books named at each function. Scores are hundredths on the scale of 10.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import lcm, sqrt

from quizzes.scoring import FULL_SCORE

#: The upper and the lower group for the discrimination index hold 27 of 100 attempts each (Kelley 1939).
KELLEY, PER_CENT = 27, 100
#: A slice of attempts by rank: from so many parts to so many parts of all, the weakest first.
Slice = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ItemTally:
    """So many attempts had this mark for one question and this score for the whole.

    ``points``, ``max_points`` and ``mark`` are hundredths of points; ``seconds`` is the sum over the ``timed`` attempts
    of which the time is known.
    """

    points: int
    max_points: int
    score: int
    mark: int
    count: int
    timed: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class ScoreTally:
    """So many attempts had this score; ``seconds`` is the sum of how long they took."""

    score: int
    count: int
    seconds: int = 0


@dataclass(frozen=True)
class ItemStatistics:
    """What is known about a question. ``attempts`` is also its exposure: how many attempts were shown it."""

    attempts: int
    #: The mean share of its points, 0 to 1.
    facility: float | None = None
    #: The standard deviation of that share.
    deviation: float | None = None
    discrimination: float | None = None
    efficiency: float | None = None
    item_total: float | None = None
    item_rest: float | None = None
    #: The mean time in seconds, over ``timed`` attempts.
    seconds: float | None = None
    timed: int = 0


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over pairs of whole numbers, each seen so many times."""

    n: int
    x: int
    y: int
    xx: int
    yy: int
    xy: int

    @property
    def spread_x(self) -> int:
        """Return n times the sum of squared distances from the mean of x."""
        return self.n * self.xx - self.x**2

    @property
    def spread_y(self) -> int:
        """Return n times the sum of squared distances from the mean of y."""
        return self.n * self.yy - self.y**2

    @property
    def together(self) -> int:
        """Return n times the sum of products of the distances from both means."""
        return self.n * self.xy - self.x * self.y

    def correlation(self) -> float | None:
        """Return Pearson's r; None when one of both does not vary."""
        if not self.spread_x or not self.spread_y:
            return None
        return self.together / (sqrt(self.spread_x) * sqrt(self.spread_y))


def statistics_of(tallies: Iterable[ItemTally]) -> ItemStatistics:
    """Return what the tallies of one question say.

    * ``facility``: mean mark / points (Moodle, "Facility index"; the item difficulty p of Ebel & Frisbie, Essentials of
      Educational Measurement, 5th ed. 1991, ch. 13).
    * ``deviation``: standard deviation of the share of the points, with n - 1 (Moodle, "Standard deviation").
    * ``discrimination``: see :func:`discrimination_of`; ``efficiency``: see :func:`efficiency_of`.
    * ``item_total``: Pearson's r of mark and score, the point-biserial where the mark is all or nothing (Lord & Novick,
      Statistical Theories of Mental Test Scores, 1968, ch. 15).
    * ``item_rest``: the same without the question's own part of the score, which would raise it (Henrysson 1963,
      "Correction of item-total correlations in item analysis", Psychometrika 28, 211-218); Moodle's page calls this
      the "Discrimination index". The rest is taken on the scale of 10, so that attempts whose questions were drawn at
      random, or come from several quizzes, can be put together.
    """
    cells = [tally for tally in tallies if tally.count]
    attempts = sum(cell.count for cell in cells)
    timed = sum(cell.timed for cell in cells)
    seconds = sum(cell.seconds for cell in cells) / timed if timed else None
    if not attempts:
        return ItemStatistics(0)
    full = lcm(*(cell.points for cell in cells))
    shares = moments_of((_share(cell, full), cell.score, cell.count) for cell in cells)
    return ItemStatistics(
        attempts=attempts,
        facility=shares.x / (attempts * full),
        deviation=sqrt(shares.spread_x / (attempts * (attempts - 1))) / full if attempts > 1 else None,
        discrimination=discrimination_of(cells),
        efficiency=efficiency_of(cells),
        item_total=shares.correlation(),
        item_rest=moments_of(_shares_and_rests(cells)).correlation(),
        seconds=seconds,
        timed=timed,
    )


def discrimination_of(cells: Sequence[ItemTally]) -> float | None:
    """Return the discrimination index D: the facility in the upper group less that in the lower group, -1 to 1.

    Each group holds 27% of the attempts by score, which separates best what can be seen from so many (Kelley 1939, "The
    selection of upper and lower groups for the validation of test items", Journal of Educational Psychology 30, 17-24;
    Ebel & Frisbie 1991, ch. 13, "The index of discrimination"). Attempts of one score at a group's edge are shared out
    in proportion: what a draw by lot among equals would give on average.
    """
    counts, earned = Counter[int](), Counter[int]()
    full = lcm(*(cell.points for cell in cells)) if cells else 1
    for cell in cells:
        counts[cell.score] += cell.count
        earned[cell.score] += cell.count * _share(cell, full)
    if len(counts) < 2:
        return None
    scores = sorted(counts)
    parts = slices_of([counts[score] for score in scores], ((0, KELLEY), (PER_CENT - KELLEY, PER_CENT)), PER_CENT)
    lower, upper = (
        sum(part[group] * earned[score] / counts[score] for part, score in zip(parts, scores, strict=True))
        for group in (0, 1)
    )
    return (upper - lower) / (KELLEY * counts.total() * full)


def slices_of(counts: Sequence[int], slices: Sequence[Slice], parts: int) -> list[tuple[int, ...]]:
    """Return how much of each bucket falls into each slice of the ranks, in 1/``parts`` of an attempt.

    :param counts: attempts by bucket, the weakest bucket first.
    """
    total, below, found = sum(counts), 0, []
    for count in counts:
        start, end = below * parts, (below + count) * parts
        found.append(tuple(max(0, min(end, high * total) - max(start, low * total)) for low, high in slices))
        below += count
    return found


def efficiency_of(cells: Sequence[ItemTally]) -> float | None:
    """Return the discriminative efficiency: the covariance of mark and rest by the greatest that these allow, up to 1.

    The greatest is reached when the marks and the rest scores are each put in order and paired (Moodle,
    "Discriminative efficiency").
    """
    marks, rests = Counter[int](), Counter[int]()
    for share, rest, count in _shares_and_rests(cells):
        marks[share] += count
        rests[rest] += count
    most = moments_of(_in_order(marks, rests)).together
    return moments_of(_shares_and_rests(cells)).together / most if most else None


def _in_order(left: Counter[int], right: Counter[int]) -> Iterator[tuple[int, int, int]]:
    """Yield pairs of both when each is put in order, with how often they come."""
    others = iter(sorted(right.items()))
    other, free = next(others, (0, 0))
    for value, count in sorted(left.items()):
        while count:
            taken = min(count, free)
            yield value, other, taken
            count, free = count - taken, free - taken
            if not free:
                other, free = next(others, (0, 0))


def moments_of(pairs: Iterable[tuple[int, int, int]]) -> Moments:
    """Add up pairs that each come so many times."""
    n = x = y = xx = yy = xy = 0
    for left, right, count in pairs:
        n += count
        x += count * left
        y += count * right
        xx += count * left * left
        yy += count * right * right
        xy += count * left * right
    return Moments(n, x, y, xx, yy, xy)


def _share(cell: ItemTally, full: int) -> int:
    """Return the share of the question's points that a mark is, in 1/``full``, a multiple of its points."""
    return cell.mark * (full // cell.points)


def part_of(cell: ItemTally, scale: int) -> int:
    """Return what a mark adds to the score, in 1/``scale`` of a hundredth; ``scale`` is a multiple of all points."""
    return FULL_SCORE * cell.mark * (scale // cell.max_points)


def _shares_and_rests(cells: Sequence[ItemTally]) -> Iterator[tuple[int, int, int]]:
    """Yield the share of the points, the score without the question, and how often; in parts of whole numbers."""
    full = lcm(*(cell.points for cell in cells)) if cells else 1
    scale = lcm(*(cell.max_points for cell in cells)) if cells else 1
    for cell in cells:
        yield _share(cell, full), cell.score * scale - part_of(cell, scale), cell.count
