"""Gaps in a text are filled in, each by writing or by choosing from a list.

A spec is stored as ``{"text": "Nộp lại trong [[k3]] ngày.", "html": "<p>Nộp lại trong [[k3]] ngày.</p>", "gaps":
[{"key": "k3", "answers": [...], "options": [{"key", "text", "right"}, ...]}, ...], "folding": {...}, "rule":
"partial", "shuffle": true}``: a gap has either accepted answers (see :mod:`quizzes.kinds.written`) or options. Keys
of gaps and options differ within a question. A response is ``{"gaps": {"k3": "05"}}`` with what was written or the
key of the option chosen, gaps left empty left out; the fields are ``gap_k3`` and so on.

Every gap counts alike. The rule ``partial`` gives the mean of what the gaps earn, ``all_or_nothing`` everything when
every gap is right in full.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import prod
from typing import Any

from core.text import clean_line
from quizzes.kinds.choice import ALL_OR_NOTHING, PARTIAL, RULES
from quizzes.kinds.contract import BadResponse, PostedFields, Response, SpecError, TallyLabel, Typed
from quizzes.kinds.folding import Folding
from quizzes.kinds.gaps_spec import Gap, GapOption, GapsSpec, composed_gaps, parse_gaps, recalled_gaps, typed_gaps
from quizzes.kinds.written import (
    FULL,
    MAX_LINE,
    RightAnswer,
    matching,
    one_value,
    refuse_others,
    right_answers,
    written_line,
)

#: What a response calls its gaps.
GAPS = "gaps"


@dataclass(frozen=True)
class ShownGapOption:
    """An entry of a gap's list as a learner may see it before the end."""

    key: str
    text: str


@dataclass(frozen=True)
class ShownGap:
    """A gap before the end, counted from 1; without options it takes a written line."""

    key: str
    number: int
    options: tuple[ShownGapOption, ...]


@dataclass(frozen=True)
class ShownGaps:
    """The pieces of the text, and the gaps between them."""

    pieces: tuple[str, ...]
    gaps: tuple[ShownGap, ...]
    max_length: int = MAX_LINE


@dataclass(frozen=True)
class JudgedGap:
    """A gap after the end: what was filled in, the percentage of its points that it earned, why, and what is right."""

    number: int
    text: str
    share: int
    explanation_html: str
    right: tuple[RightAnswer, ...]


@dataclass(frozen=True)
class JudgedGaps:
    """The pieces of the text, and the gaps between them after the end."""

    pieces: tuple[str, ...]
    gaps: tuple[JudgedGap, ...]


