"""A number is written; it is right when it lies within the tolerance of an accepted value, the bounds included.

A spec is stored as ``{"answers": [{"value": "12.5", "tolerance": "0.5", "percent": false, "share": 100,
"explanation", "explanation_html"}, ...], "unit": "ngày"}``, values as exact decimals with a dot, ``percent`` when the
tolerance is a percentage of the value. A response is ``{"text": "12,5"}``, as it was typed; its field is ``text``. How
it is read is told in :mod:`quizzes.kinds.typed_numbers`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.text import clean_line
from quizzes.kinds.contract import PostedFields, Response, SpecError, Typed
from quizzes.kinds.keyed import MAX_TEXT, line
from quizzes.kinds.typed_numbers import MAX_NUMBER, parse_number, read_number, stored_number, write_number
from quizzes.kinds.written import (
    FULL,
    TEXT,
    RightAnswer,
    Written,
    blamed_on,
    check_shares,
    explained,
    refuse_others,
    rows_of,
    share_of,
    text_of,
    texts_of,
    whole,
    written_line,
)

#: Characters of a unit.
MAX_UNIT = 30


@dataclass(frozen=True)
class AcceptedNumber:
    """A value, how far off an answer may be (``percent``: of the value), the percentage it earns, and why."""

    value: Decimal
    tolerance: Decimal
    percent: bool
    share: int
    explanation: str
    explanation_html: str

    def takes(self, number: Decimal) -> bool:
        """Tell whether a number is close enough; the bounds are."""
        tolerance = Fraction(self.tolerance)
        if self.percent:
            tolerance *= abs(Fraction(self.value)) / 100
        return abs(Fraction(number) - Fraction(self.value)) <= tolerance


@dataclass(frozen=True)
class NumericSpec:
    """The accepted values, and the unit that is shown beside the field."""

    answers: tuple[AcceptedNumber, ...]
    unit: str


@dataclass(frozen=True)
class ShownNumeric:
    """A field for so many characters, and the unit beside it."""

    unit: str
    max_length: int = MAX_NUMBER


@dataclass(frozen=True)
class JudgedNumeric:
    """What was written, whether it is a number, the percentage it earned and why, and what earns anything."""

    text: str
    unit: str
    readable: bool
    share: int
    explanation_html: str
    right: tuple[RightAnswer, ...]


class Numeric(Written[NumericSpec]):
    """A number, compared exactly."""

    name = "numeric"

    def parse(self, raw: Mapping[str, Any]) -> NumericSpec:
        """Return the spec that JSON describes.

        :raises SpecError: with one of the codes ``malformed, no_answer, too_many_answers, bad_number, bad_tolerance,
            bad_share, text_too_long, duplicate_answer, no_full_answer, unit_too_long``.
        """
        answers: list[AcceptedNumber] = []
        known: set[tuple[Decimal, Decimal, bool]] = set()
        for place, row in enumerate(rows_of(raw.get("answers"))):
            with blamed_on(place):
                answer = _parse_answer(row)
                if (answer.value, answer.tolerance, answer.percent) in known:
                    raise SpecError("duplicate_answer")
            answers.append(answer)
            known.add((answer.value, answer.tolerance, answer.percent))
        check_shares([answer.share for answer in answers])
        unit = texts_of(raw, "unit")["unit"]
        if len(unit) > MAX_UNIT:
            raise SpecError("unit_too_long")
        return NumericSpec(tuple(answers), unit)

    def to_json(self, spec: NumericSpec) -> dict[str, Any]:
        """Return a spec as it is stored."""
        answers = [
            {**asdict(answer), "value": stored_number(answer.value), "tolerance": stored_number(answer.tolerance)}
            for answer in spec.answers
        ]
        return {"answers": answers, "unit": spec.unit}

    def compose(self, typed: Typed, previous: NumericSpec | None) -> NumericSpec:
        """Return the spec of ``{"answers": [{"value", "tolerance", "percent", "share", "explanation"}, ...], "unit"}``.

        Values and tolerances are texts that :func:`read_number` reads, an empty tolerance is 0; a share is a whole
        percentage (a number, or its digits as text) and 100 when it is left out.
        """
        answers = [_composed(row) for row in typed.get("answers", ())]
        return self.parse({"answers": answers, "unit": line(typed.get("unit"))})

    def typed(self, spec: NumericSpec) -> dict[str, Any]:
        """Return the values as typed, with a decimal comma."""
        answers = [
            {
                "value": write_number(answer.value),
                "tolerance": write_number(answer.tolerance),
                "percent": answer.percent,
                "share": answer.share,
                "explanation": answer.explanation,
            }
            for answer in spec.answers
        ]
        return {"answers": answers, "unit": spec.unit}

    def read(self, spec: NumericSpec, form: PostedFields) -> Response:
        """Return the number as it was typed, whether it can be read or not.

        :raises BadResponse: when there are other fields, several numbers or more than 60 characters.
        """
        refuse_others(form, {TEXT})
        return {TEXT: written_line(form, TEXT, MAX_NUMBER)}

    def grade(self, spec: NumericSpec, response: Response | None) -> Fraction:
        """Return the greatest share of the values that the number is close enough to, 0 for any other."""
        found = _match(spec, response)
        return Fraction(found.share, FULL) if found else Fraction(0)

    def summarise(self, spec: NumericSpec, response: Response | None) -> str:
        """Return what was written, with the unit."""
        text = clean_line(text_of(response))
        return f"{text} {spec.unit}".strip() if text else ""

    def shown(self, spec: NumericSpec, order: Sequence[str]) -> ShownNumeric:
        """Return the field and its unit."""
        return ShownNumeric(spec.unit)

    def judged(self, spec: NumericSpec, response: Response | None, order: Sequence[str]) -> JudgedNumeric:
        """Return what was written beside what is right."""
        found = _match(spec, response)
        right = [RightAnswer(_in_words(answer, spec.unit), answer.share) for answer in spec.answers if answer.share]
        return JudgedNumeric(
            text=text_of(response),
            unit=spec.unit,
            readable=why_unreadable(response) is None,
            share=found.share if found else 0,
            explanation_html=found.explanation_html if found else "",
            right=tuple(sorted(right, key=lambda answer: -answer.share)),
        )


def why_unreadable(response: Response | None) -> str | None:
    """Return ``not_a_number`` when something was written that means no number, else None."""
    text = text_of(response)
    return "not_a_number" if text and read_number(text) is None else None


def _match(spec: NumericSpec, response: Response | None) -> AcceptedNumber | None:
    number = read_number(text_of(response))
    if number is None:
        return None
    return max((answer for answer in spec.answers if answer.takes(number)), key=lambda one: one.share, default=None)


def _in_words(answer: AcceptedNumber, unit: str) -> str:
    """Return an accepted value as it is shown: ``12,5 ± 0,5 ngày``, ``200 ± 5 % người``."""
    tolerance = f" ± {write_number(answer.tolerance)}{' %' if answer.percent else ''}" if answer.tolerance else ""
    return f"{write_number(answer.value)}{tolerance} {unit}".strip()


def _composed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "value": _read_stored(row.get("value")),
        "tolerance": _read_stored(row.get("tolerance") or "0"),
        "percent": bool(row.get("percent")),
        "share": whole(row.get("share"), FULL),
        **explained(row),
    }


def _read_stored(typed: Any) -> str:
    """Return a typed number as it is stored, and what is none as it is, for :meth:`Numeric.parse` to refuse."""
    number = read_number(str(typed))
    return str(typed) if number is None else stored_number(number)


def _parse_answer(row: Mapping[str, Any]) -> AcceptedNumber:
    texts = texts_of(row, "value", "tolerance", "explanation", "explanation_html")
    value, tolerance = parse_number(texts["value"]), parse_number(texts["tolerance"] or "0")
    if value is None:
        raise SpecError("bad_number")
    percent = row.get("percent", False)
    if not isinstance(percent, bool):
        raise SpecError("malformed")
    if tolerance is None or tolerance < 0 or (percent and tolerance > 100):
        raise SpecError("bad_tolerance")
    if len(texts["explanation"]) > MAX_TEXT:
        raise SpecError("text_too_long")
    return AcceptedNumber(value, tolerance, percent, share_of(row), texts["explanation"], texts["explanation_html"])
