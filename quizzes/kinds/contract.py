"""What every kind of question can do. Pure: no web, no database; what is wrong is told by codes, worded elsewhere.

A question's *spec* is a frozen value made of stored JSON. Its *typed* content is what an author writes: the same
without what is derived (clean HTML, fresh keys). A *response* is the normal form of an answer in JSON; its *fields* are
the form fields of its page, named without the number of the item: ``chosen``, ``text``, ``pair_a7``.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeVar

#: An answer as it is stored, in JSON; its shape is the kind's own.
Response = dict[str, Any]
#: A posted form, or the part of it that belongs to one question: every value of every field.
PostedFields = Mapping[str, Sequence[str]]
#: What an author typed, in JSON; its shape is the kind's own.
Typed = Mapping[str, Any]


class SpecError(ValueError):
    """Raised when a question can't be used as written. ``option`` counts from 0 when one row is to blame."""

    def __init__(self, code: str, option: int | None = None) -> None:
        super().__init__(code if option is None else f"{code} (option {option + 1})")
        self.code = code
        self.option = option


class BadResponse(ValueError):
    """Raised when a posted answer means nothing to its question, such as an option that does not exist."""


@dataclass(frozen=True)
class TallyLabel:
    """A choice that statistics count: its key, what it says as plain text, and whether it is right."""

    key: str
    text: str
    right: bool


SpecT = TypeVar("SpecT")


class Kind(Protocol[SpecT]):
    """A kind of question. Specs are frozen values; responses are JSON."""

    name: str

    def parse(self, raw: Mapping[str, Any]) -> SpecT:
        """Return the spec that stored or imported JSON describes.

        :raises SpecError: with a code of what is wrong.
        """

    def to_json(self, spec: SpecT) -> dict[str, Any]:
        """Return a spec as it is stored; :meth:`parse` gives the same spec back."""

    def compose(self, typed: Typed, previous: SpecT | None) -> SpecT:
        """Return the spec of what an author typed; a key that ``previous`` does not have is replaced by a fresh one.

        :raises SpecError: with a code of what is wrong.
        """

    def typed(self, spec: SpecT) -> dict[str, Any]:
        """Return a spec as if its author had just typed it, with its keys."""

    def recall(self, typed: Typed, previous: SpecT) -> dict[str, Any]:
        """Return what came in without keys (a file), with the keys of what it was before: by text, then in order."""

    def read(self, spec: SpecT, form: PostedFields) -> Response:
        """Return what a posted form means, in one normal form; an empty form is an answer that says nothing.

        :raises BadResponse: when it names what the question does not have, or is longer than any answer.
        """

    def fields(self, spec: SpecT, response: Response | None) -> dict[str, list[str]]:
        """Return the fields of a form that shows a response; :meth:`read` gives the same response back."""

    def is_answered(self, response: Response | None) -> bool:
        """Tell whether a response says anything."""

    def grade(self, spec: SpecT, response: Response | None) -> Fraction | None:
        """Return the share of the points that a response earns, from 0 to 1; None when a person must mark it."""

    def rule(self, spec: SpecT) -> str:
        """Return the code of the rule by which points are given; ``author_labels.RULE_LABELS`` words it."""

    def summarise(self, spec: SpecT, response: Response | None) -> str:
        """Return a response as plain text, for lists and exports; empty when nothing was answered."""

    def why_not_regradable(self, old: SpecT, new: SpecT) -> str | None:
        """Return a code saying why answers to ``old`` can't be judged by ``new``, or None when they can."""

    def arrange(self, spec: SpecT, *, shuffle: bool, rng: random.Random) -> list[str]:
        """Return the permanent keys in the order in which an attempt shows them.

        :param shuffle: whether the quiz shuffles; a question whose order matters is left in order all the same.
        """

    def shown(self, spec: SpecT, order: Sequence[str]) -> Any:
        """Return what a learner may see before the end, as a frozen value of the kind: no word about what is right."""

    def judged(self, spec: SpecT, response: Response | None, order: Sequence[str]) -> Any:
        """Return what is shown after the end, as a frozen value of the kind: answer, key and explanations."""

    def tally(self, spec: SpecT, response: Response | None) -> tuple[str, ...]:
        """Return the keys of the choices that a response makes, as :meth:`tally_labels` names them."""

    def tally_labels(self, spec: SpecT) -> tuple[TallyLabel, ...]:
        """Return the choices that statistics count, in the author's order; empty for free text."""

    def guess(self, spec: SpecT) -> Fraction:
        """Return the share of the points that blind guessing earns on average."""
