"""Whether the rules of a quiz make sense as a whole. Pure; the words are in ``quizzes.rule_labels``."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from quizzes.quiz_drafts import PASS_SCORE, QuizDraft, SectionDraft, question_count
from quizzes.reveal import When

MOST = 10_000
MOST_POINTS = 100_000
COUNTING = ("best", "last", "first")
DIFFICULTIES = ("", "easy", "medium", "hard")
#: Earlier moments of showing first.
_ORDER = tuple(When)


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is wrong with a rule. ``field`` is that of the draft; ``section`` its place when it is one of a section."""

    field: str
    code: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    section: int | None = None


def problems(draft: QuizDraft) -> list[Problem]:
    """Return everything that makes rules unusable, in the order in which the form asks for them."""
    found = [*_sections(draft), *_limits(draft), *_practice(draft), *_times(draft), *_pages(draft), *_results(draft)]
    return [*_texts(draft), *found]


def warnings(draft: QuizDraft, at: datetime) -> list[Problem]:
    """Return what rules mean at a moment and is perhaps not meant; nothing is refused for it."""
    found = []
    if draft.closes_at is not None and draft.closes_at <= at:
        found.append(Problem("closes_at", "closed_already"))
    if (
        not draft.practice
        and draft.attempts_allowed != 1
        and draft.show_key in (When.DURING, When.AFTER)
        and draft.sections
        and all(section.draw_count is None for section in draft.sections)
    ):
        found.append(Problem("show_key", "key_before_next_attempt"))
    return found


def _texts(draft: QuizDraft) -> Iterator[Problem]:
    if not 0 < len(draft.title) <= 200:
        yield Problem("title", "title")
    if len(draft.access_code) > 40:
        yield Problem("access_code", "access_code", {"most": 40})


def _sections(draft: QuizDraft) -> Iterator[Problem]:
    first: dict[tuple[int, str, str], int] = {}
    for place, section in enumerate(draft.sections):
        yield from (Problem(name, code, section=place) for name, code in _section(section))
        asked = (section.bank_id, section.topic.casefold(), section.difficulty)
        if asked in first:
            yield Problem("bank_id", "same_section", {"number": place + 1, "other": first[asked] + 1}, place)
        first.setdefault(asked, place)


def _section(section: SectionDraft) -> Iterator[tuple[str, str]]:
    if len(section.title) > 200:
        yield "title", "section_title"
    if len(section.topic) > 40 or "," in section.topic:
        yield "topic", "topic"
    if section.difficulty not in DIFFICULTIES:
        yield "difficulty", "difficulty"
    if section.draw_count is not None and not 0 < section.draw_count <= MOST:
        yield "draw_count", "number"
    if not 0 < section.points <= MOST_POINTS:
        yield "points", "points"


def _limits(draft: QuizDraft) -> Iterator[Problem]:
    if not 0 <= draft.pass_score <= 1000:
        yield Problem("pass_score", "pass_score")
    for name in ("attempts_allowed", "wait_minutes", "time_limit_minutes", "per_page"):
        value = getattr(draft, name)
        if value is not None and not 0 < value <= MOST:
            yield Problem(name, "number")
    if draft.counting not in COUNTING:
        yield Problem("counting", "choice")
    if draft.wait_minutes is not None and draft.attempts_allowed == 1 and not draft.practice:
        yield Problem("wait_minutes", "wait_for_nothing")


def _practice(draft: QuizDraft) -> Iterator[Problem]:
    if not draft.practice:
        return
    if draft.pass_score != PASS_SCORE:
        yield Problem("pass_score", "practice_pass_score")
    if draft.attempts_allowed is not None:
        yield Problem("attempts_allowed", "practice_attempts")
    if draft.wait_minutes is not None:
        yield Problem("wait_minutes", "practice_wait")
    if draft.access_code:
        yield Problem("access_code", "practice_code")


def _times(draft: QuizDraft) -> Iterator[Problem]:
    if draft.opens_at is None or draft.closes_at is None:
        return
    window = draft.closes_at - draft.opens_at
    if window <= timedelta(0):
        yield Problem("closes_at", "closes_before_opens")
    elif draft.time_limit_minutes and timedelta(minutes=draft.time_limit_minutes) > window:
        minutes = int(window / timedelta(minutes=1))
        yield Problem("time_limit_minutes", "limit_longer_than_window", {"minutes": minutes})


def _pages(draft: QuizDraft) -> Iterator[Problem]:
    count = question_count(draft)
    if draft.one_way and draft.per_page is None:
        yield Problem("per_page", "one_way_needs_pages")
    if draft.per_page is not None and count is not None and draft.sections and draft.per_page > count:
        yield Problem("per_page", "page_larger_than_quiz", {"count": count})


def _results(draft: QuizDraft) -> Iterator[Problem]:
    for name in ("show_score", "show_verdicts", "show_key"):
        when = getattr(draft, name)
        if when not in _ORDER:
            yield Problem(name, "choice")
        elif when == When.AFTER_CLOSE and draft.closes_at is None:
            yield Problem(name, "after_close_needs_closing")
        elif when == When.DURING and not draft.practice:
            yield Problem(name, "during_only_in_practice")
    if {draft.show_key, draft.show_verdicts} <= set(_ORDER) and (
        _ORDER.index(When(draft.show_key)) < _ORDER.index(When(draft.show_verdicts))
    ):
        yield Problem("show_verdicts", "key_before_verdicts")
