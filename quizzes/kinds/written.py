"""What the kinds share in which a learner writes: fields with one text, and the answers that are accepted. Pure.

Accepted answers are stored as ``[{"text", "share", "explanation", "explanation_html"}, ...]``; a share is a whole
percentage of the points, 0 for an answer that is known to be wrong and only has an explanation.
"""

import random
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic

from core.text import clean_line, nfc
from quizzes.kinds.contract import BadResponse, PostedFields, Response, SpecError, SpecT, TallyLabel, Typed
from quizzes.kinds.folding import Folding
from quizzes.kinds.keyed import MAX_TEXT, inline, line

#: The field in which one text is written, and what a response calls it.
TEXT = "text"
#: Characters of one written line.
MAX_LINE = 300
MAX_ANSWERS = 20
#: The share of an answer that is right in full, in percent.
FULL = 100
_CODE_POINTS_OF_A_LETTER = 4


@dataclass(frozen=True)
class Accepted:
    """An answer that the author foresaw: its text, the percentage it earns, and why."""

    text: str
    share: int
    explanation: str
    explanation_html: str


@dataclass(frozen=True)
class RightAnswer:
    """An answer that earns something, as it is shown after the end; ``share`` in percent."""

    text: str
    share: int


class Written(Generic[SpecT]):
    """Base of the kinds that are answered by one text, in which nothing has a key or an order."""

    name: str

    def recall(self, typed: Typed, previous: SpecT) -> dict[str, Any]:
        """Return what was typed: nothing in it has a key."""
        return dict(typed)

    def fields(self, spec: SpecT, response: Response | None) -> dict[str, list[str]]:
        """Return the text as the field of a form."""
        return {TEXT: [text]} if (text := text_of(response)) else {}

    def is_answered(self, response: Response | None) -> bool:
        """Tell whether anything but spaces was written."""
        return bool(text_of(response).strip())

    def rule(self, spec: SpecT) -> str:
        """Return the code of the rule by which points are given."""
        return self.name

    def summarise(self, spec: SpecT, response: Response | None) -> str:
        """Return what was written, in one line."""
        return clean_line(text_of(response))

    def why_not_regradable(self, old: SpecT, new: SpecT) -> str | None:
        """Return None: what was written can be compared with any answers."""
        return None

    def arrange(self, spec: SpecT, *, shuffle: bool, rng: random.Random) -> list[str]:
        """Return nothing: there is nothing to put in order."""
        return []

    def tally(self, spec: SpecT, response: Response | None) -> tuple[str, ...]:
        """Return nothing: free text is not counted by choices."""
        return ()

    def tally_labels(self, spec: SpecT) -> tuple[TallyLabel, ...]:
        """Return nothing: free text is not counted by choices."""
        return ()

    def guess(self, spec: SpecT) -> Fraction:
        """Return 0: nobody hits upon a text blindly."""
        return Fraction(0)


def text_of(response: Response | None) -> str:
    """Return the text of a response, empty when there is none."""
    return str(response.get(TEXT, "")) if response else ""


def one_value(form: PostedFields, field: str) -> str:
    """Return the value of a field that comes once, empty when it did not come.

    :raises BadResponse: when it came more than once.
    """
    values = form.get(field, ())
    if len(values) > 1:
        raise BadResponse("more than one value")
    return values[0] if values else ""


def written_line(form: PostedFields, field: str, most: int = MAX_LINE) -> str:
    """Return a line as it was typed, in NFC; control characters are spaces, and nothing but spaces is nothing.

    :raises BadResponse: when it came more than once or is longer than ``most`` characters.
    """
    typed = _not_longer(one_value(form, field), most * _CODE_POINTS_OF_A_LETTER)
    text = nfc("".join(" " if unicodedata.category(character) == "Cc" else character for character in typed))
    return _not_longer(text, most) if text.strip() else ""


