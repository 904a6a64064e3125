"""A question inside a form: what is shown, and how its fields are called and filled. Pure.

The template of each kind (``templates/quizzes/kinds/<kind>.html``) has a macro ``take(asked)`` for the question and
a macro ``judged(shown)`` for what :meth:`quizzes.kinds.contract.Kind.judged` returns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A question on a page. ``item_id`` tells the fields of several questions apart; a part of one has a prefix."""

    kind: str
    shown: Any
    fields: Mapping[str, Sequence[str]]
    item_id: int
    prefix: str = ""

    def name(self, field: str) -> str:
        """Return what a field is called in the form: ``chosen-12``, in a part ``p1_chosen-12``."""
        return f"{self.prefix}{field}-{self.item_id}"

    def value(self, field: str) -> str:
        """Return the text in a field, empty when there is none."""
        return next(iter(self.fields.get(self.prefix + field, ())), "")

    def has(self, field: str, value: str) -> bool:
        """Tell whether a value of a field is ticked or chosen."""
        return value in self.fields.get(self.prefix + field, ())

    def part(self, key: str, kind: str, shown: Any) -> "Asked":
        """Return a part of this question; its fields begin with its key."""
        return Asked(kind, shown, self.fields, self.item_id, f"{self.prefix}{key}_")
