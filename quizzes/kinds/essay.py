"""A text of some length is written, and a person marks it by a rubric.

A spec is stored as ``{"criteria": [{"key", "text", "weight"}, ...], "words": 300, "model_answer",
"model_answer_html"}``: weights are whole numbers that say how much a criterion counts beside the others, ``words`` is
the expected length (0: nothing is said about it). A response is ``{"text": "..."}``, as it was typed but for NFC and
Unix line ends; its field is ``text``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from core import html
from quizzes.kinds.contract import PostedFields, Response, SpecError, Typed
from quizzes.kinds.keyed import block, is_key, keys_for, line, recall_keys
from quizzes.kinds.written import (
    MAX_LINE,
    TEXT,
    Written,
    blamed_on,
    refuse_others,
    rows_of,
    text_of,
    texts_of,
    whole,
    written_text,
)

#: Characters of an essay and of its model answer.
MAX_ESSAY = 20_000
MAX_CRITERIA, MAX_WEIGHT, MAX_WORDS = 10, 100, 5_000


@dataclass(frozen=True)
class StoredCriterion:
    """A line of the rubric: how much it counts beside the others, a whole number from 1 to 100."""

    key: str
    text: str
    weight: int


@dataclass(frozen=True)
class Criterion:
    """A line of the rubric for those who mark: the share of the points that it decides, from 0 to 1."""

    key: str
    text: str
    weight: Fraction


@dataclass(frozen=True)
class EssaySpec:
    """The rubric, the expected length in words (0: none), and a model answer that is shown after the end only."""

    criteria: tuple[StoredCriterion, ...]
    words: int
    model_answer: str
    model_answer_html: str


@dataclass(frozen=True)
class ShownEssay:
    """A field for so many characters, and the length that is expected in words (0: none)."""

    words: int
    max_length: int = MAX_ESSAY


@dataclass(frozen=True)
class JudgedEssay:
    """What was written and how many words it has, the rubric with percentages, and the model answer."""

    text: str
    words: int
    criteria: tuple[Criterion, ...]
    model_answer_html: str


class Essay(Written[EssaySpec]):
    """A text that a person marks."""

    name = "essay"

    def parse(self, raw: Mapping[str, Any]) -> EssaySpec:
        """Return the spec that JSON describes.

        :raises SpecError: with one of the codes ``malformed, no_criteria, too_many_criteria, bad_key, duplicate_key,
            empty_criterion, criterion_too_long, bad_weight, bad_words, model_answer_too_long``.
        """
        criteria: list[StoredCriterion] = []
        for place, row in enumerate(rows_of(raw.get("criteria"))):
            with blamed_on(place):
                criterion = _parse_criterion(row)
                if criterion.key in {one.key for one in criteria}:
                    raise SpecError("duplicate_key")
            criteria.append(criterion)
        if not criteria:
            raise SpecError("no_criteria")
        if len(criteria) > MAX_CRITERIA:
            raise SpecError("too_many_criteria")
        words = raw.get("words", 0)
        if type(words) is not int or not 0 <= words <= MAX_WORDS:
            raise SpecError("bad_words")
        texts = texts_of(raw, "model_answer", "model_answer_html")
        if len(texts["model_answer"]) > MAX_ESSAY:
            raise SpecError("model_answer_too_long")
        return EssaySpec(tuple(criteria), words, **texts)

    def to_json(self, spec: EssaySpec) -> dict[str, Any]:
        """Return a spec as it is stored."""
        return {**asdict(spec), "criteria": [asdict(criterion) for criterion in spec.criteria]}

    def compose(self, typed: Typed, previous: EssaySpec | None) -> EssaySpec:
        """Return the spec of ``{"criteria": [{"text", "weight", "key"}, ...], "words", "model_answer"}``.

        A weight (1 when it is left out) and the expected length (0 when it is left out) are whole numbers, or their
        digits as text; the model answer is Markdown.
        """
        rows = list(typed.get("criteria", ()))
        keys = keys_for(rows, [criterion.key for criterion in previous.criteria] if previous else ())
        criteria = [
            {"key": key, "text": line(row.get("text")), "weight": whole(row.get("weight"), 1)}
            for row, key in zip(rows, keys, strict=True)
        ]
        answer = block(typed.get("model_answer"))
        return self.parse(
            {
                "criteria": criteria,
                "words": whole(typed.get("words"), 0),
                "model_answer": answer,
                "model_answer_html": str(html.from_markdown(answer)),
            }
        )

    def typed(self, spec: EssaySpec) -> dict[str, Any]:
        """Return the rubric as typed, with its keys."""
        criteria = [asdict(criterion) for criterion in spec.criteria]
        return {"criteria": criteria, "words": spec.words, "model_answer": spec.model_answer}

    def recall(self, typed: Typed, previous: EssaySpec) -> dict[str, Any]:
        """Return typed criteria with the keys of those they were before."""
        known = [(criterion.key, criterion.text) for criterion in previous.criteria]
        return {**typed, "criteria": recall_keys(typed.get("criteria", ()), known)}

    def read(self, spec: EssaySpec, form: PostedFields) -> Response:
        """Return the text exactly as it was typed, but in NFC and with Unix line ends.

        :raises BadResponse: when there are other fields, several texts or more than 20,000 characters.
        """
        refuse_others(form, {TEXT})
        return {TEXT: written_text(form, TEXT, MAX_ESSAY)}

    def grade(self, spec: EssaySpec, response: Response | None) -> Fraction | None:
        """Return 0 when nothing was written, else None: a person must mark it."""
        return None if self.is_answered(response) else Fraction(0)

    def why_not_regradable(self, old: EssaySpec, new: EssaySpec) -> str | None:
        """Return ``needs_marker``: no rule can judge an essay anew."""
        return "needs_marker"

    def shown(self, spec: EssaySpec, order: Sequence[str]) -> ShownEssay:
        """Return the field and the expected length."""
        return ShownEssay(spec.words)

    def judged(self, spec: EssaySpec, response: Response | None, order: Sequence[str]) -> JudgedEssay:
        """Return what was written, the rubric and the model answer."""
        text = text_of(response)
        return JudgedEssay(text, len(text.split()), rubric(spec), spec.model_answer_html)


def rubric(spec: EssaySpec) -> tuple[Criterion, ...]:
    """Return the criteria with the share of the points that each decides; the shares make exactly 1 together."""
    total = sum(criterion.weight for criterion in spec.criteria)
    return tuple(Criterion(one.key, one.text, Fraction(one.weight, total)) for one in spec.criteria)


def _parse_criterion(row: Mapping[str, Any]) -> StoredCriterion:
    texts, weight = texts_of(row, "key", "text"), row.get("weight")
    if not is_key(texts["key"]):
        raise SpecError("bad_key")
    if not texts["text"].strip():
        raise SpecError("empty_criterion")
    if len(texts["text"]) > MAX_LINE:
        raise SpecError("criterion_too_long")
    if type(weight) is not int or not 1 <= weight <= MAX_WEIGHT:
        raise SpecError("bad_weight")
    return StoredCriterion(weight=weight, **texts)
