"""Several options may be right.

The rule ``partial`` gives the share of the right options chosen less the share of the wrong options chosen, never
below 0: choosing everything earns nothing, and so does choosing nothing. ``all_or_nothing`` gives 1 for exactly the
right options.
"""

from fractions import Fraction
from math import comb

from quizzes.kinds.choice import ALL_OR_NOTHING, Choice, ChoiceSpec, chosen_keys
from quizzes.kinds.contract import Response, SpecError


class MultipleChoice(Choice):
    """Any number of several options."""

    name = "multiple_choice"
    takes_many = True

    def check_right(self, spec: ChoiceSpec) -> None:
        """Refuse a question in which nothing is right, or nothing is wrong."""
        if not spec.right_keys:
            raise SpecError("no_right")
        if len(spec.right_keys) == len(spec.options):
            raise SpecError("no_wrong")

    def grade(self, spec: ChoiceSpec, response: Response | None) -> Fraction:
        """Return the share of the points by the question's rule."""
        chosen, right = chosen_keys(response), spec.right_keys
        if spec.rule == ALL_OR_NOTHING:
            return Fraction(chosen == right)
        wrong = set(spec.keys) - right
        share = Fraction(len(chosen & right), len(right)) - Fraction(len(chosen & wrong), len(wrong))
        return max(Fraction(0), share)

    def guess(self, spec: ChoiceSpec) -> Fraction:
        """Return the mean over all ways of ticking options, each as likely as any other."""
        right, wrong = len(spec.right_keys), len(spec.options) - len(spec.right_keys)
        if spec.rule == ALL_OR_NOTHING:
            return Fraction(1, 2 ** (right + wrong))
        ways = (
            (comb(right, hits) * comb(wrong, misses), Fraction(hits, right) - Fraction(misses, wrong))
            for hits in range(right + 1)
            for misses in range(wrong + 1)
        )
        return sum((count * max(Fraction(0), share) for count, share in ways), Fraction(0)) / 2 ** (right + wrong)
