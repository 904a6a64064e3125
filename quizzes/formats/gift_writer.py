"""Writes a bank as GIFT, so that reading it again yields the same questions; says which ones it has no place for."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial

from quizzes.formats.gift_text import Note, escape, write_line, write_note, write_plain_answer
from quizzes.formats.gift_values import ALL_OR_NOTHING, GAP_PROMPT, MULTIPLE_CHOICE, GiftQuestion
from quizzes.kinds import Typed
from quizzes.kinds.folding import Folding
from quizzes.kinds.typed_numbers import read_number, stored_number
from quizzes.kinds.written import FULL

_HELD = {"single_choice", MULTIPLE_CHOICE, "matching", "short_answer", "numeric", "essay", "gaps"}


def why_not(question: GiftQuestion) -> str | None:
    """Return a code saying why GIFT can't hold a question, or None when it can."""
    content = question.content
    if question.kind not in _HELD:
        return "kind"
    if question.kind == "numeric" and any(answer["percent"] for answer in content["answers"]):
        return "percent"
    if question.kind == "gaps" and len(content["gaps"]) > 1:
        return "several_gaps"
    written = content["gaps"][0].get("answers", ()) if question.kind == "gaps" else content.get("answers", ())
    if any("->" in row.get("text", "") for row in (*written, *content.get("rows", ()))):
        return "arrow"
    return None


def write(questions: Iterable[GiftQuestion]) -> str:
    """Return questions, each of which GIFT can hold, as the text of a GIFT file."""
    return "\n".join(_question(question) for question in questions)


def _question(question: GiftQuestion) -> str:
    before, after = question.prompt, ""
    if question.kind == "gaps":
        mark = question.content["gaps"][0]["mark"]
        before, _, after = question.content["text"].partition(f"[[{mark}]]")
    lines = [_facts(question), *map(write_note, _notes(question, after))]
    lines.append(f"::{escape(question.code)}::[markdown]{escape(before)}{'' if question.kind == 'gaps' else ' '}{{")
    lines += _answers(question.kind, question.content)
    if question.general_explanation:
        lines.append(f"####{write_line(question.general_explanation)}")
    return "\n".join([*lines, f"}}{escape(after)}", ""])


def _facts(question: GiftQuestion) -> str:
    content = question.content
    facts = [f"difficulty: {question.difficulty}"]
    if question.topic:
        facts.append(f"topics: {question.topic}")
    if question.sources:
        facts.append(f"sources: {', '.join(question.sources)}")
    if content.get("rule") == ALL_OR_NOTHING:
        facts.append(f"rule: {ALL_OR_NOTHING}")
    if not content.get("shuffle", True):
        facts.append("order: fixed")
    if content.get("folding", asdict(Folding())) != asdict(Folding()):
        named = [name for name in asdict(Folding()) if content["folding"][name]]
        facts.append(f"folding: {', '.join(named) or 'none'}")
    if content.get("words"):
        facts.append(f"words: {content['words']}")
    return "// " + "; ".join(facts)


def _notes(question: GiftQuestion, after: str) -> Iterator[Note]:
    content = question.content
    if question.kind == "gaps" and (question.prompt != GAP_PROMPT or not after.strip()):
        yield Note("gap prompt", question.prompt)
    if content.get("unit"):
        yield Note("unit", content["unit"])
    for number, row in enumerate(content.get("rows", ()), start=1):
        if row["explanation"]:
            yield Note("explanation", row["explanation"], number)
    for criterion in content.get("criteria", ()):
        yield Note("criterion", criterion["text"], criterion["weight"])
    if content.get("model_answer"):
        yield Note("model answer", content["model_answer"])


def _answers(kind: str, content: Typed) -> list[str]:
    """Return the lines between the braces but for the general feedback."""
    if kind == "matching":
        pairs = [f"={write_line(row['text'])} -> {write_line(row['target'])}" for row in content["rows"]]
        return [*pairs, *(f"= -> {write_line(row['text'])}" for row in content["distractors"])]
    if kind == "numeric":
        return ["#", *map(_number, content["answers"])]
    if kind == "short_answer":
        return [_written(answer) for answer in content["answers"]]
    if kind == "gaps":
        gap = content["gaps"][0]
        listed = (f"{_mark(option)}{write_line(option['text'])}" for option in gap.get("options", ()))
        return [*(_written(answer) for answer in gap.get("answers", ())), *listed]
    options = content.get("options", ())  # an essay has none
    right = sum(option["right"] for option in options)
    sign = partial(_weight, right=right, wrong=len(options) - right) if kind == MULTIPLE_CHOICE else _mark
    return [f"{sign(option)}{write_line(option['text'])}{_feedback(option)}" for option in options]


def _feedback(answer: Typed) -> str:
    return f"#{write_line(answer['explanation'])}" if answer["explanation"] else ""


def _written(answer: Typed) -> str:
    share = f"%{answer['share']}%" if answer["share"] != FULL or answer["text"].startswith("%") else ""
    return f"={share}{write_plain_answer(answer['text'])}{_feedback(answer)}"


def _number(answer: Typed) -> str:
    value, tolerance = (_stored(answer[name]) for name in ("value", "tolerance"))
    share = f"%{answer['share']}%" if answer["share"] != FULL else ""
    off = f":{tolerance}" if tolerance != "0" else ""
    return f"={share}{value}{off}{_feedback(answer)}"


def _stored(typed: str) -> str:
    number = read_number(typed)
    assert number is not None  # it was accepted
    return stored_number(number)


def _mark(option: Typed) -> str:
    """Return the sign of an option of which one is right; an explicit weight shields a text that begins with one."""
    sign = "=" if option["right"] else "~"
    shield = ("%100%" if option["right"] else "%0%") if option["text"].startswith("%") else ""
    return sign + shield


def _weight(option: Typed, *, right: int, wrong: int) -> str:
    """Return the share of an option: right ones make up 100, wrong ones take away as much (5 digits, as Moodle has)."""
    share = 100 / right if option["right"] else -100 / wrong
    return f"~%{share:.5f}".rstrip("0").rstrip(".") + "%"
