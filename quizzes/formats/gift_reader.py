"""Reads GIFT (docs.moodle.org, "GIFT format") as banks need it; what it can't keep it refuses by name, with the line.

Taken: comments, categories (skipped), titles, the four text formats, escapes, one right option (``=`` and ``~``),
several right options (weights), true/false, feedback per option and in general. Our own line of facts stands in a
comment before a question::

    // difficulty: easy; topics: N19; sources: luat-pctn-2018; rule: all_or_nothing; order: fixed
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from core.text import clean_line, nfc
from quizzes.formats import markdown_text
from quizzes.formats.gift_values import (
    ALL_OR_NOTHING,
    DIFFICULTIES,
    MULTIPLE_CHOICE,
    PARTIAL,
    SINGLE_CHOICE,
    GiftError,
    GiftFile,
    GiftOption,
    GiftQuestion,
)

CODE_LENGTH = 60
#: Characters of one question with all its options; more is no question, and would take long to clean.
MAX_QUESTION = 40_000
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
_FORMAT = re.compile(r"\s*\[(html|markdown|plain|moodle)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{1,7})?)%")
_TRUTH = re.compile(r"(T|TRUE|F|FALSE)\Z", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
FACTS = ("difficulty", "topics", "sources", "rule", "order")
#: By how much the weights of right options may miss a whole (33.33 three times), and differ.
WEIGHT_SLACK = 1.0


class _Refused(Exception):
    """Raised inside when a question can't be taken."""

    def __init__(self, code: str, offset: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.offset = offset


@dataclass
class _Block:
    """The lines of one question without comments, and the facts that a comment told about it."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.lines)

    def line_at(self, offset: int) -> int:
        return self.lines[self.text.count("\n", 0, offset)][0]


def read(text: str) -> GiftFile:
    """Return what a GIFT file holds. Whatever the text, this raises nothing."""
    questions: list[GiftQuestion] = []
    errors: list[GiftError] = []
    first_lines: dict[str, int] = {}
    for block in _blocks(text):
        try:
            question = _question(block)
        except _Refused as refused:
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
            block.facts.update(_facts(stripped[2:]))
        elif stripped.startswith("$CATEGORY:"):
            block.facts.clear()
        elif stripped:
            block.lines.append((number, line))
    if block.lines:
        yield block


def _facts(comment: str) -> dict[str, str]:
    """Return the facts of a comment, none when it is for people only."""
    parts = [part.partition(":") for part in comment.split(";") if part.strip()]
    facts = {name.strip().lower(): clean_line(value) for name, colon, value in parts if colon}
    return facts if len(facts) == len(parts) and set(facts) <= set(FACTS) else {}


def _question(block: _Block) -> GiftQuestion:
    text = block.text
    if len(text) > MAX_QUESTION:
        raise _Refused("too_long")
    title, begin = _title(text)
    opening = next(_unescaped(text, "{", begin), None)
    if opening is None:
        raise _Refused("no_answers", begin)
    closing = next(_unescaped(text, "}", opening + 1), None)
    if closing is None:
        raise _Refused("not_closed", opening)
    if text[closing + 1 :].strip():
        raise _Refused("missing_word", closing)
    style, prompt = _styled(text[begin:opening], "moodle")
    prompt = _markdown(prompt, style)
    if not prompt:
        raise _Refused("no_text", begin)
    answers, general = _general(text[opening + 1 : closing])
    kind, options, is_truth = _options(answers, opening + 1, style)
    facts = _checked(block.facts)
    return GiftQuestion(
        code=_code(title, prompt),
        kind=kind,
        prompt=prompt,
        options=options,
        general_explanation=_markdown(*reversed(_styled(general, style))),
        topic=facts.get("topics", ""),
        difficulty=facts.get("difficulty", "medium"),
        sources=tuple(dict.fromkeys(clean_line(code) for code in facts.get("sources", "").split(",") if code.strip())),
        shuffle=facts.get("order") != "fixed" and not is_truth,
        rule=facts.get("rule", PARTIAL) if kind == MULTIPLE_CHOICE else PARTIAL,
        line=block.line_at(0),
    )


def _title(text: str) -> tuple[str, int]:
    """Return the title and where the question goes on after it."""
    start = len(text) - len(text.lstrip())
    if not text.startswith("::", start):
        return "", start
    for colon in _unescaped(text, ":", start + 2):
        if text.startswith("::", colon):
            return clean_line(_unescape(text[start + 2 : colon])), colon + 2
    raise _Refused("title_not_closed", start)


def _code(title: str, prompt: str) -> str:
    """Return the code of a question: its title when that fits, else one that is the same at every import."""
    mark = hashlib.sha256((title or prompt).encode()).hexdigest()[:8]
    if not title:
        return f"gift-{mark}"
    return title if len(title) <= CODE_LENGTH else f"{title[: CODE_LENGTH - 9].strip()}-{mark}"


def _checked(facts: dict[str, str]) -> dict[str, str]:
    known = {"difficulty": DIFFICULTIES, "rule": (PARTIAL, ALL_OR_NOTHING), "order": ("fixed", "free")}
    for name, values in known.items():
        if name in facts and facts[name] not in values:
            raise _Refused(f"bad_{name}")
    if len(facts.get("topics", "")) > 40:
        raise _Refused("bad_topics")
    return facts


def _general(body: str) -> tuple[str, str]:
    """Split what is between the braces into answers and general feedback."""
    for place in _unescaped(body, "#"):
        if body.startswith("####", place):
            return body[:place], body[place + 4 :]
    return body, ""


def _options(body: str, offset: int, style: str) -> tuple[str, tuple[GiftOption, ...], bool]:
    """Return the kind, the options, and whether they are those of a true/false question."""
    answers = body.strip()
    if not answers:
        raise _Refused("essay", offset)
    if answers.startswith("#"):
        raise _Refused("numeric", offset)
    if answers[0] not in "=~":
        return SINGLE_CHOICE, _truth_options(answers, offset, style), True
    starts = [*_unescaped(body, "=~"), len(body)]
    pieces = [(body[start], body[start + 1 : end], offset + start) for start, end in pairwise(starts)]
    marks = {mark for mark, _, _ in pieces}
    if marks == {"="}:
        raise _Refused("matching" if all("->" in piece for _, piece, _ in pieces) else "short_answer", offset)
    kind = SINGLE_CHOICE if "=" in marks else MULTIPLE_CHOICE
    read = [_option(mark, piece, place, style) for mark, piece, place in pieces]
    weights = [weight for _, weight in read]
    if kind == MULTIPLE_CHOICE:
        _check_weights([weight for weight in weights if weight > 0], offset)
    elif weights.count(100.0) != 1:
        raise _Refused("several_right", offset)
    elif any(weight > 0 for weight in weights if weight != 100.0):
        raise _Refused("part_of_one", offset)
    return kind, tuple(option for option, _ in read), False


def _option(mark: str, piece: str, place: int, style: str) -> tuple[GiftOption, float]:
    found = _WEIGHT.match(piece)
    weight = 100.0 if mark == "=" else float(found[1]) if found else 0.0
    if not -100 <= weight <= 100:
        raise _Refused("weights", place)
    text, feedback = _feedback(piece[found.end() :] if found else piece)
    text = _line(*_styled(text, style))
    if not text:
        raise _Refused("empty_option", place)
    return GiftOption(text, weight > 0, _line(*_styled(feedback, style))), weight


def _check_weights(right: list[float], offset: int) -> None:
    """Refuse weights that our rules of marking would not keep: right options share one whole equally."""
    if not right:
        raise _Refused("none_right", offset)
    if abs(sum(right) - 100) > WEIGHT_SLACK or max(right) - min(right) > WEIGHT_SLACK:
        raise _Refused("weights", offset)


def _truth_options(answers: str, offset: int, style: str) -> tuple[GiftOption, ...]:
    answer, rest = _feedback(answers)
    if not _TRUTH.match(answer.strip()):
        raise _Refused("unknown_answers", offset)
    when_wrong, when_right = (_line(*_styled(feedback, style)) for feedback in _feedback(rest))
    is_true = answer.strip().upper().startswith("T")
    return (
        GiftOption("Đúng", is_true, when_right if is_true else when_wrong),
        GiftOption("Sai", not is_true, when_wrong if is_true else when_right),
    )


def _feedback(text: str) -> tuple[str, str]:
    """Split at the first ``#``."""
    place = next(_unescaped(text, "#"), len(text))
    return text[:place], text[place + 1 :]


def _unescaped(text: str, wanted: str, start: int = 0) -> Iterator[int]:
    """Yield where one of some characters stands without a backslash before it."""
    place = start
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] in wanted:
            yield place
        place += 1


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def _styled(text: str, style: str) -> tuple[str, str]:
    """Return the format of a text (its own mark, else that of its question) and the text without escapes."""
    found = _FORMAT.match(text)
    return (found[1].lower(), _unescape(text[found.end() :])) if found else (style, _unescape(text))


def _markdown(text: str, style: str) -> str:
    if style == "markdown":
        return "\n".join(line.rstrip() for line in text.strip().split("\n"))
    if style == "plain" or (style == "moodle" and not _TAG.search(text) and "&" not in text):
        return markdown_text.from_plain(text)
    return markdown_text.from_html(text.strip().replace("\n", "<br>") if style == "moodle" else text)


def _line(style: str, text: str) -> str:
    """Return a text that stands on one line, as Markdown."""
    return clean_line(_markdown(text if style == "html" else clean_line(text), style).replace("\\\n", " "))
