"""What the GIFT reader gives and the GIFT writer takes: questions as values, with text in Markdown."""

from dataclasses import dataclass
from typing import Any

from quizzes.kinds import Typed

SINGLE_CHOICE = "single_choice"
MULTIPLE_CHOICE = "multiple_choice"
DIFFICULTIES = ("easy", "medium", "hard")
PARTIAL = "partial"
ALL_OR_NOTHING = "all_or_nothing"
#: What a text with a gap asks, unless it says something else; GIFT has no other place for it than our own note.
GAP_PROMPT = "Điền vào chỗ trống."
#: By what an essay is marked that comes without criteria, for GIFT has none but those in our own notes.
CRITERION: dict[str, Any] = {"text": "Trả lời đúng và đủ ý", "weight": 1}


@dataclass(frozen=True)
class GiftQuestion:
    """One question. ``line`` is where it begins in the file; it counts for nothing when questions are compared.

    ``content`` is what the kind's :meth:`~quizzes.kinds.contract.Kind.compose` takes; it comes without keys.
    """

    code: str
    kind: str
    prompt: str
    content: Typed
    general_explanation: str = ""
    topic: str = ""
    difficulty: str = "medium"
    sources: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class GiftError:
    """Something that can't be taken: the line it is on, counted from 1, and a stable code that says what it is."""

    line: int
    code: str


@dataclass(frozen=True)
class GiftFile:
    """What a file holds: all its questions, and all that is wrong. Take nothing when there is an error."""

    questions: tuple[GiftQuestion, ...]
    errors: tuple[GiftError, ...]
