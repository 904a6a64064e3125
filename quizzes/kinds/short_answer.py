"""A line of text is written and compared with the answers that the author accepts.

A spec is stored as ``{"answers": [{"text", "share", "explanation", "explanation_html"}, ...], "folding": {"case",
"marks", "edges", "tones"}}`` (see :mod:`quizzes.kinds.written` and :class:`quizzes.kinds.folding.Folding`), a
response as ``{"text": "Báo cáo"}``; its field is ``text``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from quizzes.kinds.contract import PostedFields, Response, Typed
from quizzes.kinds.folding import Folding
from quizzes.kinds.written import (
    FULL,
    MAX_LINE,
    TEXT,
    Accepted,
    RightAnswer,
    Written,
    composed_answers,
    matching,
    parse_answers,
    refuse_others,
    right_answers,
    text_of,
    typed_answers,
    written_line,
)


@dataclass(frozen=True)
class ShortAnswerSpec:
    """The accepted answers, and what is taken as equal to them."""

    answers: tuple[Accepted, ...]
    folding: Folding


@dataclass(frozen=True)
class ShownShortAnswer:
    """A field for so many characters."""

    max_length: int = MAX_LINE


@dataclass(frozen=True)
class JudgedShortAnswer:
    """What was written, the percentage it earned and why, and what earns anything."""

    text: str
    share: int
    explanation_html: str
    right: tuple[RightAnswer, ...]


class ShortAnswer(Written[ShortAnswerSpec]):
    """One line, compared by rules that the author chooses."""

    name = "short_answer"

    def parse(self, raw: Mapping[str, Any]) -> ShortAnswerSpec:
        """Return the spec that JSON describes.

        :raises SpecError: with one of the codes ``malformed, no_answer, too_many_answers, empty_answer,
            answer_too_long, text_too_long, bad_share, duplicate_answer, no_full_answer``.
        """
        folding = Folding.of(raw.get("folding"))
        return ShortAnswerSpec(parse_answers(raw.get("answers"), folding), folding)

    def to_json(self, spec: ShortAnswerSpec) -> dict[str, Any]:
        """Return a spec as it is stored."""
        return {"answers": [asdict(answer) for answer in spec.answers], "folding": asdict(spec.folding)}

    def compose(self, typed: Typed, previous: ShortAnswerSpec | None) -> ShortAnswerSpec:
        """Return the spec of ``{"answers": [{"text", "share", "explanation"}, ...], "folding": {"case", "marks",
        ...}}``.

        A share is a whole percentage (a number, or its digits as text) and 100 when it is left out.
        """
        return self.parse({**typed, "answers": composed_answers(list(typed.get("answers", ())))})

    def typed(self, spec: ShortAnswerSpec) -> dict[str, Any]:
        """Return the answers as typed."""
        return {"answers": typed_answers(spec.answers), "folding": asdict(spec.folding)}

    def read(self, spec: ShortAnswerSpec, form: PostedFields) -> Response:
        """Return the line as it was typed.

        :raises BadResponse: when there are other fields, several lines or more than 300 characters.
        """
        refuse_others(form, {TEXT})
        return {TEXT: written_line(form, TEXT)}

    def grade(self, spec: ShortAnswerSpec, response: Response | None) -> Fraction:
        """Return the share of the accepted answer that was written, 0 for any other."""
        found = self._match(spec, response)
        return Fraction(found.share, FULL) if found else Fraction(0)

    def shown(self, spec: ShortAnswerSpec, order: Sequence[str]) -> ShownShortAnswer:
        """Return the field."""
        return ShownShortAnswer()

    def judged(self, spec: ShortAnswerSpec, response: Response | None, order: Sequence[str]) -> JudgedShortAnswer:
        """Return what was written beside what is right."""
        found = self._match(spec, response)
        return JudgedShortAnswer(
            text=text_of(response),
            share=found.share if found else 0,
            explanation_html=found.explanation_html if found else "",
            right=right_answers(spec.answers),
        )

    def _match(self, spec: ShortAnswerSpec, response: Response | None) -> Accepted | None:
        text = text_of(response)
        return matching(spec.answers, text, spec.folding) if text else None
