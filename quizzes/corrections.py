"""What an attempt comes to, from everything that was decided about it; and the rules of corrections. Pure.

Points and score follow from the last decision on each question: its mark, or that it no longer counts. A pass follows
from the whole history: what was passed once stays passed, however the score falls afterwards, until somebody decides
expressly that it does not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from quizzes.kinds import Response, kind_of
from quizzes.scoring import is_passed, mark_of, score_of

#: The steps that a correction adds: a new mark, or that the question no longer counts.
REGRADE, DROP = "regrade", "drop"


class Method(StrEnum):
    """What is done for those who were shown a wrong question."""

    #: Judge their answers by another version.
    RECOMPUTE = "recompute"
    #: Give everybody all points, also who left it empty: nobody can know what a right question would have brought out.
    FULL_CREDIT = "full_credit"
    #: Count the question neither in the points nor in the maximum.
    DROP = "drop"


@dataclass(frozen=True)
class Remedy:
    """A method, ready for use; ``kind`` and ``spec`` (as stored) are those of the version to judge by."""

    method: Method
    kind: str = ""
    spec: Any = None

    @classmethod
    def of(cls, method: str, kind: str = "", raw: Mapping[str, Any] | None = None) -> "Remedy":
        """Return the remedy of a correction; the spec is parsed once."""
        return cls(Method(method), kind, kind_of(kind).parse(raw) if raw is not None else None)

    @property
    def action(self) -> str:
        """Return the step that it adds."""
        return DROP if self.method is Method.DROP else REGRADE

    def applies_to(self, response: Response | None) -> bool:
        """Tell whether it decides about an answer; what only a person can mark stays as it was marked."""
        return self.method is not Method.RECOMPUTE or self._share(response) is not None

    def mark(self, response: Response | None, points: int) -> int | None:
        """Return the mark in hundredths of a point that an answer gets; None when the question is dropped."""
        if self.method is Method.DROP:
            return None
        share = self._share(response)
        return points if self.method is Method.FULL_CREDIT or share is None else mark_of(share, points)

    def _share(self, response: Response | None) -> Any:
        return kind_of(self.kind).grade(self.spec, response) if self.method is Method.RECOMPUTE else None


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


@dataclass(frozen=True)
class Change:
    """What a correction would do to one attempt. Points in hundredths; scores are None while one waits for a mark."""

    points_before: int | None
    points_after: int | None
    score_before: int | None
    score_after: int | None
    passed_before: bool
    passed_after: bool
    pass_kept: bool
    #: Whether no question would be left.
    is_emptied: bool = False

    @property
    def gained(self) -> int:
        """Return -1, 0 or 1: whether the score falls, stays or rises; 0 where there is none before and after."""
        if self.score_before is None or self.score_after is None:
            return 0
        return (self.score_after > self.score_before) - (self.score_after < self.score_before)

    @property
    def is_won(self) -> bool:
        """Tell whether it becomes a pass."""
        return self.passed_after and not self.passed_before

    @property
    def becomes_kept(self) -> bool:
        """Tell whether the score no longer passes and the pass stands all the same."""
        return self.pass_kept and self.passed_before


def change_of(
    remedy: Remedy,
    *,
    item_points: int,
    response: Response | None,
    mark: int | None,
    is_dropped: bool,
    points: int | None,
    max_points: int,
    pass_score: int,
    passed: bool | None,
) -> Change:
    """Return what a remedy changes in an attempt of which it decides one question.

    :param mark: of the question until now, with ``is_dropped``.
    :param points: of the attempt until now, None while a question waits; likewise ``max_points`` and ``passed``.
    """
    new = remedy.mark(response, item_points)
    of = max_points - (0 if is_dropped else item_points) + (0 if new is None else item_points)
    score = None if points is None else score_of(points, max_points)
    if points is None:  # Whether another question waits too is seen when it is applied.
        return Change(None, None, None, None, False, False, False, is_emptied=not of)
    after = points - (mark or 0 if not is_dropped else 0) + (new or 0)
    score_after = score_of(after, of)
    earned = is_passed(score_after, pass_score)
    return Change(
        points, after, score, score_after, bool(passed), earned or bool(passed),
        pass_kept=bool(passed) and not earned, is_emptied=not of,
    )  # fmt: skip