class Gaps:
    """A text with gaps."""

    name = "gaps"

    def parse(self, raw: Mapping[str, Any]) -> GapsSpec:
        """Return the spec that JSON describes; the gaps are put in the order of the text.

        :raises SpecError: with one of the codes ``malformed, no_gap_text, text_too_long, no_gaps, too_many_gaps,
            bad_key, duplicate_key, gap_missing, gap_twice, gap_of_two_kinds, bad_rule``, for the answers of a gap
            those of :func:`quizzes.kinds.written.parse_answers`, for its list ``too_few_gap_options,
            too_many_gap_options, empty_text, text_too_long, duplicate_text, no_right, more_than_one_right``.
        """
        folding = Folding.of(raw.get("folding"))
        text, html, gaps = parse_gaps(raw, folding)
        rule = str(raw.get("rule") or PARTIAL)
        if rule not in RULES:
            raise SpecError("bad_rule")
        return GapsSpec(text, html, gaps, folding, rule, bool(raw.get("shuffle", True)))

    def to_json(self, spec: GapsSpec) -> dict[str, Any]:
        """Return a spec as it is stored."""
        stored = asdict(spec)
        rows = ({**gap, "answers": [*gap["answers"]], "options": [*gap["options"]]} for gap in stored["gaps"])
        return {**stored, "gaps": list(rows)}

    def compose(self, typed: Typed, previous: GapsSpec | None) -> GapsSpec:
        """Return the spec of ``{"text", "gaps": [{"mark", "key", "answers", "options"}, ...], "folding", "rule",
        "shuffle"}``.

        The text has inline Markdown, an empty line between paragraphs, and a gap wherever ``[[mark]]`` stands; a mark
        is whatever the author likes (``[[1]]``). A gap has ``answers`` (``[{"text", "share", "explanation"}, ...]``),
        or ``options`` (``[{"text", "right", "key"}, ...]``).

        :raises SpecError: as :meth:`parse` does, and ``gap_unknown`` for a mark in the text that no gap has.
        """
        return self.parse({**typed, **composed_gaps(typed, previous.gaps if previous else ())})

    def typed(self, spec: GapsSpec) -> dict[str, Any]:
        """Return the text and the gaps as typed; the marks count from 1."""
        return {
            **typed_gaps(spec),
            "folding": asdict(spec.folding),
            "rule": spec.rule,
            "shuffle": spec.shuffle,
        }

    def recall(self, typed: Typed, previous: GapsSpec) -> dict[str, Any]:
        """Return typed gaps with the keys of those they were before: by what is right in them, then in order."""
        return {**typed, "gaps": recalled_gaps(typed.get("gaps", ()), previous.gaps)}

    def read(self, spec: GapsSpec, form: PostedFields) -> Response:
        """Return what was filled in, in the order of the text.

        :raises BadResponse: on a gap or an option that the question does not have, or on more than 300 characters.
        """
        refuse_others(form, {_field(gap) for gap in spec.gaps})
        filled = {gap.key: _read_gap(gap, form) for gap in spec.gaps}
        return {GAPS: {key: value for key, value in filled.items() if value}}

    def fields(self, spec: GapsSpec, response: Response | None) -> dict[str, list[str]]:
        """Return what was filled in as the fields of a form."""
        filled = filled_in(response)
        return {_field(gap): [filled[gap.key]] for gap in spec.gaps if gap.key in filled}

    def is_answered(self, response: Response | None) -> bool:
        """Tell whether any gap was filled in."""
        return bool(filled_in(response))

    def grade(self, spec: GapsSpec, response: Response | None) -> Fraction:
        """Return the share of the points by the question's rule."""
        shares = [share for _, share, _ in self._results(spec, response)]
        if spec.rule == ALL_OR_NOTHING:
            return Fraction(all(share == FULL for share in shares))
        return Fraction(sum(shares), FULL * len(shares))

    def rule(self, spec: GapsSpec) -> str:
        """Return the code of the rule by which points are given."""
        return f"{self.name}.{spec.rule}"

    def summarise(self, spec: GapsSpec, response: Response | None) -> str:
        """Return what was filled in, each with the number of its gap: ``(1) 05; (3) người nhận``."""
        filled = enumerate((text for text, _, _ in self._results(spec, response)), 1)
        return "; ".join(f"({number}) {clean_line(text)}" for number, text in filled if text)

    def why_not_regradable(self, old: GapsSpec, new: GapsSpec) -> str | None:
        """Refuse when gaps came or went, or when an option that could be chosen is gone or says something else."""
        now = {gap.key: gap for gap in new.gaps}
        if any(gap.key not in now for gap in old.gaps):
            return "gap_removed"
        if len(now) > len(old.gaps):
            return "gap_added"
        pairs = [(gap, now[gap.key]) for gap in old.gaps]
        if any(bool(before.options) != bool(after.options) for before, after in pairs):
            return "gap_changed"
        options = {option.key: option.text for gap in new.gaps for option in gap.options}
        if any(option.key not in options for gap in old.gaps for option in gap.options):
            return "option_removed"
        reworded = (options[option.key] != option.text for gap in old.gaps for option in gap.options)
        return "option_reworded" if any(reworded) else None

    def arrange(self, spec: GapsSpec, *, shuffle: bool, rng: random.Random) -> list[str]:
        """Return the option keys gap by gap, those of each list shuffled when quiz and question allow it."""
        lists = [[option.key for option in gap.options] for gap in spec.gaps]
        for keys in lists:
            if shuffle and spec.shuffle:
                rng.shuffle(keys)
        return [key for keys in lists for key in keys]

    def shown(self, spec: GapsSpec, order: Sequence[str]) -> ShownGaps:
        """Return the text with its gaps, the lists in the order of an attempt."""
        gaps = (
            ShownGap(gap.key, number, tuple(ShownGapOption(one.key, one.text) for one in _ordered(gap, order)))
            for number, gap in enumerate(spec.gaps, 1)
        )
        return ShownGaps(spec.pieces, tuple(gaps))

    def judged(self, spec: GapsSpec, response: Response | None, order: Sequence[str]) -> JudgedGaps:
        """Return the text with what was filled in, beside what is right."""
        gaps = (
            JudgedGap(number, text, share, why, _right(gap))
            for number, (gap, (text, share, why)) in enumerate(
                zip(spec.gaps, self._results(spec, response), strict=True), 1
            )
        )
        return JudgedGaps(spec.pieces, tuple(gaps))

    def tally(self, spec: GapsSpec, response: Response | None) -> tuple[str, ...]:
        """Return the keys of the options chosen in lists."""
        filled = filled_in(response)
        return tuple(option.key for gap in spec.gaps for option in gap.options if option.key == filled.get(gap.key))

    def tally_labels(self, spec: GapsSpec) -> tuple[TallyLabel, ...]:
        """Return the options of the lists, each with the number of its gap; nothing for what is written."""
        return tuple(
            TallyLabel(option.key, f"({number}) {option.text}", option.right)
            for number, gap in enumerate(spec.gaps, 1)
            for option in gap.options
        )

    def guess(self, spec: GapsSpec) -> Fraction:
        """Return what choosing blindly from every list earns; nobody hits upon a word blindly."""
        odds = [Fraction(1, len(gap.options)) if gap.options else Fraction(0) for gap in spec.gaps]
        return prod(odds, start=Fraction(1)) if spec.rule == ALL_OR_NOTHING else sum(odds, Fraction(0)) / len(odds)

    def _results(self, spec: GapsSpec, response: Response | None) -> list[tuple[str, int, str]]:
        """Return for every gap what was filled in, in words, the percentage it earns, and why."""
        filled = filled_in(response)
        return [_result(gap, filled.get(gap.key, ""), spec.folding) for gap in spec.gaps]


