"""Items, each put into the category in which it belongs; some may belong in none and are to be left out.

Stored and answered as :mod:`quizzes.kinds.placing` says: rows are the items, targets the categories. An attempt shows
the categories in the author's order and the items always shuffled, for authors write them category by category.
"""

import random
from collections.abc import Sequence
from typing import Any

from quizzes.kinds.contract import SpecError, Typed
from quizzes.kinds.keyed import keys_for, line, recall_keys
from quizzes.kinds.placing import Placing, shuffled
from quizzes.kinds.placing_values import PlacedRow, PlacingSpec, Target
from quizzes.kinds.rows import in_order


class Categorise(Placing):
    """Categories for items."""

    name = "categorise"
    noun = "category"
    prefix = "place"
    holder = "places"
    takes_strays = True

    def compose(self, typed: Typed, previous: PlacingSpec | None) -> PlacingSpec:
        """Return the spec of typed items and categories.

        ``{"rows": [{"key", "text", "target", "explanation"}, ...], "targets": [{"key", "text"}, ...], "rule"}``;
        ``target`` is the place of the category in ``targets``, from 0, or None for an item that belongs in none.
        """
        listed = list(typed.get("targets", ()))
        keys = keys_for(listed, list(previous.target_texts) if previous else ())
        targets = [Target(key, line(one.get("text"))) for one, key in zip(listed, keys, strict=True)]
        rows = list(typed.get("rows", ()))
        return self.composed(
            [(row, _right_key(place, row.get("target"), keys)) for place, row in enumerate(rows)],
            targets,
            typed.get("rule"),
            known=previous.keys if previous else (),
        )

    def typed(self, spec: PlacingSpec) -> dict[str, Any]:
        """Return items and categories as typed, with their keys."""
        places = {key: place for place, key in enumerate(spec.target_texts)}
        return {
            "rows": [
                {"key": row.key, "text": row.text, "target": places.get(row.target), "explanation": row.explanation}
                for row in spec.rows
            ],
            "targets": [{"key": key, "text": text} for key, text in spec.target_texts.items()],
            "rule": spec.rule,
        }

    def recall(self, typed: Typed, previous: PlacingSpec) -> dict[str, Any]:
        """Return typed items and categories with the keys of those they were before."""
        targets = recall_keys(typed.get("targets", ()), list(previous.target_texts.items()))
        return {**typed, "rows": self.recalled_rows(typed, previous), "targets": targets}

    def arrange(self, spec: PlacingSpec, *, shuffle: bool, rng: random.Random) -> list[str]:
        """Return the keys of the items, always shuffled."""
        return shuffled(spec.keys, rng)

    def arranged(self, spec: PlacingSpec, order: Sequence[str]) -> tuple[Sequence[PlacedRow], Sequence[Target]]:
        """Return the items in the order of an attempt, and the categories in that of the author."""
        return in_order(spec.rows, order), spec.targets


def _right_key(place: int, target: Any, keys: Sequence[str]) -> str:
    if target is None:
        return ""
    if not isinstance(target, int) or not 0 <= target < len(keys):
        raise SpecError("category_unknown", place)
    return keys[target]
