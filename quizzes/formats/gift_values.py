"""What the GIFT reader gives and the GIFT writer takes: questions as values, with text in Markdown."""

from dataclasses import dataclass

SINGLE_CHOICE = "single_choice"
MULTIPLE_CHOICE = "multiple_choice"
DIFFICULTIES = ("easy", "medium", "hard")
PARTIAL = "partial"
ALL_OR_NOTHING = "all_or_nothing"


@dataclass(frozen=True)
class GiftOption:
    """One option: its text and explanation as inline Markdown."""

    text: str
    right: bool
    explanation: str = ""


@dataclass(frozen=True)
class GiftQuestion:
    """One question. ``line`` is where it begins in the file; it counts for nothing when questions are compared."""

    code: str
    kind: str
    prompt: str
    options: tuple[GiftOption, ...]
    general_explanation: str = ""
    topic: str = ""
    difficulty: str = "medium"
    sources: tuple[str, ...] = ()
    shuffle: bool = True
    rule: str = PARTIAL
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
