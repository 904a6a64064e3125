"""Writes a bank as GIFT, so that reading it again yields the same questions."""

import re
from collections.abc import Iterable

from quizzes.formats.gift_values import ALL_OR_NOTHING, MULTIPLE_CHOICE, GiftOption, GiftQuestion

_SPECIAL = re.compile(r"([\\~=#{}:])")
#: What the reader would take for a mark of format when a text begins with it.
_MISTAKABLE = re.compile(r"\[(html|markdown|plain|moodle)\]", re.IGNORECASE)


def write(questions: Iterable[GiftQuestion]) -> str:
    """Return questions as the text of a GIFT file."""
    return "\n".join(_question(question) for question in questions)


def _question(question: GiftQuestion) -> str:
    lines = [_facts(question), f"::{_escape(question.code)}::[markdown]{_escape(question.prompt)} {{"]
    right = sum(option.right for option in question.options)
    wrong = len(question.options) - right
    for option in question.options:
        mark = _weight(option, right, wrong) if question.kind == MULTIPLE_CHOICE else _mark(option)
        explanation = f"#{_text(option.explanation)}" if option.explanation else ""
        lines.append(f"{mark}{_text(option.text)}{explanation}")
    if question.general_explanation:
        lines.append(f"####{_text(question.general_explanation)}")
    return "\n".join([*lines, "}", ""])


def _facts(question: GiftQuestion) -> str:
    facts = [f"difficulty: {question.difficulty}"]
    if question.topic:
        facts.append(f"topics: {question.topic}")
    if question.sources:
        facts.append(f"sources: {', '.join(question.sources)}")
    if question.rule == ALL_OR_NOTHING:
        facts.append(f"rule: {ALL_OR_NOTHING}")
    if not question.shuffle:
        facts.append("order: fixed")
    return "// " + "; ".join(facts)


def _mark(option: GiftOption) -> str:
    """Return the sign of an option of which one is right; an explicit weight shields a text that begins with one."""
    sign = "=" if option.right else "~"
    shield = ("%100%" if option.right else "%0%") if option.text.startswith("%") else ""
    return sign + shield


def _weight(option: GiftOption, right: int, wrong: int) -> str:
    """Return the share of an option: right ones make up 100, wrong ones take away as much (5 digits, as Moodle has)."""
    share = 100 / right if option.right else -100 / wrong
    return f"~%{share:.5f}".rstrip("0").rstrip(".") + "%"


def _text(text: str) -> str:
    return f"[markdown]{_escape(text)}" if _MISTAKABLE.match(text) else _escape(text)


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("\n", "\\n")
