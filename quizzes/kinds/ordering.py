"""Items to be put into the right order.

A spec is stored as ``{"items": [{"key", "text", "html", "explanation", "explanation_html"}, ...], "rule": "pairs"}``,
the items in the right order. A response is ``{"ranks": {"a7": 2, "k2": 1}}``: the place of each item from 1, as it was
chosen, be it incomplete or the same place twice; so nothing that was chosen is lost on the way.

Three rules, the first three that Moodle's question type "ordering" offers under other names (moodle/moodle,
``question/type/ordering``: all or nothing, relative to the next item excluding the last, absolute position):

* ``pairs``: the share of neighbours, in the right order, of which the second directly follows the first. An item put
  too early moves all others, and this rule does not count them as wrong; it suits the steps of a procedure.
* ``positions``: the share of items in their right place; it suits what has numbers, such as the articles of a law.
* ``all_or_nothing``: 1 for exactly the right order.

A place that two items have says nothing of either, or putting all items in two places would earn more than guessing an
order.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from math import factorial
from typing import Any

from core import html
from quizzes.kinds.contract import PostedFields, Response, SpecError, TallyLabel, Typed
from quizzes.kinds.keyed import keys_for, recall_keys
from quizzes.kinds.rows import composed_row, field_of, in_order, parsed_rows, read_choices, why_rows_changed

#: Two items would give themselves away, for the right order is never shown.
MIN_ITEMS = 3
PAIRS, POSITIONS, ALL_OR_NOTHING = "pairs", "positions", "all_or_nothing"
RULES = (PAIRS, POSITIONS, ALL_OR_NOTHING)
RANKS = "ranks"
PREFIX = "rank"


@dataclass(frozen=True)
class Item:
    """An item: its permanent key, what the author typed (inline Markdown) and the same as clean HTML."""

    key: str
    text: str
    html: str
    explanation: str = ""
    explanation_html: str = ""


@dataclass(frozen=True)
class OrderingSpec:
    """The items in the right order."""

    items: tuple[Item, ...]
    rule: str = PAIRS

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the items in the right order."""
        return tuple(item.key for item in self.items)


@dataclass(frozen=True)
class ShownItem:
    """An item as a learner may see it before the end."""

    key: str
    html: str


@dataclass(frozen=True)
class ShownOrdering:
    """The items in the order of an attempt."""

    items: tuple[ShownItem, ...]


@dataclass(frozen=True)
class JudgedItem:
    """An item after the end: its right place, the place it was given (None: none), and why.

    ``right`` follows the rule: None for the first item where neighbours count, for it follows nothing.
    """

    key: str
    html: str
    place: int
    given: int | None
    right: bool | None
    explanation_html: str


@dataclass(frozen=True)
class JudgedOrdering:
    """The items after the end, in the right order, and whether neighbours were judged rather than places."""

    items: tuple[JudgedItem, ...]
    by_pairs: bool


