"""What an attempt comes to, from everything that was decided about it; and the rules of corrections. Pure.

Points and score follow from the last decision on each question: its mark, or that it no longer counts. A pass follows
from the whole history: what was passed once stays passed, however the score falls afterwards, until somebody decides
expressly that it does not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from quizzes.scoring import is_passed, score_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision on one question of an attempt: its mark in hundredths of a point; None when it was dropped."""

    step_id: int
    item_id: int
    mark: int | None


@dataclass(frozen=True)
class Verdict:
    """What an attempt comes to. Points, score and ``passed`` are None while a question waits for a person's mark."""

    points: int | None
    #: The points of all questions that count.
    max_points: int
    score: int | None
    passed: bool | None
    #: Whether it is passed although the score is below the pass mark.
    pass_kept: bool = False


def verdict(
    points: Mapping[int, int],
    judgements: Iterable[Judgement],
    pass_score: int,
    *,
    withdrawn_after: Collection[int] = (),
) -> Verdict:
    """Return what an attempt comes to.

    A pass counts as won when every question has a mark, or was dropped, and the score of that moment passes. A
    withdrawal ends it; a later correction may win it again.

    :param points: hundredths of a point of each question, by item id.
    :param judgements: in the order in which they were made.
    :param withdrawn_after: the ids of the steps after which a pass was withdrawn.
    """
    decided: dict[int, int | None] = {}
    total, of, missing = 0, sum(points.values()), len(points)
    score = earned = None
    won = False
    for judged in judgements:
        item = judged.item_id
        if item in decided:
            before = decided[item]
            total, of = (total - before, of) if before is not None else (total, of + points[item])
        else:
            missing -= 1
        decided[item] = judged.mark
        total, of = (total + judged.mark, of) if judged.mark is not None else (total, of - points[item])
        if not missing:
            score = score_of(total, of)
            earned = is_passed(score, pass_score)
            won = won or earned
        if judged.step_id in withdrawn_after:
            won = False
    if missing and points:
        return Verdict(None, of, None, None)
    if score is None or earned is None:  # An attempt without questions.
        return Verdict(0, 0, 0, is_passed(0, pass_score))
    return Verdict(total, of, score, earned or won, pass_kept=won and not earned)
