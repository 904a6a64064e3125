"""The rules of a quiz as values, between form, package and database. Pure."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from core.text import clean_line, nfc

#: The pass mark where nothing else is said, in hundredths on the scale of 10.
PASS_SCORE = 500


@dataclass(frozen=True)
class SectionDraft:
    """So many questions of a bank (None: all of them), each worth ``points`` hundredths of a point.

    Only those of the topic and the difficulty, when these are given.
    """

    bank_id: int
    draw_count: int | None = None
    points: int = 100
    title: str = ""
    topic: str = ""
    difficulty: str = ""


@dataclass(frozen=True)
class QuizDraft:
    """The rules of a quiz; ``quizzes.models.QuizVersion`` explains each. None means without limit."""

    title: str
    sections: tuple[SectionDraft, ...]
    instructions: str = ""
    pass_score: int = PASS_SCORE
    attempts_allowed: int | None = None
    time_limit_minutes: int | None = None
    shuffle_questions: bool = True
    shuffle_options: bool = True
    practice: bool = False
    wait_minutes: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    one_way: bool = False
    per_page: int | None = None
    counting: str = "best"
    avoid_seen: bool = False
    access_code: str = ""
    show_score: str = "after"
    show_verdicts: str = "after"
    show_key: str = "after"


#: The rules that are columns of a version.
RULES = tuple(field.name for field in fields(QuizDraft) if field.name != "sections")


def tidy(draft: QuizDraft) -> QuizDraft:
    """Return the rules with their texts cleaned."""
    return replace(
        draft,
        title=clean_line(draft.title),
        instructions=nfc(draft.instructions).replace("\r\n", "\n").replace("\x00", "").strip(),
        access_code=clean_line(draft.access_code),
        sections=tuple(
            replace(section, title=clean_line(section.title), topic=clean_line(section.topic))
            for section in draft.sections
        ),
    )


def question_count(draft: QuizDraft) -> int | None:
    """Return how many questions an attempt has; None when that depends on the banks."""
    counts = [section.draw_count for section in draft.sections]
    return None if None in counts else sum(count or 0 for count in counts)
