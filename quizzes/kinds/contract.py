"""What every kind of question can do. Pure: no web, no database; what is wrong is told by codes, worded elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeVar

#: An answer as it is stored, in JSON; its shape is the kind's own.
Response = dict[str, Any]
#: A posted form, or the part of it that belongs to one question: every value of every field.
PostedFields = Mapping[str, Sequence[str]]


class SpecError(ValueError):
    """Raised when a question can't be used as written. ``option`` counts from 0 when one option is to blame."""

    def __init__(self, code: str, option: int | None = None) -> None:
        super().__init__(code if option is None else f"{code} (option {option + 1})")
        self.code = code
        self.option = option


class BadResponse(ValueError):
    """Raised when a posted answer means nothing to its question, such as an option that does not exist."""


@dataclass(frozen=True)
class ShownOption:
    """An option as a learner may see it before the end: no word about what is right."""

    key: str
    html: str


@dataclass(frozen=True)
class JudgedOption:
    """An option after the end: what was chosen, what is right, and why."""

    key: str
    html: str
    chosen: bool
    right: bool
    explanation_html: str


SpecT = TypeVar("SpecT")


class Kind(Protocol[SpecT]):
    """A kind of question. Specs are frozen values; responses are JSON."""

    name: str
    #: Whether more than one option may be chosen.
    takes_many: bool

    def parse(self, raw: Mapping[str, Any]) -> SpecT:
        """Return the spec that stored or imported JSON describes.

        :raises SpecError: with a code of what is wrong.
        """

    def to_json(self, spec: SpecT) -> dict[str, Any]:
        """Return a spec as it is stored; :meth:`parse` gives the same spec back."""

    def read(self, spec: SpecT, form: PostedFields) -> Response:
        """Return what a posted form means, in one normal form; an empty form is an answer that chooses nothing.

        :raises BadResponse: when it names what the question does not have.
        """

    def is_answered(self, response: Response | None) -> bool:
        """Tell whether a response says anything."""

    def chosen(self, response: Response | None) -> frozenset[str]:
        """Return the keys of the options that a response chooses."""

    def grade(self, spec: SpecT, response: Response | None) -> Fraction | None:
        """Return the share of the points that a response earns, from 0 to 1; None when a person must mark it."""

    def summarise(self, spec: SpecT, response: Response | None) -> str:
        """Return a response as plain text, for lists and exports; empty when nothing was answered."""

    def why_not_regradable(self, old: SpecT, new: SpecT) -> str | None:
        """Return a code saying why answers to ``old`` can't be judged by ``new``, or None when they can."""

    def option_order(self, spec: SpecT) -> tuple[list[str], bool]:
        """Return the option keys in the author's order, and whether they may be shuffled."""

    def shown(self, spec: SpecT, order: Sequence[str]) -> tuple[ShownOption, ...]:
        """Return the options in the order of an attempt, without the key."""

    def judged(self, spec: SpecT, response: Response | None, order: Sequence[str]) -> tuple[JudgedOption, ...]:
        """Return the options in the order of an attempt, with the key and the explanations."""