def filled_in(response: Response | None) -> Mapping[str, str]:
    """Return what a response filled in, by the keys of the gaps."""
    return response.get(GAPS, {}) if response else {}


def _result(gap: Gap, value: str, folding: Folding) -> tuple[str, int, str]:
    if gap.options:
        chosen = next((option for option in gap.options if option.key == value), None)
        return (chosen.text, FULL if chosen.right else 0, "") if chosen else ("", 0, "")
    found = matching(gap.answers, value, folding) if value else None
    return (value, found.share, found.explanation_html) if found else (value, 0, "")


def _right(gap: Gap) -> tuple[RightAnswer, ...]:
    chosen = tuple(RightAnswer(option.text, FULL) for option in gap.options if option.right)
    return chosen or right_answers(gap.answers)


def _field(gap: Gap) -> str:
    return f"gap_{gap.key}"


def _read_gap(gap: Gap, form: PostedFields) -> str:
    if not gap.options:
        return written_line(form, _field(gap))
    value = one_value(form, _field(gap))
    if value and value not in {option.key for option in gap.options}:
        raise BadResponse("unknown option")
    return value


def _ordered(gap: Gap, order: Sequence[str]) -> list[GapOption]:
    options = {option.key: option for option in gap.options}
    return [options[key] for key in order if key in options]
