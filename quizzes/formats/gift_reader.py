"""Reads GIFT (docs.moodle.org, "GIFT format") as banks need it; what it can't keep it refuses by name, with the line.

Taken: comments, categories (skipped), titles, the four text formats, escapes; one right option (``=`` and ``~``),
several right options (weights), true/false, matching, short answers, numbers and ranges, essays, a missing word;
feedback per answer and in general. What GIFT has no place for stands in comments before a question, facts on one line
and notes on lines of their own::

    // difficulty: easy; topics: N19; sources: luat-pctn-2018; rule: all_or_nothing; order: fixed
    // unit: ngày làm việc
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.text import clean_line, nfc
from quizzes.formats.gift_answers import Around, read_answers, read_gap
from quizzes.formats.gift_text import Note, Refused, markdown, read_facts, read_note, styled, unescape, unescaped
from quizzes.formats.gift_values import (
    ALL_OR_NOTHING,
    DIFFICULTIES,
    GAP_PROMPT,
    PARTIAL,
    GiftError,
    GiftFile,
    GiftQuestion,
)

CODE_LENGTH = 60
#: Characters of one question with all its options; more is no question, and would take long to clean.
MAX_QUESTION = 40_000
#: Characters for private use, more than a question has: one that it does not have stands for its gap for a while.
_PRIVATE = range(0xF0000, 0xFFFFD)


@dataclass
class _Block:
    """The lines of one question without comments, and the facts and notes that comments told about it."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.lines)

    def line_at(self, offset: int) -> int:
        return self.lines[self.text.count("\n", 0, offset)][0]

    def take_comment(self, comment: str) -> None:
        if note := read_note(comment):
            self.notes.append(note)
        else:
            self.facts.update(read_facts(comment))


def read(text: str) -> GiftFile:
    """Return what a GIFT file holds. Whatever the text, this raises nothing."""
    questions: list[GiftQuestion] = []
    errors: list[GiftError] = []
    first_lines: dict[str, int] = {}
    for block in _blocks(text):
        try:
            question = _question(block)
        except Refused as refused:
            errors.append(GiftError(block.line_at(refused.offset), refused.code))
            continue
        if question.code in first_lines:
            errors.append(GiftError(question.line, "duplicate_code"))
        first_lines.setdefault(question.code, question.line)
        questions.append(question)
    if not questions and not errors:
        errors.append(GiftError(1, "no_question"))
    return GiftFile(tuple(questions), tuple(errors))


def _blocks(text: str) -> Iterator[_Block]:
    """Cut a file at blank lines, and where a title begins; hand each question the comments before it."""
    block = _Block()
    plain = nfc(text).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    for number, line in enumerate(plain.split("\n"), start=1):
        stripped = line.strip()
        if block.lines and (not stripped or stripped.startswith(("::", "$CATEGORY:"))):
            yield block
            block = _Block()
        if stripped.startswith("//"):
            block.take_comment(stripped[2:])
        elif stripped.startswith("$CATEGORY:"):
            block = _Block()
        elif stripped:
            block.lines.append((number, line))
    if block.lines:
        yield block


def _question(block: _Block) -> GiftQuestion:
    text = block.text
    if len(text) > MAX_QUESTION:
        raise Refused("too_long")
    title, begin = _title(text)
    opening = next(unescaped(text, "{", begin), None)
    if opening is None:
        raise Refused("no_answers", begin)
    closing = next(unescaped(text, "}", opening + 1), None)
    if closing is None:
        raise Refused("not_closed", opening)
    facts = _checked(block.facts)
    hole = next(character for character in map(chr, _PRIVATE) if character not in text)
    style, said = styled(f"{text[begin:opening]}{hole}{text[closing + 1 :]}", "moodle")
    shown = markdown(style, said)
    if not shown.replace(hole, "").strip():
        raise Refused("no_text", begin)
    answers, general = _general(text[opening + 1 : closing])
    around = Around(style, facts, block.notes)
    if text[closing + 1 :].strip() or around.noted("gap prompt"):
        kind, prompt = "gaps", around.noted("gap prompt") or GAP_PROMPT
        content = {"text": shown.replace(hole, "[[1]]"), **read_gap(answers, opening + 1, around)}
    else:
        prompt = markdown(style, said.replace(hole, ""))
        kind, content = read_answers(answers, opening + 1, around)
    return GiftQuestion(
        code=_code(title, shown if kind == "gaps" else prompt),
        kind=kind,
        prompt=prompt,
        content=content,
        general_explanation=markdown(*styled(general, style)),
        topic=facts.get("topics", ""),
        difficulty=facts.get("difficulty", "medium"),
        sources=tuple(dict.fromkeys(clean_line(code) for code in facts.get("sources", "").split(",") if code.strip())),
        line=block.line_at(0),
    )


def _title(text: str) -> tuple[str, int]:
    """Return the title and where the question goes on after it."""
    start = len(text) - len(text.lstrip())
    if not text.startswith("::", start):
        return "", start
    for colon in unescaped(text, ":", start + 2):
        if text.startswith("::", colon):
            return clean_line(unescape(text[start + 2 : colon])), colon + 2
    raise Refused("title_not_closed", start)


def _code(title: str, shown: str) -> str:
    """Return the code of a question: its title when that fits, else one that is the same at every import."""
    mark = hashlib.sha256((title or shown).encode()).hexdigest()[:8]
    if not title:
        return f"gift-{mark}"
    return title if len(title) <= CODE_LENGTH else f"{title[: CODE_LENGTH - 9].strip()}-{mark}"


def _checked(facts: dict[str, str]) -> dict[str, str]:
    known = {"difficulty": DIFFICULTIES, "rule": (PARTIAL, ALL_OR_NOTHING), "order": ("fixed", "free")}
    for name, values in known.items():
        if name in facts and facts[name] not in values:
            raise Refused(f"bad_{name}")
    if len(facts.get("topics", "")) > 40:
        raise Refused("bad_topics")
    return facts


def _general(body: str) -> tuple[str, str]:
    """Split what is between the braces into answers and general feedback."""
    for place in unescaped(body, "#"):
        if body.startswith("####", place):
            return body[:place], body[place + 4 :]
    return body, ""
