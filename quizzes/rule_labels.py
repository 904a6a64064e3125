"""The words for the rules of a quiz: what is wrong with them, what is missing in the banks, and what they say."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from core.tables import cell_text
from quizzes.blueprint import Shortfall
from quizzes.models import QuizSection, QuizVersion
from quizzes.quiz_drafts import QuizDraft, SectionDraft
from quizzes.quiz_rules import Problem
from quizzes.reveal import When
from quizzes.version_changes import Change

COUNTING_LABELS: dict[str, Any] = {
    "best": _l("The best attempt"),
    "last": _l("The last attempt"),
    "first": _l("The first attempt"),
}
SHOW_LABELS: dict[str, Any] = {
    When.DURING: _l("At once, while the attempt is open (practice only)"),
    When.AFTER: _l("After the attempt is handed in"),
    When.AFTER_CLOSE: _l("After the quiz has closed"),
    When.NEVER: _l("Never"),
}
#: What a section asks for, after a number.
ASKED_LABELS: dict[str, Any] = {
    "": _l("questions"),
    "easy": _l("easy questions"),
    "medium": _l("medium questions"),
    "hard": _l("hard questions"),
}
#: Codes of ``quizzes.quiz_rules.Problem``.
RULE_PROBLEMS: dict[str, Any] = {
    "title": _l("A title has 1 to 200 characters."),
    "access_code": _l("An access code has 40 characters at most."),
    "section_title": _l("At most 200 characters."),
    "topic": _l("Write one topic, without a comma, of 40 characters at most."),
    "difficulty": _l("Choose how difficult it is."),
    "choice": _l("Choose one of these."),
    "number": _l("Write a number from 1 to 10,000, or leave this empty."),
    "points": _l("Points are more than 0 and at most 1000."),
    "pass_score": _l("The pass mark lies between 0 and 10."),
    "same_section": _l(
        "Section %(number)s asks for the same questions as section %(other)s. Make them one section, or choose another "
        "topic or difficulty."
    ),
    "wait_for_nothing": _l("With one attempt nobody waits for the next one. Leave this empty, or allow more attempts."),
    "practice_pass_score": _l("Practice has no pass mark. Leave this empty, or untick practice."),
    "practice_attempts": _l("Practice is repeated as often as one likes. Leave this empty, or untick practice."),
    "practice_wait": _l("Practice has no waiting time. Leave this empty, or untick practice."),
    "practice_code": _l("Practice needs no access code. Leave this empty, or untick practice."),
    "closes_before_opens": _l("The quiz would close before it opens. Let it close later, or open earlier."),
    "limit_longer_than_window": _l(
        "From opening to closing there are %(minutes)s minutes only. Shorten the time limit, or close the quiz later."
    ),
    "one_way_needs_pages": _l(
        "Who can't go back needs more than one page. Write how many questions a page shows, or let learners go back."
    ),
    "page_larger_than_quiz": _l(
        "An attempt has only %(count)s questions. Write a smaller number, or leave this empty for one page."
    ),
    "after_close_needs_closing": _l("The quiz never closes. Say when it closes, or choose another moment here."),
    "during_only_in_practice": _l("Only practice shows this at once. Tick practice, or choose another moment here."),
    "key_before_verdicts": _l(
        "The key tells which answers were right. Show the verdicts no later than the key, or show the key later."
    ),
    "closed_already": _l("The time at which the quiz closes is past: nobody can begin it."),
    "key_before_next_attempt": _l(
        "All attempts have the same questions, and the key is shown after the first one. Show it after the quiz has "
        "closed, draw the questions from a larger bank, or allow one attempt only."
    ),
}


def problem_text(problem: Problem) -> str:
    """Return what is wrong, and how to mend it."""
    return str(RULE_PROBLEMS[problem.code]) % problem.params


def shortfall_text(short: Shortfall, sections: Sequence[SectionDraft], banks: Mapping[int, str]) -> str:
    """Return what is missing where, in one sentence or two."""
    if len(short.sections) > 1:
        numbers = ", ".join(str(place + 1) for place in short.sections)
        text = _(
            "Sections %(numbers)s draw from the same questions: they want %(wanted)s together, %(available)s fit, "
            "%(missing)s are missing.",
            numbers=numbers,
            **_figures(short),
        )
    else:
        section = sections[short.sections[0]]
        asked = {"bank": banks.get(section.bank_id, ""), "asked": str(ASKED_LABELS[section.difficulty])}
        if section.topic:
            text = _(
                "The bank “%(bank)s” lacks %(missing)s %(asked)s on the topic %(topic)s: %(wanted)s are wanted, "
                "%(available)s are published.",
                topic=section.topic,
                **asked,
                **_figures(short),
            )
        else:
            text = _(
                "The bank “%(bank)s” lacks %(missing)s %(asked)s: %(wanted)s are wanted, %(available)s are published.",
                **asked,
                **_figures(short),
            )
    if short.taken:
        text += " " + _("Sections that take all have the other %(taken)s.", taken=short.taken)
    return text


def there_text(number: int) -> str:
    """Return how many questions a section may draw from."""
    return ngettext("%(num)s published question is there.", "%(num)s published questions are there.", number)


def _figures(short: Shortfall) -> dict[str, int]:
    return {"wanted": short.wanted, "available": short.available, "missing": short.missing}


def hundredths_text(number: int) -> str:
    """Return hundredths as people write them: 850 is ``8,5``."""
    whole, rest = divmod(number, 100)
    return f"{whole},{rest:02}".rstrip("0").rstrip(",")


def rule_facts(rules: QuizDraft | QuizVersion) -> list[tuple[str, str]]:
    """Return what the rules say, line by line: always the same lines in the same order."""
    return [
        (_("Title"), rules.title),
        (_("Kind of quiz"), _("Practice; counts for nothing") if rules.practice else _("Quiz that counts")),
        (_("Pass mark, on the scale of 10"), "–" if rules.practice else hundredths_text(rules.pass_score)),
        (_("Attempts allowed"), str(rules.attempts_allowed or _("without limit"))),
        (_("Waiting time between attempts"), _minutes(rules.wait_minutes) or _("none")),
        (_("Attempt that counts"), str(COUNTING_LABELS[rules.counting])),
        (_("Access code"), rules.access_code or _("none")),
        (_("Opens"), cell_text(rules.opens_at) or _("at any time")),
        (_("Closes"), cell_text(rules.closes_at) or _("never")),
        (_("Time limit"), _minutes(rules.time_limit_minutes) or _("without limit")),
        (_("Order of the questions"), _("shuffled") if rules.shuffle_questions else _("stays as written")),
        (_("Order of the options"), _("shuffled") if rules.shuffle_options else _("stays as written")),
        (_("Questions seen before"), _("avoided where possible") if rules.avoid_seen else _("may come again")),
        (_("Pages"), _pages(rules.per_page)),
        (_("Going back to earlier pages"), _("not possible") if rules.one_way else _("possible")),
        (_("Score is shown"), str(SHOW_LABELS[rules.show_score])),
        (_("Verdict on each answer is shown"), str(SHOW_LABELS[rules.show_verdicts])),
        (_("Key and explanations are shown"), str(SHOW_LABELS[rules.show_key])),
    ]


def rule_changes(old: QuizVersion, new: QuizVersion) -> list[Change]:
    """Return what differs between two versions whose sections and banks are loaded."""
    before, after = list(_all_facts(old)), list(_all_facts(new))
    rows = zip_longest(before, after, fillvalue=("", ""))
    return [Change(name or label, was, now) for (label, was), (name, now) in rows if was != now]


def _all_facts(version: QuizVersion) -> Iterator[tuple[str, str]]:
    yield from rule_facts(version)
    yield _("Instructions"), version.instructions
    for section in version.sections:
        yield _("Section %(number)s", number=section.position), section_text(section)


def criteria_text(topic: str, difficulty: str = "") -> str:
    """Return which questions of a bank are asked for, ``hard questions, topic N19``."""
    parts = [str(ASKED_LABELS[difficulty])] if difficulty else []
    return ", ".join([*parts, *([_("topic %(topic)s", topic=topic)] if topic else [])])


def section_text(section: QuizSection) -> str:
    """Return what a section whose bank is loaded asks for."""
    parts = [
        section.title,
        section.bank.name,
        f"{section.draw_count or _('all')} {ASKED_LABELS[section.difficulty]}",
        criteria_text(section.topic),
        _("%(points)s points each", points=hundredths_text(section.points)),
    ]
    return "; ".join(part for part in parts if part)


def _minutes(minutes: int | None) -> str:
    return ngettext("%(num)s minute", "%(num)s minutes", minutes) if minutes else ""


def _pages(per_page: int | None) -> str:
    if per_page is None:
        return _("all questions on one page")
    return ngettext("%(num)s question on each", "%(num)s questions on each", per_page)
