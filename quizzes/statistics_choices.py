"""Who chose what, by thirds of the score, and what is wrong with a question, in codes. Pure.

:mod:`quizzes.statistics` has the tallies; the words for the codes are in the pages.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import sqrt

from quizzes.kinds import TallyLabel
from quizzes.statistics import ItemStatistics, ItemTally, slices_of

#: The lower, the middle and the upper third of the attempts by score.
THIRDS, IN_THIRDS = ((0, 1), (1, 2), (2, 3)), 3
#: The key under which an answer that chooses nothing is counted.
NOTHING = ""

#: Below so many attempts nothing is said about a question: chance alone then moves a correlation by 0.18 and more, as
#: its standard error is about 1 / sqrt(n - 1).
ENOUGH = 30
#: Moodle's "Quiz statistics report" calls a facility of 95% or more extremely easy, and 5% or less extremely difficult.
EASY, HARD = 0.95, 0.05
#: Below 0.20 a question is poor, to be left out or written anew (Ebel & Frisbie 1991, ch. 13, p. 232).
POOR = 0.20
#: A wrong option works when at least 5% choose it (Haladyna & Downing 1993, "How many options is enough for a
#: multiple-choice test item?", Educational and Psychological Measurement 53, 999-1010).
WORKING = 0.05


@dataclass(frozen=True, slots=True)
class ChoiceTally:
    """So many attempts with this score made this choice."""

    score: int
    choice: str
    count: int


@dataclass(frozen=True)
class ChoiceRow:
    """A choice: how many made it, as a share of all, and as a share of the lower, middle and upper third."""

    key: str
    text: str
    right: bool
    count: int
    share: float
    thirds: tuple[float, float, float]


class Weakness(StrEnum):
    """What is wrong with a question, the gravest first."""

    REVERSED = "reversed"  # those who do well otherwise fail it
    HARD = "hard"
    GUESSED = "guessed"  # blind guessing earns as much
    TEMPTING = "tempting"  # a wrong option that the strong choose more than the weak
    FLAT = "flat"  # it tells strong and weak hardly apart
    EASY = "easy"
    UNCHOSEN = "unchosen"  # a wrong option that nobody chooses
    RARE = "rare"  # a wrong option that hardly anybody chooses


@dataclass(frozen=True)
class Finding:
    """A weakness; ``place`` is the choice to blame, counted from 0 in the author's order, where one is."""

    weakness: Weakness
    place: int | None = None


def choice_rows(
    item: Iterable[ItemTally], choices: Iterable[ChoiceTally], labels: Sequence[TallyLabel]
) -> list[ChoiceRow]:
    """Return who made which choice, in the author's order; at the end those who chose nothing, when there are any.

    Thirds are of the attempts that were shown the question, by their whole score (Haladyna, Developing and Validating
    Multiple-Choice Test Items, 3rd ed. 2004, ch. 9). Attempts of one score at the edge of a third are shared out in
    proportion, so that each third holds exactly a third.
    """
    seen = Counter[int]()
    for tally in item:
        seen[tally.score] += tally.count
    made: dict[str, Counter[int]] = {}
    for choice in choices:
        made.setdefault(choice.choice, Counter())[choice.score] += choice.count
    scores = sorted(seen)
    parts = dict(zip(scores, slices_of([seen[score] for score in scores], THIRDS, IN_THIRDS), strict=True))
    named = [*labels, TallyLabel(NOTHING, "", False)] if NOTHING in made else labels
    return [_row(label, made.get(label.key, Counter()), seen, parts) for label in named]


def _row(label: TallyLabel, made: Counter[int], seen: Counter[int], parts: dict[int, tuple[int, ...]]) -> ChoiceRow:
    total = seen.total()
    lower, middle, upper = (
        sum(parts[score][third] * count / seen[score] for score, count in made.items()) / total if total else 0.0
        for third in range(IN_THIRDS)
    )
    share = made.total() / total if total else 0.0
    return ChoiceRow(label.key, label.text, label.right, made.total(), share, (lower, middle, upper))


def findings_of(item: ItemStatistics, guess: Fraction) -> list[Finding]:
    """Return what is wrong with a question as a whole, the gravest first; nothing while too few have answered it.

    A question is as good as guessed when its facility exceeds the guess by no more than its own standard error.
    """
    if item.attempts < ENOUGH or item.facility is None or item.deviation is None:
        return []
    found = []
    if item.item_rest is not None and item.item_rest < 0:
        found.append(Finding(Weakness.REVERSED))
    if guess and item.facility - float(guess) <= item.deviation / sqrt(item.attempts):
        found.append(Finding(Weakness.GUESSED))
    if item.facility >= EASY:
        found.append(Finding(Weakness.EASY))
    elif item.facility <= HARD:
        found.append(Finding(Weakness.HARD))
    elif item.discrimination is not None and item.discrimination < POOR and not found:
        found.append(Finding(Weakness.FLAT))
    return found


def unchosen_of(labels: Sequence[TallyLabel], made: dict[str, int], attempts: int) -> list[Finding]:
    """Return the wrong options that nobody or hardly anybody chooses; nothing while too few have answered.

    :param made: how many made each choice, by key.
    """
    if attempts < ENOUGH:
        return []
    found = []
    for place, label in enumerate(labels):
        count = made.get(label.key, 0)
        if not label.right and count < WORKING * attempts:
            found.append(Finding(Weakness.RARE if count else Weakness.UNCHOSEN, place))
    return found


def tempting_of(rows: Sequence[ChoiceRow], attempts: int) -> list[Finding]:
    """Return the wrong options that more of the upper third than of the lower choose; they may be right after all."""
    if attempts < ENOUGH:
        return []
    return [
        Finding(Weakness.TEMPTING, place)
        for place, row in enumerate(rows)
        if row.key != NOTHING and not row.right and row.share >= WORKING and row.thirds[2] > row.thirds[0]
    ]
