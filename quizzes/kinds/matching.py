"""Stems, each with one right partner; further partners may be wrong everywhere, and stems may share one.

Stored and answered as :mod:`quizzes.kinds.placing` says: rows are the stems, targets the partners, first those that
stems use in the order of the stems, then the others. An attempt shows the stems in the author's order, for they are
often told as a list, and the partners always shuffled, for in the author's order they would give themselves away.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import perm
from typing import Any

from quizzes.kinds.contract import SpecError, Typed
from quizzes.kinds.keyed import keys_for, line, recall_keys
from quizzes.kinds.placing import Placing, shuffled
from quizzes.kinds.placing_values import ALL_OR_NOTHING, PlacedRow, PlacingSpec, Target
from quizzes.kinds.rows import in_order


class Matching(Placing):
    """Partners for stems."""

    name = "matching"
    noun = "partner"
    prefix = "pair"
    holder = "pairs"
    takes_strays = False

    def parse(self, raw: Mapping[str, Any]) -> PlacingSpec:
        """Return the spec that JSON describes, its partners in the order in which stems use them."""
        spec = super().parse(raw)
        used = dict.fromkeys(row.target for row in spec.rows)
        unused = [target for target in spec.targets if target.key not in used]
        return replace(spec, targets=(*in_order(spec.targets, list(used)), *unused))

    def compose(self, typed: Typed, previous: PlacingSpec | None) -> PlacingSpec:
        """Return the spec of typed pairs.

        ``{"rows": [{"key", "text", "target", "target_key", "explanation"}, ...], "distractors": [{"key", "text"}, ...],
        "rule"}``; ``target`` is the text of the partner, and rows with the same text share it. Codes about a partner
        count the rows, then the distractors. A text that was there keeps its key wherever it stands now, so that
        answers can be judged anew when partners were mixed up; else a partner keeps the key with which it came.
        """
        rows, distractors = list(typed.get("rows", ())), list(typed.get("distractors", ()))
        texts = self._checked_texts(rows, distractors)
        keys = [row.get("target_key") for row in rows] + [row.get("key") for row in distractors]
        known = previous.target_texts if previous else {}
        own = {line(text): key for key, text in known.items() if line(text) in texts}
        for text, key in zip(texts, keys, strict=True):
            if key in known and key not in own.values():
                own.setdefault(text, key)
        unique = list(dict.fromkeys(texts))
        given = dict(zip(unique, keys_for([{"key": own.get(text, "")} for text in unique], known), strict=True))
        return self.composed(
            [(row, given[text]) for row, text in zip(rows, texts, strict=False)],
            [Target(key, text) for text, key in given.items()],
            typed.get("rule"),
            known=previous.keys if previous else (),
        )

    def _checked_texts(self, rows: Sequence[Mapping[str, Any]], distractors: Sequence[Mapping[str, Any]]) -> list[str]:
        """Return the texts of the partners, those of the stems first."""
        texts = [line(row.get("target")) for row in rows] + [line(row.get("text")) for row in distractors]
        for place, text in enumerate(texts):
            self.check_target(place, text)
            if place >= len(rows) and text in texts[:place]:
                raise SpecError("partner_repeated", place)
        return texts

    def typed(self, spec: PlacingSpec) -> dict[str, Any]:
        """Return pairs and distractors as typed, with their keys."""
        texts = spec.target_texts
        used = {row.target for row in spec.rows}
        return {
            "rows": [_typed_row(row, texts[row.target]) for row in spec.rows],
            "distractors": [{"key": key, "text": text} for key, text in texts.items() if key not in used],
            "rule": spec.rule,
        }

    def recall(self, typed: Typed, previous: PlacingSpec) -> dict[str, Any]:
        """Return typed pairs and distractors with the keys of those they were before."""
        rows, distractors = self.recalled_rows(typed, previous), list(typed.get("distractors", ()))
        texts = [line(row.get("target")) for row in rows] + [line(row.get("text")) for row in distractors]
        unique = [{"text": text} for text in dict.fromkeys(texts)]
        keys = {one["text"]: one["key"] for one in recall_keys(unique, list(previous.target_texts.items()))}
        return {
            **typed,
            "rows": [{**row, "target_key": keys[text]} for row, text in zip(rows, texts, strict=False)],
            "distractors": [
                {**one, "key": keys[text]} for one, text in zip(distractors, texts[len(rows) :], strict=True)
            ],
        }

    def arrange(self, spec: PlacingSpec, *, shuffle: bool, rng: random.Random) -> list[str]:
        """Return the keys of the partners, always shuffled."""
        return shuffled(list(spec.target_texts), rng)

    def arranged(self, spec: PlacingSpec, order: Sequence[str]) -> tuple[Sequence[PlacedRow], Sequence[Target]]:
        """Return the stems in the author's order, and the partners in that of an attempt."""
        return spec.rows, in_order(spec.targets, order)

    def guess(self, spec: PlacingSpec) -> Fraction:
        """Return the mean over all ways of giving every stem a partner, each as likely as any other.

        Where no partner is shared and only everything counts, whoever guesses gives every stem another partner.
        """
        used = {row.target for row in spec.rows}
        if spec.rule == ALL_OR_NOTHING and len(used) == len(spec.rows):
            return Fraction(1, perm(len(spec.targets), len(spec.rows)))
        return super().guess(spec)


def _typed_row(row: PlacedRow, partner: str) -> dict[str, Any]:
    return {
        "key": row.key,
        "text": row.text,
        "target": partner,
        "target_key": row.target,
        "explanation": row.explanation,
    }