def written_text(form: PostedFields, field: str, most: int) -> str:
    """Return a text of several lines exactly as it was typed, but in NFC, with Unix line ends and without NUL.

    :raises BadResponse: when it came more than once or is longer than ``most`` characters.
    """
    typed = _not_longer(one_value(form, field), most * _CODE_POINTS_OF_A_LETTER)
    return _not_longer(nfc(typed.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")), most)


def refuse_others(form: PostedFields, fields: Collection[str]) -> None:
    """Refuse a form with fields that a question does not have.

    :raises BadResponse: when it has any.
    """
    if any(name not in fields for name in form):
        raise BadResponse("unknown field")


@contextmanager
def blamed_on(place: int) -> Iterator[None]:
    """Say that whatever is wrong inside is wrong with the row at this place."""
    try:
        yield
    except SpecError as error:
        raise SpecError(error.code, place) from error


def rows_of(raw: Any) -> list[Mapping[str, Any]]:
    """Return the rows of stored JSON.

    :raises SpecError: ``malformed``, when it is no list of objects.
    """
    if not isinstance(raw, list):
        raise SpecError("malformed")
    for place, row in enumerate(raw):
        if not isinstance(row, Mapping):
            raise SpecError("malformed", place)
    return raw


def texts_of(row: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Return texts of a stored row; what it leaves out is empty.

    :raises SpecError: ``malformed``, when one is no text.
    """
    found = {name: row.get(name, "") for name in names}
    if not all(isinstance(value, str) for value in found.values()):
        raise SpecError("malformed")
    return found


def whole(value: Any, default: int) -> int:
    """Return a typed whole number, the default when nothing was typed, -1 when it is none."""
    if isinstance(value, str):
        digits = value.strip()
        if not digits:
            return default
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else -1
    if value is None:
        return default
    return value if type(value) is int else -1


def share_of(row: Mapping[str, Any]) -> int:
    """Return the share of a stored row, in percent.

    :raises SpecError: ``bad_share``.
    """
    share = row.get("share", FULL)
    if type(share) is not int or not 0 <= share <= FULL:
        raise SpecError("bad_share")
    return share


def explained(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the explanation of a typed row, as Markdown and as HTML."""
    explanation = line(row.get("explanation"))
    return {"explanation": explanation, "explanation_html": inline(explanation)}


def check_shares(shares: Sequence[int]) -> None:
    """Refuse answers of which there are too few, too many, or none that is right in full."""
    if not shares:
        raise SpecError("no_answer")
    if len(shares) > MAX_ANSWERS:
        raise SpecError("too_many_answers")
    if FULL not in shares:
        raise SpecError("no_full_answer")


def composed_answers(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return typed answers, ``[{"text", "share", "explanation"}, ...]``, as they are stored."""
    return [{"text": line(row.get("text")), "share": whole(row.get("share"), FULL), **explained(row)} for row in rows]


def typed_answers(answers: Sequence[Accepted]) -> list[dict[str, Any]]:
    """Return accepted answers as if their author had just typed them."""
    return [{"text": one.text, "share": one.share, "explanation": one.explanation} for one in answers]


def parse_answers(raw: Any, folding: Folding) -> tuple[Accepted, ...]:
    """Return the accepted answers that JSON describes.

    :raises SpecError: ``malformed, no_answer, too_many_answers, empty_answer, answer_too_long, text_too_long,
        bad_share, duplicate_answer`` (two that the folding takes as one) or ``no_full_answer``.
    """
    answers: list[Accepted] = []
    said: set[str] = set()
    for place, row in enumerate(rows_of(raw)):
        with blamed_on(place):
            answer = _parse_answer(row)
            key = folding.key(answer.text)
            if key in said:
                raise SpecError("duplicate_answer")
        answers.append(answer)
        said.add(key)
    check_shares([answer.share for answer in answers])
    return tuple(answers)


def matching(answers: Sequence[Accepted], text: str, folding: Folding) -> Accepted | None:
    """Return the accepted answer that a written one says, None when it says something else."""
    key = folding.key(text)
    return next((answer for answer in answers if folding.key(answer.text) == key), None)


def right_answers(answers: Sequence[Accepted]) -> tuple[RightAnswer, ...]:
    """Return the answers that earn something, those that earn most first."""
    earning = [RightAnswer(answer.text, answer.share) for answer in answers if answer.share]
    return tuple(sorted(earning, key=lambda answer: -answer.share))


def _parse_answer(row: Mapping[str, Any]) -> Accepted:
    texts = texts_of(row, "text", "explanation", "explanation_html")
    if not texts["text"].strip():
        raise SpecError("empty_answer")
    if len(texts["text"]) > MAX_LINE:
        raise SpecError("answer_too_long")
    if len(texts["explanation"]) > MAX_TEXT:
        raise SpecError("text_too_long")
    return Accepted(share=share_of(row), **texts)


def _not_longer(text: str, most: int) -> str:
    if len(text) > most:
        raise BadResponse("too long")
    return text
