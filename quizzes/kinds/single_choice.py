"""One option is right; choosing it earns everything. True or false is a single choice of two options."""

from fractions import Fraction

from quizzes.kinds.choice import Choice, ChoiceSpec, chosen_keys
from quizzes.kinds.contract import Response, SpecError


class SingleChoice(Choice):
    """One of several options."""

    name = "single_choice"
    takes_many = False

    def check_right(self, spec: ChoiceSpec) -> None:
        """Refuse a question without exactly one right option."""
        if not spec.right_keys:
            raise SpecError("no_right")
        if len(spec.right_keys) > 1:
            raise SpecError("more_than_one_right")

    def grade(self, spec: ChoiceSpec, response: Response | None) -> Fraction:
        """Return 1 for the right option, else 0."""
        return Fraction(chosen_keys(response) == spec.right_keys)

    def guess(self, spec: ChoiceSpec) -> Fraction:
        """Return one over the number of options."""
        return Fraction(1, len(spec.options))