class Ordering:
    """The right order of items."""

    name = "ordering"

    def parse(self, raw: Mapping[str, Any]) -> OrderingSpec:
        """Return the spec that JSON describes.

        :raises SpecError: with a code of :func:`quizzes.kinds.rows.parsed_rows`, or ``item_too_few, bad_rule``.
        """
        items = tuple(Item(**row) for row in parsed_rows(raw.get("items")))
        if len(items) < MIN_ITEMS:
            raise SpecError("item_too_few")
        spec = OrderingSpec(items, str(raw.get("rule") or PAIRS))
        if spec.rule not in RULES:
            raise SpecError("bad_rule")
        return spec

    def to_json(self, spec: OrderingSpec) -> dict[str, Any]:
        """Return a spec as it is stored."""
        return {"items": [asdict(item) for item in spec.items], "rule": spec.rule}

    def compose(self, typed: Typed, previous: OrderingSpec | None) -> OrderingSpec:
        """Return the spec of ``{"items": [{"key", "text", "explanation"}, ...], "rule"}``, items in the right order."""
        rows = list(typed.get("items", ()))
        keys = keys_for(rows, previous.keys if previous else ())
        items = [composed_row(row, key) for row, key in zip(rows, keys, strict=True)]
        return self.parse({"items": items, "rule": typed.get("rule")})

    def typed(self, spec: OrderingSpec) -> dict[str, Any]:
        """Return the items as typed, with their keys."""
        items = [{"key": item.key, "text": item.text, "explanation": item.explanation} for item in spec.items]
        return {"items": items, "rule": spec.rule}

    def recall(self, typed: Typed, previous: OrderingSpec) -> dict[str, Any]:
        """Return typed items with the keys of those they were before."""
        known = [(item.key, item.text) for item in previous.items]
        return {**typed, "items": recall_keys(typed.get("items", ()), known)}

    def read(self, spec: OrderingSpec, form: PostedFields) -> Response:
        """Return the places that were chosen, in the author's order of the items.

        :raises BadResponse: on an item or a place that does not exist, or on two places for one item.
        """
        places = {str(place): place for place in range(1, len(spec.items) + 1)}
        chosen = read_choices(form, PREFIX, spec.keys, places)
        return {RANKS: {key: places[value] for key, value in chosen.items()}}

    def fields(self, spec: OrderingSpec, response: Response | None) -> dict[str, list[str]]:
        """Return the places as fields of a form, one for each item that has one."""
        return {field_of(PREFIX, key): [str(rank)] for key, rank in _ranks(spec, response).items()}

    def is_answered(self, response: Response | None) -> bool:
        """Tell whether any place was chosen."""
        return bool(response and response.get(RANKS))

    def grade(self, spec: OrderingSpec, response: Response | None) -> Fraction | None:
        """Return the share of the points by the question's rule."""
        right = _verdicts(spec, _ranks(spec, response))
        if spec.rule == ALL_OR_NOTHING:
            return Fraction(all(right))
        counted = [one for one in right if one is not None]
        return Fraction(sum(counted), len(counted))

    def rule(self, spec: OrderingSpec) -> str:
        """Return the code of the rule by which points are given."""
        return f"{self.name}.{spec.rule}"

    def summarise(self, spec: OrderingSpec, response: Response | None) -> str:
        """Return the items with the places they were given, by place."""
        ranks = _ranks(spec, response)
        given = sorted((item for item in spec.items if item.key in ranks), key=lambda item: ranks[item.key])
        return "; ".join(f"{ranks[item.key]}. {html.plain_text(item.html)}" for item in given)

    def why_not_regradable(self, old: OrderingSpec, new: OrderingSpec) -> str | None:
        """Refuse when an item came, is gone or says something else."""
        return why_rows_changed(old.items, new.items)

    def arrange(self, spec: OrderingSpec, *, shuffle: bool, rng: random.Random) -> list[str]:
        """Return the keys of the items, always shuffled and never in the right order."""
        keys = list(spec.keys)
        while tuple(keys) == spec.keys:
            rng.shuffle(keys)
        return keys

    def shown(self, spec: OrderingSpec, order: Sequence[str]) -> ShownOrdering:
        """Return the items in the order of an attempt."""
        return ShownOrdering(tuple(ShownItem(item.key, item.html) for item in in_order(spec.items, order)))

    def judged(self, spec: OrderingSpec, response: Response | None, order: Sequence[str]) -> JudgedOrdering:
        """Return the items in the right order, with the places they were given and the explanations."""
        ranks = _ranks(spec, response)
        verdicts = zip(spec.items, _verdicts(spec, ranks), strict=True)
        return JudgedOrdering(
            tuple(
                JudgedItem(item.key, item.html, place, ranks.get(item.key), right, item.explanation_html)
                for place, (item, right) in enumerate(verdicts, start=1)
            ),
            by_pairs=spec.rule == PAIRS,
        )

    def tally(self, spec: OrderingSpec, response: Response | None) -> tuple[str, ...]:
        """Return ``item:place`` for each item that was given a place."""
        return tuple(f"{key}:{rank}" for key, rank in _ranks(spec, response).items())

    def tally_labels(self, spec: OrderingSpec) -> tuple[TallyLabel, ...]:
        """Return every item with every place, in the right order."""
        places = range(1, len(spec.items) + 1)
        return tuple(
            TallyLabel(f"{item.key}:{given}", f"{html.plain_text(item.html)} → {given}", given == place)
            for place, item in enumerate(spec.items, start=1)
            for given in places
        )

    def guess(self, spec: OrderingSpec) -> Fraction:
        """Return the mean over all orders, each as likely as any other.

        Of n! orders, (n-1)! have a certain item in a certain place, and (n-1)! have a certain item directly after
        another (the two move as one); so both shares are 1/n on average.
        """
        count = len(spec.items)
        return Fraction(1, factorial(count) if spec.rule == ALL_OR_NOTHING else count)


def _ranks(spec: OrderingSpec, response: Response | None) -> dict[str, int]:
    """Return the places that a response gives, in the author's order of the items."""
    said = (response or {}).get(RANKS, {})
    return {key: said[key] for key in spec.keys if key in said}


def _verdicts(spec: OrderingSpec, ranks: Mapping[str, int]) -> list[bool | None]:
    """Return for each item, in the right order, whether it is right by the rule; None where that is not asked."""
    times: Counter[int | None] = Counter(ranks.values())
    clear = [rank if times[rank] == 1 else None for rank in map(ranks.get, spec.keys)]
    if spec.rule == PAIRS:
        return [None, *(one is not None and one + 1 == following for one, following in pairwise(clear))]
    return [rank == place for place, rank in enumerate(clear, start=1)]
