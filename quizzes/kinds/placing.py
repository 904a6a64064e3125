"""What matching and categorising share: every row is put to one of several targets.

A spec is stored as ``{"rows": [{"key", "text", "html", "target", "explanation", "explanation_html"}, ...], "targets":
[{"key", "text"}, ...], "rule": "partial"}``; ``target`` is the key of the right target, empty where a row belongs
nowhere. Targets are plain text, for a list of choices shows no more. A response is ``{"pairs": {"a7": "k2"}}`` (row:
target; for categorising ``places``).

The rule ``partial`` gives the share of the rows in their right place among those that belong somewhere, less as many
shares as rows were placed that belong nowhere, never below 0. A row in a wrong place costs nothing: it was to be
placed, and its share is lost already. A row that belongs nowhere must cost, or placing everything would be free;
leaving it out earns nothing, or saying nothing would earn. ``all_or_nothing`` gives 1 for exactly the right places.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from math import comb
from typing import Any

from core import html
from quizzes.kinds.contract import PostedFields, Response, SpecError, TallyLabel, Typed
from quizzes.kinds.keyed import is_key, keys_for, recall_keys
from quizzes.kinds.placing_values import (
    ALL_OR_NOTHING,
    PARTIAL,
    RULES,
    JudgedPlacing,
    JudgedRow,
    PlacedRow,
    PlacingSpec,
    ShownPlacing,
    ShownRow,
    Target,
)
from quizzes.kinds.rows import (
    composed_row,
    field_of,
    parsed_rows,
    read_choices,
    refuse_repeated,
    why_changed,
    why_rows_changed,
)

__all__ = ["ALL_OR_NOTHING", "MAX_TARGET", "MAX_TARGETS", "PARTIAL", "RULES", "Placing", "shuffled"]

MIN_ROWS = 2
MIN_TARGETS, MAX_TARGETS = 2, 15
#: Characters of a target, which a select must show.
MAX_TARGET = 200
#: Stands for "nowhere" in texts.
NOWHERE = "–"


class Placing:
    """Base of the kinds in which rows are put to targets."""

    name: str
    #: What a target is called in codes.
    noun: str
    #: The first part of a field's name.
    prefix: str
    #: Where a response keeps the places.
    holder: str
    #: Whether a row may belong nowhere.
    takes_strays: bool

    def parse(self, raw: Mapping[str, Any]) -> PlacingSpec:
        """Return the spec that JSON describes.

        :raises SpecError: with a code of :func:`quizzes.kinds.rows.parsed_rows`, with ``row_too_few, nothing_belongs,
            bad_rule``, or with ``unknown, empty, too_long, repeated, too_few, too_many`` after ``partner_`` or
            ``category_``.
        """
        rows, targets = parsed_rows(raw.get("rows")), self._parsed_targets(raw.get("targets"))
        if len(rows) < MIN_ROWS:
            raise SpecError("row_too_few")
        known = [target.key for target in targets] + [""] * self.takes_strays
        placed = tuple(PlacedRow(**row, target=raw["rows"][place].get("target")) for place, row in enumerate(rows))
        for place, row in enumerate(placed):
            if row.target not in known:
                raise SpecError(f"{self.noun}_unknown", place)
        if not any(row.target for row in placed):
            raise SpecError("nothing_belongs")
        spec = PlacingSpec(placed, targets, str(raw.get("rule") or PARTIAL))
        if spec.rule not in RULES:
            raise SpecError("bad_rule")
        return spec

    def _parsed_targets(self, raw: Any) -> tuple[Target, ...]:
        if not isinstance(raw, list):
            raise SpecError("malformed")
        targets = tuple(self._parsed_target(place, one) for place, one in enumerate(raw))
        refuse_repeated([(target.key, target.text) for target in targets], self.noun)
        if len(targets) < MIN_TARGETS:
            raise SpecError(f"{self.noun}_too_few")
        if len(targets) > MAX_TARGETS:
            raise SpecError(f"{self.noun}_too_many")
        return targets

    def _parsed_target(self, place: int, raw: Any) -> Target:
        if not isinstance(raw, Mapping):
            raise SpecError("malformed", place)
        key, text = raw.get("key"), raw.get("text")
        if not isinstance(key, str) or not isinstance(text, str):
            raise SpecError("malformed", place)
        if not is_key(key):
            raise SpecError("bad_key", place)
        self.check_target(place, text)
        return Target(key, text)

    def check_target(self, place: int, text: str) -> None:
        """Refuse the text of a target that is empty or too long."""
        if not text.strip():
            raise SpecError(f"{self.noun}_empty", place)
        if len(text) > MAX_TARGET:
            raise SpecError(f"{self.noun}_too_long", place)

    def to_json(self, spec: PlacingSpec) -> dict[str, Any]:
        """Return a spec as it is stored."""
        return {
            "rows": [asdict(row) for row in spec.rows],
            "targets": [asdict(target) for target in spec.targets],
            "rule": spec.rule,
        }

    def composed(
        self,
        rows: Sequence[tuple[Mapping[str, Any], str]],
        targets: Sequence[Target],
        rule: Any,
        *,
        known: Sequence[str],
    ) -> PlacingSpec:
        """Return the spec of typed rows, each with the key of its right target.

        :param known: the keys that rows may have kept.
        """
        keys = keys_for([row for row, _ in rows], known)
        stored = [{**composed_row(row, key), "target": target} for (row, target), key in zip(rows, keys, strict=True)]
        return self.parse({"rows": stored, "targets": [asdict(target) for target in targets], "rule": rule})

    def recalled_rows(self, typed: Typed, previous: PlacingSpec) -> list[dict[str, Any]]:
        """Return typed rows with the keys of those they were before."""
        return recall_keys(typed.get("rows", ()), [(row.key, row.text) for row in previous.rows])

    def arranged(self, spec: PlacingSpec, order: Sequence[str]) -> tuple[Sequence[PlacedRow], Sequence[Target]]:
        """Return rows and targets as an attempt shows them."""
        raise NotImplementedError

    def read(self, spec: PlacingSpec, form: PostedFields) -> Response:
        """Return where rows were put, in the author's order.

        :raises BadResponse: on a row or a target that does not exist, or on two targets for one row.
        """
        return {self.holder: read_choices(form, self.prefix, spec.keys, spec.target_texts)}

    def fields(self, spec: PlacingSpec, response: Response | None) -> dict[str, list[str]]:
        """Return the places as fields of a form, one for each row that was put somewhere."""
        return {field_of(self.prefix, key): [target] for key, target in self.places(spec, response).items()}

    def places(self, spec: PlacingSpec, response: Response | None) -> dict[str, str]:
        """Return where rows were put, in the author's order: key of the row, key of the target."""
        said = (response or {}).get(self.holder, {})
        texts = spec.target_texts
        return {key: said[key] for key in spec.keys if said.get(key) in texts}

    def is_answered(self, response: Response | None) -> bool:
        """Tell whether anything was put anywhere."""
        return bool(response and response.get(self.holder))

    def grade(self, spec: PlacingSpec, response: Response | None) -> Fraction | None:
        """Return the share of the points by the question's rule."""
        places = self.places(spec, response)
        right = [places.get(row.key, "") == row.target for row in spec.rows]
        if spec.rule == ALL_OR_NOTHING:
            return Fraction(all(right))
        belong = [bool(row.target) for row in spec.rows]
        hits = sum(is_right for is_right, belongs in zip(right, belong, strict=True) if belongs)
        strays = sum(not is_right for is_right, belongs in zip(right, belong, strict=True) if not belongs)
        return _share(hits, strays, sum(belong))

    def rule(self, spec: PlacingSpec) -> str:
        """Return the code of the rule by which points are given."""
        return f"{self.name}.{spec.rule}"

    def summarise(self, spec: PlacingSpec, response: Response | None) -> str:
        """Return what was put where, in the author's order."""
        places, texts = self.places(spec, response), spec.target_texts
        said = ((row, texts[places[row.key]]) for row in spec.rows if row.key in places)
        return "; ".join(_arrow(row, text) for row, text in said)

    def why_not_regradable(self, old: PlacingSpec, new: PlacingSpec) -> str | None:
        """Refuse when a row came, or when a row or a target is gone or says something else."""
        return why_rows_changed(old.rows, new.rows) or why_changed(old.targets, new.targets)

    def shown(self, spec: PlacingSpec, order: Sequence[str]) -> ShownPlacing:
        """Return rows and targets in the order of an attempt, without the key."""
        rows, targets = self.arranged(spec, order)
        return ShownPlacing(tuple(ShownRow(row.key, row.html) for row in rows), tuple(targets), spec.may_leave_out)

    def judged(self, spec: PlacingSpec, response: Response | None, order: Sequence[str]) -> JudgedPlacing:
        """Return the rows in the order of an attempt, with the key and the explanations."""
        places, texts = self.places(spec, response), spec.target_texts
        return JudgedPlacing(
            tuple(
                JudgedRow(
                    row.key,
                    row.html,
                    chosen=texts.get(places.get(row.key, ""), ""),
                    expected=texts.get(row.target, ""),
                    right=places.get(row.key, "") == row.target,
                    explanation_html=row.explanation_html,
                )
                for row in self.arranged(spec, order)[0]
            )
        )

    def tally(self, spec: PlacingSpec, response: Response | None) -> tuple[str, ...]:
        """Return ``row:target`` for each row that was put somewhere, ``row:`` for one left out where some may be."""
        places = self.places(spec, response)
        leaves_out = bool(places) and spec.may_leave_out
        return tuple(f"{key}:{places.get(key, '')}" for key in spec.keys if key in places or leaves_out)

    def tally_labels(self, spec: PlacingSpec) -> tuple[TallyLabel, ...]:
        """Return every row with every target, in the author's order."""
        ends = spec.target_texts | ({"": NOWHERE} if spec.may_leave_out else {})
        return tuple(
            TallyLabel(f"{row.key}:{key}", _arrow(row, text), key == row.target)
            for row in spec.rows
            for key, text in ends.items()
        )

    def guess(self, spec: PlacingSpec) -> Fraction:
        """Return the mean over all ways of placing every row, each as likely as any other.

        Leaving a row out is one of the ways where some row belongs nowhere.
        """
        ways = len(spec.targets) + spec.may_leave_out
        if spec.rule == ALL_OR_NOTHING:
            return Fraction(1, ways ** len(spec.rows))
        belong = sum(bool(row.target) for row in spec.rows)
        stray = len(spec.rows) - belong
        chances = (
            _chance(hits, belong, Fraction(1, ways))
            * _chance(strays, stray, Fraction(ways - 1, ways))
            * _share(hits, strays, belong)
            for hits in range(belong + 1)
            for strays in range(stray + 1)
        )
        return sum(chances, Fraction(0))


def shuffled(keys: Sequence[str], rng: random.Random) -> list[str]:
    """Return keys in a random order."""
    return rng.sample(keys, len(keys))


def _share(hits: int, strays: int, belong: int) -> Fraction:
    return max(Fraction(0), Fraction(hits - strays, belong))


def _chance(times: int, of: int, each: Fraction) -> Fraction:
    """Return how likely something happens exactly so many times (binomial distribution)."""
    return comb(of, times) * each**times * (1 - each) ** (of - times)


def _arrow(row: PlacedRow, target: str) -> str:
    return f"{html.plain_text(row.html)} → {target}"
